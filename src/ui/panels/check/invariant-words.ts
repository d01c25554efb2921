import type { InvariantReport } from '../../../core/cluster/check-report.ts';
import type { FeedTopic } from '../../store/view-model.ts';

interface InvariantWords {
  readonly text: string;
  /** What happens when it is put to the test, as the feed files it. */
  readonly topic: FeedTopic;
}

const WORDS: Readonly<Record<string, InvariantWords>> = {
  ElectionSafety: { text: 'At most one leader a term', topic: 'election' },
  LeaderAppendOnly: { text: 'A leader only adds to its log', topic: 'write' },
  LogMatching: { text: 'Logs that agree at an index agree before it', topic: 'write' },
  LeaderCompleteness: { text: 'A committed entry is in every later leader’s log', topic: 'election' },
  StateMachineSafety: { text: 'No two nodes apply different entries at one index', topic: 'write' },
  CommitRule: { text: 'A leader commits by counting only up to an entry of its own term', topic: 'write' },
  Configuration: { text: 'Each replica goes by the voters that its own log names', topic: 'election' },
  ElectionQuorum: { text: 'Whoever leads has the votes of a majority', topic: 'election' },
  OneVotePerTerm: { text: 'A voter votes once a term', topic: 'election' },
  VoteDurability: { text: 'A vote is on disk before it counts', topic: 'election' },
  LeaseSafety: { text: 'Nobody is elected while a lease lasts', topic: 'election' },
  ReadFreshness: { text: 'A read is served at no less than was committed when it came in', topic: 'write' },
  Durability: { text: 'What is committed is on a quorum’s disks', topic: 'write' },
  AcknowledgedWrites: { text: 'An acknowledged write is committed', topic: 'write' },
  BatchAtomicity: { text: 'A scan sees all of a batch or nothing', topic: 'write' },
  MonotoneTerm: { text: 'Terms only rise', topic: 'election' },
  MonotoneCommit: { text: 'What is committed stays committed', topic: 'write' },
  MonotoneApplied: { text: 'Entries are applied in order, each once', topic: 'write' },
  Compaction: { text: 'A log forgets only what is applied', topic: 'storage' },
  Snapshot: { text: 'A snapshot is what the others applied', topic: 'storage' },
};

/** Which rules are broken, whatever clients saw, and when the first one was, in microseconds; undefined: none is. */
export function brokenWords(
  invariants: readonly InvariantReport[],
): { readonly text: string; readonly timeUs: number } | undefined {
  const broken = invariants.flatMap(({ name, broken: by }) => (by === undefined ? [] : [{ name, timeUs: by.timeUs }]));
  const [first, ...others] = broken.sort((a, b) => a.timeUs - b.timeUs);
  if (first === undefined) return undefined;
  const rest = others.length === 0 ? '' : `; ${others.length} more ${others.length === 1 ? 'is' : 'are'} broken`;
  return {
    text: `Inside the cluster a rule is broken: ${invariantWords(first.name).text}${rest}.`,
    timeUs: first.timeUs,
  };
}

/** A rule in plain words; one without any is told by its name: `NoTwoJoints` → `No two joints`. */
export function invariantWords(name: string): InvariantWords {
  const known = WORDS[name];
  if (known !== undefined) return known;
  const words = name.replace(/(?<=[a-z])(?=[A-Z])/g, ' ').toLowerCase();
  return { text: words.charAt(0).toUpperCase() + words.slice(1), topic: 'fault' };
}
