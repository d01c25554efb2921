import type { ByteWriter } from '../../base/byte-writer.ts';
import { type ByteReader, CorruptBytes } from '../../base/bytes.ts';
import type { NodeId } from '../../base/ids.ts';
import { NO_STAMP, readStamp, STAMP_BYTES, writeStamp } from '../../replication/stamp.ts';
import { readVector, writeVector } from '../../replication/version-vector.ts';
import { expectSome, readFlag, readNode, readOptionalBytes, writeFlag, writeOptionalBytes } from '../wire.ts';
import { EVENTUAL_REPLY_KINDS, EVENTUAL_REQUEST_KINDS } from './eventual-kinds.ts';
import type { EventualAsk, EventualBody, EventualRefusal, EventualReply, EventualVersion } from './eventual-message.ts';

// By place: do not reorder.
const STATUSES = [...(['ok', 'unknown'] as const)];
const REFUSALS = [
  ...(['NotEnoughReplicas', 'ClockAhead', 'TooManySiblings', 'Busy', 'BelowFence', 'RowTooLarge'] as const),
] satisfies EventualRefusal['why'][];

/** Behind kind, shard and the rest of a request's head. */
export function writeEventualBody(writer: ByteWriter, body: EventualBody): void {
  writer.bytes(body.key).varint(body.waitUs);
  if (body.type === 'EventualRead') {
    writeFlag(writer.varint(body.r), body.sloppy);
    return;
  }
  writeOptionalBytes(writer, body.value);
  writer.varint(body.ttlUs ?? 0).varint(body.w);
  writeFlag(writer, body.sloppy);
  writeVector(writer, body.context);
  writeStamp(writer, body.seen ?? NO_STAMP);
}

/** @param kind of EVENTUAL_REQUEST_KINDS. Throws CorruptBytes. */
export function readEventualBody(reader: ByteReader, kind: number): EventualBody {
  const key = reader.bytes();
  const waitUs = reader.varint();
  if (kind === EVENTUAL_REQUEST_KINDS.EventualRead)
    return { type: 'EventualRead', key, r: reader.varint(), sloppy: readFlag(reader), waitUs };
  const value = readOptionalBytes(reader);
  const ttlUs = reader.varint();
  const w = reader.varint();
  const sloppy = readFlag(reader);
  const context = readVector(reader);
  const stamp = readStamp(reader);
  const isSeen = stamp.wallUs > 0 || stamp.logical > 0 || stamp.node > 0;
  const expiry = ttlUs === 0 ? {} : { ttlUs };
  return { type: 'EventualWrite', key, value, ...expiry, w, sloppy, context, seen: isSeen ? stamp : undefined, waitUs };
}

/** Behind kind, shard and the rest of a reply's head. */
export function writeEventualReply(writer: ByteWriter, reply: EventualReply): void {
  switch (reply.type) {
    case 'EventualWritten':
      writer.u8(STATUSES.indexOf(reply.status));
      writeStamp(writer, reply.stamp);
      writeAsks(writer, reply.acks);
      writeHomes(writer, reply.homes);
      writeVector(writer, reply.context);
      writer.varint(reply.versions);
      return;
    case 'EventualValue':
      writer.varint(reply.versions.length);
      for (const version of reply.versions) writeVersion(writer, version);
      writeAsks(writer, reply.answers);
      writeHomes(writer, reply.homes);
      writeHomes(writer, reply.repaired);
      writeVector(writer, reply.context);
      return;
    case 'EventualRefused':
      writeAsks(writer, reply.answers);
      writeRefusal(writer, reply);
  }
}

/** @param kind of EVENTUAL_REPLY_KINDS. Throws CorruptBytes. */
export function readEventualReply(reader: ByteReader, kind: number): EventualReply {
  switch (kind) {
    case EVENTUAL_REPLY_KINDS.EventualWritten: {
      const status = nameAt(STATUSES, reader.u8());
      const stamp = readStamp(reader);
      const acks = readAsks(reader);
      const homes = readHomes(reader);
      const context = readVector(reader);
      return { type: 'EventualWritten', status, stamp, acks, homes, context, versions: reader.varint() };
    }
    case EVENTUAL_REPLY_KINDS.EventualValue: {
      const count = expectSome(reader, STAMP_BYTES + 2);
      const versions = Array.from({ length: count }, () => readVersion(reader));
      const answers = readAsks(reader);
      const homes = readHomes(reader);
      const repaired = readHomes(reader);
      return { type: 'EventualValue', versions, answers, homes, repaired, context: readVector(reader) };
    }
    default: {
      const answers = readAsks(reader);
      return { type: 'EventualRefused', answers, ...readRefusal(reader) };
    }
  }
}

function writeRefusal(writer: ByteWriter, refusal: EventualRefusal): void {
  writer.u8(REFUSALS.indexOf(refusal.why));
  switch (refusal.why) {
    case 'NotEnoughReplicas':
      writeHomes(writer.varint(refusal.needed), refusal.homes);
      return;
    case 'ClockAhead':
      writer.varint(refusal.aheadUs).varint(refusal.maxUs);
      return;
    case 'TooManySiblings':
      writer.varint(refusal.siblings).varint(refusal.max);
      return;
    case 'Busy':
      return;
    case 'BelowFence':
      writer.varint(refusal.behindUs);
      return;
    case 'RowTooLarge':
      writer.varint(refusal.bytes).varint(refusal.max);
  }
}

function readRefusal(reader: ByteReader): EventualRefusal {
  const why = nameAt(REFUSALS, reader.u8());
  switch (why) {
    case 'NotEnoughReplicas':
      return { why, needed: reader.varint(), homes: readHomes(reader) };
    case 'ClockAhead':
      return { why, aheadUs: reader.varint(), maxUs: reader.varint() };
    case 'TooManySiblings':
      return { why, siblings: reader.varint(), max: reader.varint() };
    case 'Busy':
      return { why };
    case 'BelowFence':
      return { why, behindUs: reader.varint() };
    case 'RowTooLarge':
      return { why, bytes: reader.varint(), max: reader.varint() };
  }
}

function writeVersion(writer: ByteWriter, { value, stamp, expiresInUs }: EventualVersion): void {
  writeOptionalBytes(writer, value);
  writeStamp(writer, stamp);
  writer.varint(expiresInUs ?? 0);
}

function readVersion(reader: ByteReader): EventualVersion {
  const value = readOptionalBytes(reader);
  const stamp = readStamp(reader);
  const expiresInUs = reader.varint();
  return { value, stamp, ...(expiresInUs === 0 ? {} : { expiresInUs }) };
}

function writeAsks(writer: ByteWriter, asks: readonly EventualAsk[]): void {
  writer.varint(asks.length);
  for (const { to, home } of asks) writer.varint(to).varint(home);
}

const readAsks = (reader: ByteReader): readonly EventualAsk[] =>
  Array.from({ length: expectSome(reader, 2) }, () => ({ to: readNode(reader), home: readNode(reader) }));

function writeHomes(writer: ByteWriter, homes: readonly NodeId[]): ByteWriter {
  writer.varint(homes.length);
  for (const home of homes) writer.varint(home);
  return writer;
}

const readHomes = (reader: ByteReader): readonly NodeId[] =>
  Array.from({ length: expectSome(reader, 1) }, () => readNode(reader));

function nameAt<T extends string>(names: readonly T[], place: number): T {
  const name = names[place];
  if (name === undefined) throw new CorruptBytes(`unknown place ${place}`);
  return name;
}
