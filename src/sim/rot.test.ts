import { describe, expect, test } from 'vitest';
import type { TraceEvent } from '../core/cluster/trace-event.ts';
import { drawRun } from './drawn-run.ts';

const SECOND = 1_000_000;
const SCHEDULE = { nodes: 3, durationUs: 20 * SECOND, operationsPerSecond: 20 };

/** What happened to the tables of a run whose disks fail, one of which loses bits again and again. */
function story(seed: number) {
  const events: TraceEvent[] = [];
  const schedule = { ...SCHEDULE, seed, faults: new Set(['disk'] as const) };
  const { report } = drawRun(schedule, (event) => events.push(event));
  const of = <T extends TraceEvent['type']>(type: T) =>
    events.filter((event): event is Extract<TraceEvent, { type: T }> => event.type === type);
  return { report, of };
}

describe('kept seeds: a disk that rots costs a replica, which the others rebuild', () => {
  test.each([
    [8, ['compaction', 'read']],
    [11, ['compaction', 'read', 'recovery', 'scrub']],
  ] as const)('seed %i: found by %j', (seed, finders) => {
    const { report, of } = story(seed);
    const [node] = new Set(of('BlockCorrupt').map((event) => event.node));
    expect([...new Set(of('BlockCorrupt').map(({ foundBy }) => foundBy))].sort()).toEqual(finders);
    expect(new Set(of('BlockCorrupt').map((event) => event.node)).size, 'one disk rots').toBe(1);
    const damaged = of('ReplicaDamaged');
    expect(damaged.length).toBeGreaterThan(2);
    for (const { shard, timeUs } of damaged) {
      const after = of('ReplicaRebuilt').find((event) => event.shard === shard && event.timeUs >= timeUs);
      expect(after, `s${shard} of n${node}`).toMatchObject({ node });
    }
    expect(of('NodeCrashed').filter((event) => event.node === node && event.fault === 'corrupt')).toEqual([]);
    expect(report.violations).toEqual([]);
    expect(report.undecided).toEqual([]);
    expect(report.rootsCompared).toBeGreaterThan(0);
  });

  test('seed 14: a bit of what a snapshot has just written is lost: it is thrown away unseen, and another one is sent', () => {
    const { report, of } = story(14);
    const [refused] = of('SnapshotRefused');
    expect(of('SnapshotRefused')).toHaveLength(1);
    expect(refused).toMatchObject({ shard: 0, found: '' });
    const again = of('ReplicaRebuilt').find(({ shard, timeUs }) => shard === 0 && timeUs > (refused?.timeUs ?? 0));
    expect(again?.node).toBe(refused?.node);
    expect(report.violations).toEqual([]);
  });
});
