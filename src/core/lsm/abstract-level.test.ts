import { expect, test } from 'vitest';
import { MemoryDisk } from './testing/memory-disk.ts';
import { runSuite } from './testing/run-suite.ts';
import { TINY } from './testing/store.ts';

const LONG = process.env.RINGSIDE_LONG === '1';

test.each(LONG ? (['nothing', 'flush', 'compact', 'reopen'] as const) : (['reopen'] as const))(
  'the abstract-level suite passes, with snapshots, where after every write comes: %s',
  async (afterWrite) => {
    const result = await runSuite(async () => new MemoryDisk(), afterWrite, TINY);
    expect(result).toMatchObject({ failed: [], skipped: [] });
    // As many as the suite has for a store with these features; fewer would mean that it ended early.
    expect(result.tests).toBeGreaterThan(1400);
    expect(result.assertions).toBeGreaterThan(4500);
  },
  5 * 60_000,
);
