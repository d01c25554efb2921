import { ByteReader, ByteWriter } from '../core/base/bytes.ts';
import type { DiskOp } from '../core/base/disk.ts';
import type { Micros } from '../core/base/ids.ts';

/** `meta` keys that belong to the world. */
export const EPOCH_KEY = 1;
export const HEAD_KEY = 2;

/** Written by the world into every transaction of a node: how far this disk has come, and at which moment of the run. */
export interface HeadRecord {
  readonly boot: number;
  /** Transactions of this boot, this one included. */
  readonly transactions: number;
  /** Virtual time of the event that completed it. */
  readonly timeUs: Micros;
}

export const headOp = (head: HeadRecord): DiskOp => ({
  type: 'put',
  store: 'meta',
  key: HEAD_KEY,
  value: new ByteWriter(24).varint(head.boot).varint(head.transactions).varint(head.timeUs).finish(),
});

export function decodeHead(bytes: Uint8Array): HeadRecord {
  const reader = new ByteReader(bytes);
  return { boot: reader.varint(), transactions: reader.varint(), timeUs: reader.varint() };
}
