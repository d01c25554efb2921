import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { CONFLICTS, type Conflicts } from './choices.ts';
import { checkedRun, DEEDS, type Deed } from './testing/checked-run.ts';

const LONG = process.env.RINGSIDE_LONG === '1';
const RUNS = LONG ? 1000 : 120;

const deed: fc.Arbitrary<Deed> = fc.record({
  kind: fc.constantFrom(...DEEDS),
  node: fc.integer({ min: 1, max: 5 }),
  other: fc.integer({ min: 1, max: 31 }),
  key: fc.constantFrom('a', 'b'),
  quorum: fc.integer({ min: 1, max: 3 }),
  ms: fc.integer({ min: 0, max: 400 }),
});
const schedule = fc.record({
  seed: fc.nat(),
  isSloppy: fc.boolean(),
  lossPercent: fc.constantFrom(0, 5, 30),
  skewsMs: fc.array(fc.integer({ min: -200, max: 200 }), { minLength: 5, maxLength: 5 }),
  deeds: fc.array(deed, { maxLength: 60, size: 'max' }),
});

describe.each(CONFLICTS)('after any schedule of faults (%s)', (conflicts: Conflicts) => {
  test('replicas come to hold the same within two rounds, nothing acknowledged is lost, nothing deleted returns', () => {
    let acknowledged = 0;
    let purged = 0;
    let hinted = 0;
    let failed = 0;
    fc.assert(
      fc.property(schedule, (each) => {
        const run = checkedRun({ ...each, conflicts });
        acknowledged += run.acknowledged;
        purged += run.purged;
        hinted += run.hintsCounted;
        failed += run.failed + run.unknown;
        expect(run.objections).toEqual([]);
        expect(run.rounds).toBeLessThanOrEqual(2);
      }),
      { numRuns: RUNS },
    );
    // A run in which nothing happens proves nothing.
    for (const count of [acknowledged, purged, hinted, failed]) expect(count).toBeGreaterThan(RUNS / 10);
  }, 300_000);
});

test('a run is a function of its schedule', () => {
  const [each] = fc.sample(schedule, { numRuns: 1, seed: 7 });
  if (each === undefined) throw new Error('one schedule');
  const run = () => JSON.stringify(checkedRun({ ...each, conflicts: 'siblings' }));
  expect(run()).toBe(run());
});
