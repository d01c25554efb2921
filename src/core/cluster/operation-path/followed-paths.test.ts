import { expect, test } from 'vitest';
import { clientActorId, shardId } from '../../base/ids.ts';
import { encodeUtf8 } from '../../base/utf8.ts';
import type { TraceEvent } from '../trace-event.ts';
import { FollowedPaths } from './followed-paths.ts';
import { NO_PATHS } from './operation-path.ts';
import { reducePaths } from './reduce-paths.ts';

const invoked = (id: number): TraceEvent => ({
  type: 'OperationInvoked',
  timeUs: id,
  id,
  client: clientActorId(100),
  clientName: 'client',
  shard: shardId(0),
  operation: { type: 'Get', key: encodeUtf8(`k${id}`) },
});

test('a moment is read once, as if it had been followed all along, and gives the events to it up', () => {
  const none = FollowedPaths.of(NO_PATHS);
  const first = none.after([invoked(1), invoked(2)]);
  const second = first.after([invoked(3)]);
  expect(second.after([])).toBe(second);
  expect([none.unread, first.unread, second.unread]).toEqual([0, 2, 3]);
  const counted: number[] = [];
  const reduce: typeof reducePaths = (state, events) => {
    counted.push(events.length);
    return reducePaths(state, events);
  };
  const all = reducePaths(NO_PATHS, [invoked(1), invoked(2), invoked(3)]);
  expect(second.read(reduce)).toEqual(all);
  expect(first.read(reduce).paths.map(({ id }) => id)).toEqual([1, 2]);
  const third = second.after([invoked(4)]);
  expect(third.read(reduce).paths.map(({ id }) => id)).toEqual([1, 2, 3, 4]);
  expect(counted).toEqual([2, 1, 1]);
  expect([first.unread, second.unread, third.unread]).toEqual([0, 0, 0]);
});
