import { must } from '../../base/assert.ts';
import type { DiskRoutine } from '../../base/disk.ts';
import type { Micros, ShardId } from '../../base/ids.ts';
import { shardOfKey, storageIdOfKey, VALUE_TYPE } from '../../lsm/internal-key.ts';
import { INTERNAL_VALUE_BYTES_MAX, WriteBatch, type WriteOp } from '../../lsm/write-batch.ts';
import { type TokenArc, UNPLACED_LEAF } from '../../merkle/leaves.ts';
import { applyRow } from '../../replication/apply-row.ts';
import type { Conflicts } from '../../replication/choices.ts';
import {
  higherLimits,
  NO_LIMITS,
  type PurgeLimits,
  purgeRow,
  raiseFence,
  raiseWatermark,
} from '../../replication/purge-limits.ts';
import { decodeRow, encodeRow, expireRow, type Row } from '../../replication/row.ts';
import { EVENTUAL_KEYSPACE } from '../keyspace.ts';
import { encodeNotes, encodeRows } from '../log-record.ts';
import type { LogSync } from '../physical-log.ts';
import { leafOfKey } from '../replica-content.ts';
import type { ReplicaEnvironment } from '../replica-environment.ts';
import type {
  ArrivedRow,
  EventualRows,
  RowScan,
  RowsStanding,
  StoredHint,
  TakenRow,
  TreeBuild,
} from './eventual-rows.ts';
import { type LoggedRows, markStored } from './logged-rows.ts';
import { type EventualNote, type LimitsNote, NO_STORAGE } from './row-record.ts';
import { RowsScan, RowsTreeBuild } from './row-tree.ts';
import { peekRow, rowOf, ShardRows } from './shard-rows.ts';
import { isFirstLife, rowStorageId } from './storage-ids.ts';

/** A replica as far as its eventual rows go. */
export interface HostedRows {
  readonly shard: ShardId;
  /** The shard's, of the ring. */
  readonly arc: TokenArc;
  /** Of the replica in its group. */
  readonly replicaId: number;
}

/** A record of a checkpoint is no larger, but for one row. */
const CHECKPOINT_RECORD_BYTES = 64 * 1024;
/** What a row's or a note's place in the log takes, about. */
const OVERHEAD_BYTES = 16;

/** The eventual rows of a node, in its engine and its log. */
export class DurableRows implements EventualRows {
  conflicts: Conflicts = 'lww';
  onBegunAnew: (shard: ShardId) => void = () => undefined;
  readonly recoveredHints: readonly StoredHint[];
  private readonly env: ReplicaEnvironment;
  private readonly logged: LoggedRows;
  private readonly shards = new Map<ShardId, ShardRows>();
  /** The newest sync that holds something of this. */
  private lastSync: LogSync | undefined;

  /** @param logged what the log says, its rows restored */
  constructor(env: ReplicaEnvironment, logged: LoggedRows) {
    this.env = env;
    this.logged = logged;
    this.recoveredHints = [...logged.hints].map(({ shard, home, key, row }) => ({
      shard,
      home,
      key,
      row: decodeRow(must(row, 'a hint that is kept has a row')),
    }));
  }

  /** A replica that is here. @param isFounder it was there when the cluster was founded: nobody had written anything before */
  open({ shard, arc, replicaId }: HostedRows, isFounder: boolean): void {
    const storageId = rowStorageId(this.env.engine, shard, replicaId);
    const noted = this.logged.limits(shard, storageId);
    const isComplete = noted?.isComplete ?? (isFounder && isFirstLife(storageId));
    const standing = isComplete ? 'complete' : 'copying';
    this.shards.set(shard, new ShardRows(this.env, { shard, arc, replicaId, storageId }, standing));
  }

  /** Its replica takes no part any more. */
  close(shard: ShardId): void {
    const rows = this.shards.get(shard);
    if (rows === undefined) return;
    rows.isClosed = true;
    rows.refuseAll();
  }

  /** Deletes all that is stored of a shard that is closed. */
  drop(shard: ShardId): void {
    const rows = this.shards.get(shard);
    if (rows === undefined) return;
    this.shards.delete(shard);
    // Those of one that is `lost` are on their way out already.
    if (rows.standing !== 'lost') this.env.installs.drop({ shard, replicaId: rows.storageId });
    this.logged.forget(shard, rows.storageId);
  }

  standing(shard: ShardId): RowsStanding {
    const rows = this.shards.get(shard);
    return rows === undefined || rows.isClosed ? 'none' : rows.standing;
  }

  replicaId(shard: ShardId): number {
    return this.openRows(shard)?.replicaId ?? 0;
  }

  /** Whether the stored key is of rows that are here. */
  holds(storedKey: Uint8Array): boolean {
    return this.openRows(shardOfKey(storedKey) as ShardId)?.storageId === storageIdOfKey(storedKey);
  }

  /** A block of them cannot be read: they are dropped, and the replica begins anew without them. */
  lose(shard: ShardId): void {
    const rows = must(this.openRows(shard), 'rows are lost that are here');
    const { env } = this;
    rows.standing = 'lost';
    env.events.push({ type: 'EventualRowsLost', shard });
    env.installs.drop({ shard, replicaId: rows.storageId }, () => this.beginAnew(rows));
    rows.refuseAll();
  }

  private beginAnew(rows: ShardRows): void {
    const { shard, storageId } = rows;
    this.logged.forget(shard, storageId);
    if (rows.isClosed) return;
    this.open(rows, false);
    this.env.events.push({ type: 'EventualRowsBegunAnew', shard });
    this.onBegunAnew(shard);
  }

  read(shard: ShardId, key: Uint8Array, done: (row: Row | undefined) => void): void {
    const rows = this.openRows(shard);
    if (rows === undefined) {
      done(undefined);
      return;
    }
    const { engine, blocks } = this.env;
    const found = (stored: Uint8Array | undefined): void => done(rows.isOpen ? rowOf(stored) : undefined);
    blocks.run(shard, engine.get(rows.storedKey(key)), found, () => done(undefined));
  }

  apply(shard: ShardId, arrived: ArrivedRow, done: (taken: TakenRow) => void, durable: () => void): void {
    const { key, row, written } = arrived;
    const refused = (): void => done({ type: 'NotHere' });
    const rows = this.openRows(shard);
    if (rows === undefined) {
      refused();
      return;
    }
    const run = (before: Row): void => {
      const applied = applyRow(this.conflicts, this.limits(shard), before, row, written);
      if (applied.type === 'BelowLimit') {
        done(applied);
        return;
      }
      const value = encodeRow(applied.row);
      if (value.length > INTERNAL_VALUE_BYTES_MAX) {
        done({ type: 'TooLarge', bytes: value.length, max: INTERNAL_VALUE_BYTES_MAX });
        return;
      }
      if (applied.isChanged) this.write(rows, { type: VALUE_TYPE.put, key: rows.storedKey(key), value }, key);
      done({ ...applied, before });
      // What is held already may not be on the disk yet.
      this.whenDurable(durable);
    };
    rows.do({ key, bytes: key.length + encodeRow(row).length, run, refused });
  }

  *peek(shard: ShardId, key: Uint8Array): DiskRoutine<Row | undefined> {
    const rows = this.openRows(shard);
    return rows === undefined ? undefined : yield* peekRow(this.env, rows, key);
  }

  scan(shard: ShardId, leaves?: ReadonlySet<number>, after?: Uint8Array): RowScan {
    return new RowsScan(this.env.engine, must(this.openRows(shard), 'rows that are here are scanned'), leaves, after);
  }

  leafOf(shard: ShardId, key: Uint8Array): number {
    const rows = this.openRows(shard);
    return rows === undefined ? UNPLACED_LEAF : leafOfKey(rows.arc, key);
  }

  hasRows(shard: ShardId): boolean {
    const rows = this.openRows(shard);
    return rows !== undefined && this.env.engine.hasApplied(shard, rows.storageId);
  }

  buildTree(shard: ShardId, watermarkUs: Micros): TreeBuild {
    return new RowsTreeBuild(
      this.env.engine,
      must(this.openRows(shard), 'a tree is that of rows that are here'),
      watermarkUs,
    );
  }

  limits(shard: ShardId): PurgeLimits {
    const rows = this.openRows(shard);
    return limitsOf(rows && this.logged.limits(shard, rows.storageId));
  }

  memberLimits(shard: ShardId): PurgeLimits {
    return limitsOf(this.logged.limits(shard, NO_STORAGE));
  }

  raiseFence(shard: ShardId, toUs: Micros, durable: () => void): void {
    this.raise(shard, (limits) => raiseFence(limits, toUs), durable);
  }

  raiseWatermark(shard: ShardId, toUs: Micros, durable: () => void): void {
    this.raise(shard, (limits, isComplete) => (isComplete ? raiseWatermark(limits, toUs) : limits), durable);
  }

  private raise(
    shard: ShardId,
    raised: (limits: PurgeLimits, isComplete: boolean) => PurgeLimits,
    durable: () => void,
  ): void {
    const member = { shard, storageId: NO_STORAGE, isComplete: true };
    const notes = [this.raisedNote(member, this.memberLimits(shard), raised(this.memberLimits(shard), true))];
    const rows = this.openRows(shard);
    if (rows !== undefined) {
      const isComplete = rows.standing === 'complete';
      const limits = this.limits(shard);
      notes.push(this.raisedNote({ shard, storageId: rows.storageId, isComplete }, limits, raised(limits, isComplete)));
    }
    this.note(notes.flat(), durable);
  }

  private raisedNote(
    place: Pick<LimitsNote, 'shard' | 'storageId' | 'isComplete'>,
    before: PurgeLimits,
    { fenceUs, watermarkUs }: PurgeLimits,
  ): readonly EventualNote[] {
    const isSame = fenceUs === before.fenceUs && watermarkUs === before.watermarkUs;
    return isSame ? [] : [{ type: 'Limits', ...place, fenceUs, watermarkUs }];
  }

  completeCopy(shard: ShardId, copied: PurgeLimits, durable: () => void): void {
    const rows = must(this.openRows(shard), 'rows are complete that are here');
    rows.standing = 'complete';
    const limits = higherLimits(this.limits(shard), copied);
    const member = this.memberLimits(shard);
    const place = { shard, storageId: NO_STORAGE, isComplete: true };
    // Were the rows lost again, this is all that is known of the watermark here.
    const notes = this.raisedNote(place, member, higherLimits(member, limits));
    this.note([{ ...place, type: 'Limits', storageId: rows.storageId, ...limits }, ...notes], durable);
  }

  discard(shard: ShardId, key: Uint8Array, watermarkUs: Micros, durable: () => void): void {
    const rows = this.openRows(shard);
    if (rows === undefined) {
      durable();
      return;
    }
    const run = (held: Row): void => {
      const left = held.filter(({ stamp }) => stamp.wallUs >= watermarkUs);
      if (left.length < held.length) this.rewrite(rows, key, left);
      this.whenDurable(durable);
    };
    rows.do({ key, bytes: key.length, run, refused: durable });
  }

  /** With what is left of it. */
  private rewrite(rows: ShardRows, key: Uint8Array, left: Row): void {
    const isGone = left.length === 0;
    const type = isGone ? VALUE_TYPE.tombstone : VALUE_TYPE.put;
    this.write(rows, { type, key: rows.storedKey(key), value: isGone ? NO_BYTES : encodeRow(left) }, key);
  }

  purge(
    shard: ShardId,
    timeUs: Micros,
    done: (purged: { readonly rows: number; readonly values: number }) => void,
  ): void {
    const rows = this.openRows(shard);
    const purged = { rows: 0, values: 0 };
    if (rows === undefined) {
      done(purged);
      return;
    }
    const kept = (row: Row): Row => expireRow(purgeRow(row, this.limits(shard).watermarkUs), timeUs);
    let waiting = 1;
    const ended = (): void => {
      if (--waiting === 0) done(purged);
    };
    const purgeKey = (key: Uint8Array): void => {
      const run = (held: Row): void => {
        const left = kept(held);
        if (left !== held) {
          if (left.length === 0) purged.rows++;
          purged.values += valuesOf(held) - valuesOf(left);
          this.rewrite(rows, key, left);
        }
        ended();
      };
      waiting++;
      rows.do({ key, bytes: key.length, run, refused: ended });
    };
    const scan = new RowsScan(this.env.engine, rows, undefined);
    const found = (keys: readonly Uint8Array[]): void => {
      for (const key of keys) purgeKey(key);
      ended();
    };
    this.env.blocks.run(
      shard,
      keysWhere(scan, (row) => kept(row) !== row),
      found,
      ended,
    );
  }

  putHint({ shard, home, key, row }: StoredHint, durable: () => void): void {
    this.note([{ type: 'Hint', shard, home, key, row: encodeRow(row) }], durable);
  }

  deleteHint({ shard, home, key }: Omit<StoredHint, 'row'>): void {
    this.note([{ type: 'Hint', shard, home, key, row: undefined }], () => undefined);
  }

  get clockBoundUs(): Micros {
    return this.logged.clockBoundUs;
  }

  raiseClockBound(toUs: Micros, durable: () => void): void {
    this.note(toUs > this.clockBoundUs ? [{ type: 'ClockBound', boundUs: toUs }] : [], durable);
  }

  whenDurable(durable: () => void): void {
    const { lastSync, env } = this;
    if (lastSync === undefined || lastSync.durable || env.breaks.has('skip-fsync')) durable();
    else lastSync.told.push(durable);
  }

  /** There may be room again. @returns whether anything was applied that had waited */
  resume(): boolean {
    let isAnyDone = false;
    for (const rows of this.shards.values()) if (rows.advance()) isAnyDone = true;
    return isAnyDone;
  }

  get checkpointBytes(): number {
    let bytes = 0;
    for (const note of this.logged.notes()) bytes += bytesOfNote(note);
    for (const { key, value } of this.unflushed()) bytes += key.length + value.length + OVERHEAD_BYTES;
    return bytes;
  }

  /** All notes, and the rows that are in no table yet. */
  checkpoint(): readonly Uint8Array[] {
    const ops = [...this.unflushed()];
    return [
      ...inPieces([...this.logged.notes()], bytesOfNote).map((notes) => encodeNotes({ notes })),
      ...inPieces(ops, ({ key, value }) => key.length + value.length).map((piece) => encodeRows({ ops: piece })),
    ];
  }

  private unflushed(): Iterable<WriteOp> {
    return this.env.engine.unflushed(Uint8Array.of(EVENTUAL_KEYSPACE), Uint8Array.of(EVENTUAL_KEYSPACE + 1));
  }

  private openRows(shard: ShardId): ShardRows | undefined {
    const rows = this.shards.get(shard);
    return rows?.isOpen === true ? rows : undefined;
  }

  private write(rows: ShardRows, op: WriteOp, key: Uint8Array): void {
    const { engine } = this.env;
    const batch = new WriteBatch();
    engine.write(op.type === VALUE_TYPE.put ? batch.put(op.key, op.value) : batch.delete(op.key));
    markStored(engine, rows.shard, rows.storageId);
    rows.tree.written(key);
    this.append(encodeRows({ ops: [op] }));
  }

  private note(notes: readonly EventualNote[], durable: () => void): void {
    for (const note of notes) this.logged.note(note);
    if (notes.length > 0) this.append(encodeNotes({ notes }));
    this.whenDurable(durable);
  }

  private append(record: Uint8Array): void {
    this.lastSync = this.env.log.append(record).sync;
  }
}

const NO_BYTES = new Uint8Array(0);

const limitsOf = (noted: LimitsNote | undefined): PurgeLimits =>
  noted === undefined ? NO_LIMITS : { fenceUs: noted.fenceUs, watermarkUs: noted.watermarkUs };

const valuesOf = (row: Row): number => row.filter(({ value }) => value !== undefined).length;

function bytesOfNote(note: EventualNote): number {
  return OVERHEAD_BYTES + (note.type === 'Hint' ? note.key.length + (note.row?.length ?? 0) : 0);
}

/** In the same order; a piece is larger than a record may be only where one item is. */
function inPieces<T>(items: readonly T[], bytesOf: (item: T) => number): readonly (readonly T[])[] {
  const pieces: T[][] = [];
  let bytes = CHECKPOINT_RECORD_BYTES;
  for (const item of items) {
    bytes += bytesOf(item);
    if (bytes > CHECKPOINT_RECORD_BYTES) {
      pieces.push([]);
      bytes = bytesOf(item);
    }
    pieces[pieces.length - 1]?.push(item);
  }
  return pieces;
}

function* keysWhere(scan: RowsScan, holds: (row: Row) => boolean): DiskRoutine<readonly Uint8Array[]> {
  const keys: Uint8Array[] = [];
  try {
    for (let next = yield* scan.next(); next !== undefined; next = yield* scan.next())
      if (holds(next.row)) keys.push(next.key);
    return keys;
  } finally {
    scan.release();
  }
}
