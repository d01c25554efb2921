import { must } from '../base/assert.ts';
import type { DiskRead, DiskReadResult, DiskRoutine } from '../base/disk.ts';
import type { ShardId } from '../base/ids.ts';
import { CorruptBlock } from '../lsm/corrupt-store.ts';
import type { Effect } from './effect.ts';
import type { EventLog } from './event-log.ts';

interface Suspended {
  /** Undefined: of the node itself, a compaction. */
  readonly shard: ShardId | undefined;
  readonly routine: DiskRoutine<unknown>;
  readonly done: (result: never) => void;
  readonly failed: () => void;
}

/** What came to a block that cannot be read. */
export type CorruptBlockFinder = 'read' | 'compaction' | 'recovery' | 'scrub';

const EXTENTS_PER_FILE = 65536;

/**
 * Runs the storage engine's routines; one that needs a block waits here for its Read while everything else goes on. One that comes to a block which
 * cannot be read ends there.
 */
export class BlockReads {
  private readonly waiting = new Map<number, Suspended>();
  private readonly events: EventLog;
  private readonly nextId: () => number;
  private effects: Effect[] = [];
  /** A routine ended at this block, and its `failed` has been called. */
  onCorrupt: (block: CorruptBlock, foundBy: CorruptBlockFinder) => void = (block) => {
    throw block;
  };

  constructor(events: EventLog, nextId: () => number) {
    this.events = events;
    this.nextId = nextId;
  }

  /** Runs the routine until it ends or waits. `done` gets its result, before this returns if no block was missing; or else `failed` is called. */
  run<T>(shard: ShardId | undefined, routine: DiskRoutine<T>, done: (result: T) => void, failed: () => void): void {
    this.resume({ shard, routine, done, failed }, undefined);
  }

  /** @returns the shard whose routine went on; undefined: one of the node itself did */
  completed(id: number, result: DiskReadResult): ShardId | undefined {
    const suspended = must(this.waiting.get(id), 'a read completes that was started');
    this.waiting.delete(id);
    this.resume(suspended, result);
    return suspended.shard;
  }

  /** Whether a routine of this shard waits for a block. */
  isWaitingFor(shard: ShardId): boolean {
    for (const suspended of this.waiting.values()) if (suspended.shard === shard) return true;
    return false;
  }

  flushInto(effects: Effect[]): void {
    if (this.effects.length === 0) return;
    for (const effect of this.effects) effects.push(effect);
    this.effects = [];
  }

  private resume(suspended: Suspended, result: DiskReadResult | undefined): void {
    const { shard, routine, done, failed } = suspended;
    let step: IteratorResult<DiskRead, unknown>;
    try {
      // The first call of a generator takes no value.
      step = routine.next(result as DiskReadResult);
    } catch (error) {
      if (!(error instanceof CorruptBlock)) throw error;
      failed();
      this.onCorrupt(error, shard === undefined ? 'compaction' : 'read');
      return;
    }
    if (step.done) done(step.value as never);
    else this.suspend(step.value, suspended);
  }

  private suspend(read: DiskRead, suspended: Suspended): void {
    const id = this.nextId();
    this.waiting.set(id, suspended);
    this.effects.push({ type: 'Read', id, read });
    if (suspended.shard === undefined || read.store !== 'sst' || read.type !== 'get') return;
    const fileNumber = Math.floor(read.key / EXTENTS_PER_FILE);
    const extent = read.key % EXTENTS_PER_FILE;
    this.events.push({ type: 'BlockRead', shard: suspended.shard, fileNumber, extent });
  }
}
