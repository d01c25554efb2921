import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { decodeUtf8, encodeUtf8, utf8Length } from './utf8.ts';

const encoder = new TextEncoder();
const decoder = new TextDecoder('utf-8', { ignoreBOM: true });

/** Any string at all: surrogates come alone and in pairs. */
const anyText = fc
  .array(fc.oneof(fc.integer({ min: 0, max: 0xffff }), fc.integer({ min: 0xd700, max: 0xe0ff }), fc.nat(0x7f)))
  .map((units) => String.fromCharCode(...units));
/** Bytes at which a decoder can go wrong. */
const edgeByte = fc.constantFrom(
  0x00,
  0x41,
  0x7f,
  0x80,
  0x8f,
  0x90,
  0x9f,
  0xa0,
  0xbf,
  0xc0,
  0xc1,
  0xc2,
  0xdf,
  0xe0,
  0xe1,
  0xec,
  0xed,
  0xee,
  0xef,
  0xf0,
  0xf1,
  0xf3,
  0xf4,
  0xf5,
  0xff,
);
const garbage = fc.oneof(
  fc.uint8Array({ maxLength: 30 }),
  fc.array(edgeByte, { maxLength: 12 }).map((bytes) => Uint8Array.from(bytes)),
);

describe('utf8', () => {
  test('encodes as TextEncoder does, lone surrogates included', () => {
    fc.assert(
      fc.property(fc.oneof(anyText, fc.string({ unit: 'grapheme' })), (text) => {
        expect(encodeUtf8(text)).toEqual(encoder.encode(text));
        expect(utf8Length(text)).toBe(encoder.encode(text).length);
      }),
      { numRuns: 1000 },
    );
  });

  test('decodes as TextDecoder does, garbage included', () => {
    fc.assert(
      fc.property(garbage, (bytes) => {
        expect(decodeUtf8(bytes)).toBe(decoder.decode(bytes));
      }),
      { numRuns: 3000 },
    );
  });

  test('decodes every pair and triple of edge bytes as TextDecoder does', () => {
    const edges = [0x41, 0x80, 0x8f, 0x90, 0x9f, 0xa0, 0xbf, 0xc1, 0xc2, 0xdf, 0xe0, 0xed, 0xef, 0xf0, 0xf4, 0xf5];
    for (const a of edges)
      for (const b of edges)
        for (const c of edges) {
          const bytes = Uint8Array.of(a, b, c, 0x80);
          expect(decodeUtf8(bytes), [a, b, c].join()).toBe(decoder.decode(bytes));
        }
  });

  test('a byte order mark is text like any other', () => {
    expect(decodeUtf8(encodeUtf8('\ufeffx'))).toBe('\ufeffx');
  });

  test('whole text comes back', () => {
    fc.assert(fc.property(fc.string({ unit: 'binary' }), (text) => decodeUtf8(encodeUtf8(text)) === text));
  });
});
