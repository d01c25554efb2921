import { ByteWriter } from '../base/byte-writer.ts';
import { ByteReader, CorruptBytes } from '../base/bytes.ts';
import { nodeId, shardId } from '../base/ids.ts';
import { readConfiguration } from '../raft/configuration.ts';
import { writeConfiguration } from '../raft/write-configuration.ts';
import {
  CONSISTENCIES,
  type GroupRecord,
  type GroupReport,
  META_GROUP,
  type MetaState,
  MOVE_STAGES,
  type Move,
  NODE_STATES,
  type VerifiedCopy,
} from './meta-state.ts';

// On disk and in snapshots: do not change. A sequence is a varint count, then its items; numbers are varints, enumerations a byte.
const VERSION = 1;

/** The whole state: what a snapshot of the meta group holds. Equal states give equal bytes. */
export function encodeMetaState(state: MetaState): Uint8Array {
  const writer = new ByteWriter(64 * state.groups.length).u8(VERSION);
  writer.varint(state.replicationFactor).varint(state.vnodes).varint(state.ringEpoch);
  writer.varint(state.nextReplicaId).varint(state.nextToken);
  writer.varint(state.nodes.length);
  for (const { node, state: is, incarnation } of state.nodes)
    writer.varint(node).u8(NODE_STATES.indexOf(is)).varint(incarnation);
  writer.varint(state.groups.length - 1);
  for (const group of state.groups) writeGroup(writer, group);
  writer.varint(state.retired.length);
  for (const { shard, node, replicaId } of state.retired) writer.varint(shard).varint(node).varint(replicaId);
  writer.varint(state.keyspaces.length);
  for (const { name, consistency } of state.keyspaces) writer.text(name).u8(CONSISTENCIES.indexOf(consistency));
  return writer.finish();
}

/** Throws CorruptBytes. */
export function decodeMetaState(bytes: Uint8Array): MetaState {
  const reader = new ByteReader(bytes);
  const version = reader.u8();
  if (version !== VERSION) throw new CorruptBytes(`meta state of version ${version}, not ${VERSION}`);
  const [replicationFactor, vnodes, ringEpoch] = [reader.varint(), reader.varint(), reader.varint()];
  const [nextReplicaId, nextToken] = [reader.varint(), reader.varint()];
  const nodes = readAll(reader, reader.varint(), () => ({
    node: nodeId(reader.varint()),
    state: readPlace(reader, NODE_STATES, 'node state'),
    incarnation: reader.varint(),
  }));
  const shards = reader.varint();
  const groups = readAll(reader, shards + 1, (at) => readGroup(reader, at === shards ? META_GROUP : shardId(at)));
  const retired = readAll(reader, reader.varint(), () => ({
    shard: shardId(reader.varint()),
    node: nodeId(reader.varint()),
    replicaId: reader.varint(),
  }));
  const keyspaces = readAll(reader, reader.varint(), () => ({
    name: reader.text(),
    consistency: readPlace(reader, CONSISTENCIES, 'consistency'),
  }));
  if (reader.remaining > 0) throw new CorruptBytes(`${reader.remaining} bytes behind a meta state`);
  return { replicationFactor, vnodes, ringEpoch, nodes, groups, retired, nextReplicaId, nextToken, keyspaces };
}

function writeGroup(writer: ByteWriter, group: GroupRecord): void {
  writer.varint(group.desired.length);
  for (const node of group.desired) writer.varint(node);
  writer.varint(group.replicas.length);
  for (const { node, replicaId, incarnation } of group.replicas)
    writer.varint(node).varint(replicaId).varint(incarnation);
  writeReport(writer, group.report);
  writer.varint(group.token).u8(group.isLost ? 1 : 0);
  // 0: no move; a move's stage + 1.
  const { move } = group;
  writer.u8(move === undefined ? 0 : MOVE_STAGES.indexOf(move.stage) + 1);
  if (move !== undefined) writeVerified(writer.varint(move.to).varint(move.from), move.verified);
}

function readGroup(reader: ByteReader, shard: GroupRecord['shard']): GroupRecord {
  const desired = readAll(reader, reader.varint(), () => nodeId(reader.varint()));
  const replicas = readAll(reader, reader.varint(), () => ({
    node: nodeId(reader.varint()),
    replicaId: reader.varint(),
    incarnation: reader.varint(),
  }));
  const report = readReport(reader);
  const token = reader.varint();
  const isLost = readFlag(reader);
  return { shard, desired, replicas, report, token, isLost, move: readMove(reader) };
}

function readMove(reader: ByteReader): Move | undefined {
  const stage = readPlace(reader, [undefined, ...MOVE_STAGES], 'stage of a move');
  if (stage === undefined) return undefined;
  return { to: nodeId(reader.varint()), from: nodeId(reader.varint()), stage, verified: readVerified(reader) };
}

export function writeReport(writer: ByteWriter, report: GroupReport): void {
  writer.varint(report.confVer).varint(report.token).varint(report.term).varint(report.leader);
  writeConfiguration(writer, report.configuration);
}

export function readReport(reader: ByteReader): GroupReport {
  const [confVer, token, term] = [reader.varint(), reader.varint(), reader.varint()];
  return { confVer, token, term, leader: nodeId(reader.varint()), configuration: readConfiguration(reader) };
}

/** A flag, then index and root where there are any. */
export function writeVerified(writer: ByteWriter, verified: VerifiedCopy | undefined): void {
  writer.u8(verified === undefined ? 0 : 1);
  if (verified !== undefined) writer.varint(verified.index).bytes(verified.root);
}

export function readVerified(reader: ByteReader): VerifiedCopy | undefined {
  if (!readFlag(reader)) return undefined;
  // A copy: what it is read from is a log record, and may go.
  return { index: reader.varint(), root: reader.bytes().slice() };
}

/** One byte that is the place of an item in `items`. */
export function readPlace<T>(reader: ByteReader, items: readonly T[], what: string): T {
  const place = reader.u8();
  if (place >= items.length) throw new CorruptBytes(`no ${what} of number ${place}`);
  return items[place] as T;
}

export function readFlag(reader: ByteReader): boolean {
  return readPlace(reader, [false, true], 'flag');
}

function readAll<T>(reader: ByteReader, count: number, read: (at: number) => T): T[] {
  if (count > reader.remaining) throw new CorruptBytes(`${count} items do not fit`);
  return Array.from({ length: count }, (_, at) => read(at));
}
