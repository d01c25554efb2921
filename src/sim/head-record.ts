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

/** The epoch fence: which boot last opened this disk. */
export const encodeEpoch = (boot: number): Uint8Array => new ByteWriter(8).varint(boot).finish();
export const decodeEpoch = (bytes: Uint8Array): number => new ByteReader(bytes).varint();

/** What the two records say about the last boot: one that opened the disk but wrote nothing has no transactions. */
export function lastBootOf(epoch: Uint8Array | undefined, head: Uint8Array | undefined): HeadRecord {
  const boot = epoch === undefined ? 0 : decodeEpoch(epoch);
  const last = head === undefined ? undefined : decodeHead(head);
  return { boot, transactions: last?.boot === boot ? last.transactions : 0, timeUs: last?.timeUs ?? 0 };
}
