import fc from 'fast-check';
import { expect, test } from 'vitest';
import { CorruptBytes } from '../core/base/bytes.ts';
import {
  decodeEpoch,
  decodeHead,
  EPOCH_KEY,
  encodeEpoch,
  HEAD_KEY,
  headOp,
  lastBootOf,
  logValueBytes,
  openLogValue,
  sealLogValue,
  withHead,
} from './head-record.ts';

const head = fc.record({ boot: fc.nat(), transactions: fc.nat(), timeUs: fc.maxSafeInteger().map(Math.abs) });

test('what is written is read back', () => {
  fc.assert(
    fc.property(head, (record) => {
      const op = headOp(record);
      expect(op).toMatchObject({ type: 'put', store: 'meta', key: HEAD_KEY });
      if (op.type === 'put') expect(decodeHead(op.value)).toEqual(record);
      expect(decodeEpoch(encodeEpoch(record.boot))).toBe(record.boot);
    }),
  );
  expect(EPOCH_KEY).not.toBe(HEAD_KEY);
});

test('a head of an earlier boot says nothing about the transactions of this one, but when it was', () => {
  const op = headOp({ boot: 3, transactions: 9, timeUs: 77 });
  const value = op.type === 'put' ? op.value : undefined;
  const none = { incarnation: undefined, head: undefined, lastLogValue: undefined };
  expect(lastBootOf({ ...none, epoch: encodeEpoch(3), head: value })).toMatchObject({
    boot: 3,
    transactions: 9,
    timeUs: 77,
  });
  expect(lastBootOf({ ...none, epoch: encodeEpoch(4), head: value })).toMatchObject({
    boot: 4,
    transactions: 0,
    timeUs: 77,
  });
  expect(lastBootOf({ ...none, epoch: encodeEpoch(1) })).toMatchObject({ boot: 1, transactions: 0, timeUs: 0 });
  expect(lastBootOf({ ...none, epoch: undefined })).toMatchObject({ boot: 0, transactions: 0, timeUs: 0 });
});

test('a log write carries its head, any other transaction has it beside; the later of the two counts', () => {
  fc.assert(
    fc.property(fc.uint8Array(), head, (value, record) => {
      const [op, ...rest] = withHead([{ type: 'put', store: 'log', key: 1, value }], record);
      expect(rest).toEqual([]);
      if (op?.type !== 'put') throw new Error('a put stays a put');
      expect(openLogValue(op.value)).toEqual({ value, head: record });
      const damaged = op.value.slice();
      damaged[value.length] = (damaged[value.length] as number) ^ 1;
      expect(() => openLogValue(damaged)).toThrow(CorruptBytes);
    }),
  );
  expect(() => openLogValue(new Uint8Array(0))).toThrow(CorruptBytes);
  const lastLogValue = sealLogValue(Uint8Array.of(1), { boot: 2, transactions: 5, timeUs: 90 });
  const [, op] = withHead([{ type: 'deleteRange', store: 'sst', from: 0, to: 1 }], {
    boot: 2,
    transactions: 6,
    timeUs: 80,
  });
  if (op?.type !== 'put') throw new Error('the head is a put');
  expect(lastBootOf({ incarnation: undefined, epoch: encodeEpoch(2), head: op.value, lastLogValue })).toMatchObject({
    boot: 2,
    transactions: 6,
    timeUs: 90,
  });
});

test('a damaged log value says nothing, and keeps nobody from asking the rest of the disk', () => {
  const lastLogValue = sealLogValue(Uint8Array.of(1), { boot: 2, transactions: 5, timeUs: 90 });
  lastLogValue[1] = (lastLogValue[1] as number) ^ 1;
  const op = headOp({ boot: 2, transactions: 4, timeUs: 80 });
  const head = op.type === 'put' ? op.value : undefined;
  expect(lastBootOf({ incarnation: undefined, epoch: encodeEpoch(2), head, lastLogValue })).toMatchObject({
    boot: 2,
    transactions: 4,
    timeUs: 80,
  });
});

test('bug 8: no flipped bit of a sealed log value is taken for what was written, nor for a torn write', () => {
  const value = Uint8Array.from({ length: 40 }, (_, i) => i);
  const sealed = sealLogValue(value, { boot: 2, transactions: 5, timeUs: 90 });
  expect(logValueBytes(sealed)).toBe(value.length);
  for (let at = 0; at < sealed.length; at++)
    for (let bit = 0; bit < 8; bit++) {
      const damaged = sealed.slice();
      damaged[at] = (damaged[at] as number) ^ (1 << bit);
      expect(() => openLogValue(damaged)).toThrow(CorruptBytes);
    }
});

test('a disk whose last log value is damaged still tells how far it came', () => {
  const lastLogValue = sealLogValue(Uint8Array.of(1, 2, 3), { boot: 2, transactions: 5, timeUs: 90 });
  lastLogValue[1] = 99;
  expect(lastBootOf({ incarnation: undefined, epoch: encodeEpoch(2), head: undefined, lastLogValue })).toMatchObject({
    boot: 2,
    transactions: 5,
    timeUs: 90,
  });
});
