import suite from 'abstract-level/test/index.js';
import tape, { type Row } from 'tape';
import type { BlockStore } from '../../../sim/block-store.ts';
import type { LsmOptions } from '../lsm-engine.ts';
import { type AfterWrite, LsmLevel } from './lsm-level.ts';

export interface SuiteResult {
  readonly tests: number;
  readonly assertions: number;
  /** One line for each assertion that did not hold. */
  readonly failed: readonly string[];
  readonly skipped: readonly string[];
}

/** Runs the public test suite of abstract-level to its end. `disk` makes an empty one each time. */
export async function runSuite(
  disk: () => Promise<BlockStore>,
  afterWrite: AfterWrite,
  lsmOptions: LsmOptions,
): Promise<SuiteResult> {
  const harness = tape.createHarness();
  const rows: Row[] = [];
  // Before the tests: it tells of those that are registered after it.
  const stream = harness.createStream({ objectMode: true });
  suite({ test: harness, factory: (options) => new LsmLevel(disk, afterWrite, lsmOptions, options) });
  await new Promise<void>((resolve) => void stream.on('data', (row) => rows.push(row)).on('end', resolve));
  const names = new Map(rows.filter((row) => row.type === 'test').map((row) => [row.id, row.name ?? '']));
  const assertions = rows.filter((row) => row.type === 'assert');
  const isLeftOut = ({ skip, todo }: Row): boolean => (skip ?? false) !== false || (todo ?? false) !== false;
  const lineOf = (row: Row): string =>
    `${names.get(row.test)}: ${row.name} (${String(row.actual)} for ${String(row.expected)})`;
  return {
    tests: names.size,
    assertions: assertions.length,
    failed: assertions.filter((row) => row.ok !== true).map(lineOf),
    skipped: rows.filter(isLeftOut).map((row) => row.name ?? ''),
  };
}
