import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { nodeId } from '../base/ids.ts';
import type { ClockMode } from './choices.ts';
import { HybridClock } from './hybrid-clock.ts';
import { compareStamps, LOGICAL_MAX, NO_STAMP, type Stamp } from './stamp.ts';

const AHEAD = 500;
const clock = (node = 1, boundUs = 0, mode: ClockMode = 'hybrid') =>
  new HybridClock({ node: nodeId(node), mode, clockAheadMaxUs: AHEAD, boundStepUs: 100 }, boundUs);
const stamp = (wallUs: number, logical = 0, node = 2): Stamp => ({ wallUs, logical, node: nodeId(node) });

/** What happens to one clock: its node's wall clock jumps, it stamps, or it hears of a stamp. */
const happenings = fc.array(
  fc.record({
    wallUs: fc.integer({ min: 0, max: 2000 }),
    heard: fc.option(fc.record({ wallUs: fc.integer({ min: 0, max: 3000 }), logical: fc.nat(5) }), { nil: undefined }),
  }),
);

describe('a hybrid clock', () => {
  test('follows the wall clock while that moves on, and counts while it does not', () => {
    const one = clock();
    expect([one.now(10), one.now(10), one.now(9), one.now(11)]).toEqual([
      stamp(10, 0, 1),
      stamp(10, 1, 1),
      stamp(10, 2, 1),
      stamp(11, 0, 1),
    ]);
  });

  test('stamps later than all that it gave out or observed, whatever the wall clock does', () => {
    fc.assert(
      fc.property(happenings, (all) => {
        const one = clock();
        let latest = NO_STAMP;
        for (const { wallUs, heard } of all) {
          if (heard !== undefined) {
            const told = { ...heard, node: nodeId(9) };
            if (one.observe(wallUs, told) === undefined && compareStamps(told, latest) > 0) latest = told;
          }
          const made = one.now(wallUs);
          expect(compareStamps(made, latest)).toBeGreaterThan(0);
          expect(made.wallUs).toBeGreaterThanOrEqual(wallUs);
          expect(made.wallUs).toBeLessThan(one.boundUs);
          latest = made;
        }
      }),
    );
  });

  test('is never further ahead of the wall clocks than one of them, or than what it lets pass', () => {
    const one = clock();
    one.observe(1000, stamp(1500));
    expect(one.now(1000).wallUs).toBe(1500);
    expect(one.timeUs(1000)).toBe(1500);
    expect(one.timeUs(1600)).toBe(1600);
  });

  test('refuses a stamp that is too far ahead, says how far, and is as it was', () => {
    const one = clock();
    expect(one.observe(1000, stamp(1501))).toEqual({ code: 'ClockAhead', aheadUs: 501, maxUs: AHEAD });
    expect(one.now(1000)).toEqual(stamp(1000, 0, 1));
    expect(one.observe(1001, stamp(1501))).toBeUndefined();
  });

  test('goes on behind what an earlier life may have given out, although its wall clock was set back', () => {
    fc.assert(
      fc.property(happenings, fc.integer({ min: 0, max: 2000 }), (all, wallUs) => {
        const one = clock();
        const made = all.map((each) => one.now(each.wallUs));
        const next = clock(1, one.boundUs).now(wallUs);
        for (const earlier of made) expect(compareStamps(next, earlier)).toBeGreaterThan(0);
      }),
    );
  });

  test('borrows a microsecond where the counter is full', () => {
    const one = clock();
    one.observe(5, stamp(5, LOGICAL_MAX));
    expect(one.now(5)).toEqual(stamp(6, 0, 1));
  });

  test('that shows the wall clock alone goes back with it, and believes everything and nobody', () => {
    const one = clock(1, 0, 'wall');
    expect(one.observe(1000, stamp(900_000))).toBeUndefined();
    expect([one.now(1000), one.now(1000), one.now(400)]).toEqual([
      stamp(1000, 0, 1),
      stamp(1000, 1, 1),
      stamp(400, 0, 1),
    ]);
    expect(one.timeUs(300)).toBe(300);
    one.configure({ mode: 'hybrid' });
    expect(one.now(300).wallUs).toBe(1000);
  });
});
