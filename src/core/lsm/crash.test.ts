import { describe, expect, test } from 'vitest';
import type { DiskOp, DiskTransaction } from '../base/disk.ts';
import { CorruptStore } from './corrupt-store.ts';
import type { LsmEngine } from './lsm-engine.ts';
import { bytes } from './testing/bytes.ts';
import { compactLevel } from './testing/compaction.ts';
import { MemoryDisk } from './testing/memory-disk.ts';
import { dump, open, write } from './testing/store.ts';

/** A batch as its record in the log: enough to do it again. */
type Batch = readonly string[];

/**
 * The engine with a log before it, as a node has it: a batch is applied when its record is durable, and acknowledged then. The store's
 * transactions are made one after the other, table slices between log records.
 */
class LoggedStore {
  readonly disk: MemoryDisk;
  readonly engine: LsmEngine;
  /** Of each batch acknowledged: how many transactions the disk had made by then. */
  readonly acknowledgedAt: number[] = [];
  private batches = 0;

  constructor(disk: MemoryDisk) {
    this.disk = disk;
    this.engine = open(disk);
  }

  write(batch: Batch): void {
    this.batches++;
    this.disk.transact([{ type: 'put', store: 'log', key: this.batches, value: bytes(JSON.stringify(batch)) }]);
    this.acknowledgedAt.push(this.disk.journal.length);
    this.apply(this.batches, batch);
  }

  /** Replays the log above what the tables cover; a record cut short at the end was never acknowledged. */
  recover(): void {
    const records = [...this.disk.store('log')].sort(([a], [b]) => a - b);
    for (const [index, record] of records) {
      const batch = parse(record);
      if (batch === undefined) break;
      this.batches = index;
      if (index > this.engine.appliedIndex(0, 1)) this.apply(index, batch);
    }
  }

  get applied(): number {
    return this.batches;
  }

  private apply(index: number, batch: Batch): void {
    write(this.engine, ...batch);
    this.engine.setApplied(0, 1, index);
  }
}

function parse(record: Uint8Array): Batch | undefined {
  try {
    return JSON.parse(new TextDecoder().decode(record)) as Batch;
  } catch {
    return undefined;
  }
}

/**
 * Batches that overwrite and delete each other's keys, with flushes and compactions in slices between them. `midFlush`, `midCompaction`: after so
 * many transactions a part of a table was on disk that no manifest listed.
 */
function scenario() {
  const store = new LoggedStore(new MemoryDisk());
  const batches: Batch[] = [];
  const [midFlush, midCompaction]: [number[], number[]] = [[], []];
  const put = (batch: Batch): void => {
    batches.push(batch);
    store.write(batch);
  };
  for (let round = 0; round < 3; round++) {
    for (let i = 0; i < 8; i++) {
      put([`k${i}=${round}.${i}${'v'.repeat(i * 3)}`, `same=${round}.${i}`, ...(i % 3 === 0 ? [`k${i - 1}`] : [])]);
    }
    const job = store.engine.startFlush();
    for (let next = job?.next(), i = 0; next !== undefined; next = job?.next(), i++) {
      store.disk.transact(next);
      if (isSlice(next)) midFlush.push(store.disk.journal.length);
      // Writes go on while a flush is under way.
      if (i % 2 === 0) put([`during=${round}.${i}`, `k${i % 8}`]);
    }
    job?.done();
    if (round === 0) continue;
    // Into L1, and with the second one out of two levels; the replaced tables leave the disk in a transaction of their own.
    const before = store.disk.journal.length;
    compactLevel(store.engine, store.disk, 0);
    for (let at = before; at < store.disk.journal.length; at++)
      if (isSlice(store.disk.journal[at] ?? [])) midCompaction.push(at + 1);
  }
  put(['last=1']);
  return { store, batches, midFlush, midCompaction };
}

const isSlice = (transaction: DiskTransaction): boolean =>
  transaction.length > 0 && transaction.every((op) => op.type === 'put' && op.store === 'sst');

function stateAfter(batches: readonly Batch[]): string[] {
  const live = new Map<string, string>();
  for (const op of batches.flat()) {
    const at = op.indexOf('=');
    if (at < 0) live.delete(op);
    else live.set(op.slice(0, at), op.slice(at + 1));
  }
  return [...live].map(([name, value]) => `${name}=${value}`).sort();
}

const { store, batches, midFlush, midCompaction } = scenario();
const { journal } = store.disk;
const states = Array.from({ length: batches.length + 1 }, (_, i) => stateAfter(batches.slice(0, i)));
/** Each operation takes one number: what is replayed gets the number that it had. */
const sequences = Array.from({ length: batches.length + 1 }, (_, i) => batches.slice(0, i).flat().length);
const acknowledgedAfter = (transactions: number): number =>
  store.acknowledgedAt.filter((made) => made <= transactions).length;

/** Recovers, and expects exactly the first so many batches, none of the acknowledged ones missing. */
function expectPrefix(disk: MemoryDisk, acknowledged: number): LoggedStore {
  const recovered = new LoggedStore(disk);
  recovered.recover();
  expect(recovered.applied).toBeGreaterThanOrEqual(acknowledged);
  expect(dump(recovered.engine, disk)).toEqual(states[recovered.applied]);
  expect(recovered.engine.lastSequence).toBe(sequences[recovered.applied]);
  return recovered;
}

/** Every way in which the ops of one transaction may be there in part: the last one cut at each byte, and each set of a first few. */
function* partsOf(transaction: DiskTransaction): Generator<{ ops: DiskOp[]; torn: boolean }> {
  for (let count = 0; count < transaction.length; count++) {
    yield { ops: transaction.slice(0, count), torn: false };
    const op = transaction[count] as DiskOp;
    if (op.type !== 'put') continue;
    for (let length = 0; length < op.value.length; length++) {
      yield { ops: [...transaction.slice(0, count), { ...op, value: op.value.slice(0, length) }], torn: true };
    }
  }
}

describe('a crash', () => {
  test('bug 9: after any transaction leaves a prefix of the commit order with everything acknowledged, each write once and under its number', () => {
    expect(journal.length).toBeGreaterThan(40);
    expect([midFlush.length > 5, midCompaction.length > 5]).toEqual([true, true]);
    for (let count = 0; count <= journal.length; count++) {
      expectPrefix(store.disk.crashedAfter(count), acknowledgedAfter(count));
    }
  });

  test('bug 6: in the middle of a log record or a table slice, at any byte, loses nothing acknowledged', () => {
    let examined = 0;
    for (const [at, transaction] of journal.entries()) {
      if (transaction.some((op) => op.store === 'manifest')) continue;
      for (const { ops } of partsOf(transaction)) {
        const disk = store.disk.crashedAfter(at);
        disk.transact(ops);
        expectPrefix(disk, acknowledgedAfter(at));
        examined++;
      }
    }
    expect(examined).toBeGreaterThan(1000);
  });

  test('in the middle of a publishing transaction, which no platform tears, is recovered or refused by name, never answered wrongly', () => {
    let [recovered, refused] = [0, 0];
    for (const [at, transaction] of journal.entries()) {
      if (!transaction.some((op) => op.store === 'manifest')) continue;
      for (const { ops } of partsOf(transaction)) {
        const disk = store.disk.crashedAfter(at);
        disk.transact(ops);
        try {
          expectPrefix(disk, acknowledgedAfter(at));
          recovered++;
        } catch (error) {
          expect(error).toBeInstanceOf(CorruptStore);
          expect((error as Error).message).toMatch(/^(table \d+|manifest edit \d+)\b/);
          refused++;
        }
      }
    }
    expect(recovered).toBeGreaterThan(0);
    expect(refused).toBeGreaterThan(100);
  });

  test('bug 10: in recovery, at every step and again, leads to the same state', () => {
    for (let count = 0; count <= journal.length; count++) {
      const crashed = store.disk.crashedAfter(count);
      const whole = expectPrefix(crashed.crashedAfter(count), acknowledgedAfter(count));
      const expected = dump(whole.engine, whole.disk);
      const once = expectPrefix(crashed, acknowledgedAfter(count));
      // What recovery writes: the sweep of orphans, then a flush of what was replayed.
      const steps = recoverySteps(once);
      for (let done = 0; done <= steps.length; done++) {
        const again = store.disk.crashedAfter(count);
        for (const step of steps.slice(0, done)) again.transact(step);
        const recovered = expectPrefix(again, acknowledgedAfter(count));
        expect(dump(recovered.engine, again)).toEqual(expected);
        // What it left behind is swept, and then there is nothing more to sweep.
        const sweep = recovered.engine.orphanSweep();
        if (sweep !== undefined) again.transact(sweep);
        expect(open(again).orphanSweep()).toBeUndefined();
        expect(dump(expectPrefix(again, acknowledgedAfter(count)).engine, again)).toEqual(expected);
      }
    }
  });
});

test('bug 26: after any crash a new table takes a number that none on disk has, nor any that was ever listed', () => {
  for (let count = 0; count <= journal.length; count++) {
    const disk = store.disk.crashedAfter(count);
    const ops = journal.slice(0, count).flat();
    const listed = ops.flatMap((op) => (op.type === 'put' && op.store === 'sstmeta' ? [op.key] : []));
    const present = [...disk.store('sst').keys()].map((at) => Math.floor(at / 65536));
    const { engine } = expectPrefix(disk, acknowledgedAfter(count));
    const before = dump(engine, disk);
    // The cache now holds blocks of every table there is.
    write(engine, 'new=1');
    const job = engine.startFlush();
    for (let next = job?.next(); next !== undefined; next = job?.next()) disk.transact(next);
    job?.done();
    expect([...listed, ...present]).not.toContain(job?.published?.fileNumber);
    compactLevel(engine, disk, 0);
    for (const each of [engine, open(disk)]) expect(dump(each, disk)).toEqual([...before, 'new=1'].sort());
  }
});

function recoverySteps(recovered: LoggedStore): DiskTransaction[] {
  const { engine } = recovered;
  const steps: DiskTransaction[] = [];
  const sweep = engine.orphanSweep();
  // One op at a time: a sweep that is cut is a smaller sweep.
  for (const op of sweep ?? []) steps.push([op]);
  const job = engine.startFlush();
  for (let next = job?.next(); next !== undefined; next = job?.next()) steps.push(next);
  job?.done();
  return steps;
}
