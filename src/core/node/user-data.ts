import { compareBytes } from '../base/bytes.ts';
import type { DiskRoutine } from '../base/disk.ts';
import type { Micros, ShardId } from '../base/ids.ts';
import { dataKey } from '../lsm/internal-key.ts';
import type { LsmEngine } from '../lsm/lsm-engine.ts';
import { WriteBatch } from '../lsm/write-batch.ts';
import { type Deadline, DeadlineIndex } from './deadline-index.ts';
import { STRONG_KEYSPACE } from './keyspace.ts';
import { deadlineOfWrite, type KeyWrite, type WriteAnswer, type WriteOp } from './message.ts';
import { decodeStoredValue, encodeStoredValue, isExpired, NO_DEADLINE, type StoredValue } from './stored-value.ts';

const NO_BYTES = new Uint8Array(0);

/** What one entry changes, collected before anything does. */
export interface Change {
  readonly batch: WriteBatch;
  /** Live keys more, or fewer. */
  keys: number;
  /** The deadlines of values that this entry replaced or deleted before their time. */
  readonly removed: Deadline[];
  /** The earliest deadline of the values that it wrote. */
  addedUs: Micros;
}

export const newChange = (): Change => ({ batch: new WriteBatch(), keys: 0, removed: [], addedUs: NO_DEADLINE });

/** The users' values of one replica with their deadlines, and what an entry does to them. Nothing is changed but by the batch of the entry. */
export class UserData {
  private readonly engine: LsmEngine;
  private readonly shard: ShardId;
  private readonly replicaId: number;
  private readonly deadlines: DeadlineIndex;

  constructor(engine: LsmEngine, shard: ShardId, replicaId: number) {
    this.engine = engine;
    this.shard = shard;
    this.replicaId = replicaId;
    this.deadlines = new DeadlineIndex(engine, shard, replicaId);
  }

  *recover(): DiskRoutine<void> {
    yield* this.deadlines.recover();
  }

  /** When the next value expires, in log time; NO_DEADLINE if none does. */
  get earliestDeadlineUs(): Micros {
    return this.deadlines.earliestUs;
  }

  /** Removes what is due at the entry's stamp, before the entry's own write: a later operation of a batch wins. */
  *expire(stampUs: Micros, change: Change): DiskRoutine<readonly Deadline[]> {
    const due = yield* this.deadlines.due(stampUs);
    for (const deadline of due) {
      change.batch.delete(this.row(deadline.userKey));
      change.batch.delete(this.deadlines.row(deadline));
    }
    change.keys -= due.length;
    return due;
  }

  /** @param stampUs the entry's: what is due by it is absent, and a new value's time to live begins with it */
  *write(write: WriteOp, stampUs: Micros, change: Change): DiskRoutine<WriteAnswer> {
    if (write.type === 'Batch') return yield* this.applyBatch(write.items, stampUs, change);
    const old = yield* this.liveValue(write.key, stampUs);
    if (!matches(write, old)) return { type: 'Mismatch', actual: old?.value };
    this.stage(write, old, stampUs, change);
    return { type: 'Ok', existed: old !== undefined };
  }

  /** Every condition is compared with what was there before the entry, and only then does anything change: all of it, or nothing. */
  private *applyBatch(items: readonly KeyWrite[], stampUs: Micros, change: Change): DiskRoutine<WriteAnswer> {
    const before: (StoredValue | undefined)[] = [];
    for (const [item, write] of items.entries()) {
      const old = yield* this.liveValue(write.key, stampUs);
      if (!matches(write, old)) return { type: 'BatchMismatch', item, actual: old?.value };
      before.push(old);
    }
    for (const [item, write] of items.entries()) this.stage(write, before[item], stampUs, change);
    return { type: 'BatchOk', existed: before.map((old) => old !== undefined) };
  }

  private *liveValue(userKey: Uint8Array, stampUs: Micros): DiskRoutine<StoredValue | undefined> {
    const found = yield* this.engine.get(this.row(userKey));
    const stored = found === undefined ? undefined : decodeStoredValue(found);
    return stored === undefined || isExpired(stored.deadlineUs, stampUs) ? undefined : stored;
  }

  /** @param old what the key holds; each key is staged once an entry */
  private stage(write: KeyWrite, old: StoredValue | undefined, stampUs: Micros, change: Change): void {
    const { batch } = change;
    const userKey = write.key;
    const key = this.row(userKey);
    if (old !== undefined && old.deadlineUs !== NO_DEADLINE) {
      const removed = { deadlineUs: old.deadlineUs, userKey };
      change.removed.push(removed);
      batch.delete(this.deadlines.row(removed));
    }
    if (old !== undefined) change.keys--;
    if (write.type !== 'Delete') {
      const deadlineUs = deadlineOfWrite(write, stampUs) ?? NO_DEADLINE;
      batch.put(key, encodeStoredValue({ value: write.value, deadlineUs }));
      if (deadlineUs !== NO_DEADLINE) batch.put(this.deadlines.row({ deadlineUs, userKey }), NO_BYTES);
      change.addedUs = Math.min(change.addedUs, deadlineUs);
      change.keys++;
    } else if (old !== undefined) {
      batch.delete(key);
    }
  }

  private row(userKey: Uint8Array): Uint8Array {
    return dataKey(STRONG_KEYSPACE, this.shard, this.replicaId, userKey);
  }

  /** The last thing of an entry, before its batch is written: what expires next. */
  *settle(stampUs: Micros, { removed, addedUs }: Change): DiskRoutine<void> {
    this.deadlines.earliestUs = yield* this.deadlines.earliestAfter(stampUs, removed, addedUs);
  }
}

/** Whether nothing stands against the write. */
const matches = (write: KeyWrite, old: StoredValue | undefined): boolean =>
  write.type !== 'Cas' || sameValue(old?.value, write.expected);

function sameValue(a: Uint8Array | undefined, b: Uint8Array | undefined): boolean {
  return a === undefined || b === undefined ? a === b : compareBytes(a, b) === 0;
}
