import { AbstractIterator, AbstractLevel, AbstractSnapshot } from 'abstract-level';
import type { BlockStore } from '../../../sim/block-store.ts';
import { compareBytes } from '../../base/bytes.ts';
import type { DiskRoutine } from '../../base/disk.ts';
import { dataKey, replicaRange, userKeyOf } from '../internal-key.ts';
import { LsmEngine, type LsmOptions } from '../lsm-engine.ts';
import type { ScanRange } from '../scan-range.ts';
import type { Snapshot } from '../snapshots.ts';
import type { StoreIterator } from '../store-iterator.ts';
import { WriteBatch } from '../write-batch.ts';

/** What happens after every write, before it is acknowledged. */
export type AfterWrite = 'nothing' | 'flush' | 'compact' | 'reopen';

type Bytes = Uint8Array;
interface Bounds {
  gte?: Bytes;
  gt?: Bytes;
  lte?: Bytes;
  lt?: Bytes;
  reverse?: boolean;
  limit?: number;
  snapshot?: LsmSnapshot;
}
type Operation = { type: 'put'; key: Bytes; value: Bytes } | { type: 'del'; key: Bytes };

const storeKey = (key: Bytes): Bytes => dataKey(1, 0, 1, key);

/** The storage engine behind the abstract-level interface, so that the public test suite of that contract can be run against it. */
export class LsmLevel extends AbstractLevel<Bytes, Bytes, Bytes> {
  engine: LsmEngine | undefined;
  private readonly disk: () => Promise<BlockStore>;
  private opened: BlockStore | undefined;
  private readonly afterWrite: AfterWrite;
  private readonly lsmOptions: LsmOptions;
  /** Writes are made one after the other. */
  private last: Promise<void> = Promise.resolve();

  constructor(disk: () => Promise<BlockStore>, afterWrite: AfterWrite, lsmOptions: LsmOptions, options?: object) {
    const features = { implicitSnapshots: true, explicitSnapshots: true, seek: true, has: true, permanence: true };
    super({ encodings: { view: true }, ...features, createIfMissing: false, errorIfExists: false }, options);
    this.disk = disk;
    this.afterWrite = afterWrite;
    this.lsmOptions = lsmOptions;
  }

  run<T>(routine: DiskRoutine<T>): Promise<T> {
    return run(routine, this.opened as BlockStore);
  }

  async _open(): Promise<void> {
    this.opened ??= await this.disk();
    this.engine = await this.run(LsmEngine.open(this.lsmOptions));
  }

  /** There is no log behind this adapter: what is in memory goes to the disk. */
  async _close(): Promise<void> {
    await this.last;
    await this.flush();
    const { engine } = this;
    this.engine = undefined;
    if (engine !== undefined && engine.pinnedReaders > 0) throw new Error(`${engine.pinnedReaders} readers were left`);
  }

  async _get(key: Bytes, options: Bounds): Promise<Bytes | undefined> {
    return (await this._getMany([key], options))[0];
  }

  /** All of one moment: `get` fixes its view when it is called. */
  _getMany(keys: readonly Bytes[], { snapshot }: Bounds): Promise<(Bytes | undefined)[]> {
    const { engine, sequence } = snapshot ?? this.now();
    return Promise.all(keys.map((key) => engine.get(storeKey(key), sequence)).map((routine) => this.run(routine)));
  }

  async _has(key: Bytes, options: Bounds): Promise<boolean> {
    return (await this._get(key, options)) !== undefined;
  }

  async _hasMany(keys: readonly Bytes[], options: Bounds): Promise<boolean[]> {
    return (await this._getMany(keys, options)).map((value) => value !== undefined);
  }

  _put(key: Bytes, value: Bytes): Promise<void> {
    return this.write([{ type: 'put', key, value }]);
  }

  _del(key: Bytes): Promise<void> {
    return this.write([{ type: 'del', key }]);
  }

  _batch(operations: readonly Operation[]): Promise<void> {
    return this.write(operations);
  }

  async _clear(options: Bounds): Promise<void> {
    const iterator = this.iterate(options);
    const keys: Bytes[] = [];
    const limit = options.limit ?? -1;
    await this.run(options.reverse ? iterator.seekToLast() : iterator.seekToFirst());
    while (iterator.key !== undefined && keys.length !== limit) {
      keys.push(userKeyOf(iterator.key).slice());
      await this.run(options.reverse ? iterator.prev() : iterator.next());
    }
    iterator.release();
    await this.write(keys.map((key) => ({ type: 'del', key })));
  }

  _iterator(options: Bounds): LsmIterator {
    return new LsmIterator(this, options);
  }

  _snapshot(options: object): LsmSnapshot {
    return new LsmSnapshot(this.now().engine, options);
  }

  iterate(bounds: Bounds): StoreIterator {
    const { engine, sequence } = bounds.snapshot ?? this.now();
    return engine.iterate(rangeOf(bounds), sequence);
  }

  private now(): { engine: LsmEngine; sequence: number } {
    const engine = this.engine as LsmEngine;
    return { engine, sequence: engine.lastSequence };
  }

  private async write(operations: readonly Operation[]): Promise<void> {
    const batch = new WriteBatch();
    for (const operation of operations) {
      const key = storeKey(operation.key);
      if (operation.type === 'put') batch.put(key, operation.value);
      else batch.delete(key);
    }
    // The writes are visible together, then comes what this store does after them.
    this.last = this.last.then(async () => {
      this.now().engine.write(batch);
      if (this.afterWrite === 'nothing') return;
      await this.flush();
      if (this.afterWrite === 'compact') await this.compact();
      if (this.afterWrite === 'reopen') this.engine = await this.run(LsmEngine.open(this.lsmOptions));
    });
    await this.last;
  }

  private async flush(): Promise<void> {
    const job = this.engine?.startFlush();
    if (job === undefined) return;
    for (let next = job.next(); next !== undefined; next = job.next()) await this.opened?.transact(next);
    job.done();
  }

  /** All of L0 into L1, what is due after that, and away with the tables that nobody reads. */
  private async compact(): Promise<void> {
    const { engine } = this.now();
    let job = engine.startManualCompaction(0);
    for (; job !== undefined; job = engine.startCompaction()) {
      for (let next = await this.run(job.next()); next !== undefined; next = await this.run(job.next())) {
        await this.opened?.transact(next);
      }
      await this.opened?.transact(job.publish());
      job.done();
    }
    const obsolete = engine.takeObsolete();
    if (obsolete !== undefined) await this.opened?.transact(obsolete.transaction);
  }
}

class LsmIterator extends AbstractIterator<LsmLevel, Bytes, Bytes> {
  private readonly level: LsmLevel;
  private readonly bounds: Bounds;
  private readonly iterator: StoreIterator;
  /** Where the next `_next` goes; undefined = to the neighbour. */
  private goTo: 'start' | 'end' | Bytes | undefined = 'start';

  constructor(level: LsmLevel, bounds: Bounds) {
    super(level, bounds as object);
    this.level = level;
    this.bounds = bounds;
    this.iterator = level.iterate(bounds);
  }

  async _next(): Promise<[Bytes, Bytes] | undefined> {
    await this.level.run(this.move());
    const { key, value } = this.iterator;
    if (this.goTo === 'end' || key === undefined || value === undefined) return undefined;
    return [userKeyOf(key).slice(), value.slice()];
  }

  /** A target outside the range ends the iterator. */
  _seek(target: Bytes): void {
    const { gte, gt, lte, lt } = this.bounds;
    const below = gte !== undefined ? compareBytes(target, gte) < 0 : gt !== undefined && compareBytes(target, gt) <= 0;
    const above = lte !== undefined ? compareBytes(target, lte) > 0 : lt !== undefined && compareBytes(target, lt) >= 0;
    this.goTo = below || above ? 'end' : storeKey(target);
  }

  async _close(): Promise<void> {
    this.iterator.release();
  }

  private move(): DiskRoutine<void> {
    const { iterator, goTo, bounds } = this;
    if (goTo === 'end') return nowhere();
    this.goTo = undefined;
    if (goTo === 'start') return bounds.reverse ? iterator.seekToLast() : iterator.seekToFirst();
    if (goTo !== undefined) return bounds.reverse ? iterator.seekForPrev(goTo) : iterator.seek(goTo);
    return bounds.reverse ? iterator.prev() : iterator.next();
  }
}

class LsmSnapshot extends AbstractSnapshot {
  /** The one that took it: one that was opened later knows nothing of it. */
  readonly engine: LsmEngine;
  private readonly snapshot: Snapshot;

  constructor(engine: LsmEngine, options: object) {
    // It takes the options it was asked with; its types do not say so.
    super(...([options] as unknown as []));
    this.engine = engine;
    this.snapshot = engine.takeSnapshot();
  }

  get sequence(): number {
    return this.snapshot.sequence;
  }

  async _close(): Promise<void> {
    this.engine.releaseSnapshot(this.snapshot);
  }
}

function rangeOf({ gte, gt, lte, lt }: Bounds): ScanRange {
  const all = replicaRange(1, 0, 1);
  const inner = (key: Bytes | undefined): Bytes | undefined => (key === undefined ? undefined : storeKey(key));
  const hasLower = gte !== undefined || gt !== undefined;
  const hasUpper = lte !== undefined || lt !== undefined;
  return {
    gte: hasLower ? inner(gte) : all.from,
    gt: inner(gt),
    lte: inner(lte),
    lt: hasUpper ? inner(lt) : all.to,
  };
}

function* nowhere(): DiskRoutine<void> {}

/** A failed read is thrown into the routine, so that it lets go of what it holds. */
export async function run<T>(routine: DiskRoutine<T>, disk: BlockStore): Promise<T> {
  let step = routine.next();
  while (!step.done) {
    try {
      step = routine.next(await disk.read(step.value));
    } catch (error) {
      step = routine.throw(error);
    }
  }
  return step.value;
}
