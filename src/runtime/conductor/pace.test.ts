import { describe, expect, test } from 'vitest';
import { TURN_MS_MAX } from '../protocol/limits.ts';
import { Pace } from './pace.ts';

describe('Pace', () => {
  test('virtual time is wall time times speed, and fractions add up', () => {
    const pace = new Pace(1 / 40);
    pace.rest(1_000_000);
    let nowUs = 1_000_000;
    for (let ms = 0; ms <= 1000; ms += 0.5) nowUs = pace.advance(ms, nowUs) ?? 0;
    expect(Math.abs(nowUs - 1_025_000)).toBeLessThanOrEqual(1);
  });

  test('a gap on the wall never becomes a gap in virtual time', () => {
    const pace = new Pace(1);
    pace.rest(0);
    pace.advance(0, 0);
    expect(pace.advance(60_000, 0)).toBe(TURN_MS_MAX * 1000);
    pace.rest(5_000);
    expect(pace.advance(120_000, 5_000)).toBe(5_000);
  });

  test('a clock that goes back moves nothing', () => {
    const pace = new Pace(1);
    pace.rest(0);
    pace.advance(100, 0);
    expect(pace.advance(50, 0)).toBe(0);
  });

  test('what a slow machine owes is forgiven', () => {
    const pace = new Pace(10);
    pace.rest(0);
    // Wall time passes, no event gets done.
    for (let ms = 0; ms <= 10_000; ms += 10) pace.advance(ms, 0);
    expect(pace.advance(10_010, 0)).toBeLessThanOrEqual(50 * 10 * 1000);
  });

  test('says how long to wait; at max, never', () => {
    const pace = new Pace(0.5);
    pace.rest(1000);
    pace.advance(0, 1000);
    expect(pace.msUntil(2000)).toBe(2);
    expect(pace.msUntil(500)).toBe(0);
    pace.speed = 'max';
    expect(pace.advance(5, 1000)).toBeUndefined();
    expect(pace.msUntil(9e9)).toBe(0);
  });
});
