import { ByteReader, ByteWriter, CorruptBytes } from '../base/bytes.ts';
import type { ShardId } from '../base/ids.ts';
import type { Entry, HardState } from '../raft/entry.ts';
import type { RaftCheckpoint } from '../raft/ready.ts';
import { readBase, readEntries, writeBase, writeEntries } from './entry-codec.ts';
import { expectEnd, readShard } from './wire.ts';

/** One record of the physical log. A replica's later record with the same index replaces that entry and all after it. */
export type LogRecord =
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

/** Throws CorruptBytes. */
export function decodeLogRecord(bytes: Uint8Array): LogRecord {
  const reader = new ByteReader(bytes);
  const kind = reader.u8();
  const shard = readShard(reader);
  const replicaId = reader.varint();
  const record = readBody(reader, kind, shard, replicaId);
  expectEnd(reader);
  return record;
}

function readBody(reader: ByteReader, kind: number, shard: ShardId, replicaId: number): LogRecord {
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
