import { assert } from './assert.ts';

// `Math.log` and `Math.exp` differ in the last bit between engines; these are made of exact operations only, so that they do not. The reductions are
// fdlibm's; the series are cut where the next term is below half a unit in the last place. Errors are a few units in the last place.

/** ln 2 in two parts: k × the first is exact for every exponent k. */
const LN2_HIGH = 6.931471803691238e-1;
const LN2_LOW = 1.9082149292705877e-10;
const SERIES_TERMS = 12;
const EXP_TERMS = 14;

const scratch = new DataView(new ArrayBuffer(8));

/** Natural logarithm of a normal positive number. */
export function ln(x: number): number {
  assert(x >= 2.2250738585072014e-308 && x < Number.POSITIVE_INFINITY, 'ln is of a normal positive number');
  scratch.setFloat64(0, x);
  const high = scratch.getUint32(0);
  let exponent = (high >>> 20) - 1023;
  scratch.setUint32(0, (high & 0xfffff) | 0x3ff00000);
  let mantissa = scratch.getFloat64(0);
  // x = mantissa × 2^exponent, with the mantissa within a factor √2 of 1.
  if (mantissa > Math.SQRT2) {
    mantissa /= 2;
    exponent++;
  }
  // ln m = 2 atanh s = 2 (s + s³/3 + s⁵/5 …), |s| < 0.172.
  const s = (mantissa - 1) / (mantissa + 1);
  const square = s * s;
  let sum = 0;
  for (let term = SERIES_TERMS; term > 0; term--) sum = (sum + 1 / (2 * term + 1)) * square;
  return exponent * LN2_HIGH + (2 * s * (1 + sum) + exponent * LN2_LOW);
}

/** e^x; 0 below −708, where the result would no longer be a normal number. */
export function exp(x: number): number {
  assert(x <= 709, 'exp is of at most 709');
  if (x < -708) return 0;
  const halvings = Math.round(x / Math.LN2);
  const rest = x - halvings * LN2_HIGH - halvings * LN2_LOW;
  // |rest| ≤ ln 2 / 2.
  let sum = 1;
  for (let term = EXP_TERMS; term > 0; term--) sum = 1 + (sum * rest) / term;
  scratch.setUint32(0, (halvings + 1023) << 20);
  scratch.setUint32(4, 0);
  return sum * scratch.getFloat64(0);
}
