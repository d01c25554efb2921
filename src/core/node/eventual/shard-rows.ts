import type { DiskRoutine } from '../../base/disk.ts';
import type { ShardId } from '../../base/ids.ts';
import { dataKey, replicaRange } from '../../lsm/internal-key.ts';
import type { TokenArc } from '../../merkle/leaves.ts';
import { decodeRow, NO_ROW, type Row } from '../../replication/row.ts';
import { EVENTUAL_KEYSPACE } from '../keyspace.ts';
import type { ReplicaEnvironment } from '../replica-environment.ts';
import type { RowsStanding } from './eventual-rows.ts';
import { RowTree } from './row-tree.ts';

/** What is to be done to one row. */
export interface RowTask {
  readonly key: Uint8Array;
  /** What it may write, about. */
  readonly bytes: number;
  /** With the row as it is then; nothing else is done to any row of the shard before it returns. */
  readonly run: (held: Row) => void;
  /** There is no row to do it to. */
  readonly refused: () => void;
}

/**
 * The eventual rows of one shard's replica in one life. Tasks are done one after the other: one that waits for a block, or for room, keeps those behind it waiting, so that
 * no two of one key are ever given the same row to begin from.
 */
export class ShardRows {
  readonly shard: ShardId;
  readonly replicaId: number;
  readonly arc: TokenArc;
  /** Under which they lie. */
  readonly storageId: number;
  standing: Exclude<RowsStanding, 'none'>;
  readonly tree: RowTree;
  /** Gone with its replica. */
  isClosed = false;
  private readonly env: ReplicaEnvironment;
  private readonly queue: RowTask[] = [];
  /** The first task waits for a block. */
  private isReading = false;
  private isAdvancing = false;

  constructor(
    env: ReplicaEnvironment,
    place: { readonly shard: ShardId; readonly replicaId: number; readonly arc: TokenArc; readonly storageId: number },
    standing: 'copying' | 'complete',
  ) {
    this.env = env;
    this.shard = place.shard;
    this.replicaId = place.replicaId;
    this.arc = place.arc;
    this.storageId = place.storageId;
    this.standing = standing;
    this.tree = new RowTree(place.arc);
  }

  /** Whether its rows can be read and written. Once they cannot, they never can again: whoever began before it has begun in vain. */
  get isOpen(): boolean {
    return !this.isClosed && this.standing !== 'lost';
  }

  storedKey(key: Uint8Array): Uint8Array {
    return dataKey(EVENTUAL_KEYSPACE, this.shard, this.storageId, key);
  }

  get range(): { readonly from: Uint8Array; readonly to: Uint8Array } {
    return replicaRange(EVENTUAL_KEYSPACE, this.shard, this.storageId);
  }

  do(task: RowTask): void {
    if (!this.isOpen) {
      task.refused();
      return;
    }
    this.queue.push(task);
    this.advance();
  }

  /** @returns whether anything was done */
  advance(): boolean {
    if (this.isAdvancing) return false;
    this.isAdvancing = true;
    let isAnyDone = false;
    while (!this.isReading && this.isOpen) {
      const task = this.queue[0];
      if (task === undefined || !this.env.gate.admits(task.bytes)) break;
      isAnyDone = true;
      this.read(task);
    }
    this.isAdvancing = false;
    return isAnyDone;
  }

  /** All that waits is refused. */
  refuseAll(): void {
    for (const task of this.queue.splice(0)) task.refused();
  }

  private read(task: RowTask): void {
    const { env } = this;
    const found = (bytes: Uint8Array | undefined): void => {
      this.isReading = false;
      if (!this.isOpen) return;
      this.queue.shift();
      task.run(rowOf(bytes));
      this.advance();
    };
    // Whoever finds a block that cannot be read is told of it: then all that waits is refused.
    const failed = (): void => {
      this.isReading = false;
    };
    this.isReading = true;
    env.blocks.run(this.shard, env.engine.get(this.storedKey(task.key)), found, failed);
  }
}

/** @param stored undefined: nothing is known of the key */
export const rowOf = (stored: Uint8Array | undefined): Row => (stored === undefined ? NO_ROW : decodeRow(stored));

export function* peekRow(env: ReplicaEnvironment, rows: ShardRows, key: Uint8Array): DiskRoutine<Row> {
  return rowOf(yield* env.engine.peek(rows.storedKey(key)));
}
