import { ByteWriter } from '../base/byte-writer.ts';
import { CorruptBytes } from '../base/bytes.ts';
import { openSealed, readOrCorrupt, sealWithCrc } from '../lsm/sealed-record.ts';
import { expectEnd } from './wire.ts';

/** Store `meta`, beside the closed epochs. On disk: do not change. */
export const LOG_BEGIN_KEY = 4;
const VERSION = 1;
const WHERE = 'meta 4, where the log begins';

/** Written by the very transaction that deletes what lies before: so what is missing at the front of a log is a hole, unless this says otherwise. */
export interface LogBegin {
  /** Position of the first record that the log holds. */
  readonly firstRecord: number;
  /** The log was durable up to here, this not included, when what lies before `firstRecord` was deleted: it never ends earlier. */
  readonly endRecord: number;
}

/** Of a log that was never trimmed. */
export const WHOLE_LOG: LogBegin = { firstRecord: 0, endRecord: 0 };

/** version u8, firstRecord, endRecord varints, crc32 u32 of all these. */
export const encodeLogBegin = ({ firstRecord, endRecord }: LogBegin): Uint8Array =>
  sealWithCrc(new ByteWriter(16).u8(VERSION).varint(firstRecord).varint(endRecord));

/** Throws CorruptStore. */
export function decodeLogBegin(bytes: Uint8Array): LogBegin {
  const reader = openSealed(bytes, WHERE);
  return readOrCorrupt(WHERE, () => {
    if (reader.u8() !== VERSION) throw new CorruptBytes('unknown version');
    const begin = { firstRecord: reader.varint(), endRecord: reader.varint() };
    expectEnd(reader);
    if (begin.endRecord < begin.firstRecord) throw new CorruptBytes('the log ends before it begins');
    return begin;
  });
}
