import { ByteWriter } from '../base/byte-writer.ts';
import { ByteReader, CorruptBytes } from '../base/bytes.ts';
import { NO_NODE, type NodeId } from '../base/ids.ts';
import { readConfiguration } from '../raft/configuration.ts';
import { writeConfiguration } from '../raft/write-configuration.ts';
import { isCheckKind, isCheckMessage } from './check-kinds.ts';
import { decodeWriteOp } from './command.ts';
import { isGossipKind, readGossip, writeGossip } from './gossip-codec.ts';
import { lateNode } from './late-node.ts';
import {
  type ClientReply,
  type ClientRequest,
  type HeldBy,
  type Holders,
  type LeaderGround,
  type Message,
  NODE_QUEUES,
  type NodeQueue,
  REFUSAL_REASONS,
  type ReplicaState,
  type ReplyBody,
  type RequestBody,
  type WriteAnswer,
} from './message.ts';
import { isMetaKind, readMeta, writeMeta } from './meta-codec.ts';
import { RAFT_KIND_MAX, readRaftMessage, writeRaftMessage } from './raft-codec.ts';
import { isReadIndexKind, readReadIndex, writeReadIndex } from './read-index-codec.ts';
import { expectEnd, readFlag, readNode, readOptionalBytes, readShard, writeFlag, writeOptionalBytes } from './wire.ts';
import { encodeWriteOp } from './write-command.ts';

// Kinds of message on the wire. 1 … 15: raft-codec.ts; 49, 50: gossip-codec.ts; 51, 52: read-index-codec.ts; from 56 on: meta-codec.ts; from 80 on: check-codec.ts.
const REGISTER_CLIENT = 16;
const WRITE = 17;
const GET = 18;
const SCAN = 19;
const GET_PLACEMENT = 20;
const REPLICA_GET = 21;
const REGISTERED = 32;
const WRITTEN = 33;
const VALUE = 34;
const RANGE = 35;
const NOT_LEADER = 36;
const SESSION_EXPIRED = 37;
const BUSY = 38;
const LEADERSHIP_LOST = 39;
const WRONG_SHARD = 40;
const TRANSFER_UNDER_WAY = 41;
const STALE_EPOCH = 42;
const PLACEMENT = 43;
const REPLICA_VALUE = 44;
const REPLICA_BEHIND = 45;
const APPENDED = 46;
const QUARANTINED = 47;
const CONNECTION_REFUSED = 48;

const scratch = new ByteWriter(4096);

/** A varint count, then per message: kind u8 and its fields. Little-endian varints throughout. */
export function encodeEnvelope(messages: readonly Message[]): Uint8Array {
  scratch.length = 0;
  scratch.varint(messages.length);
  for (const message of messages) writeMessage(scratch, message);
  return scratch.finish();
}

/** Throws CorruptBytes on anything that `encodeEnvelope` cannot have written. Keys and values are views of `bytes`. */
export function decodeEnvelope(bytes: Uint8Array): Message[] {
  const reader = new ByteReader(bytes);
  const count = reader.varint();
  if (count > reader.remaining) throw new CorruptBytes(`${count} messages do not fit`);
  const messages: Message[] = [];
  for (let i = 0; i < count; i++) messages.push(readMessage(reader));
  expectEnd(reader);
  return messages;
}

function writeMessage(writer: ByteWriter, message: Message): void {
  switch (message.type) {
    case 'Raft':
      writeRaftMessage(writer, message);
      return;
    case 'ClientRequest':
      writeRequest(writer, message);
      return;
    case 'ClientReply':
      writeReply(writer, message);
      return;
    case 'GossipSyn':
    case 'GossipAck':
      writeGossip(writer, message);
      return;
    case 'ReadIndexAsked':
    case 'ReadIndexTold':
      writeReadIndex(writer, message);
      return;
    case 'ConnectionRefused':
      writer.u8(CONNECTION_REFUSED).varint(message.requestId);
      return;
    default:
      if (isCheckMessage(message)) lateNode.get().writeCheck(writer, message);
      else writeMeta(writer, message);
  }
}

function readMessage(reader: ByteReader): Message {
  const kind = reader.u8();
  if (kind === CONNECTION_REFUSED) return { type: 'ConnectionRefused', requestId: reader.varint() };
  if (isGossipKind(kind)) return readGossip(reader, kind);
  if (isReadIndexKind(kind)) return readReadIndex(reader, kind);
  if (isMetaKind(kind)) return readMeta(reader, kind);
  if (isCheckKind(kind)) return lateNode.get().readCheck(reader, kind);
  const shard = readShard(reader);
  if (kind <= RAFT_KIND_MAX) return readRaftMessage(reader, shard, kind);
  const requestId = reader.varint();
  const ringEpoch = reader.varint();
  if (kind < REGISTERED)
    return { type: 'ClientRequest', requestId, shard, ringEpoch, body: readRequestBody(reader, kind) };
  const suspects = readNodes(reader);
  return { type: 'ClientReply', requestId, shard, ringEpoch, suspects, body: readReplyBody(reader, kind) };
}

const REQUEST_KINDS: Record<RequestBody['type'], number> = {
  RegisterClient: REGISTER_CLIENT,
  Write: WRITE,
  Get: GET,
  Scan: SCAN,
  GetPlacement: GET_PLACEMENT,
  ReplicaGet: REPLICA_GET,
};

function writeRequest(writer: ByteWriter, { shard, requestId, ringEpoch, body }: ClientRequest): void {
  writer.u8(REQUEST_KINDS[body.type]).varint(shard).varint(requestId).varint(ringEpoch);
  switch (body.type) {
    case 'RegisterClient':
      writer.varint(body.nonce);
      return;
    case 'Write':
      writer.varint(body.session).varint(body.sequence);
      encodeWriteOp(writer, body.write);
      writeFlag(writer, body.leaderAck ?? false);
      return;
    case 'ReplicaGet':
      writeOptionalBytes(writer, body.key);
      writer.varint(body.appliedIndex).varint(body.waitUs);
      return;
    case 'Get':
      writer.bytes(body.key);
      writeFlag(writer, body.read === 'index');
      writeFlag(writer, body.hedge ?? false);
      return;
    case 'Scan':
      writer.bytes(body.from);
      writeOptionalBytes(writer, body.to);
      writer.varint(body.limit);
      writeFlag(writer, body.reverse ?? false);
      writeFlag(writer, body.read === 'index');
      return;
    case 'GetPlacement':
      return;
  }
}

function readRequestBody(reader: ByteReader, kind: number): RequestBody {
  switch (kind) {
    case REGISTER_CLIENT:
      return { type: 'RegisterClient', nonce: reader.varint() };
    case WRITE:
      return {
        type: 'Write',
        session: reader.varint(),
        sequence: reader.varint(),
        write: decodeWriteOp(reader),
        ...(readFlag(reader) ? { leaderAck: true } : {}),
      };
    case REPLICA_GET:
      return {
        type: 'ReplicaGet',
        key: readOptionalBytes(reader),
        appliedIndex: reader.varint(),
        waitUs: reader.varint(),
      };
    case GET:
      return {
        type: 'Get',
        key: reader.bytes(),
        ...readGroundAsked(reader),
        ...(readFlag(reader) ? { hedge: true } : {}),
      };
    case SCAN: {
      const from = reader.bytes();
      const to = readOptionalBytes(reader);
      const limit = reader.varint();
      const reverse = readFlag(reader) ? { reverse: true } : {};
      return { type: 'Scan', from, to, limit, ...reverse, ...readGroundAsked(reader) };
    }
    case GET_PLACEMENT:
      return { type: 'GetPlacement' };
    default:
      throw new CorruptBytes(`unknown request ${kind}`);
  }
}

/** A lease is what is asked for where nothing else is. */
const readGroundAsked = (reader: ByteReader): { readonly read?: 'index' } =>
  readFlag(reader) ? { read: 'index' } : {};

const readGround = (reader: ByteReader): LeaderGround => (readFlag(reader) ? 'lease' : 'index');

function writeReply(writer: ByteWriter, { shard, requestId, ringEpoch, suspects, body }: ClientReply): void {
  writer.u8(replyKind(body)).varint(shard).varint(requestId).varint(ringEpoch);
  writeNodes(writer, suspects);
  switch (body.type) {
    case 'Registered':
      writer.varint(body.session).varint(body.term).varint(body.index);
      return;
    case 'Written':
      writeAnswer(writer, body.answer);
      writer.varint(body.term).varint(body.index).varint(body.acks).varint(body.voters);
      writeFlag(writer, body.duplicate);
      return;
    case 'Value':
      writeOptionalBytes(writer, body.value);
      writer
        .varint(body.expiresInUs ?? 0)
        .varint(body.term)
        .varint(body.readIndex)
        .varint(body.appliedIndex)
        .varint(body.leader ?? NO_NODE);
      writeFlag(writer, body.ground === 'lease');
      return;
    case 'Range':
      writer.varint(body.pairs.length);
      for (const { key, value } of body.pairs) writer.bytes(key).bytes(value);
      writeFlag(writer, body.more);
      writer.varint(body.term).varint(body.readIndex).varint(body.appliedIndex);
      writeFlag(writer, body.ground === 'lease');
      return;
    case 'ReplicaValue':
      writeOptionalBytes(writer, body.value);
      writeFlag(writer.varint(body.expiresInUs ?? 0), body.isDue);
      writeReplicaState(writer, body);
      return;
    case 'ReplicaBehind':
      writeReplicaState(writer, body);
      return;
    case 'Appended':
      writer.varint(body.term).varint(body.index).varint(body.voters);
      return;
    case 'NotLeader':
      writer.varint(body.leader).varint(body.term);
      return;
    case 'Quarantined':
      writer.u8(REFUSAL_REASONS.indexOf(body.reason));
      writeFlag(writer, body.isAlone);
      writer.varint(body.leader).varint(body.term);
      return;
    case 'TransferUnderWay':
      writer.varint(body.to).varint(body.term);
      return;
    case 'WrongShard':
      writeHeldBy(writer, body);
      return;
    case 'StaleEpoch':
      writeHeldBy(writer.varint(body.ringEpoch), body);
      return;
    case 'Placement':
      writer.varint(body.metaIndex).varint(body.ringEpoch);
      writeNodes(writer, body.nodes);
      writer.varint(body.shards.length);
      for (const holders of body.shards) writeHolders(writer, holders);
      return;
    case 'Busy':
      writer.u8(NODE_QUEUES.indexOf(body.queue));
      return;
    default:
  }
}

function replyKind(body: ReplyBody): number {
  switch (body.type) {
    case 'Registered':
      return REGISTERED;
    case 'Written':
      return WRITTEN;
    case 'Value':
      return VALUE;
    case 'Range':
      return RANGE;
    case 'NotLeader':
      return NOT_LEADER;
    case 'Quarantined':
      return QUARANTINED;
    case 'SessionExpired':
      return SESSION_EXPIRED;
    case 'Busy':
      return BUSY;
    case 'LeadershipLost':
      return LEADERSHIP_LOST;
    case 'WrongShard':
      return WRONG_SHARD;
    case 'TransferUnderWay':
      return TRANSFER_UNDER_WAY;
    case 'StaleEpoch':
      return STALE_EPOCH;
    case 'Placement':
      return PLACEMENT;
    case 'ReplicaValue':
      return REPLICA_VALUE;
    case 'ReplicaBehind':
      return REPLICA_BEHIND;
    case 'Appended':
      return APPENDED;
  }
}

function readReplyBody(reader: ByteReader, kind: number): ReplyBody {
  switch (kind) {
    case REGISTERED:
      return { type: 'Registered', session: reader.varint(), term: reader.varint(), index: reader.varint() };
    case WRITTEN:
      return readWritten(reader);
    case VALUE: {
      const value = readOptionalBytes(reader);
      const expiresInUs = reader.varint();
      const expiry = expiresInUs === 0 ? {} : { expiresInUs };
      const term = reader.varint();
      const readIndex = reader.varint();
      const appliedIndex = reader.varint();
      const leader = readNode(reader);
      const asked = leader === NO_NODE ? {} : { leader };
      return { type: 'Value', value, ...expiry, term, readIndex, appliedIndex, ...asked, ground: readGround(reader) };
    }
    case RANGE:
      return readRange(reader);
    case REPLICA_VALUE: {
      const value = readOptionalBytes(reader);
      const expiresInUs = reader.varint();
      const expiry = expiresInUs === 0 ? {} : { expiresInUs };
      return { type: 'ReplicaValue', value, ...expiry, isDue: readFlag(reader), ...readReplicaState(reader) };
    }
    case REPLICA_BEHIND:
      return { type: 'ReplicaBehind', ...readReplicaState(reader) };
    case APPENDED:
      return { type: 'Appended', term: reader.varint(), index: reader.varint(), voters: reader.varint() };
    case NOT_LEADER:
      return { type: 'NotLeader', leader: readNode(reader), term: reader.varint() };
    case QUARANTINED: {
      const reason = REFUSAL_REASONS[reader.u8()];
      if (reason === undefined) throw new CorruptBytes('unknown reason of a refusal');
      return {
        type: 'Quarantined',
        reason,
        isAlone: readFlag(reader),
        leader: readNode(reader),
        term: reader.varint(),
      };
    }
    case SESSION_EXPIRED:
      return { type: 'SessionExpired' };
    case BUSY:
      return { type: 'Busy', queue: readQueue(reader) };
    case LEADERSHIP_LOST:
      return { type: 'LeadershipLost' };
    case WRONG_SHARD:
      return { type: 'WrongShard', ...readHeldBy(reader) };
    case STALE_EPOCH:
      return { type: 'StaleEpoch', ringEpoch: reader.varint(), ...readHeldBy(reader) };
    case PLACEMENT: {
      const metaIndex = reader.varint();
      const ringEpoch = reader.varint();
      const nodes = readNodes(reader);
      return { type: 'Placement', metaIndex, ringEpoch, nodes, shards: readSome(reader, () => readHolders(reader)) };
    }
    case TRANSFER_UNDER_WAY:
      return { type: 'TransferUnderWay', to: readNode(reader), term: reader.varint() };
    default:
      throw new CorruptBytes(`unknown message ${kind}`);
  }
}

/** A contact counts from 1 on the wire: 0 is none. */
function writeReplicaState(writer: ByteWriter, state: ReplicaState): void {
  writeFlag(writer.varint(state.replicaId), state.leads);
  writer.varint(state.term).varint(state.appliedIndex).varint(state.commitIndex).varint(state.lastIndex);
  writeConfiguration(writer, state.configuration);
  writer.varint(state.configurationIndex);
  writer.varint(state.leaderContactUs === undefined ? 0 : state.leaderContactUs + 1);
}

function readReplicaState(reader: ByteReader): ReplicaState {
  const replicaId = reader.varint();
  const leads = readFlag(reader);
  const term = reader.varint();
  const appliedIndex = reader.varint();
  const commitIndex = reader.varint();
  const lastIndex = reader.varint();
  const configuration = readConfiguration(reader);
  const configurationIndex = reader.varint();
  const contact = reader.varint();
  const heard = contact === 0 ? {} : { leaderContactUs: contact - 1 };
  return {
    ...{ replicaId, leads, term, appliedIndex, commitIndex, lastIndex, configuration, configurationIndex },
    ...heard,
  };
}

const writeHeldBy = (writer: ByteWriter, { metaIndex, holders }: HeldBy): void =>
  writeHolders(writer.varint(metaIndex), holders);

const readHeldBy = (reader: ByteReader): HeldBy => ({ metaIndex: reader.varint(), holders: readHolders(reader) });

function writeHolders(writer: ByteWriter, { replicas, leader, term }: Holders): void {
  writeNodes(writer, replicas);
  writer.varint(leader).varint(term);
}

const readHolders = (reader: ByteReader): Holders => ({
  replicas: readNodes(reader),
  leader: readNode(reader),
  term: reader.varint(),
});

function writeNodes(writer: ByteWriter, nodes: readonly NodeId[]): void {
  writer.varint(nodes.length);
  for (const node of nodes) writer.varint(node);
}

const readNodes = (reader: ByteReader): readonly NodeId[] => readSome(reader, () => readNode(reader));

function readSome<T>(reader: ByteReader, read: () => T): readonly T[] {
  const count = reader.varint();
  if (count > reader.remaining) throw new CorruptBytes(`${count} items do not fit`);
  return Array.from({ length: count }, read);
}

function readQueue(reader: ByteReader): NodeQueue {
  const place = reader.u8();
  const queue = NODE_QUEUES[place];
  if (queue === undefined) throw new CorruptBytes(`unknown queue ${place}`);
  return queue;
}

function readWritten(reader: ByteReader): ReplyBody {
  const answer = readAnswer(reader);
  const term = reader.varint();
  const index = reader.varint();
  const acks = reader.varint();
  const voters = reader.varint();
  return { type: 'Written', answer, term, index, acks, voters, duplicate: readFlag(reader) };
}

function readRange(reader: ByteReader): ReplyBody {
  const count = reader.varint();
  if (count * 2 > reader.remaining) throw new CorruptBytes(`${count} pairs do not fit`);
  const pairs: { key: Uint8Array; value: Uint8Array }[] = [];
  for (let i = 0; i < count; i++) pairs.push({ key: reader.bytes(), value: reader.bytes() });
  const more = readFlag(reader);
  const term = reader.varint();
  const readIndex = reader.varint();
  const appliedIndex = reader.varint();
  return { type: 'Range', pairs, more, term, readIndex, appliedIndex, ground: readGround(reader) };
}

// Also in session rows on disk: do not change these numbers.
const OK_ABSENT = 0;
const OK_EXISTED = 1;
const MISMATCH = 2;
const BATCH_OK = 3;
const BATCH_MISMATCH = 4;

export function writeAnswer(writer: ByteWriter, answer: WriteAnswer): void {
  switch (answer.type) {
    case 'Ok':
      writer.u8(answer.existed ? OK_EXISTED : OK_ABSENT);
      return;
    case 'Mismatch':
      writer.u8(MISMATCH);
      writeOptionalBytes(writer, answer.actual);
      return;
    case 'BatchOk':
      writer.u8(BATCH_OK).varint(answer.existed.length);
      for (const existed of answer.existed) writeFlag(writer, existed);
      return;
    case 'BatchMismatch':
      writer.u8(BATCH_MISMATCH).varint(answer.item);
      writeOptionalBytes(writer, answer.actual);
      return;
  }
}

export function readAnswer(reader: ByteReader): WriteAnswer {
  const type = reader.u8();
  switch (type) {
    case OK_ABSENT:
    case OK_EXISTED:
      return { type: 'Ok', existed: type === OK_EXISTED };
    case MISMATCH:
      return { type: 'Mismatch', actual: readOptionalBytes(reader) };
    case BATCH_OK: {
      const count = reader.varint();
      if (count > reader.remaining) throw new CorruptBytes(`${count} flags do not fit`);
      return { type: 'BatchOk', existed: Array.from({ length: count }, () => readFlag(reader)) };
    }
    case BATCH_MISMATCH:
      return { type: 'BatchMismatch', item: reader.varint(), actual: readOptionalBytes(reader) };
    default:
      throw new CorruptBytes(`unknown answer ${type}`);
  }
}
