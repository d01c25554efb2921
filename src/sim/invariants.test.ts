import { describe, expect, test } from 'vitest';
import { clientActorId, nodeId, shardId } from '../core/base/ids.ts';
import { encodeUtf8 } from '../core/base/utf8.ts';
import type { OperationResult } from '../core/client/operation.ts';
import type { MessageKind, TraceEvent } from '../core/cluster/trace-event.ts';
import type { NodeEvent } from '../core/node/trace-event.ts';
import { simpleConfiguration } from '../core/raft/configuration.ts';
import type { Entry } from '../core/raft/entry.ts';
import { InvariantChecker } from './invariants.ts';

const S0 = shardId(0);
const ALL_VOTE = simpleConfiguration({ voters: [1, 2, 3].map(nodeId), learners: [] });
type Of<T> = Omit<Extract<NodeEvent, { readonly type: T }>, 'type' | 'shard'>;

function report<T extends NodeEvent['type']>(node: number, type: T, fields: Of<T>, shard = S0): TraceEvent {
  return { timeUs: 1, node: nodeId(node), shard, type, ...fields } as unknown as TraceEvent;
}

const entry = (index: number, term: number, command = 'x'): Entry => ({
  index,
  term,
  kind: 'command',
  stampUs: 1,
  command: encodeUtf8(command),
});
const role = (node: number, name: 'leader' | 'follower' | 'candidate' | 'precandidate', term: number, votedFor = 0) =>
  report(node, 'RoleChanged', {
    role: name,
    term,
    votedFor: nodeId(votedFor),
    leader: nodeId(0),
    reason: 'started',
    from: nodeId(0),
  });
const append = (node: number, truncatedFrom: number, ...entries: Entry[]) =>
  report(node, 'EntriesAppended', { truncatedFrom, entries });
const persist = (node: number, lastIndex: number) => report(node, 'EntriesPersisted', { lastIndex });
const commit = (node: number, commitIndex: number) => report(node, 'CommitAdvanced', { commitIndex, term: 1 });
const compact = (node: number, baseIndex: number) => report(node, 'LogCompacted', { baseIndex });
const install = (node: number, index: number, stateHash = 7) =>
  report(node, 'SnapshotInstalled', { index, term: 1, configuration: ALL_VOTE, stateHash, keys: 1 });
const apply = (node: number, index: number, stateHash = 7) =>
  report(node, 'EntryApplied', { index, term: 1, stateHash, keys: 1, duplicate: false });
const recover = (node: number, entries: Entry[] = [], fields: Partial<Of<'ReplicaRecovered'>> = {}) =>
  report(node, 'ReplicaRecovered', {
    role: 'follower',
    term: entries.at(-1)?.term ?? fields.baseTerm ?? 0,
    votedFor: nodeId(0),
    baseIndex: 0,
    baseTerm: 0,
    baseConfiguration: ALL_VOTE,
    stateHash: 0,
    entries,
    configuration: ALL_VOTE,
    commitIndex: 0,
    appliedIndex: 0,
    keys: 0,
    ...fields,
  });
const vote = (node: number, to: number, term: number) => report(node, 'VoteGranted', { term, to: nodeId(to) });
const syncStarted = (node: number) => report(node, 'LogSyncStarted', { records: 1, bytes: 1, entries: [] });
const synced = (node: number) => report(node, 'LogSynced', { records: 1, bytes: 1 });
const received = (node: number, from: number, term: number, preVote = false) =>
  report(node, 'VoteReceived', { term, from: nodeId(from), granted: true, preVote });
/** `from` votes for `node`: given, on disk, received. */
const grant = (node: number, from: number, term: number) => [
  vote(from, node, term),
  syncStarted(from),
  synced(from),
  received(node, from, term),
];
const sent = (from: number, term: number, kind: MessageKind, ok = true): TraceEvent => ({
  timeUs: 1,
  type: 'MessageSent',
  id: 1,
  from: nodeId(from),
  to: nodeId(1),
  bytes: 1,
  deliverAtUs: 2,
  items: [{ kind, shard: S0, term, index: 0, entries: 0, ok }],
});
const started = (node: number): TraceEvent => ({
  timeUs: 1,
  type: 'NodeStarted',
  node: nodeId(node),
  boot: 2,
  recoveryUs: 1,
  logRecords: 0,
});
const acknowledged = (
  index: number,
  term: number,
  result: OperationResult = { type: 'Written', existed: false },
): TraceEvent => ({
  timeUs: 1,
  type: 'OperationCompleted',
  id: 1,
  client: clientActorId(100),
  outcome: {
    status: 'ok',
    result,
    shard: S0,
    node: nodeId(1),
    term,
    index,
    acks: 2,
    voters: 3,
    elapsedUs: 1,
    attempts: 1,
  },
});

const START = [recover(1), recover(2), recover(3)];
const AT_ONE = { baseIndex: 1, baseTerm: 1, commitIndex: 1, appliedIndex: 1, stateHash: 7, keys: 1 };
/** n1 leads term 1, entry 1 is on the disks of n1 and n2, committed and applied on n1. */
const COMMITTED = [
  ...START,
  role(1, 'leader', 1, 1),
  append(1, 0, entry(1, 1)),
  persist(1, 1),
  append(2, 0, entry(1, 1)),
  persist(2, 1),
  commit(1, 1),
  apply(1, 1),
];

/** n1 leads term 1 and stands still when entry 1 is on all three disks: nobody has committed it. */
const ACKNOWLEDGED = [
  ...START,
  role(1, 'leader', 1, 1),
  ...[1, 2, 3].flatMap((node) => [append(node, 0, entry(1, 1)), persist(node, 1)]),
];
/** The others go on without it. */
const COMMITTED_LATER = [
  role(2, 'leader', 2, 2),
  ...[2, 3].flatMap((node) => [append(node, 0, entry(2, 2)), persist(node, 2)]),
  commit(2, 2),
];
const dropped = (node: number) => report(node, 'ReplicaDropped', { replicaId: 90 + node });

/** Some of them are several events. */
type Events = readonly (TraceEvent | readonly TraceEvent[])[];

function violationsOf(events: Events): readonly string[] {
  const checker = new InvariantChecker();
  const found = events.flat().flatMap((event) => checker.check(event)?.invariant ?? []);
  // Most leaders here lead without having been voted for: `configuration-invariants.test.ts` looks at that.
  return found.filter((invariant) => invariant !== 'ElectionQuorum');
}

describe('what no log holds any more', () => {
  /** n1 … n3 hold, commit and apply entry after entry; `forgets` begin their logs 10 entries behind it. */
  function run(checker: InvariantChecker, from: number, to: number, forgets: readonly number[]): void {
    const all = [1, 2, 3];
    for (let index = from; index <= to; index++) {
      const events = [
        ...all.flatMap((node) => [append(node, 0, entry(index, 1)), persist(node, index)]),
        ...all.flatMap((node) => [commit(node, index), apply(node, index)]),
        ...forgets.filter(() => index > 10).map((node) => compact(node, index - 10)),
      ];
      for (const event of events) expect(checker.check(event)).toBeUndefined();
    }
  }
  const started = (): InvariantChecker => {
    const checker = new InvariantChecker();
    for (const node of [1, 2, 3]) checker.check(recover(node));
    checker.check(role(1, 'leader', 1));
    return checker;
  };

  test('is forgotten, however long the run is, and everything else is compared as before', () => {
    const checker = started();
    run(checker, 1, 5000, [1, 2, 3]);
    expect(checker.remembered).toBeLessThan(2 * 1500);
    expect(checker.check(append(1, 0, entry(5001, 1, 'a')))).toBeUndefined();
    expect(checker.check(append(2, 0, entry(5001, 1, 'b')))).toMatchObject({ invariant: 'LogMatching' });
    // A disk on which the log begins earlier than it did in memory.
    const entries = Array.from({ length: 4990 }, (_, i) => entry(i + 11, 1));
    const fields = { baseIndex: 10, baseTerm: 1, commitIndex: 4990, appliedIndex: 4990, stateHash: 7, keys: 1 };
    expect(checker.check(recover(3, entries, fields))).toBeUndefined();
    expect(checker.remembered).toBeLessThan(2 * 1500);
    expect(checker.check(recover(3, entries, { ...fields, stateHash: 8 }))).toMatchObject({
      invariant: 'EqualAtIndex',
    });
  });

  test('is not forgotten while one log still holds it', () => {
    const checker = started();
    run(checker, 1, 1500, [1, 2]);
    expect(checker.remembered).toBe(3000);
    checker.check(compact(3, 1400));
    expect(checker.remembered).toBeLessThan(300);
  });
});

describe('what is allowed', () => {
  test.each<[string, Events]>([
    ['a commit on a quorum, followed by a peer', [...COMMITTED, commit(2, 1), apply(2, 1)]],
    ['the next term, won by a node that has the entry', [...COMMITTED, role(2, 'leader', 2, 2)]],
    ['a leader elected twice in its own term (reported again)', [...START, role(1, 'leader', 1), role(1, 'leader', 1)]],
    ['a follower that drops an uncommitted tail', [...COMMITTED, append(2, 0, entry(2, 1)), append(2, 2, entry(2, 2))]],
    ['a crash that loses what was not on disk', [...START, append(1, 0, entry(1, 1)), recover(1)]],
    [
      'a commit that counts the disk of a dead node',
      [...COMMITTED, recover(1, [entry(1, 1)], { commitIndex: 1 }), commit(2, 1)],
    ],
    [
      'a vote repeated, and pre-votes for anybody',
      [...START, grant(1, 3, 1), received(1, 3, 1), received(2, 3, 1, true), role(2, 'precandidate', 1, 1)],
    ],
    [
      'a candidate that counts its own vote',
      [...START, role(1, 'candidate', 1, 1), syncStarted(1), synced(1), received(1, 1, 1)],
    ],
    [
      'a vote that waited for a sync under way and went out with the next one',
      [...START, syncStarted(3), vote(3, 1, 1), synced(3), syncStarted(3), synced(3), received(1, 3, 1)],
    ],
    [
      'a vote given, lost in a crash and given to another',
      [...START, vote(3, 1, 1), syncStarted(3), started(3), recover(3), grant(2, 3, 1)],
    ],
    [
      'a vote that a restart found on the disk, sent again',
      [
        ...START,
        vote(3, 1, 1),
        started(3),
        recover(3, [], { term: 1, votedFor: nodeId(1) }),
        vote(3, 1, 1),
        received(1, 3, 1),
      ],
    ],
    [
      'a vote sent when it is on disk',
      [...START, vote(3, 1, 1), syncStarted(3), synced(3), sent(3, 1, 'RequestVoteResponse')],
    ],
    [
      'refusals and pre-votes, sent at once',
      [...START, sent(3, 9, 'RequestVoteResponse', false), sent(3, 9, 'PreVoteResponse')],
    ],
    [
      'a write acknowledged',
      [...COMMITTED, acknowledged(1, 1), acknowledged(1, 1, { type: 'Swapped', swapped: false, actual: undefined })],
    ],
    ['a read, which has no entry', [...COMMITTED, acknowledged(9, 9, { type: 'Value', value: undefined })]],
    [
      'a write acknowledged again after everything was restarted',
      [recover(1, [entry(1, 1)], { commitIndex: 1, appliedIndex: 1 }), acknowledged(1, 1)],
    ],
    ['a log that forgets what it has applied', [...COMMITTED, compact(1, 1), append(1, 0, entry(2, 1))]],
    ['a restart of a log that begins later', [...COMMITTED, compact(1, 1), recover(1, [], { ...AT_ONE, term: 1 })]],
    [
      'a snapshot in place of what was never committed, and what follows it',
      [
        ...COMMITTED,
        append(3, 0, entry(1, 2), entry(2, 2)),
        persist(3, 2),
        install(3, 1),
        persist(3, 1),
        append(3, 0, entry(2, 1)),
      ],
    ],
    [
      'logs that begin later, to a checker that was not there before',
      [
        recover(1, [], { ...AT_ONE, baseIndex: 5, commitIndex: 5, appliedIndex: 5 }),
        recover(2, [entry(2, 1), entry(3, 1)], AT_ONE),
        recover(3),
        role(1, 'leader', 2),
        append(1, 0, entry(6, 2)),
        persist(1, 6),
        install(2, 5),
        persist(2, 5),
        append(2, 0, entry(6, 2)),
        persist(2, 6),
        commit(1, 6),
        install(3, 5),
        role(2, 'leader', 3),
      ],
    ],
    [
      'a leader of an older term, whose votes came late, without what a later term has committed',
      [
        ...START,
        role(1, 'leader', 3),
        ...[1, 2].flatMap((node) => [append(node, 0, entry(1, 3)), persist(node, 1)]),
        commit(1, 1),
        role(3, 'leader', 2),
      ],
    ],
    [
      'a leader that thaws and hears of acknowledgements of replicas that were deleted since',
      [ACKNOWLEDGED, COMMITTED_LATER, dropped(2), dropped(3), commit(1, 1)],
    ],
    ['a follower that commits what it has not on disk', [...COMMITTED, append(3, 0, entry(1, 1)), commit(3, 1)]],
    [
      'another shard with another leader',
      [
        ...COMMITTED,
        report(
          2,
          'RoleChanged',
          { role: 'leader', term: 1, votedFor: nodeId(2), leader: nodeId(2), reason: 'started', from: nodeId(0) },
          shardId(1),
        ),
      ],
    ],
  ])('%s', (_, events) => {
    expect(violationsOf(events)).toEqual([]);
  });
});

describe('each broken rule is found, and nothing else', () => {
  test.each<[string, string, Events]>([
    ['ElectionSafety', 'two leaders of one term', [...START, role(1, 'leader', 1), role(2, 'leader', 1)]],
    ['LeaderCompleteness', 'a leader without the committed entry', [...COMMITTED, role(3, 'leader', 2)]],
    [
      'LeaderCompleteness',
      'a leader with another entry in its place',
      [...COMMITTED, append(3, 0, entry(1, 2)), role(3, 'leader', 3)],
    ],
    [
      'LeaderCompleteness',
      'a leader of a term between two that have committed, without what the older of them has',
      [
        ...COMMITTED,
        role(1, 'follower', 3),
        role(2, 'leader', 3),
        ...[1, 2].flatMap((node) => [append(node, 0, entry(2, 3)), persist(node, 2)]),
        commit(2, 2),
        role(3, 'leader', 2),
      ],
    ],
    [
      'LeaderAppendOnly',
      'a leader that truncates',
      [...START, role(1, 'leader', 1), append(1, 0, entry(1, 1)), append(1, 1)],
    ],
    [
      'LeaderCompleteness',
      'an entry committed in a term after which another leads without it',
      [
        ...START,
        role(1, 'leader', 1),
        append(1, 0, entry(1, 1)),
        persist(1, 1),
        append(2, 0, entry(1, 1)),
        persist(2, 1),
        role(3, 'leader', 2),
        commit(1, 1),
      ],
    ],
    [
      'CommitRule',
      'an entry of an earlier term committed by counting, with none of the leader’s own',
      [
        ...START,
        append(1, 0, entry(1, 1)),
        persist(1, 1),
        append(2, 0, entry(1, 1)),
        persist(2, 1),
        role(1, 'leader', 3),
        commit(1, 1),
      ],
    ],
    [
      'StateMachineSafety',
      'an entry thrown away that others committed',
      [...COMMITTED, role(2, 'follower', 2), append(2, 1)],
    ],
    [
      'StateMachineSafety',
      'another entry recovered as committed',
      [...COMMITTED, recover(3, [entry(1, 2)], { commitIndex: 1 })],
    ],
    [
      'MonotoneTerm',
      'a term that goes back within a log',
      [...START, role(1, 'follower', 2), append(1, 0, entry(1, 2), entry(2, 1))],
    ],
    ['MonotoneTerm', 'a term forgotten by a restart', [...START, recover(1, [entry(1, 2)], { term: 1 })]],
    ['MonotoneApplied', 'more applied than committed', [...START, recover(1, [entry(1, 1)], { appliedIndex: 1 })]],
    ['Compaction', 'a log that forgets what it has not applied', [...COMMITTED, commit(2, 1), compact(2, 1)]],
    ['Snapshot', 'a snapshot of what is not committed', [...START, append(1, 0, entry(1, 1)), install(2, 1)]],
    ['Snapshot', 'a snapshot of other data', [...COMMITTED, install(3, 1, 8)]],
    ['Snapshot', 'a snapshot that takes a replica back', [...COMMITTED, commit(2, 1), install(2, 1)]],
    ['Durability', 'a log that begins behind what never was', [...START, recover(1, [], AT_ONE)]],
    [
      'EqualAtIndex',
      'two recovered states of one applied index',
      [recover(1, [], AT_ONE), recover(2, [], { ...AT_ONE, stateHash: 8 })],
    ],
    [
      'StateMachineSafety',
      'two recovered logs that begin behind different entries',
      [recover(1, [], AT_ONE), recover(2, [], { ...AT_ONE, baseTerm: 2 })],
    ],
    [
      'LogMatching',
      'an entry behind a snapshot that follows another one elsewhere',
      [...COMMITTED, append(1, 0, entry(2, 1)), install(3, 1), append(3, 0, entry(2, 1, 'y'))],
    ],
    ['StateMachineSafety', 'a committed entry truncated', [...COMMITTED, commit(2, 1), append(2, 1)]],
    ['LogMatching', 'a hole in a log', [...START, append(1, 0, entry(2, 1))]],
    ['LogMatching', 'the same index and term, another command', [...COMMITTED, append(3, 0, entry(1, 1, 'y'))]],
    [
      'LogMatching',
      'the same entry after another one',
      [...START, append(1, 0, entry(1, 1), entry(2, 2)), append(2, 0, entry(1, 2), entry(2, 2))],
    ],
    [
      'LogMatching',
      'the same in two appends',
      [
        ...START,
        append(1, 0, entry(1, 1)),
        append(1, 0, entry(2, 2)),
        append(2, 0, entry(1, 2)),
        append(2, 0, entry(2, 2)),
      ],
    ],
    ['LogMatching', 'a recovered log that differs', [...COMMITTED, recover(3, [entry(1, 1, 'y')])]],
    ['LogMatching', 'a recovered commit above the log', [...START, recover(1, [], { commitIndex: 1 })]],
    ['StateMachineSafety', 'two terms committed at one index', [...COMMITTED, append(3, 0, entry(1, 2)), commit(3, 1)]],
    ['MonotoneCommit', 'a commit that goes back', [...COMMITTED, commit(1, 0)]],
    ['MonotoneCommit', 'a commit beyond the log', [...START, commit(1, 1)]],
    ['MonotoneTerm', 'a term that goes back', [...START, role(1, 'follower', 2), role(1, 'follower', 1)]],
    ['OneVotePerTerm', 'two votes, as the candidates received them', [...START, grant(1, 3, 1), grant(2, 3, 1)]],
    [
      'VoteDurability',
      'a vote forgotten by a restart',
      [...START, grant(1, 3, 1), started(3), recover(3, [], { term: 1 })],
    ],
    [
      'VoteDurability',
      'a vote received before it is on disk',
      [...START, vote(3, 1, 1), syncStarted(3), received(1, 3, 1)],
    ],
    [
      'VoteDurability',
      'a vote given while an older write is on its way',
      [...START, syncStarted(3), vote(3, 1, 1), synced(3), received(1, 3, 1)],
    ],
    [
      'VoteDurability',
      'a vote whose write was lost in a crash',
      [...START, vote(3, 1, 1), syncStarted(3), started(3), synced(3), received(1, 3, 1)],
    ],
    [
      'VoteDurability',
      'a vote sent before it is on disk',
      [...START, vote(3, 1, 1), sent(3, 1, 'RequestVoteResponse')],
    ],
    ['VoteDurability', 'the own vote before it is on disk', [...START, role(1, 'candidate', 1, 1), received(1, 1, 1)]],
    [
      'VoteDurability',
      'an older vote does not stand for it',
      [...START, grant(1, 3, 1), vote(3, 1, 2), received(1, 3, 2)],
    ],
    ['AcknowledgedWrites', 'a write acknowledged that nobody committed', [...COMMITTED, acknowledged(2, 1)]],
    [
      'AcknowledgedWrites',
      'a write acknowledged in another term',
      [...COMMITTED, acknowledged(1, 2, { type: 'Swapped', swapped: true, actual: undefined })],
    ],
    [
      'VoteDurability',
      'a term forgotten by a restart in which a vote was sent',
      [...START, grant(1, 3, 2), recover(3, [], { term: 1 })],
    ],
    [
      'OneVotePerTerm',
      'two votes over a restart',
      [...START, grant(1, 3, 1), started(3), recover(3, [], { term: 2, votedFor: nodeId(2) }), received(2, 3, 1)],
    ],
    [
      'Durability',
      'a leader commits on one disk',
      [
        ...START,
        role(1, 'leader', 1),
        append(1, 0, entry(1, 1)),
        persist(1, 1),
        append(2, 0, entry(1, 1)),
        commit(1, 1),
      ],
    ],
    [
      'Durability',
      'another entry does not count',
      [
        ...START,
        append(3, 0, entry(1, 2)),
        persist(3, 1),
        role(1, 'leader', 3),
        append(1, 0, entry(1, 1)),
        persist(1, 1),
        commit(1, 1),
      ],
    ],
    [
      'Durability',
      'a commit on disks from which the replicas were deleted before anybody had committed it',
      [ACKNOWLEDGED, dropped(2), dropped(3), commit(1, 1)],
    ],
    [
      'Durability',
      'a commit of more than was on those disks',
      [
        ACKNOWLEDGED,
        [1, 2, 3].map((node) => append(node, 0, entry(2, 1))),
        [persist(1, 2), commit(2, 1), dropped(2), dropped(3), commit(1, 2)],
      ],
    ],
    ['Durability', 'entries lost from a disk', [...COMMITTED, recover(2)]],
    [
      'Durability',
      'applied before the own record is durable',
      [...COMMITTED, append(3, 0, entry(1, 1)), commit(3, 1), apply(3, 1)],
    ],
    ['StateMachineSafety', 'an uncommitted entry applied', [...COMMITTED, apply(2, 1)]],
    ['MonotoneApplied', 'an entry applied twice', [...COMMITTED, apply(1, 1)]],
    [
      'EqualAtIndex',
      'another number of live keys at the same index',
      [...COMMITTED, commit(2, 1), { ...apply(2, 1), keys: 9 } as TraceEvent],
    ],
    ['EqualAtIndex', 'other data at the same index', [...COMMITTED, commit(2, 1), apply(2, 1, 8)]],
  ])('%s: %s', (invariant, _, events) => {
    expect(violationsOf(events)).toEqual([invariant]);
  });
});

test('reports are counted; what no replica reports is not', () => {
  const checker = new InvariantChecker();
  for (const event of COMMITTED) checker.check(event);
  checker.check({ timeUs: 1, type: 'NodeCrashed', node: nodeId(1), reason: 'x' });
  expect(checker.examined).toBe(COMMITTED.length);
});
