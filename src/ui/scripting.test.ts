import { describe, expect, test } from 'vitest';
import type { CommandResult } from '../console/result.ts';
import { runLine } from '../console/run-line.ts';
import { createSession } from '../console/session.ts';
import type { TraceEvent } from '../core/cluster/trace-event.ts';
import { createCommands } from './commands.ts';
import { createScripting } from './scripting.ts';
import { createAppStore } from './store/app-store.ts';
import { FakeCluster } from './testing/fake-cluster.ts';

function page(run?: (line: string) => Promise<readonly CommandResult[]>) {
  const cluster = new FakeCluster();
  const store = createAppStore(cluster);
  const session = createSession();
  const commands = createCommands(store, run ?? ((line) => runLine(cluster, session, line)));
  return { cluster, store, scripting: createScripting(Promise.resolve({ cluster, commands })) };
}

const delivered = (id: number): TraceEvent => ({ timeUs: id, type: 'MessageDelivered', id });

describe('run', () => {
  test('goes through the command registry and stands in the console', async () => {
    const { cluster, store, scripting } = page();
    const result = await scripting.run('KILL n9');
    expect(result).toMatchObject({ ok: false, code: 'UnknownNode' });
    expect(cluster.acted).toEqual([]);
    expect(store.getState().console).toMatchObject([
      { line: 'KILL n9', source: 'script', running: false, results: [{ ok: false, text: result.text }] },
    ]);
  });

  test('joins the texts of several commands, keeps the last value and the first error', async () => {
    const results: CommandResult[] = [
      { ok: false, text: 'a', code: 'Busy' },
      { ok: true, text: 'b', value: null },
    ];
    const { scripting } = page(async () => results);
    expect(await scripting.run('x; y')).toEqual({ ok: false, text: 'a\nb', value: null, code: 'Busy' });
  });

  test('a runner that throws becomes an answer', async () => {
    const { scripting } = page(async () => {
      throw new Error('the conductor is gone');
    });
    const result = await scripting.run('STATUS');
    expect(result).toMatchObject({ ok: false, code: 'Internal' });
    expect(result.text).toContain('the conductor is gone');
  });
});

describe('on', () => {
  test('delivers events of one type, or all, until unsubscribed', async () => {
    const { cluster, scripting } = page();
    const one: number[] = [];
    const all: string[] = [];
    const off = scripting.on('MessageDelivered', (event) => one.push(event.timeUs));
    scripting.on('*', (event) => all.push(event.type));
    await scripting.ready;
    cluster.emit(delivered(1), { timeUs: 2, type: 'NodeCrashed', node: 1 as never, reason: 'x' });
    off();
    cluster.emit(delivered(3));
    expect(one).toEqual([1]);
    expect(all).toEqual(['MessageDelivered', 'NodeCrashed', 'MessageDelivered']);
  });

  test('unsubscribing before the page is open subscribes nothing', async () => {
    const { cluster, scripting } = page();
    let calls = 0;
    scripting.on('*', () => calls++)();
    await scripting.ready;
    cluster.emit(delivered(1));
    expect(calls).toBe(0);
  });
});

test('ready waits until the boot is over', async () => {
  const { cluster, scripting } = page();
  cluster.transportIs({ mode: 'booting' });
  let ready = false;
  const done = scripting.ready.then(() => {
    ready = true;
  });
  await scripting.snapshot();
  expect(ready).toBe(false);
  cluster.transportIs({ mode: 'playing' });
  await done;
  expect(ready).toBe(true);
});

test('a page that cannot open rejects ready and run, and says why', async () => {
  const scripting = createScripting(Promise.reject(new Error('no storage')));
  await expect(scripting.ready).rejects.toThrow('no storage');
  await expect(scripting.run('STATUS')).rejects.toThrow('no storage');
});
