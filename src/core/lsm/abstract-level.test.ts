import suite from 'abstract-level/test/index.js';
import tape, { type Row } from 'tape';
import { expect, test } from 'vitest';
import { type AfterWrite, LsmLevel } from './testing/lsm-level.ts';
import { MemoryDisk } from './testing/memory-disk.ts';
import { TINY } from './testing/store.ts';

/** Runs the public suite to its end; the rows of all its tests and assertions. */
async function runSuite(afterWrite: AfterWrite): Promise<Row[]> {
  const harness = tape.createHarness();
  const rows: Row[] = [];
  // Before the tests: it tells of those that are registered after it.
  const stream = harness.createStream({ objectMode: true });
  const factory = (options?: object) => new LsmLevel(async () => new MemoryDisk(), afterWrite, TINY, options);
  suite({ test: harness, factory });
  await new Promise<void>((resolve) => void stream.on('data', (row) => rows.push(row)).on('end', resolve));
  return rows;
}

test.each(['nothing', 'flush', 'reopen'] as const)(
  'the abstract-level suite passes, with snapshots, where after every write comes: %s',
  async (afterWrite) => {
    const rows = await runSuite(afterWrite);
    const names = new Map(rows.filter((row) => row.type === 'test').map((row) => [row.id, row.name]));
    const assertions = rows.filter((row) => row.type === 'assert');
    const failed = assertions.filter((row) => row.ok !== true);
    expect(failed.map((row) => `${names.get(row.test)}: ${row.name} (${row.actual} for ${row.expected})`)).toEqual([]);
    expect(rows.filter((row) => (row.skip ?? false) !== false || (row.todo ?? false) !== false)).toEqual([]);
    // As many as the suite has for a store with these features; fewer would mean that it ended early.
    expect(names.size).toBeGreaterThan(1400);
    expect(assertions.length).toBeGreaterThan(4500);
  },
);
