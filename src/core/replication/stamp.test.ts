import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { ByteWriter } from '../base/byte-writer.ts';
import { ByteReader, CorruptBytes, compareBytes } from '../base/bytes.ts';
import { compareStamps, readStamp, STAMP_BYTES, type Stamp, writeStamp } from './stamp.ts';
import { anyStamp, fewStamps } from './testing/arbitrary-row.ts';

function bytesOf(stamp: Stamp): Uint8Array {
  const writer = new ByteWriter();
  writeStamp(writer, stamp);
  return writer.finish();
}

describe('a stamp as bytes', () => {
  test('comes back, and takes 12', () => {
    fc.assert(
      fc.property(anyStamp, (stamp) => {
        const bytes = bytesOf(stamp);
        expect(bytes).toHaveLength(STAMP_BYTES);
        expect(readStamp(new ByteReader(bytes))).toEqual(stamp);
      }),
    );
  });

  test('sorts as stamps do', () => {
    for (const stamps of [anyStamp, fewStamps]) {
      fc.assert(
        fc.property(stamps, stamps, (a, b) => {
          expect(Math.sign(compareBytes(bytesOf(a), bytesOf(b)))).toBe(Math.sign(compareStamps(a, b)));
        }),
      );
    }
  });

  test('is refused where it is cut off or beyond what a number holds', () => {
    const whole = new Uint8Array(STAMP_BYTES).fill(255);
    expect(() => readStamp(new ByteReader(whole))).toThrow(CorruptBytes);
    for (let length = 0; length < STAMP_BYTES; length++) {
      expect(() => readStamp(new ByteReader(new Uint8Array(length)))).toThrow(CorruptBytes);
    }
  });
});

test('stamps are totally ordered, ties broken by node', () => {
  fc.assert(
    fc.property(fewStamps, fewStamps, (a, b) => {
      expect(Math.sign(compareStamps(a, b))).toBe(0 - Math.sign(compareStamps(b, a)));
      if (compareStamps(a, b) === 0) expect(a).toEqual(b);
    }),
  );
});
