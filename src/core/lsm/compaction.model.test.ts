import fc from 'fast-check';
import { expect, test } from 'vitest';
import { COMPACTION_STYLES } from './compaction-style.ts';
import { CompactionModel, type Step } from './testing/compaction-model.ts';
import { TINY } from './testing/store.ts';

/** Few, so that they meet again in every level. */
const NAMES = ['', '\0', 'a', 'aa', 'ab', 'ab\0', 'b', 'é', 'キー', '🔑', 'z'.repeat(70), 'zz'];

const name = fc.constantFrom(...NAMES);
const back = fc.oneof({ weight: 3, arbitrary: fc.constant(0) }, fc.integer({ min: 0, max: 40 }));
const value = fc.option(
  fc.string({ maxLength: 90 }).map((s) => s.replaceAll('=', '')),
  { nil: undefined },
);
const is = <T extends Step['type']>(type: T) => fc.constant(type);
const step: fc.Arbitrary<Step> = fc.oneof(
  {
    weight: 7,
    arbitrary: fc.record({ type: is('write'), ops: fc.array(fc.record({ name, value }), { maxLength: 6 }) }),
  },
  { weight: 4, arbitrary: fc.record({ type: is('get'), name, back }) },
  { weight: 2, arbitrary: fc.record({ type: is('scan'), from: name, to: name, limit: fc.nat({ max: 8 }), back }) },
  { weight: 4, arbitrary: fc.record({ type: is('flush'), back }) },
  {
    weight: 3,
    arbitrary: fc.record({ type: is('compact'), back, level: fc.option(fc.nat({ max: 3 }), { nil: undefined }) }),
  },
  { weight: 10, arbitrary: fc.record({ type: is('work'), times: fc.integer({ min: 1, max: 12 }) }) },
  { weight: 1, arbitrary: fc.record({ type: is('style'), style: fc.constantFrom(...COMPACTION_STYLES) }) },
  { weight: 1, arbitrary: fc.record({ type: is('reopen') }) },
);
const steps = fc.array(step, { minLength: 20, maxLength: 200, size: 'max' });

test('whatever is merged when, the engine answers as a list would, and so it does after any crash', () => {
  let compactions = 0;
  fc.assert(
    fc.property(steps, (list) => {
      const model = new CompactionModel({ ...TINY, l0CompactionTrigger: 2, levelBytesBase: 300 });
      for (const each of list) model.run(each);
      model.checkCrashes(3);
      compactions += model.compactions;
    }),
    { numRuns: 150 },
  );
  expect(compactions).toBeGreaterThan(100);
});

test('the same in fifo alone, where tables go and nothing that lives may go with them', () => {
  let tablesGone = 0;
  fc.assert(
    fc.property(steps, (list) => {
      const model = new CompactionModel({ ...TINY, l0CompactionTrigger: 2 }, 'fifo');
      for (const each of list) model.run(each);
      model.checkCrashes(3);
      tablesGone += model.tablesGone;
    }),
    { numRuns: 100 },
  );
  expect(tablesGone).toBeGreaterThan(20);
});

test('the same steps give the same answers whatever the options', () => {
  const variants = COMPACTION_STYLES.flatMap((style) =>
    [1024, 65536].flatMap((memTableBytesMax) =>
      [64, 4096].flatMap((blockBytes) =>
        [2, 4].flatMap((l0CompactionTrigger) =>
          [0, 8 * 1024 * 1024].map((blockCacheBytes) => ({
            style,
            options: { ...TINY, memTableBytesMax, blockBytes, l0CompactionTrigger, blockCacheBytes },
          })),
        ),
      ),
    ),
  );
  expect(variants.length).toBe(48);
  fc.assert(
    fc.property(steps, (list) => {
      const answersOf = ({ style, options }: (typeof variants)[number]): string => {
        const model = new CompactionModel(options, style);
        for (const each of list) model.run(withoutSnapshots(each));
        return JSON.stringify(model.answers);
      };
      const [first, ...others] = variants.map(answersOf);
      for (const other of others) expect(other).toBe(first);
    }),
    { numRuns: 12 },
  );
});

/** How far back a read may go depends on when flushes and compactions began, and so on the options. */
const withoutSnapshots = (each: Step): Step => ('back' in each ? { ...each, back: 0 } : each);
