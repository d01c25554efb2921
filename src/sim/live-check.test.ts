import { expect, test } from 'vitest';
import { clientActorId, nodeId, shardId } from '../core/base/ids.ts';
import { encodeUtf8 } from '../core/base/utf8.ts';
import type { Operation, OperationResult } from '../core/client/operation.ts';
import type { CheckQuery } from '../core/cluster/check-report.ts';
import { createHeader } from '../core/cluster/presets.ts';
import type { TraceEvent } from '../core/cluster/trace-event.ts';
import { groupByKey } from './checker/check-history.ts';
import { formatHistory } from './checker/format-history.ts';
import { drawConfig } from './drawn-limits.ts';
import { HistoryRecorder } from './history-recorder.ts';
import { LiveCheck } from './live-check.ts';
import { runInProcess } from './run.ts';
import { drawSchedule, type Fault } from './schedule.ts';

/** Nodes are killed in it, and operations have an unknown outcome. */
const SEED = 5;
const header = createHeader('live', SEED, drawConfig(SEED, 3, 8));
const faults = new Set<Fault>(['kill', 'loss', 'partition']);
const schedule = { seed: SEED, nodes: 3, shards: 8, durationUs: 12_000_000, operationsPerSecond: 10, faults };

function drawn() {
  const events: TraceEvent[] = [];
  const report = runInProcess(header, drawSchedule(schedule), schedule.durationUs, {
    observe: (event) => events.push(event),
  });
  return { events, report };
}

const FACTS = { timeUs: schedule.durationUs, full: false, invariants: [] };
const clock = () => 0;
const live = () => new LiveCheck(header.config.clocks, clock);

/** As page and conductor do it: again and again what was recorded since. */
function follow(check: LiveCheck, recorder: HistoryRecorder, events: readonly TraceEvent[], parts: number): void {
  let told = 0;
  const size = Math.ceil(events.length / parts);
  for (let at = 0; at < events.length; at += size) {
    for (const event of events.slice(at, at + size)) recorder.observe(event);
    const fresh = recorder.since(told);
    told += fresh.length;
    check.take(fresh);
    check.report({}, FACTS);
  }
}

const settled = (check: LiveCheck, query: CheckQuery = {}) => {
  let report = check.report(query, FACTS);
  while (report.due > 0) report = check.report(query, FACTS);
  return report;
};

test('a run followed in parts is judged as the whole of it, key by key', () => {
  const { events, report: whole } = drawn();
  expect(whole.history.length).toBeGreaterThan(50);
  const check = live();
  follow(check, new HistoryRecorder(), events, 40);
  const report = settled(check);
  expect(report.verdict).toBe('linearizable');
  expect(report.operations).toBe(whole.history.length);
  const byKey = groupByKey(whole.history);
  expect(report.keys.map(({ key, operations }) => [key, operations]).sort()).toEqual(
    [...byKey].map(([key, operations]) => [key, operations.length]).sort(),
  );
  expect(check.file(undefined)).toBe(formatHistory(whole.history));
  expect(whole.history.some(({ status }) => status === 'unknown')).toBe(true);
  const [first] = byKey.keys();
  const one = settled(check, { key: first });
  expect(one.shown.length).toBe(byKey.get(first as string)?.length);
  expect(new Set(one.shown.map(({ key }) => key))).toEqual(new Set([first]));
});

test('only keys that have changed are judged again', () => {
  const { events } = drawn();
  const check = live();
  const recorder = new HistoryRecorder();
  for (const event of events) recorder.observe(event);
  check.take(recorder.since(0));
  expect(settled(check).checked).toBeGreaterThan(1);
  const [invoked, completed] = ['OperationInvoked', 'OperationCompleted'].map((type) =>
    events.findLast((event) =>
      event.type === 'OperationInvoked' ? type === event.type && event.operation.type === 'Get' : type === event.type,
    ),
  ) as [TraceEvent & { type: 'OperationInvoked' }, TraceEvent & { type: 'OperationCompleted' }];
  check.take([
    { ...invoked, id: 99_999 },
    { ...completed, id: 99_999 },
  ]);
  expect(check.report({}, FACTS).checked).toBe(1);
});

test('a read that was told otherwise is found, and stays found', () => {
  const { events } = drawn();
  const at = events.findLastIndex(
    (event) =>
      event.type === 'OperationCompleted' &&
      event.outcome.status === 'ok' &&
      event.outcome.result.type === 'Value' &&
      event.outcome.result.value !== undefined,
  );
  const event = events[at] as Extract<TraceEvent, { type: 'OperationCompleted' }>;
  const wrong = {
    ...event,
    outcome: { ...event.outcome, result: { type: 'Value', value: encodeUtf8('never written') } },
  } as TraceEvent;
  const check = live();
  follow(check, new HistoryRecorder(), [...events.slice(0, at), wrong, ...events.slice(at + 1)], 5);
  const { verdict, violation, keys } = settled(check);
  expect(verdict).toBe('not linearizable');
  expect(violation?.failed.answered).toBe('"never written"');
  expect(violation?.stuck).toContain(violation?.failed.invoked);
  expect(keys[0]).toMatchObject({ key: violation?.key, verdict: 'not linearizable' });
  expect(keys.filter((key) => key.verdict !== 'linearizable')).toHaveLength(1);
});

test('leaders and faults stand beside the history', () => {
  const { events } = drawn();
  const check = live();
  follow(check, new HistoryRecorder(), events, 3);
  const report = check.report({ shard: 0 as never }, FACTS);
  const elected = events.filter(
    (event) => event.type === 'RoleChanged' && event.shard === 0 && event.role === 'leader',
  );
  expect(elected.length).toBeGreaterThan(0);
  expect(report.reigns.map(({ fromUs }) => fromUs)).toEqual(elected.map(({ timeUs }) => timeUs));
  expect(report.reigns.slice(0, -1).every(({ toUs }) => toUs !== undefined)).toBe(true);
  const kills = events.filter(({ type }) => type === 'NodeKilled');
  expect(kills.length).toBeGreaterThan(0);
  expect(report.marks.filter(({ type }) => type === 'NodeKilled')).toEqual(kills);
});

test('after a reload, writes from before it may have happened or not: no false alarm', () => {
  const before = drawSchedule(schedule).filter(({ timeUs }) => timeUs < 6_000_000);
  const { events } = drawn();
  const late = events.filter(({ timeUs }) => timeUs >= 6_000_000);
  const begun = new Set(late.flatMap((event) => (event.type === 'OperationInvoked' ? [event.id] : [])));
  const reload: TraceEvent = { timeUs: 6_000_000, type: 'ActionTaken', action: { type: 'Reload', endings: [] } };
  const seen = [reload, ...late.filter((event) => event.type !== 'OperationCompleted' || begun.has(event.id))];
  const forgetful = live();
  follow(forgetful, new HistoryRecorder(), seen, 1);
  expect(settled(forgetful).verdict).toBe('not linearizable');
  const recorder = new HistoryRecorder();
  recorder.resume(before);
  const check = live();
  follow(check, recorder, seen, 1);
  const report = settled(check);
  expect(report.verdict).toBe('linearizable');
  expect(report.earlier).toBeGreaterThan(0);
});

test('a scan that saw a part of a batch is found while the run goes on, once, and dated', () => {
  const at = { client: clientActorId(0), shard: shardId(0) };
  const ground = { ...at, node: nodeId(1), term: 1, index: 1, acks: 2, voters: 3, elapsedUs: 1, attempts: 1 };
  const begin = (timeUs: number, id: number, clientName: string, operation: Operation): TraceEvent => ({
    ...{ timeUs, type: 'OperationInvoked', id, clientName, operation },
    ...at,
  });
  const end = (timeUs: number, id: number, result: OperationResult): TraceEvent => ({
    ...{ timeUs, type: 'OperationCompleted', id, client: at.client, outcome: { status: 'ok', result, ...ground } },
  });
  const [k, p] = [encodeUtf8('k'), encodeUtf8('p')];
  const putAt = (key: Uint8Array) => ({ type: 'Put', key, value: encodeUtf8('new') }) as const;
  const check = live();
  const batches = () => check.report({}, FACTS).invariants.find(({ name }) => name === 'BatchAtomicity');
  check.take([begin(1, 1, 'a', { type: 'Batch', items: [putAt(k), putAt(p)] })]);
  check.take([begin(2, 2, 'b', { type: 'Scan', from: k, to: undefined, limit: 9 })]);
  check.take([
    end(5, 2, { type: 'Range', pairs: [{ key: k, value: encodeUtf8('new') }], more: false } as OperationResult),
  ]);
  expect(batches()).toEqual({ name: 'BatchAtomicity', judged: 0, broken: undefined });
  check.take([end(7, 1, { type: 'Batched' } as OperationResult)]);
  const detail = 'a scan found what a batch put at k, and at p nothing, as before it';
  expect(batches()).toEqual({ name: 'BatchAtomicity', judged: 1, broken: { timeUs: 5, detail } });
  check.take([begin(8, 3, 'b', { type: 'Get', key: k })]);
  expect(batches()).toMatchObject({ judged: 1, broken: { timeUs: 5 } });
  expect(settled(check).verdict).toBe('linearizable');
});
