import { describe, expect, test } from 'vitest';
import { COMMAND_GROUPS } from './registry.ts';
import type { CommandResult } from './result.ts';
import { runLine } from './run-line.ts';
import { createSession, type Session } from './session.ts';
import { FakeCluster } from './testing/fake-cluster.ts';

async function one(
  line: string,
  cluster = new FakeCluster(),
  session: Session = createSession(),
): Promise<CommandResult> {
  const results = await runLine(cluster, session, line);
  expect(results).toHaveLength(1);
  return results[0] as CommandResult;
}

describe('looking', () => {
  test('STATUS', async () => {
    const cluster = new FakeCluster();
    await one('KILL n1', cluster);
    const { text, value } = await one('STATUS', cluster);
    expect(value).toEqual(await cluster.snapshot());
    for (const part of [
      'seed 7',
      'workers + IndexedDB',
      'not the power',
      'n1  down',
      'n2  up · boot 1 · leads s0',
      's7  leader n2 · term 4 · commit 17',
      'keys 3',
    ]) {
      expect(text).toContain(part);
    }
  });

  test('LOG', async () => {
    const { lines } = await one('LOG n1 s3');
    expect(lines?.[0]).toBe('n1 s3  follower · term 4 · commit 24 · applied 23');
    expect(lines?.[1]).toBe('  … 5 before');
    expect(lines?.slice(-3)).toEqual([
      '  23  term 4  PUT k23  applied',
      '  24  term 4  PUT k24  committed',
      '  25  term 4  PUT k25  not committed',
    ]);
    expect((await one('LOG n3')).lines).toHaveLength(7 * 5);
    expect(await one('LOG n3 s5')).toMatchObject({
      code: 'NoReplica',
      text: 'n3 holds no replica of s5; n1, n2, n3 do.',
    });
  });

  test('LOG of a log that begins later than with entry 1', async () => {
    const cluster = new FakeCluster();
    const headAndNext = async (baseIndex: number) => {
      cluster.logBaseIndex = baseIndex;
      return (await one('LOG n1 s3', cluster)).lines?.slice(1, 4);
    };
    expect(await headAndNext(23)).toEqual([
      '  entries 1–23 are in a snapshot: the log begins behind them',
      '  24  term 4  PUT k24  committed',
      '  25  term 4  PUT k25  not committed',
    ]);
    expect((await headAndNext(1))?.slice(0, 2)).toEqual([
      '  entry 1 is in a snapshot: the log begins behind it',
      '  … 4 before',
    ]);
    expect(await headAndNext(25)).toEqual(['  entries 1–25 are in a snapshot: the log begins behind them']);
  });

  test('CONFIG alone lists the settings', async () => {
    const { text, value } = await one('CONFIG');
    expect(text).toMatch(/link\.delay +10 ms/);
    expect(text).toMatch(/durability +relaxed/);
    expect(value).toMatchObject({ 'link.drop': 0, 'disk.sync': 2000, durability: 0 });
    const strict = new FakeCluster();
    strict.config = { ...strict.config, disk: { ...strict.config.disk, durability: 'strict' } };
    expect((await one('CONFIG', strict)).text).toMatch(/durability +strict/);
    expect((await one('STATUS', strict)).text).toMatch(/durability strict: survives the power/);
    expect((await one('STATUS')).text).toMatch(/durability relaxed: survives the process/);
  });

  test('CONFIG of a node lists and sets what is its own, and refuses what all nodes share', async () => {
    const cluster = new FakeCluster();
    cluster.durabilities.set('n2', 'strict');
    expect(await one('CONFIG n2', cluster)).toMatchObject({ value: { durability: 1 } });
    expect((await one('CONFIG', cluster)).text).toMatch(/durability +relaxed .*\(n2 strict\)/);
    const { lines } = await one('STATUS', cluster);
    expect(lines?.filter((line) => line.includes('durability'))).toHaveLength(2);
    expect(lines?.find((line) => line.startsWith('n2'))).toContain('durability strict');
    expect((await one('CONFIG n3 durability=strict', cluster)).text).toBe(
      'durability on n3 is now strict · at 1.234 s',
    );
    expect(await one('CONFIG n3 disk.sync=5ms', cluster)).toMatchObject({
      code: 'BadOption',
      text: 'disk.sync is one setting of all nodes: CONFIG disk.sync=5ms sets it.',
    });
    expect(await one('CONFIG durability', cluster)).toMatchObject({ code: 'ExtraArgument' });
    expect(await one('CONFIG n9 durability=strict', cluster)).toMatchObject({ code: 'UnknownNode' });
  });

  test('HELP covers every command, and every example works', async () => {
    const { text } = await one('HELP');
    for (const command of COMMAND_GROUPS.flatMap((group) => group.commands)) {
      expect(text).toContain(`  ${command.verb} `);
      const help = await one(`help ${command.verb.toLowerCase()}`);
      expect(help.text).toContain(command.example);
      for (const option of Object.keys(command.options))
        expect(help.text).toMatch(new RegExp(`\\b${option.replace('.', '\\.')}=`));
      const cluster = new FakeCluster();
      if (command.verb === 'REVIVE') cluster.down.add('n2');
      if (!['SAVE', 'LOAD', 'WHY', 'LOOK'].includes(command.verb))
        expect(await one(command.example, cluster)).toMatchObject({ ok: true });
    }
    expect((await one('HELP SET')).text).toContain('PUT key value');
  });
});
