import { expect, test } from 'vitest';
import { NOTHING_CHECKED } from '../../console/testing/fake-check.ts';
import type { TraceEvent } from '../../core/cluster/trace-event.ts';
import type { CheckApi, HistoryPart } from '../protocol/check-api.ts';
import { CheckClient } from './check-client.ts';

const event = (timeUs: number): TraceEvent => ({
  timeUs,
  type: 'ActionTaken',
  action: { type: 'Heal', actor: undefined },
});

/** A conductor whose run can be replaced, and a checker that keeps what it is told. */
function setUp() {
  const run = { runId: 'a', events: [event(1), event(2)] };
  const asked: (readonly [string, number])[] = [];
  const parts: (readonly [from: number, events: number])[] = [];
  const failing = { next: false };
  const conductor = {
    history: async (runId: string, count: number): Promise<HistoryPart> => {
      asked.push([runId, count]);
      const from = runId === run.runId ? count : 0;
      const facts = { timeUs: 0, full: false, invariants: [] };
      const clocks = { rateErrorPpmMax: 0, wallOffsetUsMax: 0 };
      return { runId: run.runId, clocks, from, events: run.events.slice(from), facts };
    },
  };
  const api = {
    check: async ({ from, events }: HistoryPart) => {
      if (failing.next) throw new Error('it broke');
      parts.push([from, events.length]);
      return NOTHING_CHECKED;
    },
  } as unknown as CheckApi;
  const never = new Promise<never>(() => undefined);
  const client = new CheckClient(conductor, Promise.resolve({ api, failed: never, end: () => undefined }));
  return { run, asked, parts, failing, client };
}

test('each question hands on what is new, one question at a time', async () => {
  const { run, parts, client } = setUp();
  const first = client.check({});
  const second = client.check({});
  await Promise.all([first, second]);
  run.events.push(event(3));
  await client.check({});
  expect(parts).toEqual([
    [0, 2],
    [2, 0],
    [2, 1],
  ]);
});

test('another run is told from its beginning', async () => {
  const { run, parts, client } = setUp();
  await client.check({});
  Object.assign(run, { runId: 'b', events: [event(9)] });
  await client.check({});
  expect(parts[1]).toEqual([0, 1]);
});

test('after a question that failed, the next one begins anew', async () => {
  const { parts, failing, client } = setUp();
  await client.check({});
  failing.next = true;
  await expect(client.check({})).rejects.toThrow('it broke');
  failing.next = false;
  await client.check({});
  expect(parts).toEqual([
    [0, 2],
    [0, 2],
  ]);
});
