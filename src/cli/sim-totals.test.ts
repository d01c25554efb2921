import { expect, test } from 'vitest';
import { nodeId, shardId } from '../core/base/ids.ts';
import type { TraceEvent } from '../core/cluster/trace-event.ts';
import type { RunReport } from '../sim/run.ts';
import { COVERED_SEEDS, SimTotals, watchSeed } from './sim-totals.ts';

const report = (undecided: readonly string[]): RunReport => ({
  digest: '',
  events: 1,
  examined: 1,
  violations: [],
  found: [],
  undecided,
  history: [],
  eventual: [],
  eventually: {
    reads: 0,
    overlaps: 0,
    dropped: 0,
    overtaken: 0,
    goneWithDisks: 0,
    purges: 0,
    hintsDelivered: 0,
    rowsExchanged: 0,
    rounds: 0,
  },
  batchesCompared: 1,
  rootsCompared: 1,
  refusals: 0,
  longestRefusalUs: 0,
  traffic: { cut: 1, duplicated: 0, reordered: 0 },
  counters: { writes: 0, reads: 0, keys: 0, elections: 0 },
  acknowledged: 0,
  unknown: 0,
  failed: 0,
  actions: [],
});

function totalsOf(seeds: number, undecided: number, events: readonly TraceEvent[] = []): SimTotals {
  const totals = new SimTotals();
  for (let seed = 0; seed < seeds; seed++) {
    const { observe, end } = watchSeed();
    for (const event of events) observe(event);
    totals.add(end('classroom', report(seed < undecided ? ['k1', 'k2'] : []), 1_000_000));
  }
  return totals;
}

test.each([
  [1, 1, true],
  [40, 2, true],
  [40, 3, false],
  [1000, 10, true],
  [1000, 11, false],
])('of %i histories %i are undecided: proven = %s', (seeds, undecided, proven) => {
  const concluded = totalsOf(seeds, undecided).conclude(false);
  expect(concluded.proven).toBe(proven);
  expect(concluded.lines).toContain(`linearizability: ${seeds - undecided} histories judged, ${undecided} undecided`);
  expect(concluded.lines.at(-1)?.startsWith('FAILED linearizability')).toBe(!proven);
});

test('a kind of thing that never happened fails enough seeds with every fault, and no others', () => {
  const torn: TraceEvent = { timeUs: 1, type: 'NodeKilled', node: nodeId(1), pending: 1, lost: 1, torn: true };
  expect(totalsOf(COVERED_SEEDS - 1, 0).conclude(true).proven).toBe(true);
  expect(totalsOf(COVERED_SEEDS, 0).conclude(false).proven).toBe(true);
  const { lines, proven } = totalsOf(COVERED_SEEDS, 0, [torn]).conclude(true);
  expect(proven).toBe(false);
  expect(lines.at(-1)).toContain(`FAILED coverage: in ${COVERED_SEEDS} seeds there were no elections, no `);
  expect(lines.at(-1)).not.toContain('torn records');
  expect(lines.at(-1)).not.toContain('messages lost to a cut');
});

test('failovers that another fault cut short are told beside the shares of those that ended', () => {
  const at = { timeUs: 1, node: nodeId(1), shard: shardId(0) } as const;
  const leads = {
    ...at,
    type: 'RoleChanged',
    role: 'leader',
    term: 1,
    leader: nodeId(1),
    votedFor: nodeId(1),
  } as const;
  const killed = (node: number): TraceEvent => ({
    ...{ timeUs: 5, type: 'NodeKilled', node: nodeId(node), pending: 0, lost: 0, torn: false },
  });
  const next = { ...leads, timeUs: 301_000, node: nodeId(2), term: 2 } as const;
  const rest = { reason: 'won the election', from: nodeId(0) } as const;
  const done: TraceEvent = {
    timeUs: 301_005,
    type: 'CommitAdvanced',
    node: nodeId(2),
    shard: shardId(0),
    commitIndex: 2,
    term: 2,
  };
  const once = [{ ...leads, ...rest }, killed(1), { ...next, ...rest }, done];
  expect(totalsOf(1, 0, once).conclude(false).lines[0]).toMatch(/p95 301 ms of 1$/);
  const back: TraceEvent = {
    ...{
      timeUs: 302_000,
      type: 'NodeRecovered',
      node: nodeId(1),
      recoveryUs: 1,
      logRecords: 0,
      tables: 0,
      tornBytes: 0,
    },
  };
  const cut = totalsOf(2, 0, [...once, back, killed(2), killed(3)]);
  expect(cut.conclude(false).lines[0]).toMatch(/p95 301 ms of 2 \(2 more were cut short by another fault\)$/);
});
