import type { DiskReadResult } from '../../base/disk.ts';
import type { CompactionJob } from '../compaction-job.ts';
import type { CompactionStyle } from '../compaction-style.ts';
import { DEFAULT_POLICY } from '../drop-policy.ts';
import type { FlushJob } from '../flush-job.ts';
import type { LsmEngine, LsmOptions } from '../lsm-engine.ts';
import { key } from './bytes.ts';
import { deleteObsolete, inspectAll } from './compaction.ts';
import { MemoryDisk } from './memory-disk.ts';
import { dump, get, open, write } from './store.ts';

export type Step =
  | { readonly type: 'write'; readonly ops: readonly { readonly name: string; readonly value: string | undefined }[] }
  | { readonly type: 'get'; readonly name: string; readonly back: number }
  | { readonly type: 'scan'; readonly from: string; readonly to: string; readonly limit: number; readonly back: number }
  | { readonly type: 'flush'; readonly back: number }
  | { readonly type: 'compact'; readonly back: number; readonly level: number | undefined }
  /** One read or one transaction of whatever is under way. */
  | { readonly type: 'work'; readonly times: number }
  | { readonly type: 'style'; readonly style: CompactionStyle }
  | { readonly type: 'reopen' };

/** Names that begin so are the owner's own rows. */
const OWN_ROW = 'z'.charCodeAt(0);

interface ModelWrite {
  readonly name: string;
  readonly value: string | undefined;
  readonly sequence: number;
}

/** A compaction that goes on one read at a time. */
interface Running {
  readonly job: CompactionJob;
  routine: ReturnType<CompactionJob['next']>;
  result: DiskReadResult;
  started: boolean;
}

/** Engine and a plain list of all writes side by side; the node's log is the list of batches, a batch's position its log index. */
export class CompactionModel {
  readonly disk = new MemoryDisk();
  readonly answers: unknown[] = [];
  compactions = 0;
  /** Because nothing in them lived. */
  tablesGone = 0;
  private readonly options: LsmOptions;
  private readonly style: CompactionStyle | undefined;
  private engine: LsmEngine;
  private readonly batches: (readonly { readonly name: string; readonly value: string | undefined }[])[] = [];
  private writes: ModelWrite[] = [];
  private flush: FlushJob | undefined;
  private compaction: Running | undefined;
  /** No read goes back behind it. */
  private oldestSnapshot = 0;

  /** @param style the only one; undefined: steps change it */
  constructor(options: LsmOptions, style?: CompactionStyle) {
    this.options = options;
    this.style = style;
    this.engine = this.open();
  }

  run(step: Step): void {
    const { engine, disk } = this;
    switch (step.type) {
      case 'write':
        this.batches.push(step.ops);
        this.apply(this.batches.length);
        return;
      case 'get': {
        const at = this.snapshot(step.back);
        this.expectSame(get(engine, disk, step.name, at), this.live(at).get(step.name));
        return;
      }
      case 'scan': {
        const at = this.snapshot(step.back);
        const { pairs } = disk.run(engine.scan(key(step.from), key(step.to), step.limit, { atSequence: at }));
        const inRange = sorted(this.live(at)).filter(([n]) => compare(n, step.from) >= 0 && compare(n, step.to) < 0);
        const read = pairs.map((p) => [p.key.subarray(7), p.value].map((b) => Buffer.from(b).toString()));
        this.expectSame(read, inRange.slice(0, step.limit));
        return;
      }
      case 'flush':
        if (this.flush !== undefined) return;
        this.oldestSnapshot = this.snapshot(step.back);
        this.flush = engine.startFlush(this.oldestSnapshot);
        return;
      case 'compact':
        this.startCompaction(step);
        return;
      case 'work':
        for (let i = 0; i < step.times; i++) this.work();
        return;
      case 'style':
        engine.compactionStyle = this.style ?? step.style;
        return;
      case 'reopen':
        this.reopen();
    }
  }

  /** After any prefix of the disk's transactions the store holds exactly the batches that it says it does. */
  checkCrashes(every: number): void {
    for (let count = 0; count <= this.disk.journal.length; count += every) {
      const disk = this.disk.crashedAfter(count);
      const engine = open(disk, this.options);
      const flushed = liveAfter(this.batches.slice(0, engine.appliedIndex(0, 1)).flat());
      const expected = sorted(flushed).map(([name, value]) => `${name}=${value}`);
      this.expectSame(dump(engine, disk), expected);
      disk.transact(engine.orphanSweep() ?? []);
      const swept = open(disk, { ...this.options, blockCacheBytes: 0 });
      this.expectSame(dump(swept, disk), expected);
      this.expectSame(swept.orphanSweep(), undefined);
    }
  }

  private open(): LsmEngine {
    const engine = open(this.disk, this.options);
    engine.dropPolicy = { ...DEFAULT_POLICY, isOwnRow: ({ key: row }) => row[7] === OWN_ROW };
    if (this.style !== undefined) engine.compactionStyle = this.style;
    return engine;
  }

  private startCompaction({ back, level }: Extract<Step, { readonly type: 'compact' }>): void {
    if (this.compaction !== undefined) return;
    const oldest = this.snapshot(back);
    const { engine } = this;
    inspectAll(engine, this.disk, oldest);
    const job = level === undefined ? engine.startCompaction(oldest) : engine.startManualCompaction(level, oldest);
    if (job === undefined) return;
    this.oldestSnapshot = oldest;
    this.compaction = { job, routine: job.next(), result: [], started: false };
  }

  /** Flush and compaction in turn, so that each meets the other at every point. */
  private work(): void {
    if (this.flush !== undefined && this.disk.journal.length % 2 === 0) this.stepFlush();
    else if (this.compaction !== undefined) this.stepCompaction(this.compaction);
    else this.stepFlush();
    if (this.disk.journal.length % 3 === 0) deleteObsolete(this.engine, this.disk);
  }

  private stepFlush(): void {
    const transaction = this.flush?.next();
    if (transaction !== undefined) {
      this.disk.transact(transaction);
      // What publishes is done before any other edit is made.
      if (!transaction.some(({ store }) => store === 'manifest')) return;
    }
    this.flush?.done();
    this.flush = undefined;
  }

  private stepCompaction(running: Running): void {
    const step = running.started ? running.routine.next(running.result) : running.routine.next();
    running.started = true;
    if (!step.done) {
      running.result = this.disk.read(step.value);
      return;
    }
    if (step.value !== undefined) {
      this.disk.transact(step.value);
      running.routine = running.job.next();
      running.started = false;
      return;
    }
    this.disk.transact(running.job.publish());
    running.job.done();
    this.compaction = undefined;
    this.compactions++;
    if (running.job.plan.reason === 'nothing lives') this.tablesGone += running.job.plan.inputs.length;
  }

  private reopen(): void {
    this.flush = undefined;
    this.compaction = undefined;
    this.engine = this.open();
    const flushed = this.engine.appliedIndex(0, 1);
    this.writes = this.writes.filter(({ sequence }) => sequence <= this.engine.lastSequence);
    for (let index = flushed + 1; index <= this.batches.length; index++) this.apply(index);
    const sweep = this.engine.orphanSweep();
    if (sweep !== undefined) this.disk.transact(sweep);
  }

  private apply(index: number): void {
    const ops = this.batches[index - 1] ?? [];
    let sequence = this.engine.lastSequence;
    for (const { name, value } of ops) this.writes.push({ name, value, sequence: ++sequence });
    write(this.engine, ...ops.map(({ name, value }) => (value === undefined ? name : `${name}=${value}`)));
    this.engine.setApplied(0, 1, index);
  }

  private snapshot(back: number): number {
    return Math.max(this.oldestSnapshot, this.engine.lastSequence - back);
  }

  private live(atSequence: number): Map<string, string> {
    return liveAfter(this.writes.filter(({ sequence }) => sequence <= atSequence));
  }

  private expectSame(found: unknown, expected: unknown): void {
    this.answers.push(found);
    if (JSON.stringify(found) === JSON.stringify(expected)) return;
    throw new Error(`found ${JSON.stringify(found)}, not ${JSON.stringify(expected)}`);
  }
}

const compare = (a: string, b: string): number => Buffer.compare(Buffer.from(a), Buffer.from(b));
const sorted = (live: Map<string, string>): [string, string][] => [...live].sort(([a], [b]) => compare(a, b));

function liveAfter(
  writes: readonly { readonly name: string; readonly value: string | undefined }[],
): Map<string, string> {
  const live = new Map<string, string>();
  for (const { name, value } of writes) {
    if (value === undefined) live.delete(name);
    else live.set(name, value);
  }
  return live;
}
