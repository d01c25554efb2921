import { expect, test } from 'vitest';
import { statusOf } from './testing/picture.ts';
import { looksAt } from './testing/random-run.ts';

const LONG = process.env.RINGSIDE_LONG === '1';
const RUNS = LONG ? 400 : 3;
const MOMENTS_EACH = 5;

/** Design, section 1: what is drawn equals what the nodes hold. */
test.each(Array.from({ length: RUNS }, (_, i) => i + 1))('seed %i: what is drawn is what the nodes hold', (seed) => {
  let looks = 0;
  for (const { timeUs, shownUs, drawn, held, status, answered } of looksAt(seed, MOMENTS_EACH)) {
    const where = `seed ${seed} at ${timeUs} µs`;
    expect(shownUs, where).toBe(timeUs);
    expect(drawn, where).toEqual(held);
    if (status !== undefined) {
      const { nodes, shards, keys } = statusOf(held);
      expect(status, where).toMatchObject({ nodes, shards, counters: { keys, ...answered } });
    }
    looks++;
  }
  expect(looks).toBe(MOMENTS_EACH);
});
