import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { nodeId } from '../core/base/ids.ts';
import { ClockBounds } from './clock-bounds.ts';
import { ClockModel, drawClock } from './clock-model.ts';

const clocks = fc.record({
  rateErrorPpmMax: fc.constantFrom(0, 1, 300, 20_000, 50_000),
  wallOffsetUsMax: fc.constantFrom(0, 1, 500_000),
  seed: fc.nat(),
});
const time = fc.oneof(fc.nat(1000), fc.nat(), fc.integer({ min: 0, max: 1e13 }));

test('virtualAt is the first virtual time at which the clock shows the given one', () => {
  fc.assert(
    fc.property(clocks, time, ({ seed, ...config }, monotonicUs) => {
      const clock = new ClockModel(drawClock(config, seed, nodeId(1)));
      const virtualUs = clock.virtualAt(monotonicUs);
      expect(Number.isInteger(virtualUs)).toBe(true);
      expect(clock.read(virtualUs).monotonicUs).toBeGreaterThanOrEqual(monotonicUs);
      if (virtualUs > 0) expect(clock.read(virtualUs - 1).monotonicUs).toBeLessThan(monotonicUs);
    }),
  );
});

test('the monotonic clock keeps to the bound of its rate and never goes back; only the wall clock has an offset', () => {
  fc.assert(
    fc.property(clocks, time, fc.nat(1000), ({ seed, ...config }, virtualUs, laterUs) => {
      const clock = new ClockModel(drawClock(config, seed, nodeId(1)));
      const { monotonicUs, wallUs } = clock.read(virtualUs);
      expect(Math.abs(monotonicUs - virtualUs)).toBeLessThanOrEqual((virtualUs * config.rateErrorPpmMax) / 1e6 + 1);
      expect(Math.abs(wallUs - monotonicUs)).toBeLessThanOrEqual(config.wallOffsetUsMax);
      expect(wallUs).toBeGreaterThanOrEqual(0);
      expect(clock.read(virtualUs + laterUs).monotonicUs).toBeGreaterThanOrEqual(monotonicUs);
    }),
  );
});

test('nodes differ in rate and in offset, boots of one node do not', () => {
  const config = { rateErrorPpmMax: 20_000, wallOffsetUsMax: 500_000 };
  const read = (node: number) => new ClockModel(drawClock(config, 7, nodeId(node))).read(10_000_000);
  expect(read(1)).toEqual(read(1));
  expect(read(1).monotonicUs).not.toBe(read(2).monotonicUs);
  expect(read(1).wallUs - read(1).monotonicUs).not.toBe(read(2).wallUs - read(2).monotonicUs);
});

const changes = fc.array(
  fc.record(
    {
      afterUs: fc.nat(1e9),
      offsetUs: fc.integer({ min: -1e9, max: 1e9 }),
      ratePpm: fc.integer({ min: -50_000, max: 50_000 }),
    },
    { requiredKeys: ['afterUs'] },
  ),
  { minLength: 1, maxLength: 6 },
);

describe('clocks that are set while they run', () => {
  test('the monotonic one goes on from where it is, at its new rate; the wall clock is as wrong as was said', () => {
    fc.assert(
      fc.property(clocks, changes, fc.nat(1e7), ({ seed, ...config }, list, laterUs) => {
        let clock = new ClockModel(drawClock(config, seed, nodeId(1)));
        let nowUs = 0;
        for (const { afterUs, ...change } of list) {
          nowUs += afterUs;
          const before = clock.read(nowUs);
          const { offsetUs: wasOff } = clock.errorAt(nowUs);
          clock = clock.changedAt(nowUs, change);
          expect(clock.read(nowUs).monotonicUs).toBe(before.monotonicUs);
          expect(clock.errorAt(nowUs).offsetUs).toBe(change.offsetUs ?? wasOff);
          expect(clock.read(nowUs).wallUs).toBe(Math.max(0, nowUs + (change.offsetUs ?? wasOff)));
          const passedUs = clock.read(nowUs + laterUs).monotonicUs - before.monotonicUs;
          const rate = 1 + clock.setting.ratePpm / 1e6;
          expect(Math.abs(passedUs - laterUs * rate)).toBeLessThanOrEqual(1);
          if (change.ratePpm !== undefined) expect(clock.setting.ratePpm).toBe(change.ratePpm);
        }
      }),
    );
  });

  test('virtualAt is still the first time at which the clock shows what is asked for', () => {
    fc.assert(
      fc.property(clocks, changes, fc.nat(1e9), ({ seed, ...config }, list, aheadUs) => {
        let clock = new ClockModel(drawClock(config, seed, nodeId(1)));
        let nowUs = 0;
        for (const { afterUs, ...change } of list) {
          nowUs += afterUs;
          clock = clock.changedAt(nowUs, change);
        }
        const wantedUs = clock.read(nowUs).monotonicUs + aheadUs;
        const virtualUs = clock.virtualAt(wantedUs);
        expect(clock.read(virtualUs).monotonicUs).toBeGreaterThanOrEqual(wantedUs);
        if (virtualUs > nowUs) expect(clock.read(virtualUs - 1).monotonicUs).toBeLessThan(wantedUs);
      }),
    );
  });

  test('bounds that include what was ordered hold for what every clock shows, and has shown', () => {
    fc.assert(
      fc.property(clocks, changes, fc.nat(1e7), ({ seed, ...config }, list, laterUs) => {
        const bounds = new ClockBounds(config);
        for (const change of list) bounds.include(change);
        let clock = new ClockModel(drawClock(config, seed, nodeId(1)));
        let nowUs = 0;
        for (const { afterUs, ...change } of list) {
          nowUs += afterUs;
          clock = clock.changedAt(nowUs, change);
          for (const atUs of [nowUs, nowUs + Math.min(laterUs, afterUs)]) {
            const { least, most } = bounds.stampAt(atUs);
            const { wallUs } = clock.read(atUs);
            expect(wallUs).toBeGreaterThanOrEqual(least);
            expect(wallUs).toBeLessThanOrEqual(Math.max(0, most));
          }
        }
      }),
    );
  });
});
