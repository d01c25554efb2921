import { compactDuration } from '../base/duration.ts';
import type { Micros } from '../base/ids.ts';
import type { EventualLevel, EventualOperation, Outcome } from '../client/operation.ts';
import type { Stamp } from '../replication/stamp.ts';
import { answersText, namesText } from './answers-text.ts';
import { nodeName } from './snapshot.ts';

/** How many replicas hold a key, and how many of them are waited for. */
export interface EventualDial {
  readonly r: EventualLevel;
  readonly w: EventualLevel;
  readonly replicas: number;
  /** A fallback's answer counts as that of the replica it stands in for. */
  readonly sloppy: boolean;
}

/** Whether each R of them share one with each W of them. */
export const overlaps = ({ r, w, replicas }: EventualDial): boolean => r + w > replicas;

/** What a setting of the eventual keyspace promises: a sentence or two. */
export function eventualPromise(dial: EventualDial): string {
  const { r, w, sloppy } = dial;
  const name = `R=${r}, W=${w}`;
  if (!overlaps(dial)) return `${name}: a read may return any value that was ever written here.`;
  const sloppyText = sloppy
    ? ' Sloppy: while replicas are out of reach, fallbacks stand in, and it may miss it after all.'
    : '';
  return `${name}: overlapping, a read meets the last finished write. It is not linearizable: two reads during one write may go back in time.${sloppyText}`;
}

/** `12.604321 s`, with the logical part where it counts: `12.604321+2 n1`. */
export const stampText = ({ wallUs, logical, node }: Stamp): string =>
  `${(wallUs / 1e6).toFixed(6)}${logical === 0 ? '' : `+${logical}`} ${nodeName(node)}`;

/** What was refused in the eventual keyspace, why, and how to go on. Undefined: it says no more than its code. */
export function refusalText(
  operation: EventualOperation,
  outcome: Extract<Outcome, { readonly status: 'fail' }>,
): string | undefined {
  const { refusal, node, replicas } = outcome;
  const who = nodeName(node);
  switch (refusal?.why) {
    case 'NotEnoughReplicas': {
      const { needed, homes } = refusal;
      const has = homes.length;
      if (needed > has) {
        const replicasText = `${has} ${has === 1 ? 'replica' : 'replicas'} (${namesText(homes)})`;
        return `The key has ${replicasText}: ask for at most r=${has} w=${has}.`;
      }
      const { answers = [] } = replicas ?? {};
      const heard = answers.length === 0 ? 'Nobody' : `Only ${answersText(answers)}`;
      const fewer = operation.type === 'EventualRead' ? 'r=' : 'w=';
      const remedies = [
        ...(needed > 1 ? [`a smaller ${fewer} needs fewer of them`] : []),
        ...(operation.sloppy ? [] : ['quorum=sloppy takes others instead']),
      ];
      const remedy = remedies.length === 0 ? '' : `; ${remedies.join(', ')}`;
      return `${heard} answered in time, ${needed} ${needed === 1 ? 'is' : 'are'} needed. The key’s replicas are ${namesText(homes)}${remedy}.`;
    }
    case 'ClockAhead':
      return `What this client has read is stamped ${tooFarAhead(refusal, `the clock of ${who}`)}. CLOCK shows and sets the clocks; context=none writes without what was read.`;
    case 'BelowFence':
      return `The clock of ${who} is ${compactDuration(refusal.behindUs)} behind a purge of tombstones: whatever it writes would be taken for deleted. Try again later, set its clock, or CONFIG clock=hybrid.`;
    case 'TooManySiblings':
      return `The key has ${refusal.siblings} siblings, the most is ${refusal.max}. GET it, then PUT what they come to: the console sends along what it has read.`;
    case 'RowTooLarge':
      return `With this value the siblings of the key have ${refusal.bytes} bytes, the most is ${refusal.max}. GET it, then PUT what they come to.`;
    default:
      return undefined;
  }
}

/** Fewer than W are known to have it. */
export function eventualUnknownText({ replicas, node }: Outcome, needed: number): string {
  const { answers = [] } = replicas ?? {};
  if (node === 0 || answers.length === 0)
    return `no acknowledgment of the ${needed} asked for; it may be written, or may still be, and win everywhere`;
  return `${answers.length} of ${needed} acks, from ${answersText(answers)}: written there, not on as many as asked for. It can win everywhere`;
}

/** A stamp that a clock does not believe: how far it is ahead, and how far it may be. */
export const tooFarAhead = ({ aheadUs, maxUs }: { readonly aheadUs: Micros; readonly maxUs: Micros }, clock: string) =>
  `${compactDuration(aheadUs)} ahead of ${clock}, which believes at most ${compactDuration(maxUs)}`;
