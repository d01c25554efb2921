import type { Micros } from '../base/ids.ts';
import { exp, ln } from '../base/transcendental.ts';
import type { PhiFormula } from './options.ts';

/** How regularly heartbeats of a node came. */
export interface ArrivalStatistics {
  readonly meanUs: Micros;
  readonly deviationUs: Micros;
}

/**
 * φ = −log₁₀ of the chance that a heartbeat is still to come after a silence of `silentUs`: φ 1 is wrong one time in ten, φ 8 one in a hundred
 * million, if intervals are distributed as the formula says.
 */
export function phiOf(formula: PhiFormula, silentUs: Micros, arrivals: ArrivalStatistics): number {
  const silent = Math.max(0, silentUs);
  return formula === 'normal' ? normalPhi(silent, arrivals) : silent / (arrivals.meanUs * Math.LN10);
}

/** The silence after which φ has grown to `phi`; of the normal distribution to a microsecond. */
export function silenceOf(formula: PhiFormula, phi: number, arrivals: ArrivalStatistics): Micros {
  if (formula === 'exponential') return phi * Math.LN10 * arrivals.meanUs;
  let low = 0;
  let high = arrivals.meanUs + arrivals.deviationUs;
  while (normalPhi(high, arrivals) < phi) high *= 2;
  while (high - low > 1) {
    const middle = (low + high) / 2;
    if (normalPhi(middle, arrivals) < phi) low = middle;
    else high = middle;
  }
  return high;
}

/** −log₁₀ of the upper tail of the normal distribution. */
function normalPhi(silentUs: Micros, { meanUs, deviationUs }: ArrivalStatistics): number {
  const z = (silentUs - meanUs) / (deviationUs * Math.SQRT2);
  // Below the mean ½ erfc(z) = 1 − ½ erfc(−z).
  const tail = z >= 0 ? Math.LN2 - lnErfc(z) : -ln(1 - exp(lnErfc(-z)) / 2);
  // The approximation may exceed 1 by its error.
  return Math.max(0, tail / Math.LN10);
}

/** Numerical Recipes §6.2, erfc's Chebyshev fit (error of erfc < 1.2e-7 of it everywhere): of its logarithm, so that far tails do not vanish. */
const ERFC_FIT = [
  -1.26551223, 1.00002368, 0.37409196, 0.09678418, -0.18628806, 0.27886807, -1.13520398, 1.48851587, -0.82215223,
  0.17087277,
];

/** @param z not negative */
function lnErfc(z: number): number {
  const t = 1 / (1 + z / 2);
  const fit = ERFC_FIT.reduceRight((sum, coefficient) => sum * t + coefficient, 0);
  return ln(t) - z * z + fit;
}
