import { expect, test } from 'vitest';
import { clientActorId, NO_NODE, nodeId, shardId } from '../core/base/ids.ts';
import { encodeUtf8 } from '../core/base/utf8.ts';
import type { Operation } from '../core/client/operation.ts';
import type { Action } from '../core/cluster/action.ts';
import type { TraceEvent } from '../core/cluster/trace-event.ts';
import type { KeyWrite } from '../core/node/message.ts';
import { HistoryRecorder } from './history-recorder.ts';

const put = (bytes: number): KeyWrite => ({ type: 'Put', key: encodeUtf8('k'), value: new Uint8Array(bytes) });
const invoked = (id: number, operation: Operation): TraceEvent => ({
  timeUs: id,
  type: 'OperationInvoked',
  id,
  client: clientActorId(0),
  clientName: 'client',
  shard: shardId(0),
  operation,
});
const completed = (id: number): TraceEvent => ({
  timeUs: id,
  type: 'OperationCompleted',
  id,
  client: clientActorId(0),
  outcome: {
    status: 'unknown',
    code: 'OutcomeUnknown',
    reason: 'timeout',
    ...{ shard: shardId(0), node: NO_NODE, term: 0, index: 0, acks: 0, voters: 0, elapsedUs: 0, attempts: 1 },
  },
});
const taken = (action: Action): TraceEvent => ({ timeUs: 1, type: 'ActionTaken', action });
const role = (node: number, name: 'leader' | 'follower'): TraceEvent =>
  ({ timeUs: 1, type: 'RoleChanged', node: nodeId(node), shard: shardId(0), role: name, term: 1 }) as TraceEvent;

function observe(recorder: HistoryRecorder, events: readonly TraceEvent[]): void {
  for (const event of events) recorder.observe(event);
}

test('it keeps what a history is told from, and who led, and no more', () => {
  const recorder = new HistoryRecorder();
  const kept = [
    invoked(1, put(1)),
    completed(1),
    role(1, 'leader'),
    role(1, 'follower'),
    taken({ type: 'Heal', actor: undefined }),
  ];
  observe(recorder, [
    ...kept.slice(0, 2),
    // Of an operation that is not in the history.
    completed(7),
    role(2, 'follower'),
    ...kept.slice(2),
    taken({ type: 'Flush', node: nodeId(1) }),
    { timeUs: 2, type: 'MessageDelivered', id: 1 },
  ]);
  expect(recorder.since(0)).toEqual(kept);
  expect(recorder.since(3)).toEqual(kept.slice(3));
});

test('it ends at a size, and says so; how what is under way ends is not told: it may meet writes that nobody recorded', () => {
  const recorder = new HistoryRecorder();
  observe(recorder, [invoked(1, put(1)), completed(1), invoked(2, put(30 * 2 ** 20))]);
  expect(recorder.full).toBe(false);
  observe(recorder, [invoked(3, put(3 * 2 ** 20)), invoked(4, put(1)), completed(2), completed(4)]);
  expect(recorder.full).toBe(true);
  expect(recorder.since(0).map(({ type, timeUs }) => `${type} ${timeUs}`)).toEqual([
    'OperationInvoked 1',
    'OperationCompleted 1',
    'OperationInvoked 2',
  ]);
});

test('every write of a batch counts, with its bytes', () => {
  const batch = (writes: number, bytes: number): TraceEvent =>
    invoked(1, { type: 'Batch', items: new Array<KeyWrite>(writes).fill(put(bytes)) });
  const isFull = (event: TraceEvent): boolean => {
    const recorder = new HistoryRecorder();
    recorder.observe(event);
    return recorder.full;
  };
  expect([isFull(batch(3, 10 * 2 ** 20)), isFull(batch(4, 10 * 2 ** 20))]).toEqual([false, true]);
  expect([isFull(batch(100_000, 1)), isFull(batch(100_001, 1))]).toEqual([false, true]);
});

test('numbers begin again at a reload', () => {
  const recorder = new HistoryRecorder();
  observe(recorder, [invoked(1, put(1)), taken({ type: 'Reload', endings: [] }), completed(1)]);
  expect(recorder.since(0).map(({ type }) => type)).toEqual(['OperationInvoked', 'ActionTaken']);
});

test('of a run that goes on, earlier writes are begun and never answered, and faults are known', () => {
  const recorder = new HistoryRecorder();
  const write = put(1);
  const operate = (operation: Operation): Action => ({
    type: 'Operate',
    client: 'a',
    operation,
    options: { timeoutUs: 1, via: undefined },
  });
  recorder.resume([
    { timeUs: 1, action: operate(write) },
    { timeUs: 2, action: operate({ type: 'Get', key: write.key }) },
    { timeUs: 3, action: { type: 'Heal', actor: undefined } },
    { timeUs: 4, action: operate(write) },
  ]);
  const kept = recorder.since(0);
  expect(kept.map(({ type, timeUs }) => `${type} ${timeUs}`)).toEqual([
    'OperationInvoked 1',
    'ActionTaken 3',
    'OperationInvoked 4',
  ]);
  // Numbers of their own: those of the run begin at 1.
  const ids = kept.flatMap((event) => (event.type === 'OperationInvoked' ? [event.id] : []));
  expect(new Set(ids).size).toBe(2);
  expect(Math.max(...ids)).toBeLessThan(0);
});
