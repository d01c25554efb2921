import { expect, test } from 'vitest';
import { EventLog } from './event-log.ts';

test("what is taken is the caller's: later reports come with the next call, and only once", () => {
  const log = new EventLog();
  const none = log.take();
  log.push({ type: 'LogSynced', records: 1, bytes: 1 });
  const first = log.take();
  log.push({ type: 'LogSynced', records: 2, bytes: 2 });
  expect([none, first, log.take(), log.take()].map((events) => events.length)).toEqual([0, 1, 1, 0]);
});
