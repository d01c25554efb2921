import { describe, expect, test } from 'vitest';
import { nodeId, shardId } from '../base/ids.ts';
import { COMPACTION_STYLES } from '../lsm/compaction-style.ts';
import { put, TestCluster } from './testing/test-cluster.ts';

const S0 = shardId(0);
const TIGHT = {
  memTableBytesMax: 400,
  sliceBytesMax: 1024,
  blockBytes: 128,
  blockCacheBytes: 0,
  l0CompactionTrigger: 2,
  l0SlowdownTrigger: 3,
  l0StopTrigger: 4,
  levelBytesBase: 300,
  levelBytesRatio: 2,
  tableBytesMax: 1024,
};

/** Tables on the disk of a node, by what it reported. */
function tablesOf(cluster: TestCluster, id: number): string[] {
  const tables = new Set<string>();
  const name = ({ level, fileNumber }: { level: number; fileNumber: number }): string => `L${level} ${fileNumber}`;
  for (const event of cluster.at(id).events) {
    if (event.type === 'TablesRecovered') tables.clear();
    if (event.type === 'TablesRecovered') for (const each of event.tables) tables.add(name(each));
    if (event.type === 'SSTablePublished') tables.add(name(event));
    if (event.type === 'TableMoved') {
      tables.delete(name({ ...event, level: event.from }));
      tables.add(name(event));
    }
    if (event.type !== 'CompactionFinished') continue;
    for (const each of event.inputs) tables.delete(name(each));
    for (const each of event.outputs) tables.add(name(each));
  }
  return [...tables].sort();
}

function report(cluster: TestCluster, id: number) {
  const slot = cluster.at(id);
  const answer = slot.node === undefined ? undefined : slot.disk.run(slot.node.answer({ type: 'Storage' }));
  if (answer?.type !== 'Storage') throw new Error('the node runs');
  return answer.report;
}

const reported = (cluster: TestCluster, id: number): string[] =>
  report(cluster, id)
    .engine.levels.flatMap(({ tables }) => tables.map(({ level, fileNumber }) => `L${level} ${fileNumber}`))
    .sort();

describe('a node compacts beside its work', () => {
  test.each(COMPACTION_STYLES)('%s: everything is read back, also after kills; events and report agree', (style) => {
    const cluster = new TestCluster({ limits: { ...TIGHT, compactionStyle: COMPACTION_STYLES.indexOf(style) } });
    const session = cluster.register(S0);
    for (let i = 1; i <= 150; i++) {
      cluster.write(S0, session, i, put(`k${i % 20}`, `${i}`));
      if (i % 50 !== 0) continue;
      for (const id of cluster.nodes.keys()) cluster.kill(id);
      for (const id of cluster.nodes.keys()) cluster.revive(id);
    }
    cluster.run(500_000);
    for (let i = 131; i <= 150; i++) expect(cluster.get(`k${i % 20}`)).toBe(`${i}`);
    for (const id of [1, 2, 3]) {
      expect(tablesOf(cluster, id)).toEqual(reported(cluster, id));
      const stored = new Set([...cluster.at(id).disk.store('sst').keys()].map((at) => Math.floor(at / 65536)));
      expect([...stored].sort()).toEqual(
        reported(cluster, id)
          .map((name) => Number(name.slice(3)))
          .sort(),
      );
      const finished = cluster.eventsOf(id, 'CompactionFinished').length;
      expect(finished).toBeGreaterThan(5);
    }
    if (style === 'leveled') expect(reported(cluster, 1).some((name) => name.startsWith('L2'))).toBe(true);
  });

  test('fifo: what was replaced goes with its table, what lives stays, and sessions and summaries outlive their tables', () => {
    const limits = { ...TIGHT, compactionStyle: COMPACTION_STYLES.indexOf('fifo') };
    const cluster = new TestCluster({ limits });
    const idle = cluster.register(S0);
    cluster.write(S0, idle, 1, put('k0', 'once'));
    const session = cluster.register(S0);
    for (let i = 1; i <= 200; i++) cluster.write(S0, session, i, put(`k${1 + (i % 8)}`, `${i}`));
    cluster.run(500_000);
    for (const id of [1, 2, 3]) {
      expect(tablesOf(cluster, id)).toEqual(reported(cluster, id));
      const finished = cluster.eventsOf(id, 'CompactionFinished');
      expect(new Set(finished.map(({ reason }) => reason))).toEqual(new Set(['nothing lives']));
      // The table of k0, what was carried over beside it, and the last ones.
      expect(reported(cluster, id).length).toBeLessThan(8);
      expect(cluster.eventsOf(id, 'SSTablePublished').length).toBeGreaterThan(20);
    }
    for (const id of cluster.nodes.keys()) cluster.kill(id);
    for (const id of cluster.nodes.keys()) cluster.revive(id);
    cluster.run(500_000);
    expect(cluster.get('k0')).toBe('once');
    expect(cluster.get('k1')).toBe('200');
    // A retry of what the idle session wrote first of all is known as one.
    cluster.write(S0, idle, 1, put('k0', 'again'));
    expect(cluster.get('k0')).toBe('once');
  });

  test('fifo: tables of values that have expired go, oldest first, until only tombstones are left that go as well', () => {
    const limits = { ...TIGHT, compactionStyle: COMPACTION_STYLES.indexOf('fifo') };
    const cluster = new TestCluster({ limits });
    const session = cluster.register(S0);
    const ttlUs = 300_000;
    for (let i = 1; i <= 200; i++) cluster.write(S0, session, i, put(`t${i}`, 'v'.repeat(20), ttlUs));
    cluster.run(3_000_000);
    for (const id of [1, 2, 3]) {
      const flushed = cluster.eventsOf(id, 'SSTablePublished').length;
      expect(flushed).toBeGreaterThan(20);
      expect(reported(cluster, id).length).toBeLessThan(flushed / 2);
    }
    expect(cluster.get('t1')).toBeUndefined();
  });

  test('a flush and a compaction that somebody asks for', () => {
    const cluster = new TestCluster({ nodes: 1 });
    const session = cluster.register(S0);
    for (let i = 1; i <= 3; i++) {
      cluster.write(S0, session, i, put('k', `${i}`));
      cluster.input(nodeId(1), { type: 'FlushAsked' });
      cluster.run(50_000);
    }
    expect(cluster.eventsOf(1, 'MemTableClosed').map(({ reason }) => reason)).toEqual(['asked', 'asked', 'asked']);
    expect(reported(cluster, 1)).toEqual(['L0 1', 'L0 2', 'L0 3']);
    cluster.write(S0, session, 4, put('k', '4'));
    cluster.input(nodeId(1), { type: 'CompactionAsked', level: undefined });
    cluster.run(50_000);
    expect(reported(cluster, 1)).toEqual(['L1 5']);
    const [finished] = cluster.eventsOf(1, 'CompactionFinished');
    expect(finished).toMatchObject({ reason: 'manual', level: 0, outputLevel: 1, job: 1 });
    expect(finished?.inputs.length).toBe(4);
    expect(finished?.dropped).toBeGreaterThan(0);
    expect(cluster.eventsOf(1, 'TablesDeleted')).toEqual([{ type: 'TablesDeleted', fileNumbers: [4, 3, 2, 1] }]);
    cluster.input(nodeId(1), { type: 'CompactionAsked', level: 1 });
    cluster.run(50_000);
    expect(reported(cluster, 1)).toEqual(['L2 6']);
    expect(cluster.get('k')).toBe('4');
  });

  test('bug 31: sustained overload delays and stops applying, and always goes on', () => {
    const cluster = new TestCluster({ nodes: 1, limits: { ...TIGHT, memTableBytesMax: 1, pendingProposalsMax: 20 } });
    const session = cluster.register(S0);
    cluster.at(1).holdWrites = true;
    const leader = cluster.leaderOf(S0);
    const value = 'v'.repeat(300);
    const answers = new Map<string, number>();
    for (let i = 1; i <= 200; i++) {
      for (let answer = ''; answer !== 'Written'; ) {
        const id = cluster.send(leader, S0, { type: 'Write', session, sequence: i, write: put(`k${i}`, value) });
        cluster.run(2000);
        cluster.completeWrites(1);
        cluster.until(`an answer to write ${i}`, () => cluster.replies.has(id), 60_000_000);
        answer = cluster.replies.get(id)?.type ?? '';
        answers.set(answer, (answers.get(answer) ?? 0) + 1);
      }
    }
    // Clients are told when applying stands, and their retries succeed.
    expect([...answers.keys()].sort()).toEqual(['Busy', 'Written']);
    expect(answers.get('Written')).toBe(200);
    cluster.run(2_000_000);
    const stalls = cluster.eventsOf(1, 'WriteStalled');
    expect(new Set(stalls.map(({ kind }) => kind))).toEqual(new Set(['delayed', 'stopped']));
    expect(cluster.eventsOf(1, 'WriteResumed').length).toBeGreaterThan(0);
    const { engine, stalledUs } = report(cluster, 1);
    expect(engine.stall).toBe('none');
    expect(stalledUs).toBeGreaterThan(0);
    expect(engine.statistics.stops + engine.statistics.delays).toBe(stalls.length);
  });

  test('while applying is delayed, a shard with much to apply does not keep the others waiting', () => {
    const limits = { ...TIGHT, memTableBytesMax: 1 << 20, l0CompactionTrigger: 3, l0StopTrigger: 99 };
    const cluster = new TestCluster({ nodes: 1, shards: 2, limits });
    const [busy, quiet] = [S0, shardId(1)];
    const [busySession, quietSession] = [cluster.register(busy), cluster.register(quiet)];
    const keyIn = (shard: number, from: number): string => {
      for (let i = from; ; i++) if (cluster.shardOf(`k${i}`) === shard) return `k${i}`;
    };
    const value = 'v'.repeat(4096);
    let sequence = 0;
    const sendBusy = (): number => {
      const write = put(keyIn(busy, sequence * 10), value);
      return cluster.send(nodeId(1), busy, { type: 'Write', session: busySession, sequence: ++sequence, write });
    };
    for (let table = 1; table <= 3; table++) {
      for (let i = 0; i < 16; i++) sendBusy();
      cluster.run(20_000);
      cluster.input(nodeId(1), { type: 'FlushAsked' });
      cluster.until('a flush', () => cluster.eventsOf(1, 'SSTablePublished').length === table);
    }
    expect(cluster.eventsOf(1, 'WriteStalled').map(({ kind }) => kind)).toEqual(['delayed']);
    const many = Array.from({ length: 100 }, sendBusy);
    const write = put(keyIn(quiet, 0), 'v');
    const one = cluster.send(nodeId(1), quiet, { type: 'Write', session: quietSession, sequence: 1, write });
    cluster.until('the answer to the quiet shard', () => cluster.replies.has(one));
    expect(cluster.eventsOf(1, 'WriteResumed')).toEqual([]);
    expect(many.filter((id) => cluster.replies.has(id)).length).toBeLessThan(20);
  });

  test('bug 22: a damaged block ends the compaction, not the node; its inputs stay listed, and it is not tried again while nobody can repair them', () => {
    const cluster = new TestCluster({ nodes: 1, limits: { ...TIGHT, l0CompactionTrigger: 3 } });
    const session = cluster.register(S0);
    for (let i = 1; i <= 2; i++) {
      cluster.write(S0, session, i, put('k', `${i}`));
      cluster.input(nodeId(1), { type: 'FlushAsked' });
      cluster.run(50_000);
    }
    const { disk } = cluster.at(1);
    disk.store('sst').delete(65536);
    const opened = disk.run(cluster.at(1).node?.answer({ type: 'Table', fileNumber: 1, block: 0 }) ?? none());
    expect(opened).toEqual({ type: 'Table', opened: { damage: 'table 1, extent 0, block 0: missing' } });
    cluster.input(nodeId(1), { type: 'CompactionAsked', level: 0 });
    cluster.run(50_000);
    for (let i = 0; i < 3; i++) {
      cluster.input(nodeId(1), { type: 'CompactionAsked', level: 0 });
      cluster.run(50_000);
    }
    expect(cluster.at(1).events.filter(({ type }) => type === 'CompactionAbandoned')).toHaveLength(1);
    expect(cluster.at(1).events.filter(({ type }) => type === 'BlockCorrupt')).toHaveLength(1);
    expect(cluster.eventsOf(1, 'CompactionFinished')).toEqual([]);
    expect(disk.store('sstmeta').size).toBe(2);
  });
});

// biome-ignore lint/correctness/useYield: a routine that needs no read
function* none(): Generator<never, undefined> {
  return undefined;
}

test('what is asked of a node beside time changes nothing in it', () => {
  const run = (asking: boolean): number | undefined => {
    const cluster = new TestCluster({ nodes: 1, limits: TIGHT });
    const session = cluster.register(S0);
    for (let i = 1; i <= 30; i++) {
      cluster.write(S0, session, i, put(`k${i % 5}`, `${i}`));
      const { node, disk } = cluster.at(1);
      if (asking)
        for (const fileNumber of [1, 2, 3]) disk.run(node?.answer({ type: 'Table', fileNumber, block: 0 }) ?? none());
      if (asking) report(cluster, 1);
    }
    expect(cluster.replies.size).toBeGreaterThan(30);
    return cluster.at(1).node?.fingerprint;
  };
  expect(run(true)).toBe(run(false));
});
