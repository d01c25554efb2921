import { expect, test } from 'vitest';
import { nodeId, shardId } from '../core/base/ids.ts';
import type { TraceEvent } from '../core/cluster/trace-event.ts';
import { Coverage, type RareThing } from './coverage.ts';

const node = nodeId(1);
const shard = shardId(0);
const at = { timeUs: 1, node } as const;
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

test.each<[RareThing, TraceEvent, TraceEvent]>([
  ['elections', role('leader'), role('follower')],
  ['kills with a write pending', killed(1, false), killed(0, false)],
  ['torn records', killed(1, true), killed(1, false)],
  ['truncations', appended(3), appended(0)],
  ['session duplicates', applied(true), applied(false)],
  [
    'values expired',
    { ...at, shard, type: 'KeysExpired', index: 1, count: 1, keys: [] },
    { ...at, shard, type: 'KeysExpired', index: 1, count: 0, keys: [] },
  ],
  ['recoveries from a log', recovered(1, 0), recovered(0, 0)],
  ['torn tails recovered', recovered(1, 5), recovered(1, 0)],
  ['MemTables closed', { ...at, type: 'MemTableClosed', bytes: 1, entries: 1 }, role('follower')],
  [
    'SSTables published',
    { ...at, type: 'SSTablePublished', fileNumber: 1, level: 0, bytes: 1, entries: 1 },
    role('follower'),
  ],
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
});
