import { expect, test } from 'vitest';
import { nodeId, shardId } from '../core/base/ids.ts';
import type { TimedAction } from '../core/cluster/action.ts';
import { createHeader, DATACENTER } from '../core/cluster/presets.ts';
import type { TraceEvent } from '../core/cluster/trace-event.ts';
import { CLOCK_RATE_ERROR_PPM_MAX } from '../core/node/config.ts';
import { ClockModel, drawClock } from './clock-model.ts';
import { LeaseInvariant } from './lease-invariant.ts';
import { runInProcess } from './run.ts';

const MS = 1000;
const SECOND = 1_000_000;
const role = (timeUs: number, node: number, name: 'leader' | 'follower', term: number, shard = 0): TraceEvent => ({
  timeUs,
  node: nodeId(node),
  shard: shardId(shard),
  type: 'RoleChanged',
  role: name,
  term,
  leader: nodeId(0),
  votedFor: nodeId(0),
  reason: 'started',
  from: nodeId(0),
});
const lease = (timeUs: number, node: number, waitUs: number): TraceEvent => ({
  timeUs,
  node: nodeId(node),
  shard: shardId(0),
  type: 'LeaseSet',
  waitUs,
});

const RIGHT = { rateErrorPpmMax: 0, wallOffsetUsMax: 0 };

/** What is said of the last event; the ones before are as they should be. */
function verdict(events: readonly TraceEvent[], clocks = RIGHT, seed = 1): string | undefined {
  const invariant = new LeaseInvariant((node) => new ClockModel(drawClock(clocks, seed, node)));
  const found = events.map((event) => invariant.check(event)?.detail);
  expect(found.slice(0, -1).every((detail) => detail === undefined)).toBe(true);
  return found.at(-1);
}

const LEASED = [role(0, 1, 'leader', 1), lease(10 * MS, 1, 100 * MS)];

test('nobody is elected while a lease lasts', () => {
  expect(verdict([...LEASED, role(110 * MS - 1, 2, 'leader', 2)])).toBe(
    'n2 leads term 2 while the lease of n1 lasts another 1 µs',
  );
  expect(verdict([...LEASED, role(110 * MS, 2, 'leader', 2)])).toBeUndefined();
  expect(verdict([...LEASED, role(50 * MS, 2, 'leader', 2, 1)]), 'another shard').toBeUndefined();
});

test('nor does anybody renew a lease that a later leader should have ended', () => {
  const later = [...LEASED, role(200 * MS, 2, 'leader', 2)];
  expect(verdict([...later, lease(210 * MS, 1, 5 * MS)])).toBe(
    'n2 leads term 2 while the lease of n1 lasts another 5000 µs',
  );
  expect(verdict([...later, lease(210 * MS, 1, 0)])).toBeUndefined();
  expect(verdict([...later, lease(210 * MS, 2, 100 * MS)])).toBeUndefined();
  expect(verdict([lease(0, 3, 1)])).toBe('n3 has a lease and leads nothing');
});

test('a lease that was given up stands in nobody’s way', () => {
  expect(verdict([...LEASED, lease(20 * MS, 1, 0), role(30 * MS, 2, 'leader', 2)])).toBeUndefined();
  expect(verdict([...LEASED, role(20 * MS, 1, 'follower', 2), role(30 * MS, 2, 'leader', 2)])).toBeUndefined();
});

test('the time left is by the clock of the node that has the lease', () => {
  const clocks = { rateErrorPpmMax: 50_000, wallOffsetUsMax: 0 };
  const slow = [1, 2, 3, 4, 5, 6, 7, 8].find((seed) => {
    const { monotonicUs } = new ClockModel(drawClock(clocks, seed, nodeId(1))).read(1_000_000);
    return monotonicUs < 980_000;
  });
  expect(slow).toBeDefined();
  const elected = role(111 * MS, 2, 'leader', 2);
  expect(verdict([...LEASED, elected])).toBeUndefined();
  expect(verdict([...LEASED, elected], clocks, slow)).toMatch(/^n2 leads term 2 while the lease of n1 lasts another/);
});

test('a clock that is slowed down makes the lease that it measures last longer', () => {
  let clock = new ClockModel(drawClock(RIGHT, 1, nodeId(1)));
  const invariant = new LeaseInvariant(() => clock);
  for (const event of LEASED) expect(invariant.check(event)).toBeUndefined();
  clock = clock.changedAt(10 * MS, { ratePpm: -50_000 });
  expect(invariant.check(role(112 * MS, 2, 'leader', 2))?.detail).toMatch(/the lease of n1 lasts another 32\d\d µs/);
  clock = clock.changedAt(112 * MS, { ratePpm: 50_000 });
  expect(invariant.check(role(116 * MS, 2, 'leader', 3))).toBeUndefined();
});

test('leaders that are cut off lose their leases in time, on clocks as wrong as they may be', () => {
  const seeds = [1, 2, 3, 4];
  const reports = seeds.map((seed) => {
    const clocks = { rateErrorPpmMax: CLOCK_RATE_ERROR_PPM_MAX, wallOffsetUsMax: 0 };
    const config = { ...DATACENTER, shards: 64, clocks };
    const isolations = Array.from({ length: 6 }, (_, i): TimedAction[] => [
      { timeUs: (4 + 6 * i) * SECOND, action: { type: 'Isolate', actor: `n${(i % 3) + 1}` } },
      { timeUs: (7 + 6 * i) * SECOND, action: { type: 'Heal', actor: undefined } },
    ]);
    let leases = 0;
    const observe = ({ type }: TraceEvent) => {
      if (type === 'LeaseSet') leases++;
    };
    const report = runInProcess(createHeader('leases', seed, config), isolations.flat(), 40 * SECOND, { observe });
    return { violations: report.violations, elections: report.counters.elections, leases };
  });
  expect(reports.flatMap(({ violations }) => violations)).toEqual([]);
  for (const { elections, leases } of reports) {
    expect(elections).toBeGreaterThan(150);
    expect(leases).toBeGreaterThan(1000);
  }
});
