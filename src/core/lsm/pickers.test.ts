import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { BlockCache } from './block-cache.ts';
import { BloomFilter } from './bloom-filter.ts';
import { type CompactionOptions, levelBytesTarget } from './compaction-options.ts';
import type { CompactionPlan } from './compaction-plan.ts';
import { overlaps, rangeOf } from './key-range.ts';
import { LEVELS } from './levels.ts';
import { pickFifo } from './pick-fifo.ts';
import { levelScore, pickLeveled, planLevel } from './pick-leveled.ts';
import { pickUniversal, sortedRuns } from './pick-universal.ts';
import { SSTable } from './sstable.ts';
import { key } from './testing/bytes.ts';
import { Version } from './version.ts';

const OPTIONS: CompactionOptions = {
  l0CompactionTrigger: 4,
  l0SlowdownTrigger: 8,
  l0StopTrigger: 12,
  levelBytesBase: 1000,
  levelBytesRatio: 4,
  tableBytesMax: 300,
};
const cache = new BlockCache(0);
const at = (n: number) => key(String(1000 + n));

/** Without blocks: a picker looks at metas alone. */
function table(fileNumber: number, from: number, to: number, dataBytes: number, sequence: number): SSTable {
  const bloom = new BloomFilter(new Uint8Array(8), 1);
  const keys = { smallestKey: at(from), largestKey: at(to) };
  const sequences = { smallestSequence: sequence, largestSequence: sequence + 9 };
  const rest = { entries: 10, tombstones: 0, extents: 1, createdUs: 0, bloom, index: [] };
  return new SSTable({ fileNumber, dataBytes, ...keys, ...sequences, ...rest }, cache);
}

/** L0 tables anywhere; deeper ones disjoint, from widths and gaps. */
const anyVersion = fc
  .record({
    l0: fc.array(fc.record({ from: fc.nat(80), width: fc.nat(19), bytes: fc.integer({ min: 1, max: 500 }) }), {
      maxLength: 9,
    }),
    deeper: fc.array(
      fc.array(
        fc.record({ gap: fc.integer({ min: 1, max: 6 }), width: fc.nat(9), bytes: fc.integer({ min: 1, max: 600 }) }),
        { maxLength: 8 },
      ),
      { minLength: LEVELS - 1, maxLength: LEVELS - 1 },
    ),
  })
  .map(({ l0, deeper }) => {
    let number = 0;
    const added = l0.map(({ from, width, bytes }) => {
      number++;
      return { level: 0, table: table(number, from, from + width, bytes, 10_000 + number * 10) };
    });
    for (const [i, tables] of deeper.entries()) {
      let end = 0;
      for (const { gap, width, bytes } of tables) {
        const from = end + gap;
        end = from + width;
        added.push({ level: i + 1, table: table(++number, from, end, bytes, 1) });
      }
    }
    return Version.empty.with(added, []);
  });

const tablesIn = (plan: CompactionPlan, level: number): SSTable[] =>
  plan.inputs.filter((input) => input.level === level).map((input) => input.table);

/** Nothing that stays behind in level or output level overlaps what goes, so that of two versions the newer stays above. */
function checkLeveled(version: Version, plan: CompactionPlan): void {
  const range = rangeOf(plan.inputs.map((input) => input.table));
  if (range === undefined) throw new Error('a plan has inputs');
  const own = tablesIn(plan, plan.level);
  const below = tablesIn(plan, plan.outputLevel);
  expect(plan.outputLevel).toBe(plan.level + 1);
  for (const left of version.levels[plan.outputLevel] ?? [])
    if (!below.includes(left)) expect(overlaps(left, range)).toBe(false);
  const ownRange = rangeOf(own);
  for (const left of version.levels[0] ?? [])
    if (plan.level === 0 && !own.includes(left) && ownRange !== undefined) expect(overlaps(left, ownRange)).toBe(false);
  for (const each of version.levels[plan.outputLevel + 1] ?? [])
    expect(plan.grandparents.includes(each)).toBe(overlaps(each, range));
  if (plan.kind === 'move') expect([own.length, below.length]).toEqual([1, 0]);
}

describe('leveled', () => {
  test('bug 16: picks exactly when a score says so, the highest, and never splits what overlaps', () => {
    fc.assert(
      fc.property(anyVersion, fc.option(fc.nat(60), { nil: undefined }), (version, pointer) => {
        const scores = Array.from({ length: LEVELS - 1 }, (_, level) => levelScore(version, OPTIONS, level));
        const plan = pickLeveled(version, OPTIONS, () => (pointer === undefined ? undefined : at(pointer)));
        expect(plan !== undefined).toBe(Math.max(...scores) >= 1);
        if (plan === undefined) return;
        expect(scores[plan.level]).toBe(Math.max(...scores));
        checkLeveled(version, plan);
      }),
      { numRuns: 500 },
    );
  });

  test('bug 15: a whole level asked for is taken whole, with all that it overlaps', () => {
    fc.assert(
      fc.property(anyVersion, fc.nat(LEVELS - 2), (version, level) => {
        const tables = version.levels[level] ?? [];
        if (tables.length === 0) return;
        const plan = planLevel(version, OPTIONS, level, tables, 'manual');
        expect(new Set(tablesIn(plan, level))).toEqual(new Set(tables));
        checkLeveled(version, plan);
      }),
    );
  });

  test('targets grow by the ratio; the first level counts tables, the last takes all', () => {
    const targets = Array.from({ length: LEVELS }, (_, level) => levelBytesTarget('leveled', OPTIONS, level));
    expect(targets).toEqual([undefined, 1000, 4000, 16000, 64000, 256000, undefined]);
    expect(levelBytesTarget('universal', OPTIONS, 1)).toBeUndefined();
  });
});

describe('fifo', () => {
  const states = ['live', 'dead', 'own rows', undefined] as const;
  test('takes the oldest table in which nothing lives, in L0 with its neighbours of which the same is known, and never another', () => {
    fc.assert(
      fc.property(anyVersion, fc.infiniteStream(fc.constantFrom(...states)), (version, drawn) => {
        const known = new Map(version.tables.map((each) => [each, drawn.next().value] as const));
        const of = (each: SSTable) => known.get(each);
        const plan = pickFifo(version, { of }, 2);
        const oldestFirst = version.tables.toReversed();
        const oldest = oldestFirst.find((each) => of(each) === 'dead');
        expect(plan !== undefined).toBe(oldest !== undefined && oldestFirst.length >= 2);
        if (plan === undefined || oldest === undefined) return;
        const inputs = plan.inputs.map((input) => input.table);
        expect(inputs).toContain(oldest);
        for (const each of inputs) expect(['dead', 'own rows']).toContain(of(each));
        expect(plan.outputLevel).toBe(plan.level);
        if (plan.level > 0) expect(inputs).toEqual([oldest]);
        if (plan.level > 0) return;
        // What follows in age, whole: the newest first, as the merge expects them.
        const l0 = version.levels[0] ?? [];
        const at = l0.indexOf(inputs[0] as SSTable);
        expect(l0.slice(at, at + inputs.length)).toEqual(inputs);
        for (const next of [l0[at - 1], l0[at + inputs.length]])
          if (next !== undefined) expect(['live', undefined]).toContain(of(next));
      }),
      { numRuns: 300 },
    );
  });
});

describe('universal', () => {
  test('merges at least two runs that follow each other in age, and puts them where their age belongs', () => {
    fc.assert(
      fc.property(anyVersion, (version) => {
        const runs = sortedRuns(version);
        const plan = pickUniversal(version, OPTIONS);
        if (runs.length < OPTIONS.l0CompactionTrigger) expect(plan).toBeUndefined();
        if (runs.length > OPTIONS.l0CompactionTrigger) expect(plan).toBeDefined();
        if (plan === undefined) return;
        const picked = runs.map((run) =>
          run.tables.every((each) => plan.inputs.some(({ table: t }) => t === each.table)),
        );
        const first = picked.indexOf(true);
        const last = picked.lastIndexOf(true);
        expect(last).toBeGreaterThan(first);
        expect(picked.slice(first, last + 1)).not.toContain(false);
        expect(plan.inputs.length).toBe(runs.slice(first, last + 1).reduce((sum, run) => sum + run.tables.length, 0));
        const older = runs[last + 1];
        const newer = runs[first - 1];
        if (older === undefined) expect(plan.outputLevel).toBe(LEVELS - 1);
        else if (older.level > 0) expect(plan.outputLevel).toBeLessThan(older.level);
        if (newer !== undefined) expect(plan.outputLevel).toBeGreaterThanOrEqual(newer.level);
        const others = (version.levels[plan.outputLevel] ?? []).filter((t) => !plan.inputs.some((i) => i.table === t));
        if (plan.outputLevel > 0) expect(others).toEqual([]);
      }),
      { numRuns: 500 },
    );
  });

  test('merges everything where the newer runs are more than twice the oldest', () => {
    const sizes = [100, 100, 100, 149];
    const of = (oldest: number) =>
      Version.empty.with(
        [...sizes.slice(0, 3), oldest].map((bytes, i) => ({
          level: 0,
          table: table(9 - i, 0, 5, bytes, 1000 - i * 10),
        })),
        [],
      );
    expect(pickUniversal(of(149), OPTIONS)).toMatchObject({ reason: 'space amplification', outputLevel: LEVELS - 1 });
    expect(pickUniversal(of(5000), OPTIONS)).toMatchObject({ reason: 'size ratio', outputLevel: 0 });
  });
});
