import type { NodeStanding } from '../../../core/meta/node-standing.ts';

/** What a node is to the ring, in a word or two. */
export const STANDING_SIGNS: Readonly<Record<NodeStanding, string>> = {
  unknown: 'asks to join',
  joining: 'joins',
  normal: 'normal',
  leaving: 'leaves',
  left: 'has left',
  down: 'taken for lost',
  blank: 'blank after a wipe',
};
