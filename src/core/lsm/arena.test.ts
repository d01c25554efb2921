import fc from 'fast-check';
import { expect, test } from 'vitest';
import { Arena } from './arena.ts';

test('every copy keeps its bytes, whatever is copied after it or done to the original', () => {
  const lengths = fc.oneof(fc.constantFrom(0, 1, 4095, 4096, 4097, 16384, 16385), fc.nat(300));
  fc.assert(
    fc.property(fc.array(lengths, { maxLength: 80 }), (sizes) => {
      const arena = new Arena();
      const copies = sizes.map((size, i) => {
        const original = new Uint8Array(size).fill(i + 1);
        const copy = arena.copy(original);
        original.fill(255);
        return copy;
      });
      copies.forEach((copy, i) => {
        expect(copy.length).toBe(sizes[i]);
        expect(copy.every((byte) => byte === i + 1)).toBe(true);
      });
    }),
  );
});

test('small pieces share memory; a large one does not leave a chunk half empty', () => {
  const arena = new Arena();
  const [a, large, b] = [
    arena.copy(new Uint8Array(10)),
    arena.copy(new Uint8Array(5000)),
    arena.copy(new Uint8Array(10)),
  ];
  expect(a.buffer).toBe(b.buffer);
  expect([large.buffer === a.buffer, large.buffer.byteLength]).toEqual([false, 5000]);
});
