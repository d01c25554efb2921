import fc from 'fast-check';
import { expect, test } from 'vitest';
import { ClockModel } from './clock-model.ts';

const clocks = fc.record({
  rateErrorPpmMax: fc.constantFrom(0, 1, 300, 20_000, 50_000),
  wallOffsetUsMax: fc.constantFrom(0, 1, 500_000),
  seed: fc.nat(),
});
const time = fc.oneof(fc.nat(1000), fc.nat(), fc.integer({ min: 0, max: 1e13 }));

test('virtualAt is the first virtual time at which the clock shows the given one', () => {
  fc.assert(
    fc.property(clocks, time, ({ seed, ...config }, monotonicUs) => {
      const clock = new ClockModel(config, seed, 'n1');
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
      const clock = new ClockModel(config, seed, 'n1');
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
  const read = (node: string) => new ClockModel(config, 7, node).read(10_000_000);
  expect(read('n1')).toEqual(read('n1'));
  expect(read('n1').monotonicUs).not.toBe(read('n2').monotonicUs);
  expect(read('n1').wallUs - read('n1').monotonicUs).not.toBe(read('n2').wallUs - read('n2').monotonicUs);
});
