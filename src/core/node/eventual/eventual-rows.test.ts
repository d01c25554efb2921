import { describe, expect, test } from 'vitest';
import { nodeId, type ShardId, shardId } from '../../base/ids.ts';
import type { PurgeLimits } from '../../replication/purge-limits.ts';
import { NO_ROW, type Row } from '../../replication/row.ts';
import type { NodeLimits } from '../config.ts';
import { EVENTUAL_KEYSPACE } from '../keyspace.ts';
import { blocksOf, flipBit } from '../testing/damage.ts';
import { bytes, put, TestCluster } from '../testing/test-cluster.ts';
import type { TakenRow } from './eventual-rows.ts';
import { rowAt, rowsOf, stamp } from './testing/rows-of.ts';

const S0 = shardId(0);
const N1 = nodeId(1);
/** Small tables of small blocks, and nothing in a cache: whatever is needed is read. */
const LIMITS: Partial<NodeLimits> = {
  ...{ memTableBytesMax: 3000, blockBytes: 256, blockCacheBytes: 0 },
  ...{ logKeptEntries: 0, logSlackBytes: 500 },
};

/** One node; what is asked of its rows goes on with its next input. */
class Rows {
  readonly cluster: TestCluster;
  /** What was said, in order. */
  readonly told: string[] = [];

  constructor(limits: Partial<NodeLimits> = {}, nodes = 1) {
    this.cluster = new TestCluster({ nodes, limits });
    this.cluster.leaderOf(S0);
  }

  get slot() {
    return this.cluster.at(1);
  }

  get rows() {
    return rowsOf(this.slot);
  }

  /** Lets the node carry out what was asked. */
  settle(): void {
    this.cluster.input(N1, { type: 'MessagesReceived', from: nodeId(1), messages: [] });
  }

  apply(key: string, row: Row, written = row[0]?.stamp, shard: ShardId = S0): TakenRow['type'] | undefined {
    let taken: TakenRow | undefined;
    const done = (result: TakenRow): void => {
      taken = result;
      this.told.push(`${key} ${result.type}`);
    };
    this.rows.apply(shard, { key: bytes(key), row, written }, done, () => this.told.push(`${key} durable`));
    this.settle();
    return taken?.type;
  }

  held(key: string, shard: ShardId = S0): Row | undefined | 'waits' {
    let held: Row | undefined | 'waits' = 'waits';
    this.rows.read(shard, bytes(key), (row) => {
      held = row;
    });
    this.settle();
    this.cluster.run(10_000);
    return held;
  }

  durably(ask: (durable: () => void) => void): void {
    let isDurable = false;
    ask(() => {
      isDurable = true;
    });
    this.settle();
    expect(isDurable).toBe(false);
    this.cluster.run(10_000);
    expect(isDurable).toBe(true);
  }

  flush(): void {
    this.cluster.input(N1, { type: 'FlushAsked' });
    this.cluster.run(50_000);
  }

  restart(): void {
    this.cluster.kill(N1);
    this.cluster.revive(N1);
    this.cluster.leaderOf(S0);
  }

  root(watermarkUs = 0, on = 1) {
    const build = rowsOf(this.cluster.at(on)).buildTree(S0, watermarkUs);
    try {
      while (!this.cluster.at(on).disk.run(build.slice()));
      return build.end();
    } finally {
      build.release();
    }
  }
}

describe('a row that arrives', () => {
  test('is compared with what is held: the later stamp stays, whatever comes last', () => {
    const node = new Rows();
    node.apply('k', rowAt(20, 'b'));
    node.apply('k', rowAt(10, 'a'));
    expect(node.held('k')).toEqual(rowAt(20, 'b'));
    node.apply('k', rowAt(30, undefined));
    expect(node.held('k')).toEqual(rowAt(30, undefined));
    expect(node.held('other')).toEqual(NO_ROW);
  });

  test('is durable when its record is on the disk, and not before', () => {
    const node = new Rows();
    node.slot.holdWrites = true;
    expect(node.apply('k', rowAt(10, 'a'))).toBe('Applied');
    // Nothing new, and still not on the disk.
    node.apply('k', rowAt(10, 'a'));
    node.cluster.run(50_000);
    expect(node.told).toEqual(['k Applied', 'k Applied']);
    node.cluster.completeWrites(1);
    node.cluster.run(50_000);
    expect(node.told.slice(2)).toEqual(['k durable', 'k durable']);
    node.apply('k', rowAt(10, 'a'));
    expect(node.told.slice(4)).toEqual(['k Applied', 'k durable']);
  });

  test('is there after a restart, from the log and from a table', () => {
    const node = new Rows();
    node.apply('k', rowAt(10, 'a'));
    node.cluster.run(10_000);
    node.restart();
    expect(node.held('k')).toEqual(rowAt(10, 'a'));
    node.flush();
    node.apply('k', rowAt(20, 'b'));
    node.cluster.run(10_000);
    node.restart();
    expect(node.held('k')).toEqual(rowAt(20, 'b'));
  });

  test('that was not on the disk is gone after a crash', () => {
    const node = new Rows();
    node.slot.holdWrites = true;
    node.apply('k', rowAt(10, 'a'));
    node.restart();
    expect(node.held('k')).toEqual(NO_ROW);
    expect(node.told).toEqual(['k Applied']);
  });

  test('waits until the row before it is compared: two rows of one key never meet the same old one', () => {
    const node = new Rows(LIMITS);
    node.rows.conflicts = 'siblings';
    node.apply('k', rowAt(1, 'old'));
    node.flush();
    node.slot.holdReads = true;
    node.apply('k', rowAt(10, 'a'));
    node.apply('k', rowAt(20, 'b'));
    expect(node.told.filter((line) => line.includes('Applied')).length).toBe(1);
    node.cluster.completeReads(1);
    node.cluster.run(10_000);
    expect(node.held('k')).toEqual([...rowAt(1, 'old'), ...rowAt(10, 'a'), ...rowAt(20, 'b')]);
  });

  test('too large for one stored row is refused, and changes nothing', () => {
    const node = new Rows({ memTableBytesMax: 64 * 1024 * 1024 });
    node.rows.conflicts = 'siblings';
    const large = 'x'.repeat(1024 * 1024 - 100);
    expect(node.apply('k', rowAt(10, large))).toBe('Applied');
    expect(node.apply('k', rowAt(20, large))).toBe('Applied');
    expect(node.apply('k', rowAt(30, large))).toBe('TooLarge');
    const held = node.held('k') as Row;
    expect(held.map(({ stamp: { wallUs }, value }) => [wallUs, value?.length])).toEqual([
      [10, large.length],
      [20, large.length],
    ]);
  });

  test('of a shard that is not here is refused', () => {
    const node = new Rows();
    expect(node.apply('k', rowAt(10, 'a'), stamp(10), shardId(7))).toBe('NotHere');
    expect([node.rows.standing(S0), node.rows.standing(shardId(7))]).toEqual(['complete', 'none']);
    expect(node.held('k', shardId(7))).toBeUndefined();
  });

  test('waits while flush and compaction cannot keep up, and then goes on in turn', () => {
    const node = new Rows({ ...LIMITS, memTableBytesMax: 400, l0SlowdownTrigger: 2, l0StopTrigger: 3 });
    for (let i = 0; i < 60; i++) node.apply(`k${i}`, rowAt(i + 1, 'x'.repeat(100)));
    expect(node.told.filter((line) => line.includes('Applied')).length).toBeLessThan(60);
    node.cluster.run(2_000_000);
    const applied = node.told.filter((line) => line.includes('Applied'));
    expect(applied).toEqual(Array.from({ length: 60 }, (_, i) => `k${i} Applied`));
    for (let i = 0; i < 60; i++) expect(node.held(`k${i}`)).toEqual(rowAt(i + 1, 'x'.repeat(100)));
  });
});

describe('limits', () => {
  const limitsOf = (fenceUs: number, watermarkUs: number): PurgeLimits => ({ fenceUs, watermarkUs });

  test('are durable when it is said, outlast a restart and only rise', () => {
    const node = new Rows();
    node.durably((durable) => node.rows.raiseFence(S0, 100, durable));
    node.durably((durable) => node.rows.raiseWatermark(S0, 80, durable));
    node.rows.raiseFence(S0, 50, () => undefined);
    node.restart();
    expect(node.rows.limits(S0)).toEqual(limitsOf(100, 80));
    expect(node.rows.memberLimits(S0)).toEqual(limitsOf(100, 80));
    expect(node.apply('k', rowAt(99, 'late'))).toBe('BelowLimit');
    expect(node.apply('k', rowAt(99, 'synced'), undefined)).toBe('BelowLimit');
    expect(node.apply('k', rowAt(90, 'synced'), stamp(101))).toBe('BelowLimit');
    expect(node.held('k')).toEqual(NO_ROW);
  });

  test('of the clock are durable when it is said', () => {
    const node = new Rows();
    node.durably((durable) => node.rows.raiseClockBound(500, durable));
    node.rows.raiseClockBound(400, () => undefined);
    node.restart();
    expect(node.rows.clockBoundUs).toBe(500);
  });

  test('a node that is no home has its own, as a member', () => {
    const node = new Rows();
    node.durably((durable) => node.rows.raiseFence(shardId(7), 100, durable));
    node.restart();
    expect([node.rows.memberLimits(shardId(7)), node.rows.limits(shardId(7))]).toEqual([
      limitsOf(100, 0),
      limitsOf(0, 0),
    ]);
  });
});

test('hints outlast restarts and trims of the log until they are deleted', () => {
  const node = new Rows(LIMITS);
  const hint = (home: number, key: string, wallUs: number) => ({
    ...{ shard: S0, home: nodeId(home), key: bytes(key) },
    row: rowAt(wallUs, 'v'),
  });
  node.durably((durable) => node.rows.putHint(hint(2, 'a', 10), durable));
  node.rows.putHint(hint(2, 'a', 11), () => undefined);
  node.rows.putHint(hint(3, 'a', 12), () => undefined);
  node.rows.putHint(hint(3, 'b', 13), () => undefined);
  node.rows.deleteHint(hint(3, 'a', 12));
  const session = node.cluster.register(S0);
  for (let sequence = 1; sequence <= 60; sequence++) {
    node.cluster.write(S0, session, sequence, put('s', 'x'.repeat(100)));
    if (sequence % 10 === 0) node.flush();
  }
  expect(node.cluster.eventsOf(1, 'LogTrimmed').length).toBeGreaterThan(2);
  node.restart();
  expect(node.rows.recoveredHints).toEqual([hint(2, 'a', 11), hint(3, 'b', 13)]);
});

describe('the tree', () => {
  const KEYS = Array.from({ length: 40 }, (_, i) => `k${i}`);

  test('comes to the same on two nodes that hold the same, however they came to it', () => {
    const node = new Rows(LIMITS, 2);
    const other = rowsOf(node.cluster.at(2));
    for (const [i, key] of KEYS.entries()) node.apply(key, rowAt(i + 1, key));
    node.flush();
    for (const [i, key] of [...KEYS.entries()].reverse()) {
      for (const row of [rowAt(i + 1, key), rowAt(1, key === 'k0' ? key : 'older')])
        other.apply(
          S0,
          { key: bytes(key), row, written: undefined },
          () => undefined,
          () => undefined,
        );
    }
    const [own, theirs] = [node.root(), node.root(0, 2)];
    expect(own.hashes.root).toEqual(theirs.hashes.root);
    expect(own.keys).toBe(40);
    node.apply('k7', rowAt(100, 'new'));
    node.cluster.run(10_000);
    const changed = node.root();
    expect(changed.hashes.root).not.toEqual(theirs.hashes.root);
    // Only the leaf of the one key was built anew.
    expect(changed.hashed).toBeLessThan(4);
    other.apply(
      S0,
      { key: bytes('k7'), row: rowAt(100, 'new'), written: undefined },
      () => undefined,
      () => undefined,
    );
    expect(node.root(0, 2).hashes.root).toEqual(changed.hashes.root);
  });

  test('counts no tombstone below the watermark, and stays as it is when it is purged', () => {
    const node = new Rows();
    for (const [i, key] of KEYS.entries()) node.apply(key, rowAt(i + 1, i % 2 === 0 ? undefined : key));
    const before = node.root(21);
    expect([before.keys, before.counts]).toEqual([30, { rows: 40, live: 20, tombstones: 20 }]);
    node.durably((durable) => node.rows.raiseWatermark(S0, 21, durable));
    let purged: unknown;
    node.rows.purge(S0, 0, (counts) => {
      purged = counts;
    });
    expect(purged).toEqual({ rows: 10, values: 0 });
    const after = node.root(21);
    expect([after.keys, after.counts]).toEqual([30, { rows: 30, live: 20, tombstones: 10 }]);
    expect(after.hashes.root).toEqual(before.hashes.root);
    node.settle();
    node.cluster.run(10_000);
    node.restart();
    expect(node.held('k0')).toEqual(NO_ROW);
    expect(node.held('k30')).toEqual(rowAt(31, undefined));
  });

  test('stays as it is when what has expired is freed', () => {
    const node = new Rows();
    node.apply('k', rowAt(10, 'value', 50));
    node.apply('l', rowAt(10, 'value', 60));
    const before = node.root().hashes.root;
    node.rows.purge(S0, 50, (counts) => expect(counts).toEqual({ rows: 0, values: 1 }));
    expect(node.held('k')).toEqual([{ ...rowAt(10, undefined)[0], deadlineUs: 50 }]);
    expect(node.root().hashes.root).toEqual(before);
  });

  test('a scan gives the rows of the leaves that are asked for, in the order of keys', () => {
    const node = new Rows();
    for (const [i, key] of KEYS.entries()) node.apply(key, rowAt(i + 1, key));
    const all = scanned(node);
    expect(all.map(({ key }) => new TextDecoder().decode(key))).toEqual([...KEYS].sort());
    const leaf = all[5]?.leaf ?? -1;
    expect(scanned(node, new Set([leaf]))).toEqual(all.filter((row) => row.leaf === leaf));
  });
});

function scanned(node: Rows, leaves?: ReadonlySet<number>) {
  const scan = node.rows.scan(S0, leaves);
  const all = [];
  for (let next = node.slot.disk.run(scan.next()); next !== undefined; next = node.slot.disk.run(scan.next()))
    all.push(next);
  scan.release();
  return all;
}

describe('a block of rows that cannot be read', () => {
  function damaged(): Rows {
    const node = new Rows(LIMITS);
    const session = node.cluster.register(S0);
    node.cluster.write(S0, session, 1, put('strong', 'value'));
    for (let i = 0; i < 20; i++) node.apply(`k${i}`, rowAt(i + 1, 'x'.repeat(100)));
    node.durably((durable) => node.rows.raiseFence(S0, 15, durable));
    node.flush();
    // From now on the rows are in tables alone.
    expect(node.cluster.eventsOf(1, 'LogTrimmed').length).toBeGreaterThan(0);
    const blocks = blocksOf(node.slot, S0).filter(({ keyspace }) => keyspace === EVENTUAL_KEYSPACE);
    expect(blocks.length).toBeGreaterThan(3);
    for (const block of blocks) flipBit(node.slot, block);
    return node;
  }

  test('costs all eventual rows of that replica and nothing else; it begins anew, and says so', () => {
    const node = damaged();
    const anew: ShardId[] = [];
    node.rows.onBegunAnew = (shard) => anew.push(shard);
    const scan = node.rows.scan(S0);
    expect([node.held('k3'), node.rows.standing(S0)]).toEqual([undefined, 'copying']);
    expect([anew, scan.isVoid]).toEqual([[S0], true]);
    scan.release();
    expect(node.cluster.eventsOf(1, 'BlockCorrupt')).toMatchObject([{ shard: S0, isServed: true, foundBy: 'read' }]);
    expect([node.cluster.eventsOf(1, 'EventualRowsLost').length, node.held('k3')]).toEqual([1, NO_ROW]);
    expect(node.rows.limits(S0)).toEqual({ fenceUs: 0, watermarkUs: 0 });
    expect(node.cluster.get('strong')).toBe('value');
    expect(node.apply('k3', rowAt(7, 'again'))).toBe('Applied');
    node.cluster.run(10_000);
    node.restart();
    expect([node.held('k3'), node.held('k4'), node.rows.standing(S0)]).toEqual([rowAt(7, 'again'), NO_ROW, 'complete']);
    expect(node.cluster.eventsOf(1, 'EventualLossAccepted'), 'there is no other home').toMatchObject([{ homes: [1] }]);
  });

  test('refuses what waits while they are dropped; a crash in between finds the same again', () => {
    const node = damaged();
    node.slot.holdReads = true;
    node.apply('k3', rowAt(30, 'a'));
    node.apply('k4', rowAt(30, 'a'));
    node.slot.holdWrites = true;
    node.told.length = 0;
    node.cluster.completeReads(1);
    node.cluster.run(10_000);
    expect([node.told, node.rows.standing(S0)]).toEqual([['k3 NotHere', 'k4 NotHere'], 'lost']);
    expect(node.apply('k5', rowAt(30, 'a'))).toBe('NotHere');
    node.restart();
    expect([node.rows.standing(S0), node.held('k3')]).toEqual(['complete', undefined]);
    node.cluster.run(50_000);
    expect(node.cluster.eventsOf(1, 'EventualRowsBegunAnew')).toHaveLength(1);
    expect(node.held('k3')).toEqual(NO_ROW);
  });

  test('is complete again when it has copied all rows of another home, with its limits', () => {
    const node = damaged();
    node.held('k3');
    node.apply('k1', rowAt(2, 'copied'), undefined);
    node.rows.raiseWatermark(S0, 30, () => undefined);
    expect(node.rows.limits(S0).watermarkUs).toBe(0);
    node.durably((durable) => node.rows.completeCopy(S0, { fenceUs: 120, watermarkUs: 90 }, durable));
    node.restart();
    expect([node.rows.standing(S0), node.rows.limits(S0)]).toEqual(['complete', { fenceUs: 120, watermarkUs: 90 }]);
    expect(node.held('k1')).toEqual(rowAt(2, 'copied'));
    // They outlast the rows.
    expect(node.rows.memberLimits(S0)).toEqual({ fenceUs: 120, watermarkUs: 90 });
  });

  test('discards for good what it holds of a key from before a watermark, and nothing later', () => {
    const node = damaged();
    node.held('k3');
    node.rows.conflicts = 'siblings';
    node.apply('old', rowAt(50, 'a'));
    node.apply('both', [...rowAt(50, 'a'), ...rowAt(61, 'b')]);
    node.apply('new', rowAt(60, 'c'));
    for (const key of ['old', 'both']) node.durably((durable) => node.rows.discard(S0, bytes(key), 60, durable));
    for (const key of ['new', 'none']) node.rows.discard(S0, bytes(key), 60, () => node.told.push(`${key} gone`));
    node.settle();
    expect(node.told.slice(-2)).toEqual(['new gone', 'none gone']);
    node.restart();
    expect(['old', 'both', 'new'].map((key) => node.held(key))).toEqual([NO_ROW, rowAt(61, 'b'), rowAt(60, 'c')]);
  });
});

test('a peek reads what is held, and no reader of the cache notices', () => {
  const node = new Rows({ ...LIMITS, blockCacheBytes: 100_000 });
  node.apply('k', rowAt(10, 'a'));
  const peeked = () => node.slot.disk.run(node.rows.peek(S0, bytes('k')));
  expect(peeked()).toEqual(rowAt(10, 'a'));
  node.flush();
  const before = node.slot.disk.reads;
  expect([peeked(), peeked(), node.slot.disk.reads - before]).toEqual([rowAt(10, 'a'), rowAt(10, 'a'), 2]);
  expect(node.slot.disk.run(node.rows.peek(shardId(7), bytes('k')))).toBeUndefined();
});
