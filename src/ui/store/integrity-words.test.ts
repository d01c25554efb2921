import { expect, test } from 'vitest';
import { encodeUtf8 } from '../../core/base/utf8.ts';
import type { TraceEvent } from '../../core/cluster/trace-event.ts';
import { N1, N2, N3, S0 } from '../testing/trace-events.ts';
import { reduceAll } from './reduce.ts';
import { EMPTY_MODEL } from './view-model.ts';

const told = (...events: readonly TraceEvent[]): readonly string[] =>
  reduceAll(EMPTY_MODEL, events).feed.map(({ actor, text, why }) => `${actor}: ${text} (${why})`);
const checked = (change: Partial<Extract<TraceEvent, { type: 'CheckCompleted' }>>): TraceEvent => ({
  timeUs: 20,
  type: 'CheckCompleted',
  node: N1,
  shard: S0,
  index: 7,
  verdict: 'equal',
  roots: [],
  damaged: [],
  missing: [],
  ...change,
});

test('damage, what a check found, quarantine and repair are told one after the other', () => {
  const at = { node: N2, shard: S0 };
  const words = told(
    { timeUs: 10, type: 'RowDamaged', ...at, key: encodeUtf8('k'), damage: 'drop' },
    checked({ verdict: 'outvoted', damaged: [N2] }),
    { timeUs: 30, type: 'ReplicaQuarantined', ...at, index: 7, expected: 'aa', found: 'bb' },
    { timeUs: 40, type: 'RepairStarted', ...at, index: 9, from: N1 },
    { timeUs: 50, type: 'ReplicaRepaired', ...at, index: 9, by: 'walk', leaves: 1, hashes: 65, keys: 2, written: 1 },
  );
  expect(words).toEqual([
    '2: lost k without a trace (because you asked for it: no checksum is broken, only a comparison with others can find it)',
    '1: checked s0 (behind entry 7 n2 does not hold what a majority holds)',
    '2: found its replica of s0 damaged (behind entry 7 it held bb, and a majority aa: it answers nothing until it is repaired)',
    '2: stopped at entry 9 of s0 (it applies nothing until it holds what n1 held there)',
    '2: repaired its replica of s0 (at entry 9: 65 hashes and 2 keys were sent for 1 leaf, 1 row written; the roots are equal)',
  ]);
});

test('where nobody has a majority it is an alarm; who said nothing is named; where all is well one line stands for all', () => {
  expect(told(checked({ verdict: 'undecided' }))).toEqual([
    '1: checked s0 (ALARM: behind entry 7 no majority holds the same. Nobody knows who is right, so nothing is repaired)',
  ]);
  expect(told(checked({ verdict: 'incomplete', missing: [N2, N3] }))).toEqual([
    '1: checked s0 (to no end: too few said what they hold behind entry 7; n2, n3 did not say)',
  ]);
  expect(told(checked({}), checked({ timeUs: 30, index: 8 }), checked({ timeUs: 40, index: 9 }))).toHaveLength(1);
});

test('a repair that came to nothing says why, and one by all rows or a snapshot says so', () => {
  const at = { timeUs: 10, node: N2, shard: S0, index: 9 };
  const none = { leaves: 0, hashes: 0, keys: 0, written: 0 };
  expect(
    told(
      { ...at, type: 'RepairAbandoned', reason: 'no answer' },
      { ...at, type: 'RepairAbandoned', reason: 'not kept' },
      { ...at, type: 'ReplicaRepaired', by: 'all rows', ...none, leaves: 1025, keys: 4 },
      { ...at, type: 'ReplicaRepaired', by: 'snapshot', ...none },
    ),
  ).toEqual([
    '2: goes on with s0, still damaged (nobody answered: it asks for another entry to be repaired at)',
    '2: goes on with s0, still damaged (who was asked keeps nothing of that entry: it asks for another one)',
    '2: repaired its replica of s0 (with all rows of the leader, at entry 9: 0 hashes and 4 keys were sent for 1025 leaves, 0 rows written; the roots are equal)',
    '2: repaired its replica of s0 (a snapshot that ends at entry 9 took its place)',
  ]);
});
