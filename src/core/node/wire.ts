import type { ByteWriter } from '../base/byte-writer.ts';
import { type ByteReader, CorruptBytes } from '../base/bytes.ts';
import type { Hash64 } from '../base/hash128.ts';
import { type NodeId, nodeId, type ShardId, shardId } from '../base/ids.ts';

/** Small shared parts of everything a node encodes: flags, optional bytes and ids, each rejecting what it cannot have written. */
export function writeFlag(writer: ByteWriter, flag: boolean): void {
  writer.u8(flag ? 1 : 0);
}

export function readFlag(reader: ByteReader): boolean {
  const byte = reader.u8();
  if (byte > 1) throw new CorruptBytes(`${byte} is no flag`);
  return byte === 1;
}

/** A flag, then the bytes if there are any: an empty value is not an absent one. */
export function writeOptionalBytes(writer: ByteWriter, bytes: Uint8Array | undefined): void {
  writeFlag(writer, bytes !== undefined);
  if (bytes !== undefined) writer.bytes(bytes);
}

export function readOptionalBytes(reader: ByteReader): Uint8Array | undefined {
  return readFlag(reader) ? reader.bytes() : undefined;
}

export const writeHash = (writer: ByteWriter, { high, low }: Hash64): ByteWriter => writer.u32(high).u32(low);

export function readHash(reader: ByteReader): Hash64 {
  const high = reader.u32();
  return { high, low: reader.u32() };
}

/** Shard numbers take two bytes in an internal key. */
const SHARD_MAX = 0xffff;

export function readShard(reader: ByteReader): ShardId {
  const shard = reader.varint();
  if (shard > SHARD_MAX) throw new CorruptBytes(`${shard} is no shard`);
  return shardId(shard);
}

export const readNode = (reader: ByteReader): NodeId => nodeId(reader.varint());

/** A count of things of at least so many bytes, which must be there. */
export function expectSome(reader: ByteReader, bytesMin: number): number {
  const count = reader.varint();
  if (count * bytesMin > reader.remaining) throw new CorruptBytes(`${count} items do not fit`);
  return count;
}

/** What was read must be all there was. */
export function expectEnd(reader: ByteReader): void {
  if (reader.remaining !== 0) throw new CorruptBytes(`${reader.remaining} bytes too many`);
}
