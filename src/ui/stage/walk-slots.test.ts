import fc from 'fast-check';
import { expect, test } from 'vitest';
import { walkSlots } from './walk-slots.ts';

const NOTHING = { from: 5, to: 5 };

test('points that lie far enough apart stay where they are', () => {
  expect(walkSlots([0.1, 0.2, 0.5], 0.02, NOTHING)).toEqual([0.1, 0.2, 0.5]);
});

test('a crowd spreads backwards from its last point', () => {
  const slots = walkSlots([0.5, 0.501, 0.502], 0.02, NOTHING);
  expect(slots.map((slot) => slot.toFixed(3))).toEqual(['0.462', '0.482', '0.502']);
});

test('what is taken is passed by, on the side that the walk comes from; points behind it stay there', () => {
  const taken = { from: 0.5, to: 0.6 };
  expect(walkSlots([0.49, 0.55], 0.02, taken).map((slot) => slot.toFixed(2))).toEqual(['0.47', '0.49']);
  expect(walkSlots([0.45, 0.7], 0.02, taken)).toEqual([0.45, 0.7]);
});

test('slots never lie on each other or on what is taken, in the order of the walk, however many there are', () => {
  const cases = fc.tuple(
    fc.array(fc.double({ min: 0, max: 1.2, noNaN: true }), { minLength: 1, maxLength: 60 }),
    fc.double({ min: 0, max: 1, noNaN: true }),
  );
  fc.assert(
    fc.property(cases, ([points, key]) => {
      const turns = [...points].sort((a, b) => a - b);
      const taken = { from: key - 0.03, to: key + 0.03 };
      const slot = Math.min(0.02, 0.45 / turns.length);
      const slots = walkSlots(turns, 0.02, taken);
      expect(slots).toHaveLength(turns.length);
      for (const [i, middle] of slots.entries()) {
        if (i > 0) expect(middle - (slots[i - 1] ?? 0)).toBeGreaterThan(slot - 1e-9);
        expect(middle <= taken.from - slot / 2 + 1e-9 || middle >= taken.to + slot / 2 - 1e-9).toBe(true);
        expect(middle).toBeLessThanOrEqual(turns[i] ?? 0);
      }
    }),
  );
});
