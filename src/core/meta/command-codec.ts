import { ByteWriter } from '../base/byte-writer.ts';
import { ByteReader, CorruptBytes } from '../base/bytes.ts';
import { nodeId, shardId } from '../base/ids.ts';
import type { MetaCommand, MoveEvidence } from './meta-command.ts';
import { CONSISTENCIES } from './meta-state.ts';
import { readFlag, readPlace, readReport, readVerified, writeReport, writeVerified } from './state-codec.ts';

/** First byte of a command: its place here. In logs and on the wire: do not reorder. */
const TYPES = [
  ...(['JoinNode', 'CompleteJoin', 'RemoveNode', 'CompleteLeave', 'MarkDown', 'ReturnNode', 'ReplaceBlank'] as const),
  ...(['StartMove', 'AdvanceMove', 'AbortMove', 'ReportGroup', 'ConfirmDropped'] as const),
  ...(['SetVnodes', 'CreateKeyspace'] as const),
] satisfies MetaCommand['type'][];

/** What an entry of the meta group's log holds. */
export function encodeMetaCommand(command: MetaCommand): Uint8Array {
  const writer = new ByteWriter(32).u8(TYPES.indexOf(command.type));
  switch (command.type) {
    case 'JoinNode':
    case 'CompleteJoin':
    case 'RemoveNode':
    case 'CompleteLeave':
      writer.varint(command.node);
      break;
    case 'MarkDown':
    case 'ReturnNode':
      writer.varint(command.node).varint(command.incarnation);
      break;
    case 'ReplaceBlank':
      writer
        .varint(command.node)
        .varint(command.incarnation)
        .u8(command.force ? 1 : 0);
      break;
    case 'StartMove':
      writer.varint(command.shard).varint(command.to).varint(command.from);
      break;
    case 'AdvanceMove':
      writer.varint(command.shard).varint(command.token);
      writeEvidence(writer, command.evidence);
      break;
    case 'AbortMove':
      writer.varint(command.shard).varint(command.token);
      break;
    case 'ReportGroup':
      writeReport(writer.varint(command.shard), command.report);
      break;
    case 'ConfirmDropped':
      writer.varint(command.replicaId);
      break;
    case 'SetVnodes':
      writer.varint(command.vnodes);
      break;
    case 'CreateKeyspace':
      writer.text(command.name).u8(CONSISTENCIES.indexOf(command.consistency));
      break;
  }
  return writer.finish();
}

/** Throws CorruptBytes. */
export function decodeMetaCommand(bytes: Uint8Array): MetaCommand {
  const reader = new ByteReader(bytes);
  const command = readCommand(reader);
  if (reader.remaining > 0) throw new CorruptBytes(`${reader.remaining} bytes behind a ${command.type}`);
  return command;
}

function readCommand(reader: ByteReader): MetaCommand {
  const type = readPlace(reader, TYPES, 'command');
  const node = () => nodeId(reader.varint());
  const shard = () => shardId(reader.varint());
  switch (type) {
    case 'JoinNode':
    case 'CompleteJoin':
    case 'RemoveNode':
    case 'CompleteLeave':
      return { type, node: node() };
    case 'MarkDown':
    case 'ReturnNode':
      return { type, node: node(), incarnation: reader.varint() };
    case 'ReplaceBlank':
      return { type, node: node(), incarnation: reader.varint(), force: readFlag(reader) };
    case 'StartMove':
      return { type, shard: shard(), to: node(), from: node() };
    case 'AdvanceMove':
      return { type, shard: shard(), token: reader.varint(), evidence: readEvidence(reader) };
    case 'AbortMove':
      return { type, shard: shard(), token: reader.varint() };
    case 'ReportGroup':
      return { type, shard: shard(), report: readReport(reader) };
    case 'ConfirmDropped':
      return { type, replicaId: reader.varint() };
    case 'SetVnodes':
      return { type, vnodes: reader.varint() };
    case 'CreateKeyspace':
      return { type, name: reader.text(), consistency: readPlace(reader, CONSISTENCIES, 'consistency') };
  }
}

function writeEvidence(writer: ByteWriter, evidence: MoveEvidence): void {
  if (evidence.type === 'Verified') writeVerified(writer, evidence.copy);
  else {
    writeVerified(writer, undefined);
    writer.varint(evidence.leader);
  }
}

function readEvidence(reader: ByteReader): MoveEvidence {
  const copy = readVerified(reader);
  return copy === undefined ? { type: 'HandedOver', leader: nodeId(reader.varint()) } : { type: 'Verified', copy };
}
