import { expect, test } from 'vitest';
import type { TransportState } from '../../console/cluster.ts';
import { nodeId } from '../../core/base/ids.ts';
import type { TraceEvent } from '../../core/cluster/trace-event.ts';
import { Outbox } from './outbox.ts';

const STATE: TransportState = {
  mode: 'paused',
  speed: 1,
  wantedSpeed: 1,
  pace: '',
  timeUs: 0,
  events: 0,
  note: '',
  breakpoints: [],
  hit: undefined,
};
const KILLED: TraceEvent = { type: 'NodeKilled', node: nodeId(1), timeUs: 1, pending: 0, lost: 0, torn: false };

test('what was sent counts as taken when the page has taken all of it, in whatever order it says so', async () => {
  const takes: (() => void)[] = [];
  const take = (): Promise<void> => new Promise((resolve) => takes.push(resolve));
  const outbox = new Outbox({ trace: take, transport: take }, () => 0);
  await outbox.taken();
  outbox.add([KILLED]);
  outbox.flush(STATE, false);
  let taken = false;
  const waiting = outbox.taken().then(() => {
    taken = true;
  });
  const [trace, transport] = takes;
  transport?.();
  await new Promise((resolve) => setTimeout(resolve, 5));
  expect(taken).toBe(false);
  trace?.();
  await waiting;
});
