import { expect, test } from 'vitest';
import type { Action, ActionResult } from '../core/cluster/action.ts';
import type { TransportState } from './cluster.ts';
import { runLine } from './run-line.ts';
import { createSession } from './session.ts';
import { FakeCluster } from './testing/fake-cluster.ts';

/** An operation ends when time is let run. */
class Stopping extends FakeCluster {
  private listener: (state: TransportState) => void = () => undefined;
  private release: () => void = () => undefined;
  completes = false;

  override async act(action: Action): Promise<ActionResult> {
    const result = await super.act(action);
    if (action.type !== 'Operate' || this.mode === 'paused') return result;
    this.mode = 'paused';
    this.hit = { id: 2, text: 'a was written', timeUs: 1, count: 1 };
    this.listener({ ...this.transport(), note: 'breakpoint 2: a was written' });
    if (this.completes) return result;
    return new Promise((resolve) => {
      this.release = () => resolve(result);
    });
  }
  override async play(): Promise<void> {
    await super.play();
    this.release();
  }
  override onTransport(listener: (state: TransportState) => void): () => void {
    this.listener = listener;
    return () => {
      this.listener = () => undefined;
    };
  }
}
const STILL = {
  ok: false,
  code: 'StillUnderWay',
  text: 'Still under way: time stands, breakpoint 2: a was written. PLAY lets it end.',
};

test('an operation that meets a breakpoint does not keep a script from letting time run', async () => {
  for (const script of ['PUT a 2; PLAY', 'PUT a 2\nPLAY', 'EXPLAIN PUT a 2; PLAY']) {
    const cluster = new Stopping();
    const results = await runLine(cluster, createSession({}), script);
    expect(results, script).toMatchObject([STILL, { ok: true }]);
    expect(cluster.mode).toBe('playing');
  }
});

test('one that the same event completed is answered', async () => {
  const cluster = new Stopping();
  cluster.completes = true;
  expect(await runLine(cluster, createSession({}), 'PUT a 2; STATUS')).toMatchObject([{ ok: true }, { ok: true }]);
});

test('the last one waits for PLAY', async () => {
  const cluster = new Stopping();
  let ended = false;
  const run = runLine(cluster, createSession({}), 'STATUS; PUT a 2').then((results) => {
    ended = true;
    return results;
  });
  await expect.poll(() => cluster.mode).toBe('paused');
  await new Promise((resolve) => setTimeout(resolve));
  expect(ended).toBe(false);
  await cluster.play();
  expect(await run).toMatchObject([{ ok: true }, { ok: true }]);
});
