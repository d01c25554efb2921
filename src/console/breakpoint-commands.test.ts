import { expect, test } from 'vitest';
import { encodeUtf8 } from '../core/base/utf8.ts';
import type { CommandResult } from './result.ts';
import { runLine } from './run-line.ts';
import { createSession } from './session.ts';
import { FakeCluster } from './testing/fake-cluster.ts';

async function one(line: string, cluster: FakeCluster): Promise<CommandResult> {
  const results = await runLine(cluster, createSession(), line);
  return results[0] as CommandResult;
}

test('PAUSE when= sets a breakpoint and leaves time as it is', async () => {
  const cluster = new FakeCluster();
  expect(await one('pause when=Leader shard=s3', cluster)).toEqual({
    ok: true,
    text: 'Breakpoint 1: time will stop when=leader shard=s3. PLAY goes on from there; BREAKPOINTS remove=1 takes it away',
    value: 1,
  });
  await one('PAUSE when=write key="user 42"', cluster);
  await one('PAUSE when=rolechanged node=n2', cluster);
  expect(cluster.stops.map(({ condition }) => condition)).toEqual([
    { when: 'leader', shard: 3 },
    { when: 'write', key: encodeUtf8('user 42') },
    { when: 'RoleChanged', node: 2 },
  ]);
  expect(cluster.mode).toBe('playing');
});

test('BREAKPOINTS lists them with the lines that set them, and what stopped time last', async () => {
  const cluster = new FakeCluster();
  expect((await one('BREAKPOINTS', cluster)).text).toContain('No breakpoint is set');
  await one('PAUSE when=leader shard=s3', cluster);
  await one('PAUSE when=write key="user 42"', cluster);
  cluster.hit = { id: 1, text: 'n2 became leader of s3, term 4', timeUs: 3_214_000, count: 1 };
  const { lines, value } = await one('BREAKPOINTS', cluster);
  expect(lines).toEqual([
    '1  PAUSE when=leader shard=s3   last: n2 became leader of s3, term 4, at 3.214 s',
    '2  PAUSE when=write key="user 42"',
  ]);
  expect(value).toEqual([
    { id: 1, line: 'PAUSE when=leader shard=s3' },
    { id: 2, line: 'PAUSE when=write key="user 42"' },
  ]);
});

test('BREAKPOINTS remove= takes one away, or all', async () => {
  const cluster = new FakeCluster();
  for (const when of ['leader', 'down', 'broken']) await one(`PAUSE when=${when}`, cluster);
  expect((await one('BREAKPOINTS remove=2', cluster)).text).toBe('1 breakpoint removed, 2 left');
  expect(await one('BREAKPOINTS remove=2', cluster)).toMatchObject({ ok: false, code: 'BadOption' });
  expect((await one('BREAKPOINTS remove=all', cluster)).text).toBe('2 breakpoints removed, 0 left');
  expect(await one('BREAKPOINTS remove=all', cluster)).toMatchObject({ ok: false, code: 'NothingToDo' });
});

test.each([
  ['PAUSE shard=s3', 'BadOption', 'belong to when='],
  ['PAUSE when=leader key=a', 'BadOption', 'when=write'],
  ['PAUSE when=leadr', 'BadOption', 'leader'],
  ['PAUSE when=leader shard=s99', 'UnknownShard', 's0 to s7'],
  ['PAUSE when=down node=n9', 'UnknownNode', 'n1, n2, n3'],
  ['BREAKPOINTS remove=none', 'BadOption', 'whole number'],
])('%s → %s', async (line, code, says) => {
  const cluster = new FakeCluster();
  const result = await one(line, cluster);
  expect(result).toMatchObject({ ok: false, code });
  expect(result.text).toContain(says);
  expect(cluster.stops).toEqual([]);
});
