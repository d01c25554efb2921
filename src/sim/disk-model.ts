import { assert } from '../core/base/assert.ts';
import type { Micros } from '../core/base/ids.ts';
import type { RandomStream } from '../core/base/random.ts';
import type { DiskConfig } from '../core/cluster/run.ts';
import type { Effect } from '../core/node/effect.ts';

export type DiskWrite = Extract<Effect, { readonly type: 'Write' }>;

/** What a crash leaves of the writes that were still pending. `cutLog`: this log write survives in part. */
export interface CrashCut {
  readonly pending: number;
  readonly lost: number;
  readonly torn: boolean;
  /** Writes that survive whole, in issue order. */
  readonly whole: readonly DiskWrite[];
  readonly cutLog:
    | { readonly write: DiskWrite & { readonly queue: 'log' }; readonly records: number; readonly tornBytes: number }
    | undefined;
}

/**
 * One node's disk in virtual time: serves one write at a time, log syncs and table slices in turn, log first; a write costs a sync and its bytes. It decides *when* a
 * write is done; the real transaction is made by the caller at that moment, and the world waits for it.
 */
export class DiskModel {
  private readonly config: DiskConfig;
  private readonly jitter: RandomStream;
  private readonly cutStream: RandomStream;
  private serving: DiskWrite | undefined;
  private lastServed: DiskWrite['queue'] = 'table';
  /** Issued, not yet served; at most one of each queue by the node's contract. */
  private readonly waiting: DiskWrite[] = [];

  constructor(config: DiskConfig, jitter: RandomStream, cutStream: RandomStream) {
    this.config = config;
    this.jitter = jitter;
    this.cutStream = cutStream;
  }

  get pending(): number {
    return this.waiting.length + (this.serving === undefined ? 0 : 1);
  }

  issue(write: DiskWrite): void {
    const sameQueue = (other: DiskWrite): boolean => other.queue === write.queue;
    assert(
      !this.waiting.some(sameQueue) && !(this.serving !== undefined && sameQueue(this.serving)),
      `a ${write.queue} write is already in flight`,
    );
    this.waiting.push(write);
  }

  /** Takes up the next write if the disk is idle. Returns how long it will take; `slowdown` = how many times as long as it should. */
  serve(syncUs: Micros, slowdown = 1): { readonly write: DiskWrite; readonly durationUs: Micros } | undefined {
    if (this.serving !== undefined || this.waiting.length === 0) return undefined;
    // Log first, but not twice while a table write waits: slices alternate with log syncs, else a busy log would starve every flush.
    const preferred = this.lastServed === 'log' ? 'table' : 'log';
    const at = this.waiting.findIndex((write) => write.queue === preferred);
    const [write] = this.waiting.splice(Math.max(at, 0), 1);
    assert(write !== undefined, 'a waiting write was found');
    this.serving = write;
    this.lastServed = write.queue;
    const bytes = write.queue === 'log' ? write.group.bytes : write.bytes;
    const spread = Math.floor(syncUs / 4);
    const sync = syncUs + this.jitter.between(-spread, spread);
    const durationUs = Math.max(1, sync) + Math.ceil((bytes * 1e6) / this.config.bytesPerSecond);
    return { write, durationUs: Math.round(durationUs * slowdown) };
  }

  finish(write: DiskWrite): void {
    assert(this.serving === write, 'writes finish in the order of service');
    this.serving = undefined;
  }

  /** How many of `count` writes in a row a crash lets survive. */
  drawSurvivors(count: number): number {
    return count === 0 ? 0 : this.cutStream.between(0, count);
  }

  blockReadUs(slowdown: number): Micros {
    return Math.round(this.config.blockReadUs * slowdown);
  }

  /**
   * A cut in issue order through everything pending: all before it survives, all after is lost, and a log record at the cut may be torn.
   * A table write is one unit: whole or absent.
   */
  crash(): CrashCut {
    const writes = [...(this.serving === undefined ? [] : [this.serving]), ...this.waiting].sort((a, b) => a.id - b.id);
    const units = writes.reduce((sum, write) => sum + unitsOf(write), 0);
    let survivors = this.drawSurvivors(units);
    const cut = { pending: units, lost: units - survivors };
    const whole: DiskWrite[] = [];
    for (const write of writes) {
      const size = unitsOf(write);
      if (survivors >= size) {
        whole.push(write);
        survivors -= size;
        continue;
      }
      if (write.queue !== 'log') return { ...cut, torn: false, whole, cutLog: undefined };
      const record = write.group.records[survivors];
      const torn = record !== undefined && this.cutStream.chance(0.5);
      const tornBytes = torn ? this.cutStream.between(1, record.length) : 0;
      if (survivors === 0 && !torn) return { ...cut, torn, whole, cutLog: undefined };
      return { ...cut, torn, whole, cutLog: { write, records: survivors, tornBytes } };
    }
    return { ...cut, torn: false, whole, cutLog: undefined };
  }
}

const unitsOf = (write: DiskWrite): number => (write.queue === 'log' ? write.group.records.length : 1);
