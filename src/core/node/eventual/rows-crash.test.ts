import { expect, test } from 'vitest';
import { nodeId, shardId } from '../../base/ids.ts';
import { createRandomStream, type RandomStream } from '../../base/random.ts';
import { dataKey } from '../../lsm/internal-key.ts';
import type { MemoryDisk } from '../../lsm/testing/memory-disk.ts';
import { foundMeta } from '../../meta/found-meta.ts';
import { latestStamp } from '../../replication/row.ts';
import { CLASSROOM_LIMITS, type NodeLimits } from '../config.ts';
import { EVENTUAL_KEYSPACE } from '../keyspace.ts';
import { type RecoveredNode, recoverNode } from '../node-recovery.ts';
import { bytes, put, TestCluster } from '../testing/test-cluster.ts';
import { rowOf } from './shard-rows.ts';
import { rowStorageId } from './storage-ids.ts';
import { rowAt, rowsOf } from './testing/rows-of.ts';

const N1 = nodeId(1);
const S0 = shardId(0);
const KEYS = ['a', 'b', 'c', 'd', 'e'];
const FOUNDED = foundMeta({ nodes: [N1], vnodes: 16, shards: 1, replicationFactor: 3 });
const REPLICAS = new Map(FOUNDED.groups.map(({ shard, replicas }) => [shard, replicas[0]?.replicaId ?? 0]));
/** Later than every boot of the node whose disk is looked at. */
const EPOCH = 100;
const SEEDS = process.env.RINGSIDE_LONG === '1' ? 30 : 4;

const limitsOf = (random: RandomStream): Partial<NodeLimits> => ({
  memTableBytesMax: random.between(300, 1500),
  ...{ sliceBytesMax: 200, blockBytes: 100, blockCacheBytes: 0, l0CompactionTrigger: 2 },
  ...{ logKeptEntries: 0, logSlackBytes: random.between(0, 800) },
});

/** What was said to be durable of a subject, and when: from that transaction of the disk on. Values only rise. */
interface Said {
  readonly subject: string;
  readonly value: number;
  readonly from: number;
}

/** One node that takes rows, hints and limits in any order, with strong writes in between, flushes, compacts, trims, and is killed with torn records. */
function run(seed: number) {
  const random = createRandomStream(seed, 'rows', 'test', 1);
  const limits = limitsOf(random);
  const cluster = new TestCluster({ seed, nodes: 1, limits });
  const { disk } = cluster.at(1);
  const session = cluster.register(S0);
  const said: Said[] = [];
  let wallUs = 0;
  let sequence = 0;
  for (let deed = 0; deed < 150; deed++) {
    const rows = rowsOf(cluster.at(1));
    const { boot } = cluster.at(1);
    const value = ++wallUs;
    const durable = (subject: string) => (): void => {
      if (cluster.at(1).boot === boot) said.push({ subject, value, from: disk.journal.length });
    };
    const key = KEYS[random.between(0, KEYS.length - 1)] as string;
    const kind = random.between(0, 9);
    const row = rowAt(value, random.chance(0.2) ? undefined : 'x'.repeat(random.between(1, 60)));
    if (kind <= 5) {
      const arrived = { key: bytes(key), row, written: undefined };
      rows.apply(S0, arrived, () => undefined, durable(`row ${key}`));
    } else if (kind === 6) rows.putHint({ shard: S0, home: nodeId(2), key: bytes(key), row }, durable(`hint ${key}`));
    else if (kind === 7) rows.raiseFence(S0, value, durable('fence'));
    else if (kind === 8) rows.raiseClockBound(value, durable('clock'));
    else cluster.write(S0, session, ++sequence, put('strong', `${value}`));
    cluster.input(N1, { type: 'MessagesReceived', from: N1, messages: [] });
    cluster.run(random.between(0, 1500));
    if (!random.chance(0.03)) continue;
    cluster.kill(N1, { records: random.between(0, 3), tornBytes: random.between(0, 60) });
    cluster.revive(N1);
    cluster.leaderOf(S0);
  }
  cluster.run(500_000);
  return { cluster, limits, said };
}

/** What a boot would find of each subject. */
function found({ engine, eventual }: RecoveredNode, disk: MemoryDisk): Map<string, number> {
  const storageId = rowStorageId(engine, S0, REPLICAS.get(S0) ?? 0);
  const values = new Map<string, number>();
  for (const key of KEYS) {
    const stored = disk.run(engine.get(dataKey(EVENTUAL_KEYSPACE, S0, storageId, bytes(key))));
    values.set(`row ${key}`, latestStamp(rowOf(stored)).wallUs);
  }
  // After a restart its hints go to the node itself, since nobody else holds the shard: what one told is then in a row.
  for (const key of KEYS) values.set(`hint ${key}`, values.get(`row ${key}`) ?? 0);
  for (const { key, row } of eventual.hints) {
    const subject = `hint ${new TextDecoder().decode(key)}`;
    values.set(subject, Math.max(values.get(subject) ?? 0, latestStamp(rowOf(row)).wallUs));
  }
  values.set('fence', eventual.limits(S0, storageId)?.fenceUs ?? 0);
  values.set('clock', eventual.clockBoundUs);
  return values;
}

test('whatever was said to be durable is there after a crash at any step of the disk', () => {
  let trims = 0;
  let tables = 0;
  for (let seed = 1; seed <= SEEDS; seed++) {
    const { cluster, limits, said } = run(seed);
    trims += cluster.eventsOf(1, 'LogTrimmed').length;
    tables += cluster.eventsOf(1, 'SSTablePublished').length;
    const { disk: whole } = cluster.at(1);
    const all = { ...CLASSROOM_LIMITS, ...limits };
    for (let count = 1; count <= whole.journal.length; count++) {
      const disk = whole.crashedAfter(count);
      const values = found(disk.run(recoverNode(EPOCH, all, { replicas: REPLICAS, meta: FOUNDED })), disk);
      for (const { subject, value, from } of said) {
        if (from > count) break;
        expect(values.get(subject) ?? 0, `seed ${seed}, ${subject} after ${count}`).toBeGreaterThanOrEqual(value);
      }
    }
  }
  expect(trims).toBeGreaterThan(SEEDS);
  expect(tables).toBeGreaterThan(5 * SEEDS);
}, 120_000);
