import { must } from '../base/assert.ts';
import type { ByteWriter } from '../base/byte-writer.ts';
import { type ByteReader, CorruptBytes } from '../base/bytes.ts';
import type { ShardId } from '../base/ids.ts';
import type { RaftMessage } from '../raft/message.ts';
import { readBase, readEntries, writeBase, writeEntries } from './entry-codec.ts';
import type { ShardRaftMessage } from './message.ts';
import { readFlag, readHash, writeFlag, writeHash } from './wire.ts';

/** Kinds of message on the wire: 1 … 15 are Raft's. */
export const RAFT_KIND_MAX = 15;
const REQUEST_VOTE = 1;
const REQUEST_VOTE_RESPONSE = 2;
const APPEND_ENTRIES = 3;
const APPEND_ENTRIES_RESPONSE = 4;
const HEARTBEAT = 5;
const HEARTBEAT_RESPONSE = 6;
const INSTALL_SNAPSHOT = 7;
const INSTALL_SNAPSHOT_RESPONSE = 8;
const TIMEOUT_NOW = 9;

/** kind u8, shard, replica ids of sender and receiver, then the fields of Figure 2 as varints and flags. */
export function writeRaftMessage(
  writer: ByteWriter,
  { shard, fromReplica, toReplica, body: message }: Omit<ShardRaftMessage, 'type'>,
): void {
  const head = (kind: number): ByteWriter => writer.u8(kind).varint(shard).varint(fromReplica).varint(toReplica);
  switch (message.type) {
    case 'RequestVote':
      head(REQUEST_VOTE).varint(message.term);
      writeFlag(writer, message.preVote);
      writeFlag(writer, message.transfer);
      writer.varint(message.lastLogIndex).varint(message.lastLogTerm);
      return;
    case 'RequestVoteResponse':
      head(REQUEST_VOTE_RESPONSE).varint(message.term);
      writeFlag(writer, message.preVote);
      writeFlag(writer, message.voteGranted);
      return;
    case 'AppendEntries':
      head(APPEND_ENTRIES).varint(message.term).varint(message.prevLogIndex);
      writer.varint(message.prevLogTerm).varint(message.leaderCommit).varint(message.sentUs);
      writeEntries(writer, message.entries);
      return;
    case 'AppendEntriesResponse':
      head(APPEND_ENTRIES_RESPONSE).varint(message.term);
      writeFlag(writer, message.success);
      writer.varint(message.index).varint(message.conflictTerm).varint(message.conflictIndex).varint(message.sentUs);
      return;
    case 'Heartbeat':
      head(HEARTBEAT).varint(message.term);
      writer.varint(message.leaderCommit).varint(message.readContext).varint(message.sentUs);
      return;
    case 'HeartbeatResponse':
      head(HEARTBEAT_RESPONSE).varint(message.term).varint(message.readContext);
      writer.varint(message.sentUs).varint(message.snapshotFrom);
      return;
    case 'TimeoutNow':
      head(TIMEOUT_NOW).varint(message.term);
      return;
    case 'InstallSnapshot':
      head(INSTALL_SNAPSHOT).varint(message.term);
      writeBase(writer, message.lastIncluded);
      writeFlag(writer.varint(message.offset), message.done);
      if (message.done) writeHash(writer, must(message.root, 'the last piece of a snapshot brings its root'));
      writer.u32(message.checksum).bytes(message.data);
      return;
    case 'InstallSnapshotResponse':
      head(INSTALL_SNAPSHOT_RESPONSE).varint(message.term);
      writeFlag(writer.varint(message.lastIncludedIndex).varint(message.offset), message.refused);
      return;
  }
}

/** What follows the kind and the shard. */
export function readRaftMessage(reader: ByteReader, shard: ShardId, kind: number): ShardRaftMessage {
  const fromReplica = reader.varint();
  const toReplica = reader.varint();
  return { type: 'Raft', shard, fromReplica, toReplica, body: readBody(reader, kind) };
}

function readBody(reader: ByteReader, kind: number): RaftMessage {
  const term = reader.varint();
  switch (kind) {
    case REQUEST_VOTE: {
      const preVote = readFlag(reader);
      return {
        type: 'RequestVote',
        term,
        preVote,
        transfer: readFlag(reader),
        lastLogIndex: reader.varint(),
        lastLogTerm: reader.varint(),
      };
    }
    case REQUEST_VOTE_RESPONSE: {
      const preVote = readFlag(reader);
      return { type: 'RequestVoteResponse', term, preVote, voteGranted: readFlag(reader) };
    }
    case APPEND_ENTRIES: {
      const prevLogIndex = reader.varint();
      const prevLogTerm = reader.varint();
      const leaderCommit = reader.varint();
      const sentUs = reader.varint();
      const entries = readEntries(reader);
      return { type: 'AppendEntries', term, prevLogIndex, prevLogTerm, entries, leaderCommit, sentUs };
    }
    case APPEND_ENTRIES_RESPONSE: {
      const success = readFlag(reader);
      const index = reader.varint();
      const conflictTerm = reader.varint();
      const conflictIndex = reader.varint();
      const sentUs = reader.varint();
      return { type: 'AppendEntriesResponse', term, success, index, conflictTerm, conflictIndex, sentUs };
    }
    case HEARTBEAT: {
      const leaderCommit = reader.varint();
      const readContext = reader.varint();
      return { type: 'Heartbeat', term, leaderCommit, readContext, sentUs: reader.varint() };
    }
    case HEARTBEAT_RESPONSE: {
      const readContext = reader.varint();
      const sentUs = reader.varint();
      return { type: 'HeartbeatResponse', term, readContext, sentUs, snapshotFrom: reader.varint() };
    }
    case INSTALL_SNAPSHOT: {
      const lastIncluded = readBase(reader);
      const offset = reader.varint();
      const done = readFlag(reader);
      const root = done ? readHash(reader) : undefined;
      const checksum = reader.u32();
      return { type: 'InstallSnapshot', term, lastIncluded, offset, done, root, checksum, data: reader.bytes() };
    }
    case INSTALL_SNAPSHOT_RESPONSE: {
      const lastIncludedIndex = reader.varint();
      const offset = reader.varint();
      return { type: 'InstallSnapshotResponse', term, lastIncludedIndex, offset, refused: readFlag(reader) };
    }
    case TIMEOUT_NOW:
      return { type: 'TimeoutNow', term };
    default:
      throw new CorruptBytes(`unknown Raft message ${kind}`);
  }
}
