import { describe, expect, test } from 'vitest';
import { LIVE_BREAKS } from '../core/base/breaks.ts';
import { BREAK_NAMES } from '../core/cluster/break.ts';
import { BREAKS } from '../core/cluster/break-words.ts';
import type { CommandResult } from './result.ts';
import { runLine } from './run-line.ts';
import { createSession } from './session.ts';
import { FakeCluster } from './testing/fake-cluster.ts';

async function one(line: string, cluster = new FakeCluster()): Promise<CommandResult> {
  const [result] = await runLine(cluster, createSession(), line);
  return result as CommandResult;
}

describe('BREAK', () => {
  test('alone it lists every switch, what it is and whether it is on', async () => {
    const cluster = new FakeCluster();
    cluster.breaks.add('no-prevote');
    const listed = await one('BREAK', cluster);
    expect(listed.text.split('\n')).toHaveLength(BREAK_NAMES.length);
    expect(listed.text).toMatch(/^ON +no-prevote +liveness {2}A node stands/m);
    expect(listed.text).toMatch(/^off +skip-fsync +safety {4}A node acknowledges/m);
    expect(listed.value).toMatchObject({ 'no-prevote': true, 'skip-fsync': false, 'even-cluster': false });
    expect(await one('BREAK no-prevote', cluster)).toMatchObject({ ok: true, value: true });
  });

  test.each(LIVE_BREAKS)('BREAK %s on and off is an action of the run', async (name) => {
    const cluster = new FakeCluster();
    expect((await one(`BREAK ${name} on`, cluster)).text).toContain(`Broken on purpose: ${name}`);
    expect((await one(`break ${name.replaceAll('-', '').toUpperCase()} OFF`, cluster)).text).toContain(
      `${name} is off`,
    );
    expect(cluster.actions).toEqual([
      { type: 'Break', name, on: true },
      { type: 'Break', name, on: false },
    ]);
  });

  test('a name that is not there is refused with those that are', async () => {
    const wrong = await one('BREAK no-readindx on');
    expect(wrong).toMatchObject({ ok: false, code: 'BadOption' });
    expect(wrong.text).toContain('no-readindex');
    for (const name of BREAK_NAMES) expect(wrong.text).toContain(name);
  });

  test('an even cluster begins with the run: it says how', async () => {
    const cluster = new FakeCluster();
    expect(await one('BREAK even-cluster on', cluster)).toMatchObject({
      ok: false,
      code: 'OnlyAtReset',
      text: expect.stringContaining('RESET nodes=4 replicas=4'),
    });
    cluster.breaks.add('even-cluster');
    expect((await one('BREAK even-cluster off', cluster)).text).toContain('RESET replicas=3');
    expect(cluster.actions).toEqual([]);
  });

  test('STATUS says so in capitals', async () => {
    const cluster = new FakeCluster();
    expect((await one('STATUS', cluster)).text).not.toContain('BROKEN');
    cluster.breaks.add('commit-by-count');
    expect((await one('STATUS', cluster)).text).toContain(
      `BROKEN ON PURPOSE: commit-by-count (safety). ${BREAKS['commit-by-count'].text}`,
    );
  });
});

test('each switch says in one sentence what is left out', () => {
  for (const name of BREAK_NAMES) {
    const { text, label } = BREAKS[name];
    expect(text, name).toMatch(/^[A-Z][^\n]*\.$/);
    expect(label, name).not.toBe('');
  }
});
