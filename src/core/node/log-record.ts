import { ByteWriter } from '../base/byte-writer.ts';
import { ByteReader, CorruptBytes } from '../base/bytes.ts';
import type { ShardId } from '../base/ids.ts';
import type { Entry, HardState } from '../raft/entry.ts';
import type { RaftCheckpoint } from '../raft/ready.ts';
import { readBase, readEntries, writeBase, writeEntries } from './entry-codec.ts';
import {
  type NotesRecord,
  type RowsRecord,
  readNotesRecord,
  readRowsRecord,
  writeNotesRecord,
  writeRowsRecord,
} from './eventual/row-record.ts';
import { expectEnd, readFlag, readShard, writeFlag } from './wire.ts';

/** One record of the physical log. A replica's later record with the same index replaces that entry and all after it. */
export type LogRecord =
  | ({ readonly type: 'Hosting' } & HostingRecord)
  | StandingRecord
  | ReplicaRecord
  | ({ readonly type: 'Rows' } & RowsRecord)
  | ({ readonly type: 'Notes' } & NotesRecord);

/** The replica of this number is quarantined from here on, or no longer. */
export interface StandingRecord {
  readonly type: 'Standing';
  readonly shard: ShardId;
  /** Of the replica in its group. */
  readonly replicaId: number;
  readonly isQuarantined: boolean;
}

/** Which replicas this node has: all that there is to say (`whole`), or what has changed. */
export interface HostingRecord {
  readonly whole: boolean;
  readonly replicas: readonly HostedReplica[];
}

/** The last replica of a group that this node had. No replica of a lower number will ever be made here again, nor a closed one of this number. */
export interface HostedReplica {
  readonly shard: ShardId;
  /** Of the replica in its group. */
  readonly replicaId: number;
  /** Under which its rows lie when it is made; a snapshot gives it another one. */
  readonly storageId: number;
  readonly isOpen: boolean;
  /** What it holds is not what the majority of its group holds: it serves nothing until it is repaired. Only of one that is open. */
  readonly isQuarantined?: true;
}

/** The same replica, quarantined or not. */
export function standing({ isQuarantined: _, ...replica }: HostedReplica, isQuarantined: boolean): HostedReplica {
  return isQuarantined ? { ...replica, isQuarantined } : replica;
}

/** What one replica has to be known of. `replicaId` is that of its storage. */
export type ReplicaRecord =
  | { readonly type: 'HardState'; readonly shard: ShardId; readonly replicaId: number; readonly hardState: HardState }
  | {
      readonly type: 'Entries';
      readonly shard: ShardId;
      readonly replicaId: number;
      readonly entries: readonly Entry[];
    }
  /** All that this and every earlier record has to say of the replica, so that no earlier one is needed any more. */
  | ({ readonly type: 'Checkpoint'; readonly shard: ShardId; readonly replicaId: number } & RaftCheckpoint);

// On disk: do not change these numbers.
const HARD_STATE = 1;
const ENTRIES = 2;
const CHECKPOINT = 3;
const HOSTING = 4;
const STANDING = 5;
const ROWS = 6;
const NOTES = 7;

// Of a replica in a Hosting record.
const CLOSED = 0;
const OPEN = 1;
const QUARANTINED = 2;

const scratch = new ByteWriter(1024);

/** kind u8, shard, replicaId, currentTerm, votedFor, commitIndex. */
export function encodeHardState(shard: ShardId, replicaId: number, state: HardState): Uint8Array {
  scratch.length = 0;
  writeHardState(scratch.u8(HARD_STATE).varint(shard).varint(replicaId), state);
  return scratch.finish();
}

/** kind u8, shard, replicaId, entries. */
export function encodeEntries(shard: ShardId, replicaId: number, entries: readonly Entry[]): Uint8Array {
  scratch.length = 0;
  scratch.u8(ENTRIES).varint(shard).varint(replicaId);
  writeEntries(scratch, entries);
  return scratch.finish();
}

/** kind u8, shard, replicaId, currentTerm, votedFor, commitIndex, base (index, term, stamp), entries. */
export function encodeCheckpoint(shard: ShardId, replicaId: number, checkpoint: RaftCheckpoint): Uint8Array {
  const { hardState, base, entries } = checkpoint;
  scratch.length = 0;
  writeHardState(scratch.u8(CHECKPOINT).varint(shard).varint(replicaId), hardState);
  writeBase(scratch, base);
  writeEntries(scratch, entries);
  return scratch.finish();
}

/** kind u8, shard, replicaId, quarantined u8. */
export function encodeStanding({ shard, replicaId, isQuarantined }: Omit<StandingRecord, 'type'>): Uint8Array {
  scratch.length = 0;
  writeFlag(scratch.u8(STANDING).varint(shard).varint(replicaId), isQuarantined);
  return scratch.finish();
}

/** kind u8, whole u8, a count, and of each replica shard, replicaId, storageId, standing u8. */
export function encodeHosting({ whole, replicas }: HostingRecord): Uint8Array {
  scratch.length = 0;
  writeFlag(scratch.u8(HOSTING), whole);
  scratch.varint(replicas.length);
  for (const { shard, replicaId, storageId, isOpen, isQuarantined } of replicas) {
    const standing = isQuarantined === true ? QUARANTINED : OPEN;
    scratch
      .varint(shard)
      .varint(replicaId)
      .varint(storageId)
      .u8(isOpen ? standing : CLOSED);
  }
  return scratch.finish();
}

/** kind u8, then as `writeRowsRecord` says. */
export function encodeRows(record: RowsRecord): Uint8Array {
  scratch.length = 0;
  writeRowsRecord(scratch.u8(ROWS), record);
  return scratch.finish();
}

/** kind u8, then as `writeNotesRecord` says. */
export function encodeNotes(record: NotesRecord): Uint8Array {
  scratch.length = 0;
  writeNotesRecord(scratch.u8(NOTES), record);
  return scratch.finish();
}

/** Throws CorruptBytes. */
export function decodeLogRecord(bytes: Uint8Array): LogRecord {
  const reader = new ByteReader(bytes);
  const kind = reader.u8();
  if (kind === ROWS || kind === NOTES) {
    const record: LogRecord =
      kind === ROWS ? { type: 'Rows', ...readRowsRecord(reader) } : { type: 'Notes', ...readNotesRecord(reader) };
    expectEnd(reader);
    return record;
  }
  if (kind === HOSTING) {
    const hosting = readHosting(reader);
    expectEnd(reader);
    return { type: 'Hosting', ...hosting };
  }
  const shard = readShard(reader);
  const replicaId = reader.varint();
  const record = readBody(reader, kind, shard, replicaId);
  expectEnd(reader);
  return record;
}

function readHosting(reader: ByteReader): HostingRecord {
  const whole = readFlag(reader);
  const count = reader.varint();
  if (count * HOSTED_BYTES_MIN > reader.remaining) throw new CorruptBytes(`${count} replicas do not fit`);
  const replicas: HostedReplica[] = [];
  for (let i = 0; i < count; i++) {
    const shard = readShard(reader);
    const replicaId = reader.varint();
    const storageId = reader.varint();
    const standing = reader.u8();
    if (standing > QUARANTINED) throw new CorruptBytes(`${standing} is no standing of a replica`);
    const isOpen = standing !== CLOSED;
    const quarantine = standing === QUARANTINED ? { isQuarantined: true as const } : {};
    replicas.push({ shard, replicaId, storageId, isOpen, ...quarantine });
  }
  return { whole, replicas };
}

/** What the smallest takes. */
const HOSTED_BYTES_MIN = 4;

function readBody(reader: ByteReader, kind: number, shard: ShardId, replicaId: number): LogRecord {
  if (kind === STANDING) return { type: 'Standing', shard, replicaId, isQuarantined: readFlag(reader) };
  if (kind === ENTRIES) return { type: 'Entries', shard, replicaId, entries: readEntries(reader) };
  if (kind !== HARD_STATE && kind !== CHECKPOINT) throw new CorruptBytes(`unknown log record ${kind}`);
  const hardState = readHardState(reader);
  if (kind === HARD_STATE) return { type: 'HardState', shard, replicaId, hardState };
  const base = readBase(reader);
  return { type: 'Checkpoint', shard, replicaId, hardState, base, entries: readEntries(reader) };
}

function writeHardState(writer: ByteWriter, { currentTerm, votedFor, commitIndex }: HardState): void {
  writer.varint(currentTerm).varint(votedFor).varint(commitIndex);
}

function readHardState(reader: ByteReader): HardState {
  const currentTerm = reader.varint();
  const votedFor = reader.varint();
  return { currentTerm, votedFor, commitIndex: reader.varint() };
}
