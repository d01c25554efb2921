import { type ByteReader, type ByteWriter, CorruptBytes } from '../base/bytes.ts';
import type { RaftMessage } from '../raft/message.ts';
import { readBase, readEntries, writeBase, writeEntries } from './entry-codec.ts';
import { readFlag, writeFlag } from './wire.ts';

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

/** kind u8, shard varint, then the fields of Figure 2 as varints and flags. */
export function writeRaftMessage(writer: ByteWriter, shard: number, message: RaftMessage): void {
  switch (message.type) {
    case 'RequestVote':
      writer.u8(REQUEST_VOTE).varint(shard).varint(message.term);
      writeFlag(writer, message.preVote);
      writeFlag(writer, message.transfer);
      writer.varint(message.lastLogIndex).varint(message.lastLogTerm);
      return;
    case 'RequestVoteResponse':
      writer.u8(REQUEST_VOTE_RESPONSE).varint(shard).varint(message.term);
      writeFlag(writer, message.preVote);
      writeFlag(writer, message.voteGranted);
      return;
    case 'AppendEntries':
      writer.u8(APPEND_ENTRIES).varint(shard).varint(message.term).varint(message.prevLogIndex);
      writer.varint(message.prevLogTerm).varint(message.leaderCommit).varint(message.sentUs);
      writeEntries(writer, message.entries);
      return;
    case 'AppendEntriesResponse':
      writer.u8(APPEND_ENTRIES_RESPONSE).varint(shard).varint(message.term);
      writeFlag(writer, message.success);
      writer.varint(message.index).varint(message.conflictTerm).varint(message.conflictIndex).varint(message.sentUs);
      return;
    case 'Heartbeat':
      writer.u8(HEARTBEAT).varint(shard).varint(message.term);
      writer.varint(message.leaderCommit).varint(message.readContext).varint(message.sentUs);
      return;
    case 'HeartbeatResponse':
      writer.u8(HEARTBEAT_RESPONSE).varint(shard).varint(message.term).varint(message.readContext);
      writer.varint(message.sentUs);
      return;
    case 'TimeoutNow':
      writer.u8(TIMEOUT_NOW).varint(shard).varint(message.term);
      return;
    case 'InstallSnapshot':
      writer.u8(INSTALL_SNAPSHOT).varint(shard).varint(message.term);
      writeBase(writer, message.lastIncluded);
      writeFlag(writer.varint(message.offset), message.done);
      writer.u32(message.checksum).bytes(message.data);
      return;
    case 'InstallSnapshotResponse':
      writer.u8(INSTALL_SNAPSHOT_RESPONSE).varint(shard).varint(message.term);
      writer.varint(message.lastIncludedIndex).varint(message.offset);
      return;
  }
}

/** What follows kind and shard. */
export function readRaftMessage(reader: ByteReader, kind: number): RaftMessage {
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
      return { type: 'HeartbeatResponse', term, readContext, sentUs: reader.varint() };
    }
    case INSTALL_SNAPSHOT: {
      const lastIncluded = readBase(reader);
      const offset = reader.varint();
      const done = readFlag(reader);
      const checksum = reader.u32();
      return { type: 'InstallSnapshot', term, lastIncluded, offset, done, checksum, data: reader.bytes() };
    }
    case INSTALL_SNAPSHOT_RESPONSE: {
      const lastIncludedIndex = reader.varint();
      return { type: 'InstallSnapshotResponse', term, lastIncludedIndex, offset: reader.varint() };
    }
    case TIMEOUT_NOW:
      return { type: 'TimeoutNow', term };
    default:
      throw new CorruptBytes(`unknown Raft message ${kind}`);
  }
}
