import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { AssertionError } from './assert.ts';
import { ByteWriter } from './byte-writer.ts';
import { ByteReader, CorruptBytes, compareBytes } from './bytes.ts';
import { crc32 } from './crc32.ts';

const around = (n: number): number[] => [n - 1, n, n + 1].filter((m) => m >= 0 && m <= Number.MAX_SAFE_INTEGER);
const EDGES = [
  ...[0, 1, 2, 3, 4, 5, 6, 7].flatMap((k) => around(2 ** (7 * k))),
  ...[31, 32, 52, 53].flatMap((k) => around(2 ** k)),
];

/** LEB128 with BigInt: the oracle. */
function leb128(value: number): Uint8Array {
  const bytes: number[] = [];
  let rest = BigInt(value);
  do {
    bytes.push(Number(rest & 127n) | (rest > 127n ? 128 : 0));
    rest >>= 7n;
  } while (rest > 0n);
  return Uint8Array.from(bytes);
}

describe('varint', () => {
  test.each(EDGES)('%i', (value) => {
    const bytes = new ByteWriter(1).varint(value).finish();
    expect(bytes).toEqual(leb128(value));
    expect(new ByteReader(bytes).varint()).toBe(value);
  });

  test('any safe integer', () => {
    fc.assert(
      fc.property(fc.maxSafeNat(), (value) => {
        const bytes = new ByteWriter(1).varint(value).finish();
        expect(bytes).toEqual(leb128(value));
        expect(new ByteReader(bytes).varint()).toBe(value);
      }),
    );
  });

  test.each([-1, 0.5, 2 ** 53, Number.NaN, Number.POSITIVE_INFINITY])('does not write %d', (value) => {
    expect(() => new ByteWriter().varint(value)).toThrow(AssertionError);
  });

  test('refuses what is above 2^53−1, too long, or cut off', () => {
    const above = Uint8Array.of(0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x10);
    expect(leb128(Number.MAX_SAFE_INTEGER)).toHaveLength(8);
    expect(() => new ByteReader(above).varint()).toThrow(CorruptBytes);
    expect(() => new ByteReader(new Uint8Array(9).fill(0x80)).varint()).toThrow(CorruptBytes);
    expect(() => new ByteReader(Uint8Array.of(0x80)).varint()).toThrow(CorruptBytes);
    expect(() => new ByteReader(new Uint8Array(0)).varint()).toThrow(CorruptBytes);
  });
});

type Field =
  | { readonly kind: 'u8'; readonly value: number }
  | { readonly kind: 'u32'; readonly value: number }
  | { readonly kind: 'varint'; readonly value: number }
  | { readonly kind: 'bytes'; readonly value: Uint8Array }
  | { readonly kind: 'raw'; readonly value: Uint8Array }
  | { readonly kind: 'text'; readonly value: string };

const field: fc.Arbitrary<Field> = fc.oneof(
  fc.record({ kind: fc.constant('u8' as const), value: fc.nat(255) }),
  fc.record({ kind: fc.constant('u32' as const), value: fc.oneof(fc.nat(0xffffffff), fc.constant(0xffffffff)) }),
  fc.record({ kind: fc.constant('varint' as const), value: fc.maxSafeNat() }),
  fc.record({ kind: fc.constantFrom('bytes' as const, 'raw' as const), value: fc.uint8Array({ maxLength: 300 }) }),
  fc.record({ kind: fc.constant('text' as const), value: fc.string({ unit: 'grapheme' }) }),
);

function write(writer: ByteWriter, field: Field): void {
  if (field.kind === 'text') writer.text(field.value);
  else if (field.kind === 'raw' || field.kind === 'bytes') writer[field.kind](field.value);
  else writer[field.kind](field.value);
}

function read(reader: ByteReader, field: Field): unknown {
  return field.kind === 'raw' ? reader.raw(field.value.length) : reader[field.kind]();
}

describe('ByteWriter and ByteReader', () => {
  test('what was written is read back', () => {
    fc.assert(
      fc.property(fc.array(field), fc.integer({ min: 0, max: 70 }), (fields, capacity) => {
        const writer = new ByteWriter(capacity);
        for (const each of fields) write(writer, each);
        const bytes = writer.finish();
        expect(bytes.length).toBe(writer.length);
        expect(bytes.buffer.byteLength).toBe(bytes.length);
        const reader = new ByteReader(bytes);
        for (const each of fields) expect(read(reader, each)).toEqual(each.value);
        expect(reader.remaining).toBe(0);
      }),
    );
  });

  test('every proper prefix is corrupt, never misread', () => {
    const bytes = new ByteWriter().u32(7).varint(300).text('añ').u8(1).finish();
    for (let length = 0; length < bytes.length; length++) {
      const reader = new ByteReader(bytes.subarray(0, length));
      expect(() => [reader.u32(), reader.varint(), reader.text(), reader.u8()]).toThrow(CorruptBytes);
    }
  });

  test('u32 is little-endian', () => {
    expect(new ByteWriter().u32(0x81020304).finish()).toEqual(Uint8Array.of(4, 3, 2, 0x81));
    expect(new ByteReader(Uint8Array.of(4, 3, 2, 0x81)).u32()).toBe(0x81020304);
  });
});

test('a view is what was written, without a copy', () => {
  const writer = new ByteWriter().u8(1).u8(2).u8(3);
  expect([...writer.view()]).toEqual([1, 2, 3]);
  expect([...writer.view(2)]).toEqual([3]);
  expect(writer.view().buffer).toBe(writer.view(1).buffer);
});

test('a reader fills the rest of a target and goes on behind it', () => {
  const reader = new ByteReader(Uint8Array.of(7, 8, 9));
  const target = Uint8Array.of(1, 0, 0);
  reader.fill(target, 1);
  expect([...target, reader.u8()]).toEqual([1, 7, 8, 9]);
  expect(() => reader.fill(target, 0)).toThrow(CorruptBytes);
});

describe('compareBytes', () => {
  test('is the bytewise order', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 6 }), fc.uint8Array({ maxLength: 6 }), (a, b) => {
        expect(Math.sign(compareBytes(a, b))).toBe(Math.sign(Buffer.compare(a, b)));
      }),
    );
  });
});

test('crc32 is the IEEE one, unsigned', () => {
  expect(crc32(Uint8Array.from('123456789', (c) => c.charCodeAt(0)))).toBe(0xcbf43926);
  expect(crc32(new Uint8Array(0))).toBe(0);
});
