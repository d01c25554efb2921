import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { phiOf, silenceOf } from './phi.ts';

const SECOND = 1_000_000;
const regular = { meanUs: SECOND, deviationUs: 100_000 };

describe('phi', () => {
  // log10(e) × t / mean; the threshold 8 is 18.4 intervals away.
  test.each([
    [0, 0],
    [1, Math.LOG10E],
    [10, 4.342944819],
    [18.420680744, 8],
  ])('exponential, after %d intervals: %d', (intervals, phi) => {
    expect(phiOf('exponential', intervals * SECOND, regular)).toBeCloseTo(phi, 8);
  });

  // −log10 of the normal distribution's upper tail at z standard deviations (tables: Q(1) = 0.158655, Q(3) = 1.34990e-3, Q(6) = 9.86588e-10 …).
  test.each([
    [-3, 0.000586],
    [0, 0.30103],
    [1, 0.79955],
    [3, 2.8697],
    [6, 9.00588],
    [10, 23.11805],
    [38, 315.53979],
  ])('normal, %d standard deviations from the mean: %d', (z, phi) => {
    expect(phiOf('normal', regular.meanUs + z * regular.deviationUs, regular)).toBeCloseTo(phi, 4);
  });

  test('never falls while a node is silent, and is 0 or more', () => {
    const arrivals = fc.record({
      meanUs: fc.integer({ min: 1, max: 1e7 }),
      deviationUs: fc.integer({ min: 1, max: 1e7 }),
    });
    const formula = fc.constantFrom('exponential' as const, 'normal' as const);
    fc.assert(
      fc.property(formula, arrivals, fc.nat(1e8), fc.nat(1e8), (name, statistics, a, b) => {
        const [early, late] = [phiOf(name, Math.min(a, b), statistics), phiOf(name, Math.max(a, b), statistics)];
        expect(early).toBeGreaterThanOrEqual(0);
        // The fit of erfc errs by 1.2e-7 of it.
        expect(late).toBeGreaterThanOrEqual(early - 1e-6);
      }),
    );
  });

  test.each(['exponential', 'normal'] as const)('%s: the silence that makes a phi gives it back', (formula) => {
    for (const phi of [1, 5, 8, 12, 30])
      expect(phiOf(formula, silenceOf(formula, phi, regular), regular)).toBeCloseTo(phi, 3);
  });
});
