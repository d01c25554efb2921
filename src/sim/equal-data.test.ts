import { expect, test } from 'vitest';
import { nodeId, shardId } from '../core/base/ids.ts';
import { createHeader } from '../core/cluster/presets.ts';
import { drawConfig } from './drawn-limits.ts';
import { compareContents } from './equal-data.ts';
import { runInProcess } from './run.ts';
import { drawSchedule, FAULTS } from './schedule.ts';

const replica = (appliedIndex: number, checksum: number, bytes = 10, shard = 0) => ({
  shard: shardId(shard),
  appliedIndex,
  bytes,
  checksum,
});
const holds = (...nodes: readonly (readonly ReturnType<typeof replica>[])[]) =>
  compareContents(nodes.map((replicas, i) => ({ node: nodeId(i + 1), replicas })));

test('replicas that have applied as much hold the same rows', () => {
  expect(holds([replica(5, 1)], [replica(5, 1)], [replica(5, 1)])).toEqual({ violations: [], compared: 2 });
  expect(holds([replica(5, 1)], [replica(5, 1)], [replica(5, 2)]).violations).toEqual([
    'EqualData: of s0 at applied index 5 n1 holds 10 bytes and n3 10, not the same',
  ]);
  expect(holds([replica(5, 1, 10)], [replica(5, 1, 11)]).violations).toHaveLength(1);
});

test('those of other shards, and those that are further or less far, are not held against each other', () => {
  expect(holds([replica(5, 1), replica(6, 3, 10, 1)], [replica(6, 2)], [replica(5, 4, 10, 1)])).toEqual({
    violations: [],
    compared: 0,
  });
});

/** With snapshots, flushes, compactions and recoveries behind it. */
test('the stores of a drawn run are compared when it is over, and asking leaves its digest alone', () => {
  const seed = 14;
  const schedule = { seed, nodes: 3, durationUs: 10_000_000, operationsPerSecond: 10, faults: new Set(FAULTS) };
  const seen = new Set<string>();
  const report = runInProcess(
    createHeader('equal', seed, drawConfig(seed, 3, 8)),
    drawSchedule(schedule),
    schedule.durationUs,
    { observe: ({ type }) => seen.add(type) },
  );
  expect(report.violations).toEqual([]);
  expect(report.contentsCompared).toBeGreaterThan(8);
  expect([...seen]).toEqual(expect.arrayContaining(['SnapshotInstalled', 'SSTablePublished', 'NodeRecovered']));
});
