import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { exp, ln } from './transcendental.ts';

const relative = (got: number, wanted: number): number => Math.abs(got - wanted) / Math.max(Math.abs(wanted), 1e-300);

describe('ln and exp', () => {
  test('known values', () => {
    expect(ln(1)).toBe(0);
    expect(exp(0)).toBe(1);
    expect(ln(10)).toBe(Math.LN10);
    expect(ln(2)).toBe(Math.LN2);
    expect(relative(exp(1), Math.E)).toBeLessThan(1e-15);
    expect(ln(2 ** -1022)).toBe(-708.3964185322641);
    expect(exp(-709)).toBe(0);
  });

  test('agree with the engine to 1e-15, over all magnitudes', () => {
    const magnitudes = fc.record({
      m: fc.double({ min: 1, max: 2, noNaN: true }),
      e: fc.integer({ min: -1000, max: 1000 }),
    });
    fc.assert(
      fc.property(magnitudes, ({ m, e }) => {
        const x = m * 2 ** e;
        // Near 1 the logarithm is near 0: there the error is a part of x.
        expect(Math.abs(ln(x) - Math.log(x)) / Math.max(1, Math.abs(Math.log(x)))).toBeLessThan(1e-15);
      }),
    );
    fc.assert(
      fc.property(fc.double({ min: -700, max: 700, noNaN: true }), (x) => {
        expect(relative(exp(x), Math.exp(x))).toBeLessThan(1e-15);
      }),
    );
  });

  test('bits that every engine must give', () => {
    expect([ln(3), ln(0.3), exp(0.5), exp(-20)]).toEqual([
      1.0986122886681098, -1.2039728043259361, 1.6487212707001282, 2.061153622438558e-9,
    ]);
  });

  test.each([0, -1, Number.POSITIVE_INFINITY, Number.NaN])('ln refuses %d', (x) => {
    expect(() => ln(x)).toThrow('normal positive');
  });
});
