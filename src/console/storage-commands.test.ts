import { expect, test } from 'vitest';
import type { StorageReport } from '../core/node/storage-report.ts';
import type { CommandResult } from './result.ts';
import { runLine } from './run-line.ts';
import { createSession } from './session.ts';
import { FakeCluster } from './testing/fake-cluster.ts';
import { STORAGE } from './testing/fake-storage.ts';

async function one(line: string, cluster = new FakeCluster()): Promise<CommandResult> {
  const [result] = await runLine(cluster, createSession(), line);
  return result as CommandResult;
}

const withEngine = (change: Partial<StorageReport['engine']>, cluster = new FakeCluster()): FakeCluster => {
  cluster.stores.set(1, { ...STORAGE, engine: { ...STORAGE.engine, ...change } });
  return cluster;
};
const emptied = { levels: STORAGE.engine.levels.map((level) => ({ ...level, tables: [], bytes: 0, score: 0 })) };
const emptyMemTable = { memTable: { ...STORAGE.engine.memTable, entries: 0, keys: 0, bytes: 0 } };

test('SST shows MemTable, levels, tables and what they cost; its value is the report', async () => {
  const { text, value } = await one('SST n1');
  expect(text.split('\n')).toEqual([
    'n1  compaction leveled · log 200 records, 20 KiB',
    'MemTable  3 entries of 2 keys, 90 B of 64 KiB',
    'L0  2 tables, 6.4 KiB',
    '  #9  40 entries, 1 tombstone, 3.2 KiB  s3/a … s3/user:42',
    '  #8  40 entries, 3.2 KiB  s3/a … s3/user:42',
    'L1  1 table, 3.2 KiB of 256 KiB · due for compaction',
    '  #5  40 entries, 3.2 KiB  s3/a … s3/user:42  being merged',
    'written 10 KiB · flushed 9.6 KiB in 3 tables · merged 9.6 KiB into 3.2 KiB in 1 compaction, 80 entries dropped',
    'amplification: write 1.3 · read 4 places · space 3.0',
  ]);
  expect(value).toBe(STORAGE);
  expect((await one('SST n1', withEngine(emptied))).text).toContain('no tables yet');
  expect((await one('SST n1', withEngine({ stall: 'stopped' }))).text).toContain('writes stopped');
});

test.each([
  ['FLUSH n1', { type: 'Flush', node: 1 }, 'n1 flushes 3 entries, 90 B, to level 0 · at 1.234 s'],
  ['COMPACT n1', { type: 'Compact', node: 1, level: undefined }, 'n1 merges its MemTable and 3 tables · at 1.234 s'],
  [
    'COMPACT n1 0',
    { type: 'Compact', node: 1, level: 0 },
    'n1 merges its MemTable and 2 tables into level 1 · at 1.234 s',
  ],
  [
    'SCRUB n1',
    { type: 'Scrub', node: 1 },
    'n1 reads 6 blocks, 9.6 KiB, from its disk; the feed tells what it finds · at 1.234 s',
  ],
  ['COMPACT n1 1', { type: 'Compact', node: 1, level: 1 }, 'n1 merges 1 table into level 2 · at 1.234 s'],
])('%s', async (line, action, text) => {
  const cluster = new FakeCluster();
  expect(await one(line, cluster)).toMatchObject({ ok: true, text });
  expect(cluster.actions).toEqual([action]);
});

test('what there is nothing of is refused with what to do instead, and nothing is asked of the node', async () => {
  const cluster = withEngine({ ...emptied, ...emptyMemTable });
  expect(await one('FLUSH n1', cluster)).toMatchObject({ ok: false, code: 'NothingToDo' });
  expect((await one('SCRUB n1', cluster)).text).toContain('no table yet');
  expect((await one('COMPACT n1', cluster)).text).toContain('no table yet. FLUSH n1');
  expect((await one('COMPACT n1 3')).text).toContain('no table in level 3');
  expect((await one('COMPACT n1', withEngine({ style: 'fifo' }))).text).toContain('CONFIG compaction=leveled');
  expect(await one('COMPACT n1 6')).toMatchObject({ ok: false, code: 'BadArgument' });
  cluster.down.add('n2');
  for (const verb of ['FLUSH', 'COMPACT', 'SCRUB', 'SST'])
    expect(await one(`${verb} n2`, cluster)).toMatchObject({ ok: false, code: 'NotRunning' });
  expect(cluster.actions).toEqual([]);
});

test('a node that runs and tells nothing lacks a part of its engine: that is said, and not that it is down', async () => {
  const cluster = new FakeCluster();
  cluster.storage = async () => undefined;
  for (const verb of ['FLUSH', 'COMPACT', 'SCRUB', 'SST']) {
    const refused = await one(`${verb} n2`, cluster);
    expect(refused).toMatchObject({ ok: false, code: 'NotFetched' });
    expect(refused.text).toContain('Reload the page');
  }
});

test('CONFIG compaction takes a style by name and says what it does', async () => {
  const cluster = new FakeCluster();
  const { text } = await one('CONFIG compaction=fifo', cluster);
  expect(text).toContain('compaction is now fifo · at 1.234 s');
  expect(text).toContain('live data is never dropped');
  expect(cluster.actions).toEqual([{ type: 'Configure', name: 'compaction', value: 2 }]);
  expect((await one('CONFIG')).text).toMatch(/compaction +leveled/);
  expect(await one('CONFIG compaction=levelled')).toMatchObject({ ok: false, code: 'BadOption' });
});
