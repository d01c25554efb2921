import { describe, expect, test } from 'vitest';
import { nodeId, type ShardId, shardId } from '../base/ids.ts';
import { fileNumberOfExtentKey } from '../lsm/table-meta.ts';
import type { MemoryDisk } from '../lsm/testing/memory-disk.ts';
import { dump } from '../lsm/testing/store.ts';
import { foundMeta } from '../meta/found-meta.ts';
import { CLASSROOM_LIMITS } from './config.ts';
import { type RecoveredNode, recoverNode } from './node-recovery.ts';
import { put, TestCluster } from './testing/test-cluster.ts';

const SHARDS: readonly ShardId[] = [shardId(0), shardId(1)];
const FOUNDED = foundMeta({ nodes: [nodeId(1)], vnodes: 16, shards: SHARDS.length, replicationFactor: 3 });
const REPLICAS = new Map(FOUNDED.groups.map(({ shard }, i) => [shard, i + 1]));
const TIGHT = {
  memTableBytesMax: 400,
  sliceBytesMax: 128,
  blockBytes: 64,
  blockCacheBytes: 0,
  l0CompactionTrigger: 2,
  l0SlowdownTrigger: 6,
  l0StopTrigger: 8,
  levelBytesBase: 300,
  levelBytesRatio: 2,
  tableBytesMax: 1024,
};
/** A prime, so that over a run of transactions every kind is met; all of them in the long tests. */
const STRIDE = process.env.RINGSIDE_LONG === '1' ? 1 : 5;
/** Later than every boot of the node whose disk is looked at. */
const EPOCH = 100;

/** A node that writes, flushes and compacts at once, and is killed now and then with a torn record; its disk remembers every transaction. */
function busyNode(): TestCluster {
  const cluster = new TestCluster({ nodes: 1, shards: SHARDS.length, limits: TIGHT });
  const sessions = SHARDS.map((shard) => cluster.register(shard));
  const sequences = SHARDS.map(() => 0);
  for (let i = 1; i <= 50; i++) {
    const key = `k${i % 9}`;
    const shard = cluster.shardOf(key);
    const sequence = ++(sequences as number[])[shard]!;
    cluster.write(shard, sessions[shard]!, sequence, put(key, `${i}`));
    if (i % 10 !== 0) continue;
    const leader = cluster.leaderOf(shard);
    cluster.send(leader, shard, {
      type: 'Write',
      session: sessions[shard]!,
      sequence: sequence + 1,
      write: put(key, 'x'),
    });
    // The request is there after 1 ms, its record on disk half a millisecond later.
    cluster.run(1200);
    cluster.kill(nodeId(1), { records: 0, tornBytes: 3 + i });
    cluster.revive(nodeId(1));
    sequences[shard] = sequence + 1;
  }
  cluster.run(500_000);
  return cluster;
}

/** Of each transaction that is a part of a table: which work it belonged to. Undefined: it was another, or the work was never finished. */
function worksOf(cluster: TestCluster): readonly ('flush' | 'compaction' | undefined)[] {
  const flushed = new Set(cluster.eventsOf(1, 'SSTablePublished').map(({ fileNumber }) => fileNumber));
  const merged = cluster.eventsOf(1, 'CompactionFinished').flatMap(({ outputs }) => outputs);
  const compacted = new Set(merged.map(({ fileNumber }) => fileNumber));
  return cluster.at(1).disk.journal.map(([first]) => {
    if (first?.type !== 'put' || first.store !== 'sst') return undefined;
    const fileNumber = fileNumberOfExtentKey(first.key);
    if (flushed.has(fileNumber)) return 'flush';
    return compacted.has(fileNumber) ? 'compaction' : undefined;
  });
}

const recover = (disk: MemoryDisk, epoch: number): RecoveredNode =>
  disk.run(recoverNode(epoch, { ...CLASSROOM_LIMITS, ...TIGHT }, { replicas: REPLICAS, meta: FOUNDED }));

/** Everything that a boot goes on from. */
const stateOf = ({ engine, nextRecord, replicas }: RecoveredNode, disk: MemoryDisk) => ({
  nextRecord,
  lastSequence: engine.lastSequence,
  pairs: dump(engine, disk),
  replicas: replicas.map(({ shard, log, machine }) => ({
    shard,
    ...log,
    appliedIndex: machine.appliedIndex,
    keys: machine.keys,
    covered: engine.appliedIndex(shard, log.replicaId),
  })),
});

describe('bug 10: recovery that is itself cut short, wherever the crash before it was', () => {
  test('leads to the same state, however often, and leaves nothing behind', () => {
    const { disk: whole } = busyNode().at(1);
    const sizes = new Set<number>();
    for (let count = 0; count <= whole.journal.length; count += STRIDE) {
      const disk = whole.crashedAfter(count);
      const recovered = recover(disk, EPOCH);
      const expected = stateOf(recovered, disk);
      const { transactions } = recovered.report;
      sizes.add(transactions.length);
      for (let done = 0; done <= transactions.length; done++) {
        const cut = whole.crashedAfter(count);
        for (const transaction of transactions.slice(0, done)) cut.transact(transaction);
        // Cut again at the same place, then to its end.
        for (const [epoch, performed] of [
          [EPOCH + 1, done],
          [EPOCH + 2, transactions.length],
        ] as const) {
          const again = recover(cut, epoch);
          expect(stateOf(again, cut), `crash after ${count}, recovery ${epoch} after ${done}`).toEqual(expected);
          for (const transaction of again.report.transactions.slice(0, performed)) cut.transact(transaction);
        }
        const last = recover(cut, EPOCH + 3);
        expect(stateOf(last, cut)).toEqual(expected);
        expect([last.report.transactions.length, last.report.tornBytes]).toEqual([1, 0]);
      }
    }
    // The log is closed every time, and where a table was begun, that is swept.
    expect([...sizes].sort()).toEqual([1, 2]);
  });

  test('is tried after torn records, between the slices of flushes and of compactions', () => {
    const cluster = busyNode();
    const { disk } = cluster.at(1);
    const works = worksOf(cluster);
    const count = (what: string): number => works.filter((work) => work === what).length;
    expect([count('flush') > 20, count('compaction') > 20]).toEqual([true, true]);
    const torn = disk.journal.filter((_, i) => recover(disk.crashedAfter(i + 1), EPOCH).report.tornBytes > 0);
    expect(torn.length).toBeGreaterThanOrEqual(4);
  });
});
