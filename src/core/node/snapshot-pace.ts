import { must } from '../base/assert.ts';
import type { Micros, ShardId } from '../base/ids.ts';

interface WaitingPiece {
  readonly shard: ShardId;
  readonly send: () => void;
}

const NEVER: Micros = Number.POSITIVE_INFINITY;

/**
 * How fast a node sends snapshots, those of all its replicas together: a piece leaves when what left before has had its time, first come first served. So a move
 * leaves the links and disks to those that read and write (as CockroachDB's `kv.snapshot_rebalance.max_rate`).
 */
export class SnapshotPace {
  private readonly bytesPerSecond: number;
  /** When what was sent has had its time. */
  private freeAtUs: Micros = 0;
  private readonly waiting: WaitingPiece[] = [];

  constructor(bytesPerSecond: number) {
    this.bytesPerSecond = bytesPerSecond;
  }

  /** When `release` is due; infinity while nothing waits. */
  get dueUs(): Micros {
    return this.waiting.length === 0 ? NEVER : this.freeAtUs;
  }

  /** How long a piece that comes now has to wait, those before it not counted: 0, it may leave at once. */
  waitUs(nowUs: Micros): Micros {
    if (this.waiting.length > 0) return Math.max(1, this.freeAtUs - nowUs);
    return Math.max(0, this.freeAtUs - nowUs);
  }

  wait(shard: ShardId, send: () => void): void {
    this.waiting.push({ shard, send });
  }

  sent(nowUs: Micros, bytes: number): void {
    this.freeAtUs = Math.max(nowUs, this.freeAtUs) + Math.ceil((bytes * 1_000_000) / this.bytesPerSecond);
  }

  /** Lets go what may leave by now. @returns the shards that it was of */
  release(nowUs: Micros): readonly ShardId[] {
    const released: ShardId[] = [];
    while (this.waiting.length > 0 && this.freeAtUs <= nowUs) {
      const { shard, send } = must(this.waiting.shift(), 'one waits');
      send();
      released.push(shard);
    }
    return released;
  }
}
