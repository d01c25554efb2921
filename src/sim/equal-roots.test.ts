import { expect, test } from 'vitest';
import { must } from '../core/base/assert.ts';
import { nodeId, shardId } from '../core/base/ids.ts';
import { encodeUtf8 } from '../core/base/utf8.ts';
import type { TimedAction } from '../core/cluster/action.ts';
import { CLASSROOM, createHeader } from '../core/cluster/presets.ts';
import { dataKey } from '../core/lsm/internal-key.ts';
import type { LsmEngine } from '../core/lsm/lsm-engine.ts';
import { WriteBatch } from '../core/lsm/write-batch.ts';
import { STRONG_KEYSPACE } from '../core/node/keyspace.ts';
import { HashRing } from '../core/ring/hash-ring.ts';
import { drawConfig } from './drawn-limits.ts';
import { compareRoots, type NodeRoot } from './equal-roots.ts';
import { InProcessHosts, runUntil } from './in-process-host.ts';
import { runInProcess } from './run.ts';
import { drawSchedule, FAULTS } from './schedule.ts';
import { World } from './world.ts';

const SECOND = 1_000_000;

const root = (
  node: number,
  shard: number,
  appliedIndex: number,
  low: number,
  staleLeaves: number[] = [],
): NodeRoot => ({
  node: nodeId(node),
  shard: shardId(shard),
  appliedIndex,
  root: { high: 1, low },
  staleLeaves,
});

test('replicas with as much applied have one root, and only they are compared', () => {
  expect(compareRoots([])).toEqual({ violations: [], compared: 0 });
  const equal = [root(1, 0, 9, 5), root(2, 0, 9, 5), root(3, 0, 8, 4), root(1, 1, 9, 6)];
  expect(compareRoots(equal)).toEqual({ violations: [], compared: 1 });
  const { violations, compared } = compareRoots([...equal, root(3, 0, 9, 7)]);
  expect(compared).toBe(2);
  expect(violations).toEqual([
    'EqualRoots: s0 at entry 9 has the Merkle root 0000000100000005 on n1 and 0000000100000007 on n3',
  ]);
});

test('so has the tree that a replica keeps', () => {
  expect(compareRoots([root(2, 3, 9, 5, [7, 1024])]).violations).toEqual([
    'EqualRoots: the Merkle tree that n2 keeps of s3 at entry 9 is not what it holds, in leaves 7,1024',
  ]);
});

const KEYS = Array.from({ length: 40 }, (_, i) => `k${i}`);

/** A cluster that was written to, at rest; two of its nodes have flushed. */
function atRest(): InProcessHosts {
  const put = (key: string, i: number): TimedAction => ({
    timeUs: 2 * SECOND + i * 20_000,
    action: {
      type: 'Operate',
      client: 'client',
      operation: { type: 'Put', key: encodeUtf8(key), value: encodeUtf8(`v${i}`) },
      options: { timeoutUs: SECOND, via: undefined },
    },
  });
  const flush = (node: number): TimedAction => ({ timeUs: 4 * SECOND, action: { type: 'Flush', node: nodeId(node) } });
  const world = new World(createHeader('roots', 1, { ...CLASSROOM, nodes: 3, shards: 2 }), {
    trace: false,
    actions: [...KEYS.map(put), flush(1), flush(2)],
  });
  const hosts = new InProcessHosts();
  runUntil(world, hosts, 6 * SECOND, false);
  return hosts;
}

test('at the end of a run all replicas of all shards come to one root, and one that has missed a write does not', () => {
  const hosts = atRest();
  const roots = hosts.roots();
  // Of two shards and the meta group.
  expect(roots.length).toBe(9);
  expect(compareRoots(roots)).toEqual({ violations: [], compared: 6 });
  // A value of n3 goes, past its log and its tree.
  const { shell } = hosts.host(3) as unknown as { shell: { node: { started: { env: { engine: LsmEngine } } } } };
  const ring = new HashRing([1, 2, 3].map(nodeId), CLASSROOM.vnodes, 2, 3);
  const key = encodeUtf8(
    must(
      KEYS.find((name) => ring.shardOfKey(encodeUtf8(name)) === 0),
      'a key of s0',
    ),
  );
  shell.node.started.env.engine.write(new WriteBatch().delete(dataKey(STRONG_KEYSPACE, 0, 1, key)));
  const { violations } = compareRoots(hosts.roots());
  expect(violations).toHaveLength(2);
  expect(violations.join('\n')).toMatch(
    /the Merkle tree that n3 keeps of s0 .*\n.*s0 at entry \d+ has the Merkle root .* on n1 and .* on n3/,
  );
});

/** With snapshots, flushes, compactions and recoveries behind it. */
test('the stores of a drawn run are compared when it is over', () => {
  const seed = 14;
  const schedule = { seed, nodes: 3, durationUs: 10 * SECOND, operationsPerSecond: 10, faults: new Set(FAULTS) };
  const seen = new Set<string>();
  const report = runInProcess(
    createHeader('equal', seed, drawConfig(seed, 3, 8)),
    drawSchedule(schedule),
    schedule.durationUs,
    { observe: ({ type }) => seen.add(type) },
  );
  expect(report.violations).toEqual([]);
  expect(report.rootsCompared).toBeGreaterThan(8);
  expect([...seen]).toEqual(expect.arrayContaining(['SnapshotInstalled', 'SSTablePublished', 'NodeRecovered']));
});
