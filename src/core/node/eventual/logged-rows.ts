import type { Micros, ShardId } from '../../base/ids.ts';
import { shardOfKey, storageIdOfKey, VALUE_TYPE } from '../../lsm/internal-key.ts';
import type { LsmEngine } from '../../lsm/lsm-engine.ts';
import { WriteBatch, type WriteOp } from '../../lsm/write-batch.ts';
import {
  type EventualNote,
  type HintNote,
  type LimitsNote,
  NO_STORAGE,
  type NotesRecord,
  type RowsRecord,
} from './row-record.ts';
import { rowStorageId } from './storage-ids.ts';

/** A replica that is open here, as the log says. */
interface OpenReplica {
  readonly shard: ShardId;
  readonly replicaId: number;
}

/** What the log says of the eventual keyspace, and what is noted of it from then on. */
export class LoggedRows {
  clockBoundUs: Micros = 0;
  /** By shard and number. */
  private readonly limitsOf = new Map<string, LimitsNote>();
  /** By shard, home and key. */
  private readonly hintsOf = new Map<string, HintNote>();
  /** By key: what was written last. Until it is put into the engine. */
  private rows = new Map<string, WriteOp>();

  fold(record: ({ readonly type: 'Rows' } & RowsRecord) | ({ readonly type: 'Notes' } & NotesRecord)): void {
    if (record.type === 'Rows') for (const op of record.ops) this.rows.set(latin1(op.key), op);
    else for (const note of record.notes) this.note(note);
  }

  note(note: EventualNote): void {
    if (note.type === 'ClockBound') this.clockBoundUs = Math.max(this.clockBoundUs, note.boundUs);
    else if (note.type === 'Limits') this.limitsOf.set(`${note.shard}/${note.storageId}`, note);
    else {
      const name = `${note.shard}/${note.home}/${latin1(note.key)}`;
      if (note.row === undefined) this.hintsOf.delete(name);
      else this.hintsOf.set(name, note);
    }
  }

  /** Nothing was ever noted, or nothing of it counts any more; rows are the engine's. */
  get isEmpty(): boolean {
    return this.clockBoundUs === 0 && this.limitsOf.size === 0 && this.hintsOf.size === 0;
  }

  limits(shard: ShardId, storageId: number): LimitsNote | undefined {
    return this.limitsOf.get(`${shard}/${storageId}`);
  }

  /** Nothing is stored under that number any more. */
  forget(shard: ShardId, storageId: number): void {
    this.limitsOf.delete(`${shard}/${storageId}`);
  }

  get hints(): Iterable<HintNote> {
    return this.hintsOf.values();
  }

  /** All that is to be known: one note on each subject. */
  *notes(): Generator<EventualNote> {
    if (this.clockBoundUs > 0) yield { type: 'ClockBound', boundUs: this.clockBoundUs };
    for (const limits of this.limitsOf.values()) yield { ...limits, type: 'Limits' };
    for (const hint of this.hintsOf.values()) yield { ...hint, type: 'Hint' };
  }

  /** Puts rows into the engine as they were: those of replicas that are still here, in their present lives. What lies in tables already is the same, or older. */
  restore(engine: LsmEngine, open: readonly OpenReplica[]): void {
    const present = new Map(open.map(({ shard, replicaId }) => [shard, rowStorageId(engine, shard, replicaId)]));
    const isPresent = (shard: number, storageId: number): boolean => present.get(shard as ShardId) === storageId;
    for (const { type, key, value } of this.rows.values()) {
      const shard = shardOfKey(key);
      const storageId = storageIdOfKey(key);
      if (!isPresent(shard, storageId)) continue;
      const batch = new WriteBatch();
      engine.write(type === VALUE_TYPE.put ? batch.put(key, value) : batch.delete(key));
      markStored(engine, shard, storageId);
    }
    this.rows = new Map();
    for (const { shard, storageId } of [...this.limitsOf.values()])
      if (storageId !== NO_STORAGE && !isPresent(shard, storageId)) this.forget(shard, storageId);
  }
}

/**
 * Something lies under that number: the manifest names it as soon as it is in a table, so that recovery can tell what is not the present replica's. An index
 * says nothing here.
 */
export const markStored = (engine: LsmEngine, shard: number, storageId: number): void =>
  engine.setApplied(shard, storageId, 1);

/** One character for each byte. */
const latin1 = (bytes: Uint8Array): string => Array.from(bytes, (byte) => String.fromCharCode(byte)).join('');
