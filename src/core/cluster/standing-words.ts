import type { NodeStanding } from '../meta/node-standing.ts';

/** No majority of the group that decides who holds what has its disk any more. */
export const META_LOST = 'the meta group is lost: nothing can be placed any more. RESET begins another run';

/** Of a node that is blank where nobody is left who could replace its replicas. */
export const BLANK_FOR_GOOD = 'blank: its disk was wiped, so it neither votes nor acknowledges';

/** What a node is to the ring, as the screen and STATUS say it. Empty where it is simply part of it. */
export const STANDING_WORDS: Readonly<Record<NodeStanding, string>> = {
  normal: '',
  unknown: 'asks to join: nobody has let it in yet',
  joining: 'joining: its replicas are being brought to it',
  leaving: 'leaving: its replicas are being brought to other nodes',
  left: 'left: nothing is placed on it any more, and its number is not used again',
  down: 'taken for lost: its replicas are placed on other nodes',
  blank: `${BLANK_FOR_GOOD} until its replicas are replaced`,
};
