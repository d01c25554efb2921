import { describe, expect, test } from 'vitest';
import type { CommandResult } from './result.ts';
import { runLine } from './run-line.ts';
import { createSession } from './session.ts';
import { FakeCluster } from './testing/fake-cluster.ts';

async function one(line: string, cluster = new FakeCluster()): Promise<CommandResult> {
  const [result] = await runLine(cluster, createSession(), line);
  return result as CommandResult;
}

async function actionOf(line: string): Promise<unknown> {
  const cluster = new FakeCluster();
  expect(await one(line, cluster)).toMatchObject({ ok: true });
  return cluster.actions[0];
}

describe('FREEZE and THAW', () => {
  test('order what they say, and say what helps', async () => {
    expect(await actionOf('FREEZE n2')).toEqual({ type: 'Freeze', node: 2 });
    expect(await actionOf('thaw N2')).toEqual({ type: 'Thaw', node: 2 });
    expect((await one('FREEZE n2')).text).toMatch(
      /^n2 stands still; it led s0 s1 .*THAW n2 has it go on · at 1\.234 s$/,
    );
    expect((await one('FREEZE n1')).text).toMatch(/^n1 stands still\. THAW/);
    expect((await one('THAW n2')).text).toMatch(/^n2 goes on.* · at 1\.234 s$/);
  });

  test('what the cluster refuses is told with its code', async () => {
    const cluster = new FakeCluster();
    cluster.refusal = { code: 'AlreadyFrozen', text: 'n2 is frozen already' };
    expect(await one('FREEZE n2', cluster)).toMatchObject({ ok: false, code: 'AlreadyFrozen' });
  });

  test('a frozen node is not revived: it is told from a dead one', async () => {
    const cluster = new FakeCluster();
    await one('FREEZE n2', cluster);
    expect(await one('REVIVE n2', cluster)).toMatchObject({ ok: false, code: 'TargetFrozen' });
    expect((await one('REVIVE n2', cluster)).text).toContain('THAW n2');
    expect((await one('STATUS', cluster)).text).toMatch(/^n2 {2}frozen · boot 1/m);
  });
});

describe('CLOCK', () => {
  test.each<[string, object]>([
    ['CLOCK n3 offset=+400ms drift=1%', { offsetUs: 400_000, ratePpm: 10_000 }],
    ['CLOCK n3 offset=-2s', { offsetUs: -2_000_000 }],
    ['CLOCK n3 offset=1.5s', { offsetUs: 1_500_000 }],
    ['CLOCK n3 drift=-0.25%', { ratePpm: -2500 }],
    ['CLOCK n3 drift=+5%', { ratePpm: 50_000 }],
    ['CLOCK n3 offset=0ms drift=0%', { offsetUs: 0, ratePpm: 0 }],
  ])('%s', async (line, change) => {
    expect(await actionOf(line)).toEqual({ type: 'Clock', node: 3, ...change });
  });

  test('says how wrong they are now, as STATUS does', async () => {
    const cluster = new FakeCluster();
    expect((await one('CLOCK n3 offset=+400ms drift=1%', cluster)).text).toBe(
      "n3's clock: 400 ms ahead, drift +1 % · at 1.234 s",
    );
    expect((await one('STATUS', cluster)).text).toMatch(/^n3 {2}up · clock 400 ms ahead, drift \+1 % · boot 1/m);
    expect((await one('CLOCK n3 offset=-2s drift=-0.5%', cluster)).text).toContain('2 s behind, drift −0.5 %');
    expect((await one('CLOCK n3 offset=0ms drift=0%', cluster)).text).toContain("n3's clocks are right");
    expect((await one('STATUS', cluster)).text).not.toContain('clock ');
  });

  test.each<[string, string, string]>([
    ['CLOCK n3', 'MissingArgument', 'offset=+400ms'],
    ['CLOCK n3 offset=400', 'BadOption', 'unit'],
    ['CLOCK n3 offset=+2000s', 'NotRefused', ''],
    ['CLOCK n3 offset=+4000s', 'BadOption', 'out of range'],
    ['CLOCK n3 drift=1', 'BadOption', '1%'],
    ['CLOCK n3 drift=fast', 'BadOption', '-0.5%'],
    ['CLOCK n9 drift=1%', 'UnknownNode', 'n1, n2, n3'],
  ])('%s: %s', async (line, code, text) => {
    const result = await one(line);
    if (code === 'NotRefused') expect(result.ok).toBe(true);
    else expect(result).toMatchObject({ ok: false, code });
    expect(result.text).toContain(text);
  });
});

describe('PARTITION with a bridge', () => {
  test('a node in two groups reaches both, and the reply says so', async () => {
    const cluster = new FakeCluster();
    const { text } = await one('PARTITION n1 n2 | n2 n3', cluster);
    expect(cluster.actions).toEqual([
      {
        type: 'Partition',
        groups: [
          ['n1', 'n2'],
          ['n2', 'n3'],
        ],
      },
    ]);
    expect(text).toMatch(/^Network split: n1 n2 \| n2 n3; n2 is the bridge between them\. HEAL/);
    expect((await one('PARTITION n1 | n2 n3')).text).not.toContain('bridge');
  });

  test.each<[string, string, string]>([
    ['PARTITION n1 n1 | n2', 'BadArgument', 'n1 is named twice in a group'],
    ['PARTITION n1 | n1', 'BadArgument', 'part of another one'],
    ['PARTITION n1 n2 | n2', 'BadArgument', 'part of another one'],
    ['PARTITION n1 n2 | n2 n3 | n1 n3', 'NothingToDo', 'share a group'],
  ])('%s: %s', async (line, code, text) => {
    const result = await one(line);
    expect(result).toMatchObject({ ok: false, code });
    expect(result.text).toContain(text);
  });
});
