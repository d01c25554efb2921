import { expect, test } from 'vitest';
import { addEntry, CONSOLE_MAX, type ConsoleEntry, clearLog, finishEntry } from './console-log.ts';

const entry = (id: number, running = false): ConsoleEntry => ({
  id,
  line: `GET ${id}`,
  source: 'typed',
  results: [],
  running,
});

test('the oldest entries give way', () => {
  let log: readonly ConsoleEntry[] = [];
  for (let id = 1; id <= CONSOLE_MAX + 3; id++) log = addEntry(log, entry(id));
  expect(log).toHaveLength(CONSOLE_MAX);
  expect([log[0]?.id, log.at(-1)?.id]).toEqual([4, CONSOLE_MAX + 3]);
});

test('clearing keeps what still waits for its answer', () => {
  const log = clearLog([entry(1), entry(2, true), entry(3)]);
  expect(log.map(({ id }) => id)).toEqual([2]);
  expect(finishEntry(log, 2, [{ ok: true, text: 'OK' }])).toMatchObject([
    { running: false, results: [{ text: 'OK' }] },
  ]);
});
