import { describe, expect, test } from 'vitest';
import { type NodeId, nodeId } from '../core/base/ids.ts';
import type { Action, ActionResult } from '../core/cluster/action.ts';
import type { CrashPoint, DamagedStore, DiskFault } from '../core/cluster/disk-fault.ts';
import { CLASSROOM } from '../core/cluster/presets.ts';
import type { NodeSnapshot } from '../core/cluster/snapshot.ts';
import type { TraceEvent } from '../core/cluster/trace-event.ts';
import { drawRun } from './drawn-run.ts';
import { compareRoots } from './equal-roots.ts';
import { replay } from './run.ts';
import { decodeRun, encodeRun } from './saved-run.ts';
import { put, WorldByHand } from './testing/world-by-hand.ts';

const SECOND = 1_000_000;
/** Small tables, so that a few writes make some. */
const CONFIG = {
  ...CLASSROOM,
  shards: 1,
  limits: { ...CLASSROOM.limits, memTableBytesMax: 2048, sliceBytesMax: 1024, blockBytes: 256 },
};

class Cluster extends WorldByHand {
  private nowUs = SECOND;
  private count = 0;

  constructor(seed = 1) {
    super(seed, CONFIG);
    this.run(this.nowUs);
  }

  get leader(): NodeId {
    const { leader } = this.world.snapshot().shards[0] ?? { leader: null };
    if (leader === null) throw new Error('nobody leads');
    return nodeId(Number(leader.slice(1)));
  }

  get follower(): NodeId {
    return nodeId(this.leader === 1 ? 2 : 1);
  }

  node(node: NodeId): NodeSnapshot {
    return this.world.snapshot().nodes[node - 1] as NodeSnapshot;
  }

  disk(node: NodeId, fault: DiskFault): ActionResult | undefined {
    return this.act({ type: 'Disk', node, fault });
  }

  /** Time for an election, and for whatever else follows. */
  pass(durationUs = 2 * SECOND): void {
    this.nowUs += durationUs;
    this.run(this.nowUs);
  }

  /** Of new keys, or of all from number `from` on. */
  writes(count: number, from = this.count): void {
    this.count = from;
    for (let i = 0; i < count; i++) this.act(put(`key-${this.count++}-${'x'.repeat(100)}`));
    this.pass();
  }

  acknowledged(): number {
    return this.seen.filter((event) => event.type === 'OperationCompleted' && event.outcome.status === 'ok').length;
  }

  crashes(node: NodeId): readonly Extract<TraceEvent, { type: 'NodeCrashed' }>[] {
    return this.seen.filter((event) => event.type === 'NodeCrashed').filter((event) => event.node === node);
  }

  transactions(node: NodeId): { readonly boot: number; readonly transactions: number } {
    const { boot, transactions } = this.hosts.host(node).lastBoot();
    return { boot, transactions };
  }

  revive(node: NodeId): void {
    this.act({ type: 'Revive', node });
    this.pass();
  }

  restart(node: NodeId): void {
    this.act({ type: 'Kill', node });
    this.revive(node);
  }
}

const corrupt = (store: DamagedStore, fileNumber?: number): DiskFault => ({ type: 'Corrupt', store, fileNumber });

describe('a full disk', () => {
  test('takes its leader down at the next write, others lead and acknowledge, and nothing of what was refused is stored', () => {
    const cluster = new Cluster();
    const { leader } = cluster;
    const before = cluster.transactions(leader);
    expect(cluster.disk(leader, { type: 'Full' })).toMatchObject({ type: 'Applied' });
    expect(cluster.node(leader)).toMatchObject({ state: 'up', disk: { full: true } });
    cluster.writes(3);
    expect(cluster.crashes(leader)).toMatchObject([
      { fault: 'disk full', reason: expect.stringMatching(/^QuotaExceeded/) },
    ]);
    expect(cluster.transactions(leader)).toEqual(before);
    expect(cluster.leader).not.toBe(leader);
    expect(cluster.acknowledged()).toBe(3);
  });

  test('takes none of what a kill finds on its way either', () => {
    const full = (fill: boolean): { readonly lost: number; readonly pending: number } => {
      const cluster = new Cluster();
      const { leader } = cluster;
      for (let i = 0; i < 8; i++) cluster.act(put(`k${i}`));
      // The request takes some 10 ms, and the sync 2 ms.
      cluster.run(cluster.world.nowUs + 11_500);
      while (!cluster.pending().some((event) => event.type === 'LogSync' && event.at === `n${leader}`)) cluster.step();
      const { transactions } = cluster.transactions(leader);
      if (fill) cluster.disk(leader, { type: 'Full' });
      cluster.act({ type: 'Kill', node: leader });
      if (fill) expect(cluster.transactions(leader).transactions).toBe(transactions);
      const killed = cluster.seen.find((event) => event.type === 'NodeKilled');
      if (killed?.type !== 'NodeKilled') throw new Error('nobody was killed');
      return killed;
    };
    expect(full(false).pending).toBeGreaterThan(0);
    const { pending, lost } = full(true);
    expect(lost).toBe(pending);
  });

  test('stops a revival too, until there is room', () => {
    const cluster = new Cluster();
    const { follower } = cluster;
    cluster.disk(follower, { type: 'Full' });
    cluster.writes(1);
    cluster.revive(follower);
    expect(cluster.crashes(follower).map(({ reason }) => reason)).toEqual([
      'QuotaExceededError: the disk is full, a write to store log was refused',
      'QuotaExceededError: the disk is full, a write to store meta was refused',
    ]);
    cluster.disk(follower, { type: 'Ok' });
    cluster.revive(follower);
    expect(cluster.node(follower)).toMatchObject({ state: 'up', crashReason: null, disk: { full: false } });
    cluster.writes(1);
    expect(cluster.world.quiet()).toBe(true);
    expect(cluster.world.violations).toEqual([]);
  });
});

describe('a failed write', () => {
  test('bug 12: ends its node at once, is not made, and is not tried again: the next boot goes on from what is stored', () => {
    const cluster = new Cluster();
    const { leader } = cluster;
    const before = cluster.transactions(leader);
    cluster.disk(leader, { type: 'Fail' });
    cluster.writes(3);
    expect(cluster.crashes(leader)).toMatchObject([
      { fault: 'write failed', reason: expect.stringMatching(/aborted/) },
    ]);
    expect(cluster.transactions(leader)).toEqual(before);
    expect(cluster.node(leader)).toMatchObject({ state: 'down', disk: { failing: false } });
    cluster.revive(leader);
    cluster.writes(2);
    expect(cluster.crashes(leader)).toHaveLength(1);
    expect(cluster.world.quiet()).toBe(true);
    expect(cluster.world.violations).toEqual([]);
  });
});

test('a slow disk delays what waits for it, and a disk that is well again does not', () => {
  const tookUs = (fault: DiskFault): number => {
    const cluster = new Cluster();
    for (let node = 1; node <= 3; node++) cluster.disk(nodeId(node), fault);
    cluster.seen = [];
    cluster.writes(1);
    const invoked = cluster.seen.find((event) => event.type === 'OperationInvoked');
    const completed = cluster.seen.find((event) => event.type === 'OperationCompleted');
    return (completed?.timeUs ?? 0) - (invoked?.timeUs ?? 0);
  };
  expect(tookUs({ type: 'Slow', factor: 20 })).toBeGreaterThan(tookUs({ type: 'Ok' }) + 48_000);
});

describe('a flipped bit', () => {
  const found = (
    seed: number,
    store: DamagedStore,
  ): readonly { readonly reason: string; readonly fault?: string }[] => {
    const cluster = new Cluster(seed);
    cluster.writes(40);
    const { follower } = cluster;
    expect(cluster.disk(follower, corrupt(store))).toMatchObject({ type: 'Applied' });
    expect(cluster.node(follower)).toMatchObject({
      state: 'up',
      disk: { damage: expect.stringMatching(/^bit \d of/) },
    });
    cluster.restart(follower);
    return cluster.crashes(follower);
  };

  test.each([
    ['log', /^CorruptStore: log record \d+ of epoch 1: /],
    ['sstmeta', /^CorruptStore: table \d+, sstmeta: /],
    ['manifest', /^CorruptStore: manifest edit \d+: /],
  ] as const)('of the %s is never read over: the node goes down and names the place', (store, reason) => {
    for (let seed = 0; seed < 12; seed++)
      expect(found(seed, store)).toMatchObject([{ fault: 'corrupt', reason: expect.stringMatching(reason) }]);
  });

  test('of a table is found when that table is read, named, and repaired from the others', () => {
    const cluster = new Cluster();
    cluster.writes(40);
    const { follower } = cluster;
    for (let i = 0; i < 30; i++) cluster.disk(follower, corrupt('sst'));
    cluster.restart(follower);
    // Applying looks up what each key held before.
    cluster.writes(40, 0);
    const ofFollower = (type: TraceEvent['type']) =>
      cluster.seen.filter((event) => event.type === type && 'node' in event && event.node === follower);
    expect(cluster.crashes(follower)).toEqual([]);
    expect(ofFollower('BlockCorrupt').length).toBeGreaterThan(0);
    expect(ofFollower('ReplicaDamaged').length).toBeGreaterThan(0);
    cluster.pass();
    expect(ofFollower('ReplicaRebuilt')).toHaveLength(ofFollower('ReplicaDamaged').length);
    expect(cluster.world.quiet()).toBe(true);
    expect(cluster.world.violations).toEqual([]);
    expect(compareRoots(cluster.hosts.roots())).toMatchObject({ violations: [] });
  });

  test('leaves its replica out of what is compared, and no other, until a scrub has found it and it is rebuilt', () => {
    const cluster = new Cluster(13);
    cluster.writes(40);
    const { follower } = cluster;
    const replicas = () => cluster.hosts.roots().map(({ node, shard }) => `n${node} ${shard === 0 ? 's0' : 'meta'}`);
    const all = ['n1 s0', 'n1 meta', 'n2 s0', 'n2 meta', 'n3 s0', 'n3 meta'];
    expect(replicas()).toEqual(all);
    for (let i = 0; i < 10; i++) cluster.disk(follower, corrupt('sst'));
    cluster.restart(follower);
    expect(cluster.node(follower).state).toBe('up');
    expect(replicas()).toEqual(all.filter((replica) => replica !== `n${follower} s0`));
    expect(compareRoots(cluster.hosts.roots())).toMatchObject({ violations: [], compared: 3 });
    cluster.act({ type: 'Scrub', node: follower });
    cluster.pass();
    expect(cluster.seen.filter(({ type }) => type === 'ReplicaRebuilt')).toHaveLength(1);
    expect(replicas()).toEqual(all);
    expect(compareRoots(cluster.hosts.roots())).toMatchObject({ violations: [], compared: 4 });
  });

  test('on a disk whose node is down is there when it starts, and found again by every start', () => {
    const cluster = new Cluster();
    const { follower } = cluster;
    cluster.act({ type: 'Kill', node: follower });
    expect(cluster.disk(follower, corrupt('log'))).toMatchObject({ type: 'Applied' });
    cluster.revive(follower);
    cluster.disk(follower, { type: 'Ok' });
    cluster.revive(follower);
    expect(cluster.crashes(follower)).toMatchObject([{ fault: 'corrupt' }, { fault: 'corrupt' }]);
    expect(cluster.seen.filter((event) => event.type === 'DiskDamaged')).toHaveLength(1);
  });

  test('needs something to be flipped', () => {
    const cluster = new Cluster();
    expect(cluster.disk(nodeId(1), corrupt('sst'))).toMatchObject({ type: 'Refused', code: 'NothingStored' });
    expect(cluster.disk(nodeId(1), corrupt('sst', 7))).toMatchObject({ text: 'n1 has no table 7' });
    expect(cluster.disk(nodeId(9), corrupt('log'))).toMatchObject({ type: 'Refused', code: 'UnknownNode' });
    expect(cluster.node(nodeId(1)).disk.damage).toBeNull();
  });
});

describe('a crash point', () => {
  const crashedAt = (point: CrashPoint, prepare: (cluster: Cluster, node: NodeId) => void) => {
    const cluster = new Cluster();
    const { leader } = cluster;
    const before = cluster.transactions(leader).transactions;
    cluster.act({ type: 'CrashAt', node: leader, point });
    prepare(cluster, leader);
    expect(cluster.crashes(leader)).toMatchObject([{ fault: point, reason: `CrashPoint: ended ${point}` }]);
    const made = cluster.transactions(leader).transactions - before;
    cluster.revive(leader);
    cluster.writes(2);
    expect(cluster.crashes(leader)).toHaveLength(1);
    expect(cluster.world.quiet()).toBe(true);
    expect(cluster.world.violations).toEqual([]);
    return { made, cluster, leader };
  };

  test('before commit: the records are not on disk; after commit: they are, and the node has told nobody', () => {
    expect(crashedAt('before commit', (cluster) => cluster.writes(1)).made).toBe(0);
    const { made, cluster, leader } = crashedAt('after commit', (each) => each.writes(1));
    expect(made).toBe(1);
    const crash = cluster.crashes(leader)[0]?.timeUs;
    const told = cluster.seen.filter(({ type, timeUs }) => type === 'LogSynced' && timeUs === crash);
    expect(told).toEqual([]);
  });

  test('mid commit: the last record is on disk in part, and the next boot leaves it out', () => {
    const { made, cluster, leader } = crashedAt('mid commit', (each) => each.writes(1));
    expect(made).toBe(1);
    const torn = cluster.seen.flatMap((event) =>
      event.type === 'NodeRecovered' && event.node === leader ? [event.tornBytes > 0] : [],
    );
    expect(torn).toEqual([false, true]);
  });

  test('mid flush: a part of a table is on disk that no manifest lists, and the next boot deletes it', () => {
    const { cluster, leader } = crashedAt('mid flush', (each) => each.writes(60));
    const published = cluster.seen.filter((event) => event.type === 'SSTablePublished' && event.node === leader);
    const crash = cluster.crashes(leader)[0]?.timeUs ?? 0;
    expect(published.every(({ timeUs }) => timeUs > crash)).toBe(true);
  });

  test('bug 23: mid compaction: outputs are on disk that no manifest lists, the inputs stay, and the next boot compacts anew', () => {
    const { cluster, leader } = crashedAt('mid compaction', (each) => each.writes(60));
    const crash = cluster.crashes(leader)[0]?.timeUs ?? 0;
    const started = cluster.seen.filter((event) => event.type === 'CompactionStarted' && event.node === leader);
    const finished = cluster.seen.filter((event) => event.type === 'CompactionFinished' && event.node === leader);
    expect(started.filter(({ timeUs }) => timeUs < crash)).toHaveLength(1);
    expect(finished.map(({ timeUs }) => timeUs > crash)).toContain(true);
    expect(finished.map(({ timeUs }) => timeUs > crash)).not.toContain(false);
  });

  test('mid recovery: the node was not up yet, and recovers all the same the next time', () => {
    const { cluster, leader } = crashedAt('mid recovery', (each, node) => {
      each.writes(3);
      each.restart(node);
    });
    const crash = cluster.crashes(leader)[0]?.timeUs ?? 0;
    const recovered = cluster.seen.filter((event) => event.type === 'NodeRecovered' && event.node === leader);
    expect(recovered.map(({ timeUs }) => timeUs > crash)).toEqual([false, true]);
  });
});

describe('a run with faults of disks', () => {
  test('is the same one event at a time, and from a file', () => {
    for (let seed = 1; seed <= (process.env.RINGSIDE_LONG === '1' ? 4 : 1); seed++) {
      const schedule = { nodes: 3, durationUs: 12 * SECOND, operationsPerSecond: 20 };
      const { run, report } = drawRun({ ...schedule, seed, faults: new Set(['disk', 'kill'] as const) });
      expect(report.violations).toEqual([]);
      const saved = decodeRun(encodeRun(run));
      expect(replay(saved).digest).toBe(run.digest);
      expect(replay(saved, { single: true }).digest).toBe(run.digest);
    }
  });

  test('what a reload makes of it: well disks, and the same flipped bits', () => {
    const cluster = new Cluster();
    const { follower } = cluster;
    cluster.disk(follower, corrupt('log'));
    cluster.disk(follower, { type: 'Slow', factor: 50 });
    const endings = [1, 2, 3].map((node) => ({ node: nodeId(node), ...cluster.transactions(nodeId(node)) }));
    const reload: Action = { type: 'Reload', endings };
    cluster.act(reload);
    cluster.pass();
    expect(cluster.node(follower).disk).toMatchObject({ slowdown: 1, damage: expect.any(String) });
    expect(cluster.crashes(follower)).toMatchObject([{ fault: 'corrupt' }]);
    const run = cluster.saveAt(cluster.world.nowUs + 1);
    expect(replay(run).digest).toBe(run.digest);
    // The page went before the bit was flipped: nobody finds it in a replay either.
    const spared = run.actions.map((timed) =>
      timed.action.type === 'Reload'
        ? {
            ...timed,
            action: { ...timed.action, endings: endings.map((e) => ({ ...e, transactions: e.transactions - 1 })) },
          }
        : timed,
    );
    const crashes: TraceEvent[] = [];
    replay({ ...run, actions: spared }, { observe: (event) => event.type === 'NodeCrashed' && crashes.push(event) });
    expect(crashes).toEqual([]);
  });
});
