import fc from 'fast-check';
import { expect, test } from 'vitest';
import { decodeEpoch, decodeHead, EPOCH_KEY, encodeEpoch, HEAD_KEY, headOp, lastBootOf } from './head-record.ts';

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
  expect(lastBootOf(encodeEpoch(3), value)).toEqual({ boot: 3, transactions: 9, timeUs: 77 });
  expect(lastBootOf(encodeEpoch(4), value)).toEqual({ boot: 4, transactions: 0, timeUs: 77 });
  expect(lastBootOf(encodeEpoch(1), undefined)).toEqual({ boot: 1, transactions: 0, timeUs: 0 });
  expect(lastBootOf(undefined, undefined)).toEqual({ boot: 0, transactions: 0, timeUs: 0 });
});
