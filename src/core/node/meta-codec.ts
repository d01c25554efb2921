import type { ByteWriter } from '../base/byte-writer.ts';
import { type ByteReader, CorruptBytes } from '../base/bytes.ts';
import type { DriverEffect, GroupObservation } from '../meta/driver-input.ts';
import { readReport, readVerified, writeReport, writeVerified } from '../meta/state-codec.ts';
import type { MetaMessage } from './meta-message.ts';
import { readHash, readNode, readShard, writeHash } from './wire.ts';

// Kinds of message on the wire, beside those of codec.ts: the first, and then by place. Do not reorder.
const FIRST_KIND = 56;
const TYPES = [
  ...(['GroupStatusAsked', 'GroupsReported', 'MetaOrdered', 'JoinAsked'] as const),
  ...(['MetaFetched', 'MetaTold', 'CopyRead'] as const),
] satisfies MetaMessage['type'][];
const ORDERS = [
  ...(['ChangeConfiguration', 'TransferLeadership', 'CompareCopy', 'CreateReplica', 'DropReplica'] as const),
] satisfies DriverEffect['type'][];

export const isMetaKind = (kind: number): boolean => kind >= FIRST_KIND && kind < FIRST_KIND + TYPES.length;

export function writeMeta(writer: ByteWriter, message: MetaMessage): void {
  writer.u8(FIRST_KIND + TYPES.indexOf(message.type));
  switch (message.type) {
    case 'GroupStatusAsked':
      writer.varint(message.metaIndex);
      return;
    case 'GroupsReported':
      writer.varint(message.incarnation).varint(message.observations.length);
      for (const observation of message.observations) writeObservation(writer, observation);
      writeNumbers(writer, message.dropped);
      return;
    case 'MetaOrdered':
      writeOrder(writer, message.order);
      return;
    case 'JoinAsked':
      return;
    case 'MetaFetched':
      writer.varint(message.newerThan);
      return;
    case 'MetaTold':
      writer.varint(message.index).bytes(message.state);
      return;
    case 'CopyRead':
      writer.varint(message.shard).varint(message.token).varint(message.index);
      writeHash(writer, message.root);
      return;
  }
}

export function readMeta(reader: ByteReader, kind: number): MetaMessage {
  const type = TYPES[kind - FIRST_KIND];
  switch (type) {
    case 'GroupStatusAsked':
      return { type, metaIndex: reader.varint() };
    case 'GroupsReported': {
      const incarnation = reader.varint();
      const observations = readAll(reader, () => readObservation(reader));
      return { type, incarnation, observations, dropped: readAll(reader, () => reader.varint()) };
    }
    case 'MetaOrdered':
      return { type, order: readOrder(reader) };
    case 'JoinAsked':
      return { type };
    case 'MetaFetched':
      return { type, newerThan: reader.varint() };
    case 'MetaTold':
      return { type, index: reader.varint(), state: reader.bytes() };
    case 'CopyRead': {
      const shard = readShard(reader);
      const token = reader.varint();
      const index = reader.varint();
      return { type, shard, token, index, root: readHash(reader) };
    }
    default:
      throw new CorruptBytes(`unknown message ${kind}`);
  }
}

function writeObservation(writer: ByteWriter, { shard, report, caughtUp, verified }: GroupObservation): void {
  writeReport(writer.varint(shard), report);
  writeNumbers(writer, caughtUp);
  writer.varint(verified?.token ?? 0);
  writeVerified(writer, verified?.copy);
}

function readObservation(reader: ByteReader): GroupObservation {
  const shard = readShard(reader);
  const report = readReport(reader);
  const caughtUp = readAll(reader, () => readNode(reader));
  const token = reader.varint();
  const copy = readVerified(reader);
  return { shard, report, caughtUp, verified: copy && { token, copy } };
}

function writeOrder(writer: ByteWriter, order: DriverEffect): void {
  writer.u8(ORDERS.indexOf(order.type)).varint(order.shard);
  switch (order.type) {
    case 'ChangeConfiguration': {
      const { leader, token, confVer, target, replicaId } = order;
      writer.varint(leader).varint(token).varint(confVer).varint(replicaId);
      writeNumbers(writer, target.voters);
      writeNumbers(writer, target.learners);
      return;
    }
    case 'TransferLeadership':
      writer.varint(order.leader).varint(order.token).varint(order.to);
      return;
    case 'CompareCopy':
      writer.varint(order.leader).varint(order.token).varint(order.learner);
      return;
    case 'CreateReplica':
      writer.varint(order.node).varint(order.replicaId).varint(order.incarnation);
      return;
    case 'DropReplica':
      writer.varint(order.node).varint(order.replicaId);
      return;
  }
}

function readOrder(reader: ByteReader): DriverEffect {
  const place = reader.u8();
  const type = ORDERS[place];
  const shard = readShard(reader);
  switch (type) {
    case 'ChangeConfiguration': {
      const leader = readNode(reader);
      const [token, confVer, replicaId] = [reader.varint(), reader.varint(), reader.varint()];
      const voters = readAll(reader, () => readNode(reader));
      const learners = readAll(reader, () => readNode(reader));
      return { type, shard, leader, token, confVer, target: { voters, learners }, replicaId };
    }
    case 'TransferLeadership':
      return { type, shard, leader: readNode(reader), token: reader.varint(), to: readNode(reader) };
    case 'CompareCopy':
      return { type, shard, leader: readNode(reader), token: reader.varint(), learner: readNode(reader) };
    case 'CreateReplica':
      return { type, shard, node: readNode(reader), replicaId: reader.varint(), incarnation: reader.varint() };
    case 'DropReplica':
      return { type, shard, node: readNode(reader), replicaId: reader.varint() };
    default:
      throw new CorruptBytes(`unknown order ${place}`);
  }
}

function writeNumbers(writer: ByteWriter, numbers: readonly number[]): void {
  writer.varint(numbers.length);
  for (const number of numbers) writer.varint(number);
}

function readAll<T>(reader: ByteReader, read: () => T): T[] {
  const count = reader.varint();
  if (count > reader.remaining) throw new CorruptBytes(`${count} items do not fit`);
  return Array.from({ length: count }, read);
}
