import type { ByteWriter } from '../base/byte-writer.ts';
import type { ByteReader } from '../base/bytes.ts';
import { clientActorId } from '../base/ids.ts';
import type { ReadIndexMessage } from './read-index-message.ts';
import { readShard } from './wire.ts';

// Kinds of message on the wire, beside those of codec.ts.
const READ_INDEX_ASKED = 51;
const READ_INDEX_TOLD = 52;

export const isReadIndexKind = (kind: number): boolean => kind === READ_INDEX_ASKED || kind === READ_INDEX_TOLD;

export function writeReadIndex(writer: ByteWriter, message: ReadIndexMessage): void {
  writer.u8(message.type === 'ReadIndexAsked' ? READ_INDEX_ASKED : READ_INDEX_TOLD);
  writer.varint(message.shard).varint(message.epoch).varint(message.context);
  if (message.type === 'ReadIndexAsked') writer.varint(message.client).varint(message.requestId);
  else writer.varint(message.index);
}

export function readReadIndex(reader: ByteReader, kind: number): ReadIndexMessage {
  const name = { shard: readShard(reader), epoch: reader.varint(), context: reader.varint() };
  if (kind === READ_INDEX_TOLD) return { type: 'ReadIndexTold', ...name, index: reader.varint() };
  const client = clientActorId(reader.varint());
  return { type: 'ReadIndexAsked', ...name, client, requestId: reader.varint() };
}
