import type { BreakName } from './break.ts';

/** `safety`: something wrong may be committed or read. `liveness`: nothing wrong, but the cluster may stand still for longer, or for good. */
export type BreakKind = 'safety' | 'liveness';

interface Break {
  readonly kind: BreakKind;
  /** As a mark on the screen says it: after "Broken on purpose:". */
  readonly label: string;
  /** What is left out, in one sentence. */
  readonly text: string;
}

export const BREAKS: Readonly<Record<BreakName, Break>> = {
  'skip-fsync': {
    kind: 'safety',
    label: 'no fsync',
    text: 'A node acknowledges votes and entries before its disk has them, so that a kill takes back what it promised.',
  },
  'commit-by-count': {
    kind: 'safety',
    label: 'commit by count',
    text: 'A leader commits entries of earlier terms by counting replicas, without one of its own term (Raft §5.4.2, Figure 8).',
  },
  'no-prevote': {
    kind: 'liveness',
    label: 'no PreVote',
    text: 'A node stands for election without asking first whether it could win, so that one that was cut off deposes a leader that works.',
  },
  'no-checkquorum': {
    kind: 'liveness',
    label: 'no CheckQuorum',
    text: 'A leader that hears from no quorum does not step down, and keeps whoever still hears it from helping another one.',
  },
  'lease-without-drift-bound': {
    kind: 'safety',
    label: 'lease without drift bound',
    text: "A leader's lease lasts a whole election timeout of its own clock, as if no two clocks ran at different rates.",
  },
  'even-cluster': {
    kind: 'liveness',
    label: 'even cluster',
    text: 'A shard has four voters: no more of them may fail than of three, and a split two to two stops both sides.',
  },
  'fixed-timeouts': {
    kind: 'liveness',
    label: 'fixed election timeouts',
    text: 'All nodes wait equally long for a leader, so that they stand for election together and split the vote again and again.',
  },
  'no-sessions': {
    kind: 'safety',
    label: 'no client sessions',
    text: 'A client sends a retry as a new write, so that one whose answer was lost is applied twice.',
  },
  'no-readindex': {
    kind: 'safety',
    label: 'reads without ReadIndex',
    text: 'A leader without a lease reads at once, without asking a quorum whether it still leads.',
  },
  'purge-early': {
    kind: 'safety',
    label: 'tombstones purged early',
    text: 'Replicas of the eventual keyspace purge tombstones without making sure that all of them have them, so that one that missed a DELETE shows the key again.',
  },
};
