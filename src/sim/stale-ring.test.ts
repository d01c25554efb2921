import { expect, test } from 'vitest';
import { must } from '../core/base/assert.ts';
import { nodeId } from '../core/base/ids.ts';
import { decodeUtf8, encodeUtf8 } from '../core/base/utf8.ts';
import type { TimedAction } from '../core/cluster/action.ts';
import { NO_PATHS, pathOf } from '../core/cluster/operation-path/operation-path.ts';
import { reducePaths } from '../core/cluster/operation-path/reduce-paths.ts';
import { CLASSROOM, createHeader } from '../core/cluster/presets.ts';
import type { TraceEvent } from '../core/cluster/trace-event.ts';
import { runInProcess } from './run.ts';

const SECOND = 1_000_000;
const KEYS = Array.from({ length: 80 }, (_, i) => `k${i}`);
const N1 = nodeId(1);

const gets = (fromUs: number, keys: readonly string[]): TimedAction[] =>
  keys.map((key, i) => ({
    timeUs: fromUs + i * 20_000,
    action: {
      type: 'Operate',
      client: 'client',
      operation: { type: 'Get', key: encodeUtf8(key) },
      options: { timeoutUs: 2 * SECOND, via: undefined },
    },
  }));

function run(actions: readonly TimedAction[], endUs: number) {
  const events: TraceEvent[] = [];
  const header = createHeader('stale', 1, { ...CLASSROOM, nodes: 3, shards: 16 });
  const { violations } = runInProcess(header, actions, endUs, { observe: (event) => events.push(event) });
  expect(violations).toEqual([]);
  return events;
}

/** Keys by who served them. */
function servedBy(events: readonly TraceEvent[], node: number): readonly string[] {
  const keys = new Map<number, string>();
  const served: string[] = [];
  for (const event of events) {
    if (event.type === 'OperationInvoked' && event.operation.type === 'Get')
      keys.set(event.id, decodeUtf8(event.operation.key));
    if (event.type === 'OperationCompleted' && event.outcome.status === 'ok' && event.outcome.node === node)
      served.push(must(keys.get(event.id), 'invoked before'));
  }
  return served;
}

test('a client that slept through a join and a leave: one extra hop, one question, and then it knows every shard', () => {
  const before = gets(SECOND, KEYS);
  const first = must(servedBy(run(before, 3 * SECOND), N1)[0], 'n1 leads something');
  const ring: TimedAction[] = [
    { timeUs: 3 * SECOND, action: { type: 'Add' } },
    { timeUs: 12 * SECOND, action: { type: 'Remove', node: N1 } },
  ];
  const sinceUs = 24 * SECOND;
  // The others when it has had the time to ask.
  const after = [...gets(sinceUs, [first]), ...gets(sinceUs + SECOND / 5, KEYS)];
  const events = run([...before, ...ring, ...after], 28 * SECOND);
  expect(events.some((event) => event.type === 'NodeStateChanged' && event.to === 'left')).toBe(true);

  const late = events.filter(({ timeUs }) => timeUs >= sinceUs);
  const replies = late.flatMap((event) => (event.type === 'ReplyReceived' ? [event] : []));
  const [stale, ...others] = replies;
  expect(stale).toMatchObject({ from: N1, answer: 'StaleEpoch' });
  const of = (type: TraceEvent['type']) => late.filter((event) => event.type === type);
  expect(['PlacementOutdated', 'PlacementAsked', 'PlacementLearned'].map((type) => of(type as never).length)).toEqual([
    1, 1, 1,
  ]);
  expect(others.filter(({ answer }) => answer === 'StaleEpoch' || answer === 'WrongShard')).toEqual([]);
  expect(others.every(({ from }) => from !== N1)).toBe(true);
  // One hop more than none, for whoever had to take it.
  const hops = new Map<number, number>();
  for (const event of late)
    if (event.type === 'RequestSent') hops.set(event.operation, (hops.get(event.operation) ?? 0) + 1);
  expect(Math.max(...hops.values())).toBe(2);
  expect(servedBy(late, N1)).toEqual([]);
  const outcomes = late.flatMap((event) => (event.type === 'OperationCompleted' ? [event.outcome.status] : []));
  expect(outcomes).toEqual(after.map(() => 'ok'));

  // EXPLAIN tells it.
  const soon = late.filter(({ timeUs }) => timeUs < sinceUs + SECOND / 2);
  const path = pathOf(reducePaths(NO_PATHS, soon), must(stale, 'it was stale').operation);
  const told = must(path, 'followed').steps.map(
    ({ text, to, state }) => `${text}${to === undefined ? '' : ` > ${to}`}: ${state}`,
  );
  const steps = [
    'goes by an old ring: will ask for the new one: done',
    'answers: no replica of this shard by now: the ring has changed > 100: failed',
    'asks who holds every shard > 1: done',
  ];
  for (const step of steps) expect(told).toContain(step);
});

test('a member serves whatever ring the client goes by, and tells it of the later one', () => {
  const before = gets(SECOND, KEYS);
  const add: TimedAction = { timeUs: 3 * SECOND, action: { type: 'Add' } };
  const sinceUs = 12 * SECOND;
  const isLate = ({ timeUs }: TraceEvent): boolean => timeUs >= sinceUs;
  const n2 = nodeId(2);
  const trial = run([...before, add, ...gets(sinceUs, KEYS)], 15 * SECOND);
  const early = servedBy(trial, n2);
  const still = servedBy(trial.slice(trial.findIndex(isLate)), n2).find((key) => early.includes(key));
  const events = run([...before, add, ...gets(sinceUs, [must(still, 'n2 leads something still')])], 14 * SECOND);
  const late = events.filter(isLate).flatMap((event): (string | number)[][] => {
    if (event.type === 'ReplyReceived') return [[event.type, event.answer]];
    if (event.type === 'PlacementOutdated') return [[event.type, event.knownEpoch, event.ringEpoch]];
    return event.type === 'PlacementLearned' ? [[event.type, event.ringEpoch]] : [];
  });
  expect(late).toEqual([
    ['ReplyReceived', 'Value'],
    ['PlacementOutdated', 1, 2],
    ['PlacementLearned', 2],
  ]);
});
