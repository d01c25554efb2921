import { expect, test } from 'vitest';

import { clientActorId, nodeId, shardId } from '../core/base/ids.ts';
import type { Action } from '../core/cluster/action.ts';
import { CRASH_POINTS, type CrashFault } from '../core/cluster/disk-fault.ts';

import type { TraceEvent } from '../core/cluster/trace-event.ts';
import { Coverage, type RareThing } from './coverage.ts';

const node = nodeId(1);
const shard = shardId(0);
const GROUND = { shard, node, term: 1, index: 1, acks: 0, voters: 3, elapsedUs: 1, attempts: 2 };
const at = { timeUs: 1, node } as const;
const suspicion = { subject: nodeId(2), phi: 9, silentUs: 5_000_000 };
const killed = (pending: number, torn: boolean): TraceEvent => ({ ...at, type: 'NodeKilled', pending, lost: 0, torn });
const recovered = (logRecords: number, tornBytes: number): TraceEvent => ({
  ...at,
  type: 'NodeRecovered',
  recoveryUs: 1,
  tables: 0,
  logRecords,
  tornBytes,
});
const appended = (truncatedFrom: number): TraceEvent => ({
  ...at,
  shard,
  type: 'EntriesAppended',
  truncatedFrom,
  entries: [],
});
const applied = (duplicate: boolean): TraceEvent => ({
  ...at,
  shard,
  type: 'EntryApplied',
  index: 1,
  term: 1,
  stateHash: 1,
  keys: 1,
  duplicate,
});
const crashed = (fault?: CrashFault): TraceEvent => ({
  ...at,
  type: 'NodeCrashed',
  reason: 'r',
  ...(fault && { fault }),
});
const role = (name: 'leader' | 'follower'): TraceEvent => ({
  ...at,
  shard,
  type: 'RoleChanged',
  role: name,
  term: 1,
  leader: node,
  votedFor: node,
  reason: 'started',
  from: nodeId(0),
});

const corrupt: TraceEvent = {
  ...{ ...at, shard, type: 'BlockCorrupt' },
  ...{ fileNumber: 1, extent: 0, block: 0, isServed: true, foundBy: 'read' },
};
const taken = (action: Action): TraceEvent => ({ timeUs: 1, type: 'ActionTaken', action });
const compacted = (dropped: number): TraceEvent => ({
  ...at,
  type: 'CompactionFinished',
  job: 1,
  style: 'leveled',
  reason: 'L0 count',
  level: 0,
  outputLevel: 1,
  inputs: [],
  outputs: [],
  bytesRead: 1,
  bytesWritten: 1,
  dropped,
});

const voted = (preVote: boolean, granted: boolean): TraceEvent => ({
  ...at,
  shard,
  type: 'VoteReceived',
  term: 1,
  from: nodeId(2),
  granted,
  preVote,
});
const replied = (answer: 'NotLeader' | 'Busy', leader: number): TraceEvent => ({
  timeUs: 1,
  type: 'ReplyReceived',
  client: clientActorId(100),
  operation: 1,
  shard,
  requestId: 1,
  from: node,
  answer,
  leader: nodeId(leader),
});
const hedging = { timeUs: 1, client: clientActorId(100), operation: 1, shard, requestId: 1 } as const;
const busy = (queue: 'log' | 'reads'): TraceEvent => ({ ...refusedWith('Busy'), queue });
const batchDone = (applied: boolean): TraceEvent => ({
  timeUs: 1,
  type: 'OperationCompleted',
  id: 1,
  client: clientActorId(100),
  outcome: {
    status: 'ok',
    result: applied ? { type: 'Batched', existed: [true] } : { type: 'BatchRefused', item: 0, actual: undefined },
    ...GROUND,
  },
});
const sessionsGone = (idle: number, crowdedOut: number): TraceEvent => ({
  ...at,
  shard,
  type: 'SessionsExpired',
  index: 1,
  idle,
  crowdedOut,
  sessions: [1],
});
const refusedWith = (outcome: 'SessionExpired' | 'NotLeader' | 'Busy') => ({
  ...at,
  shard,
  type: 'RequestAnswered' as const,
  client: 100,
  requestId: 1,
  outcome,
});
const unknownBy = (reason: 'session expired' | 'timeout'): TraceEvent => ({
  timeUs: 1,
  type: 'OperationCompleted',
  id: 1,
  client: clientActorId(100),
  outcome: {
    status: 'unknown',
    code: 'OutcomeUnknown',
    reason,
    ...GROUND,
  },
});
const slowed = (slowdown: number): TraceEvent => ({
  ...at,
  type: 'DiskChanged',
  slowdown,
  full: false,
  failing: false,
});

test.each<[RareThing, TraceEvent, TraceEvent]>([
  ['elections', role('leader'), role('follower')],
  ['pre-votes rejected', voted(true, false), voted(true, true)],
  ['redirects', replied('NotLeader', 2), replied('NotLeader', 0)],
  ['slow disks', slowed(2), slowed(1)],
  ['kills with a write pending', killed(1, false), killed(0, false)],
  ['torn records', killed(1, true), killed(1, false)],
  ['truncations', appended(3), appended(0)],
  ['session duplicates', applied(true), applied(false)],
  ['writes refused, queue full', busy('log'), busy('reads')],
  ['reads refused, queue full', busy('reads'), busy('log')],
  ['appends held off', { ...at, shard, type: 'AppendHeldOff', from: nodeId(2), backlog: 9 }, role('follower')],
  ['batches applied', batchDone(true), batchDone(false)],
  ['batches refused by a condition', batchDone(false), batchDone(true)],
  ['sessions expired, idle', sessionsGone(1, 0), sessionsGone(0, 1)],
  ['sessions expired, too many', sessionsGone(0, 1), sessionsGone(1, 0)],
  ['writes in expired sessions refused', refusedWith('SessionExpired'), refusedWith('NotLeader')],
  ['retries in expired sessions refused', unknownBy('session expired'), unknownBy('timeout')],
  [
    'values expired',
    { ...at, shard, type: 'KeysExpired', index: 1, count: 1, keys: [] },
    { ...at, shard, type: 'KeysExpired', index: 1, count: 0, keys: [] },
  ],
  ['recoveries from a log', recovered(1, 0), recovered(0, 0)],
  ['torn tails recovered', recovered(1, 5), recovered(1, 0)],
  ['MemTables closed', { ...at, type: 'MemTableClosed', reason: 'full', bytes: 1, entries: 1 }, role('follower')],
  [
    'SSTables published',
    { ...at, type: 'SSTablePublished', fileNumber: 1, level: 0, bytes: 1, entries: 1 },
    role('follower'),
  ],
  ['compactions', compacted(0), role('follower')],
  ['entries dropped by compactions', compacted(1), compacted(0)],
  [
    'tables moved',
    { ...at, type: 'TableMoved', from: 0, level: 1, fileNumber: 1, bytes: 1, entries: 1 },
    role('follower'),
  ],
  [
    'write stalls',
    { ...at, type: 'WriteStalled', kind: 'delayed', because: 'MemTable', tables: 0, memTableBytes: 9 },
    { ...at, type: 'WriteResumed', stalledUs: 1 },
  ],
  [
    'delay spikes',
    taken({ type: 'Configure', name: 'link.delay', value: 300_000 }),
    taken({ type: 'Configure', name: 'link.delay', value: 10_000 }),
  ],
  [
    'one-way cuts',
    taken({ type: 'Cut', from: 'n1', to: 'n2', bothWays: false }),
    taken({ type: 'Cut', from: 'n1', to: 'n2', bothWays: true }),
  ],
  [
    'bridge partitions',
    taken({ type: 'Partition', groups: [['n1', 'n2'], ['n2']] }),
    taken({ type: 'Partition', groups: [['n1', 'n2'], ['n3']] }),
  ],
  ['nodes frozen', { ...at, type: 'NodeFrozen', leads: 0 }, { ...at, type: 'NodeThawed', waited: 0 }],
  ['leaders frozen', { ...at, type: 'NodeFrozen', leads: 1 }, { ...at, type: 'NodeFrozen', leads: 0 }],
  ['nodes suspected', { ...at, ...suspicion, type: 'NodeSuspected' }, { ...at, ...suspicion, type: 'NodeUnsuspected' }],
  [
    'suspicions cleared',
    { ...at, ...suspicion, type: 'NodeUnsuspected' },
    { ...at, ...suspicion, type: 'NodeSuspected' },
  ],
  ['nodes thawed', { ...at, type: 'NodeThawed', waited: 0 }, { ...at, type: 'NodeFrozen', leads: 1 }],
  [
    'messages that waited for a thaw',
    { ...at, type: 'NodeThawed', waited: 1 },
    { ...at, type: 'NodeThawed', waited: 0 },
  ],
  ['clocks changed', { ...at, type: 'ClockChanged', offsetUs: 1, ratePpm: 0 }, role('follower')],
  [
    'reads hedged',
    { ...hedging, type: 'ReadHedged', suspected: node, by: node, through: nodeId(2) },
    { ...hedging, type: 'RequestSent', to: node, request: 'Get', attempt: 1 },
  ],
  [
    'reads served by followers',
    { ...at, shard, type: 'ReadIndexStarted', client: 100, requestId: 1, context: 1, asks: nodeId(2) },
    { ...at, shard, type: 'ReadIndexStarted', client: 100, requestId: 1, context: 1 },
  ],
  ['full disks met', crashed('disk full'), crashed()],
  ['writes failed', crashed('write failed'), crashed()],
  ['corruptions found', crashed('corrupt'), crashed()],
  ['corrupt blocks found', corrupt, crashed('corrupt')],
  ['replicas quarantined', { ...at, shard, type: 'ReplicaDamaged', reason: 'corrupt block' }, corrupt],
  ['replicas repaired', { ...at, shard, type: 'ReplicaRebuilt' }, corrupt],
  ['scrubs completed', { ...at, type: 'ScrubCompleted', blocks: 1, bytes: 9, bad: 0, asked: false }, corrupt],
  ...CRASH_POINTS.map((point, i): [RareThing, TraceEvent, TraceEvent] => [
    `crashes ${point}`,
    crashed(point),
    crashed(CRASH_POINTS.at(i - 1)),
  ]),
])('%s', (thing, event, other) => {
  const coverage = new Coverage();
  coverage.observe(other);
  expect(coverage.count(thing)).toBe(0);
  expect(coverage.missing()).toContain(thing);
  coverage.observe(event);
  expect(coverage.count(thing)).toBe(1);
  expect(coverage.missing()).not.toContain(thing);
  expect(`${coverage}`).toContain(`1 ${thing}`);
});

test('what the world counts is added', () => {
  const coverage = new Coverage();
  coverage.add('messages lost to a cut', 0);
  expect(coverage.missing()).toContain('messages lost to a cut');
  coverage.add('messages lost to a cut', 4);
  expect(coverage.count('messages lost to a cut')).toBe(4);
  coverage.addTraffic({ cut: 1, duplicated: 2, reordered: 3 });
  const names = ['messages lost to a cut', 'messages duplicated', 'deliveries reordered'] as const;
  expect(names.map((name) => coverage.count(name))).toEqual([5, 2, 3]);
});
