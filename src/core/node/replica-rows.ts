import type { DiskRoutine } from '../base/disk.ts';
import type { ShardId } from '../base/ids.ts';
import { dataKey, replicaRange, type SequenceNumber, userKeyOf } from '../lsm/internal-key.ts';
import type { LsmEngine } from '../lsm/lsm-engine.ts';
import type { StoreIterator } from '../lsm/store-iterator.ts';
import { STRONG_KEYSPACE, SYSTEM_KEYSPACE } from './keyspace.ts';

/** One row of a replica, whatever its replica id: a user's value with its deadline, a session, a deadline, the summary. */
export interface ReplicaRow {
  readonly keyspace: number;
  readonly key: Uint8Array;
  readonly value: Uint8Array;
}

/** Where a row lies among those of its replica. */
export type RowPlace = Pick<ReplicaRow, 'keyspace' | 'key'>;

export interface RowsView {
  readonly after?: RowPlace | undefined;
  readonly atSequence?: SequenceNumber;
}

/** In the order of internal keys. */
const KEYSPACES: readonly number[] = [SYSTEM_KEYSPACE, STRONG_KEYSPACE];

/** All rows of a replica as they are now, in the order of internal keys, whatever is written meanwhile. To be released: until then it holds tables. */
export class ReplicaRows {
  private readonly iterators: readonly StoreIterator[];
  private at = 0;
  private begun = false;

  /** @param view of a moment that a snapshot of the engine holds, from behind a row on */
  constructor(engine: LsmEngine, shard: ShardId, replicaId: number, { after, atSequence }: RowsView = {}) {
    this.iterators = KEYSPACES.map((keyspace) => {
      const { from, to } = replicaRange(keyspace, shard, replicaId);
      const begin =
        after?.keyspace === keyspace ? { gt: dataKey(keyspace, shard, replicaId, after.key) } : { gte: from };
      return engine.iterate({ ...begin, lt: to }, atSequence);
    });
    if (after !== undefined) this.at = KEYSPACES.indexOf(after.keyspace);
  }

  /** Its bytes are views, good until the next call. Undefined: there is none left. */
  *next(): DiskRoutine<ReplicaRow | undefined> {
    for (;;) {
      const iterator = this.iterators[this.at];
      if (iterator === undefined) return undefined;
      yield* this.begun ? iterator.next() : iterator.seekToFirst();
      this.begun = true;
      const { key, value } = iterator;
      if (key !== undefined && value !== undefined) {
        return { keyspace: KEYSPACES[this.at] as number, key: userKeyOf(key), value };
      }
      iterator.release();
      this.at++;
      this.begun = false;
    }
  }

  release(): void {
    for (const iterator of this.iterators) iterator.release();
  }
}
