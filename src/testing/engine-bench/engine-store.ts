import '../../sim/whole-engine.ts';
import type { StretchKind } from '../../cli/bench/engine-figure.ts';
import type { DiskRoutine, DiskTransaction } from '../../core/base/disk.ts';
import type { CompactionJob } from '../../core/lsm/compaction-job.ts';
import type { FlushJob } from '../../core/lsm/flush-job.ts';
import { dataKey, replicaRange } from '../../core/lsm/internal-key.ts';
import { LsmEngine, type LsmOptions } from '../../core/lsm/lsm-engine.ts';
import { WriteBatch } from '../../core/lsm/write-batch.ts';
import { encodeLogGroup, logGroupBytes, logGroupKey } from '../../core/node/log-group.ts';
import { encodeEntries } from '../../core/node/log-record.ts';
import { IdbBlockStore } from '../../runtime/conductor/idb-block-store.ts';
import type { BenchStore } from './bench-store.ts';
import type { Pair } from './load.ts';
import { StretchClock } from './stretches.ts';
import { TracedDisk } from './traced-disk.ts';

const SHARD = 0;
const REPLICA = 1;
const EPOCH = 1;
const { to: END } = replicaRange(0, SHARD, REPLICA);
/** What one log sync takes of what waits. */
const GROUP_BYTES_MAX = 256 * 1024;
const APPLIED_PAIRS_MAX = 1000;

interface Queued {
  readonly pairs: readonly Pair[];
  readonly record: Uint8Array;
  readonly resolve: () => void;
}

const fail = (reason: string): never => {
  throw new Error(reason);
};

export const openDisk = (name: string): Promise<IdbBlockStore> => IdbBlockStore.open(indexedDB, name, 'relaxed', fail);

/** To the next task: what follows is a stretch of its own. */
function nextTask(): Promise<void> {
  return new Promise((resolve) => {
    const { port1, port2 } = new MessageChannel();
    port1.onmessage = () => {
      port1.close();
      resolve();
    };
    port2.postMessage(0);
  });
}

/**
 * The engine as a node with one replica drives it: writes become entries of the node's log, group after group with one in flight, and are
 * applied when they are durable; beside it one table transaction in flight, flush before compaction. There is no Raft around it.
 */
export class EngineStore implements BenchStore {
  readonly disk: TracedDisk;
  readonly clock = new StretchClock();
  engine: LsmEngine;
  private readonly name: string;
  private queue: Queued[] = [];
  private index = 0;
  private records = 0;
  private syncing = false;
  private asked = false;
  private flush: FlushJob | undefined;
  private compaction: CompactionJob | undefined;
  private tables: Promise<void> | undefined;
  /** Called when the table lane has moved on. */
  private waiters: (() => void)[] = [];

  private constructor(name: string, disk: TracedDisk, engine: LsmEngine) {
    this.name = name;
    this.disk = disk;
    this.engine = engine;
  }

  static async open(name: string, options: LsmOptions): Promise<EngineStore> {
    const disk = new TracedDisk(await openDisk(name));
    return new EngineStore(name, disk, await openEngine(disk, options));
  }

  /** Opens the engine anew with other options, as after a reboot; what is in the MemTable is to be flushed before. */
  async reopen(options: LsmOptions): Promise<void> {
    await this.settle();
    this.engine = await openEngine(this.disk, options);
  }

  write(pairs: readonly Pair[]): Promise<void> {
    return new Promise((resolve) => {
      const record = this.clock.run('log', () => this.encode(pairs));
      this.queue.push({ pairs, record, resolve });
      if (!this.syncing) this.started(this.sync());
    });
  }

  get(key: Uint8Array): Uint8Array | undefined | Promise<Uint8Array | undefined> {
    const routine = this.engine.get(dataKey(0, SHARD, REPLICA, key));
    const step = routine.next();
    return step.done ? step.value : this.resume(routine, step, 'read');
  }

  async scan(from: Uint8Array, limit: number): Promise<number> {
    const { pairs } = await this.run('scan', this.engine.scan(dataKey(0, SHARD, REPLICA, from), END, limit));
    return pairs.length;
  }

  /** Flushes what there is and compacts until nothing is due. */
  async settle(): Promise<void> {
    await this.tables;
    this.asked = true;
    await this.wake();
  }

  /** Until nothing is due. */
  async idle(): Promise<void> {
    await this.wake();
  }

  async destroy(): Promise<void> {
    await this.tables;
    this.disk.disk.close();
    await deleteDatabase(this.name);
  }

  private encode(pairs: readonly Pair[]): Uint8Array {
    // One buffer for all of them, as a client's frame is one.
    const frame = new Uint8Array(pairs.reduce((bytes, { key, value }) => bytes + key.length + value.length, 0));
    let at = 0;
    const entries = pairs.map(({ key, value }) => {
      const from = at;
      frame.set(key, at);
      at += key.length;
      frame.set(value, at);
      at += value.length;
      const command = frame.subarray(from, at);
      return { term: 1, index: ++this.index, kind: 'command' as const, stampUs: 0, command };
    });
    return encodeEntries(SHARD as never, REPLICA, entries);
  }

  /** One group after the other, while there is something to write and the engine takes it; one is applied while the next is on its way. */
  private async sync(): Promise<void> {
    this.syncing = true;
    let durable: readonly Queued[] = [];
    while (this.queue.length > 0 || durable.length > 0) {
      while (this.engine.stall?.kind === 'stopped') await this.tablesMoved();
      // A group for each transaction of the tables.
      if (this.engine.stall !== undefined) await this.tablesMoved();
      const group = this.takeGroup();
      const written = this.writeLog(group);
      await this.applyAll(durable);
      if (this.engine.shouldFlush()) this.started(this.wake());
      await written;
      durable = group;
    }
    this.syncing = false;
  }

  private async writeLog(group: readonly Queued[]): Promise<void> {
    if (group.length === 0) return;
    const records = group.map(({ record }) => record);
    const firstRecord = this.records;
    this.records += records.length;
    const bytes = logGroupBytes(records);
    const value = this.clock.run('log', () => encodeLogGroup({ epoch: EPOCH, firstRecord, records, bytes }));
    await this.disk.transact('log', [{ type: 'put', store: 'log', key: logGroupKey(EPOCH, firstRecord), value }]);
  }

  private takeGroup(): Queued[] {
    let bytes = 0;
    let count = 0;
    for (const { record } of this.queue) {
      if (count > 0 && bytes + record.length > GROUP_BYTES_MAX) break;
      bytes += record.length;
      count++;
    }
    return this.queue.splice(0, count);
  }

  /** In stretches of no more pairs than a node holds proposals, unless one write has more. */
  private async applyAll(group: readonly Queued[]): Promise<void> {
    let at = 0;
    while (at < group.length) {
      if (at > 0) await nextTask();
      const from = at;
      let pairs = 0;
      this.clock.run('apply', () => {
        while (at < group.length && (at === from || pairs + (group[at] as Queued).pairs.length <= APPLIED_PAIRS_MAX)) {
          const next = group[at++] as Queued;
          pairs += next.pairs.length;
          this.apply(next.pairs);
        }
      });
      for (const { resolve } of group.slice(from, at)) resolve();
    }
  }

  private apply(pairs: readonly Pair[]): void {
    const batch = new WriteBatch();
    for (const { key, value } of pairs) batch.put(dataKey(0, SHARD, REPLICA, key), value);
    this.engine.write(batch);
  }

  private tablesMoved(): Promise<void> {
    return new Promise((resolve) => {
      this.waiters.push(resolve);
      this.started(this.wake());
    });
  }

  /** Runs the table lane, if it does not run, until nothing is due. */
  private wake(): Promise<void> {
    this.tables ??= this.writeTables().finally(() => {
      this.tables = undefined;
      this.moved();
    });
    return this.tables;
  }

  private moved(): void {
    for (const resolve of this.waiters.splice(0)) resolve();
  }

  private async writeTables(): Promise<void> {
    for (;;) {
      const next = this.nextFlush() ?? this.engine.takeObsolete()?.transaction ?? (await this.nextCompaction());
      if (next === undefined) return;
      await this.disk.transact('table', next);
      this.moved();
    }
  }

  private nextFlush(): DiskTransaction | undefined {
    if (this.flush === undefined && (this.asked || this.engine.shouldFlush())) {
      this.asked = false;
      this.flush = this.engine.startFlush();
    }
    const { flush } = this;
    if (flush === undefined) return undefined;
    const transaction = this.clock.run('flush', () => flush.next());
    if (transaction !== undefined) return transaction;
    flush.done();
    this.flush = undefined;
    return this.nextFlush();
  }

  private async nextCompaction(): Promise<DiskTransaction | undefined> {
    this.compaction ??= this.engine.startCompaction();
    const { compaction } = this;
    if (compaction === undefined) return undefined;
    const slice = await this.run('compaction', compaction.next());
    if (slice !== undefined) return slice;
    await this.disk.transact(
      'table',
      this.clock.run('compaction', () => compaction.publish()),
    );
    compaction.done();
    this.compaction = undefined;
    return [];
  }

  private run<T>(kind: StretchKind, routine: DiskRoutine<T>): Promise<T> {
    return this.resume(
      routine,
      this.clock.run(kind, () => routine.next()),
      kind,
    );
  }

  private async resume<T>(
    routine: DiskRoutine<T>,
    first: ReturnType<DiskRoutine<T>['next']>,
    kind: StretchKind,
  ): Promise<T> {
    let step = first;
    while (!step.done) {
      const records = await this.disk.read(step.value, kind !== 'compaction');
      step = this.clock.run(kind, () => routine.next(records));
    }
    return step.value;
  }

  /** A failure in the background fails the worker. */
  private started(work: Promise<void>): void {
    work.catch((error: unknown) => setTimeout(() => fail(String(error))));
  }
}

async function openEngine(disk: TracedDisk, options: LsmOptions): Promise<LsmEngine> {
  const routine = LsmEngine.open(options);
  let step = routine.next();
  while (!step.done) step = routine.next(await disk.disk.read(step.value));
  return step.value;
}

export function deleteDatabase(name: string): Promise<void> {
  return new Promise((resolve, reject) => {
    const request = indexedDB.deleteDatabase(name);
    request.onsuccess = () => resolve();
    request.onerror = () => reject(request.error);
  });
}
