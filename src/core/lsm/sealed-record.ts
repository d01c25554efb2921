import type { ByteWriter } from '../base/byte-writer.ts';
import { ByteReader, CorruptBytes } from '../base/bytes.ts';
import { crc32 } from '../base/crc32.ts';
import { corrupt } from './corrupt-store.ts';

/** What was written, then its CRC-32. */
export function sealWithCrc(writer: ByteWriter): Uint8Array {
  return writer.u32(crc32(writer.view())).finish();
}

/** A reader of what `sealWithCrc` sealed; throws CorruptStore on a wrong checksum. */
export function openSealed(bytes: Uint8Array, where: string): ByteReader {
  if (bytes.length < 4) throw corrupt(where, 'shorter than its checksum');
  const body = bytes.subarray(0, bytes.length - 4);
  if (crc32(body) !== new ByteReader(bytes.subarray(bytes.length - 4)).u32()) throw corrupt(where, 'wrong checksum');
  return new ByteReader(body);
}

/** Bytes that end too early are corruption of the record they are in. */
export function readOrCorrupt<T>(where: string, read: () => T): T {
  try {
    return read();
  } catch (error) {
    if (error instanceof CorruptBytes) throw corrupt(where, error.message);
    throw error;
  }
}
