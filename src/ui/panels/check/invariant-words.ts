import type { InvariantReport } from '../../../core/cluster/check-report.ts';
import type { TraceEvent } from '../../../core/cluster/trace-event.ts';
import type { FeedTopic } from '../../store/view-model.ts';

export interface InvariantWords {
  readonly text: string;
  /** What puts it to the test, or comes nearest to it among what the feed tells. */
  readonly events: readonly TraceEvent['type'][];
  /** Only of these; undefined: of any. */
  readonly topic?: FeedTopic;
}

const ROLES = ['RoleChanged'] as const;
// The feed tells of commits, not of each entry that is appended or applied.
const COMMITS = ['CommitAdvanced'] as const;
const LOGS = ['CommitAdvanced', 'EntriesAppended'] as const;
const COMMITS_AND_RESTARTS = ['CommitAdvanced', 'NodeRecovered', 'SnapshotInstalled'] as const;

const WORDS: Readonly<Record<string, InvariantWords>> = {
  ElectionSafety: { text: 'At most one leader a term', events: ROLES },
  LeaderAppendOnly: { text: 'A leader only adds to its log', events: LOGS },
  LogMatching: { text: 'Logs that agree at an index agree before it', events: LOGS },
  LeaderCompleteness: { text: 'A committed entry is in every later leader’s log', events: ROLES },
  StateMachineSafety: { text: 'No two nodes apply different entries at one index', events: LOGS },
  EqualAtIndex: { text: 'Who has applied as much holds the same', events: COMMITS_AND_RESTARTS },
  CommitRule: { text: 'A leader commits by counting only up to an entry of its own term', events: COMMITS },
  Configuration: { text: 'Each replica goes by the voters that its own log names', events: ['ConfigurationChanged'] },
  ElectionQuorum: { text: 'Whoever leads has the votes of a majority', events: ROLES },
  OneVotePerTerm: { text: 'A voter votes once a term', events: ROLES },
  VoteDurability: { text: 'A vote is on disk before it counts', events: ROLES },
  LeaseSafety: { text: 'Nobody is elected while a lease lasts', events: ROLES },
  ReadFreshness: {
    text: 'A read is served at no less than was committed when it came in',
    events: ['OperationCompleted'],
    topic: 'read',
  },
  ReadState: {
    text: 'A read shows what the log says at the entry that it names',
    events: ['OperationCompleted'],
    topic: 'read',
  },
  SessionOrder: { text: 'A session never reads backwards', events: ['OperationCompleted'], topic: 'read' },
  Durability: { text: 'What is committed is on a quorum’s disks', events: COMMITS_AND_RESTARTS },
  AcknowledgedWrites: { text: 'An acknowledged write is committed', events: ['OperationCompleted'], topic: 'write' },
  EarlyWrites: {
    text: 'W=1 is answered when the leader’s own disk has it',
    events: ['OperationCompleted'],
    topic: 'write',
  },
  AppliedOnAll: {
    text: 'W=3 is answered when every voter has applied it',
    events: ['OperationCompleted'],
    topic: 'write',
  },
  BatchAtomicity: { text: 'A scan sees all of a batch or nothing', events: ['OperationCompleted'], topic: 'read' },
  MonotoneTerm: { text: 'Terms only rise', events: ROLES },
  MonotoneCommit: { text: 'What is committed stays committed', events: COMMITS },
  MonotoneApplied: { text: 'Entries are applied in order, each once', events: COMMITS },
  MonotoneEpoch: { text: 'The ring’s epoch never goes back for anybody', events: ['RingChanged'] },
  Quarantine: {
    text: 'Who is quarantined was damaged, and answers nothing from what it holds',
    events: ['RowDamaged', 'ReplicaQuarantined', 'ReplicaRepaired'],
  },
  Compaction: { text: 'A log forgets only what is applied', events: ['LogTrimmed', 'SnapshotStarted'] },
  Snapshot: { text: 'A snapshot is what the others applied', events: ['SnapshotStarted', 'SnapshotInstalled'] },
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
  return { text: words.charAt(0).toUpperCase() + words.slice(1), events: ['InvariantViolated'] };
}
