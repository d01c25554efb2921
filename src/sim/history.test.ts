import { describe, expect, test } from 'vitest';
import { clientActorId, NO_NODE, shardId } from '../core/base/ids.ts';
import { encodeUtf8 } from '../core/base/utf8.ts';
import type { Operation, OperationResult, Outcome } from '../core/client/operation.ts';
import { describeViolation, TIMES } from './checker/check-history.ts';
import { ClockBounds } from './clock-bounds.ts';
import { History, judgeHistory } from './history.ts';

const GROUND = { shard: shardId(0), node: NO_NODE, term: 1, index: 1, acks: 2, voters: 3, elapsedUs: 1, attempts: 1 };
const key = encodeUtf8('k');
const bytes = (text: string | null) => (text === null ? undefined : encodeUtf8(text));
const ok = (result: OperationResult): Outcome => ({ status: 'ok', result, ...GROUND });
const FAILED: Outcome = { status: 'fail', code: 'Timeout', leader: NO_NODE, ...GROUND };
const UNKNOWN: Outcome = { status: 'unknown', code: 'OutcomeUnknown', reason: 'timeout', ...GROUND };
const WRITTEN = ok({ type: 'Written', existed: false });

type Call = readonly [from: number, to: number, operation: Operation, outcome: Outcome | 'open'];

const put = (from: number, to: number, value: string, outcome: Outcome | 'open' = WRITTEN): Call => [
  from,
  to,
  { type: 'Put', key, value: encodeUtf8(value) },
  outcome,
];
const lasting = (from: number, to: number, value: string, ttlUs: number, outcome: Outcome | 'open' = WRITTEN): Call => [
  from,
  to,
  { type: 'Put', key, value: encodeUtf8(value), ttlUs },
  outcome,
];
const del = (from: number, to: number): Call => [from, to, { type: 'Delete', key }, WRITTEN];
const get = (from: number, to: number, value: string | null): Call => [
  from,
  to,
  { type: 'Get', key },
  ok({ type: 'Value', value: bytes(value) }),
];
const emptyScan = (from: number, to: number, below: string): Call => [
  from,
  to,
  { type: 'Scan', from: encodeUtf8('a'), to: encodeUtf8(below), limit: 9 },
  ok({ type: 'Range', pairs: [], more: false }),
];
/** Of keys a … : found is `b` alone, and more lies in the direction of the scan. */
const cutScan = (from: number, to: number, reverse: boolean): Call => [
  from,
  to,
  { type: 'Scan', from: encodeUtf8('a'), to: encodeUtf8('z'), limit: 1, ...(reverse ? { reverse } : {}) },
  ok({ type: 'Range', pairs: [{ key: encodeUtf8('p'), value: encodeUtf8('x') }], more: true }),
];
const other: Call = [1, 2, { type: 'Put', key: encodeUtf8('p'), value: encodeUtf8('x') }, WRITTEN];
const scan = (from: number, to: number, value: string): Call => [
  from,
  to,
  { type: 'Scan', from: key, to: undefined, limit: 9 },
  ok({ type: 'Range', pairs: [{ key, value: encodeUtf8(value) }], more: false }),
];
const cas = (from: number, to: number, value: string, swapped: boolean, actual: string | null = null): Call => [
  from,
  to,
  { type: 'Cas', key, expected: undefined, value: encodeUtf8(value) },
  ok({ type: 'Swapped', swapped, actual: bytes(actual) }),
];

/** A batch that puts `value` at `k` and `x` at `p`; with a condition for `k`, if it is to be absent. */
const batch = (from: number, to: number, value: string, outcome: Call[3], conditional = false): Call => {
  const first = { key, value: encodeUtf8(value) };
  const items = [
    conditional ? ({ type: 'Cas', expected: undefined, ...first } as const) : ({ type: 'Put', ...first } as const),
    { type: 'Put', key: encodeUtf8('p'), value: encodeUtf8('x') } as const,
  ];
  return [from, to, { type: 'Batch', items }, outcome];
};
const BATCHED = ok({ type: 'Batched', existed: [false, false] });
const batchRefused = (actual: string): Outcome => ok({ type: 'BatchRefused', item: 0, actual: encodeUtf8(actual) });
const getOther = (from: number, to: number, value: string | null): Call => [
  from,
  to,
  { type: 'Get', key: encodeUtf8('p') },
  ok({ type: 'Value', value: bytes(value) }),
];

function historyOf(calls: readonly Call[]): History {
  const history = new History(new ClockBounds({ rateErrorPpmMax: 0, wallOffsetUsMax: 0 }));
  const client = clientActorId(100);
  const events = calls.flatMap(([from, to, operation, outcome], id) => [
    { timeUs: from, type: 'OperationInvoked' as const, id, client, clientName: 'client', shard: shardId(0), operation },
    ...(outcome === 'open' ? [] : [{ timeUs: to, type: 'OperationCompleted' as const, id, client, outcome }]),
  ]);
  for (const event of events.sort((a, b) => a.timeUs - b.timeUs)) history.observe(event);
  return history;
}

/** The verdict; where it is bad, the operation that no order explains. */
function judged(history: History): string {
  const found = judgeHistory(history.end().operations);
  return found.verdict === 'not linearizable' ? (describeViolation(found.violation, TIMES)[0] ?? '') : found.verdict;
}

describe('good histories', () => {
  test.each<[string, readonly Call[]]>([
    ['nothing written, nothing read', [get(1, 2, null)]],
    ['a value read after it was written', [put(1, 2, 'a'), get(3, 4, 'a')]],
    [
      'either value while a write is under way',
      [put(1, 2, 'a'), put(3, 9, 'b'), get(4, 5, 'b'), get(6, 7, 'b'), get(4, 8, 'a')],
    ],
    ['an unknown write that happened', [put(1, 2, 'a'), put(3, 4, 'b', UNKNOWN), get(50, 51, 'b')]],
    ['an unknown write that did not', [put(1, 2, 'a'), put(3, 4, 'b', UNKNOWN), get(50, 51, 'a')]],
    [
      'an unknown write that takes effect long after',
      [put(1, 2, 'a'), put(3, 4, 'b', UNKNOWN), put(5, 6, 'c'), get(7, 8, 'c'), get(9, 10, 'b')],
    ],
    ['a write never answered', [put(1, 2, 'a', 'open'), get(3, 4, 'a')]],
    ['a deletion', [put(1, 2, 'a'), del(3, 4), get(5, 6, null)]],
    ['a swap, read by a scan', [cas(1, 2, 'a', true), scan(3, 4, 'a')]],
    ['a swap that did not match replaces nothing', [put(1, 2, 'a'), cas(3, 4, 'b', false, 'a'), get(5, 6, 'a')]],
    ['a scan that ends before the key', [put(1, 2, 'a'), emptyScan(3, 4, 'k')]],
    ['a reversed scan cut above the key', [other, put(1, 2, 'a'), cutScan(3, 4, true)]],
    ['a value read before its deadline', [lasting(1, 2, 'a', 50_000), get(40_000, 40_001, 'a')]],
    ['a value gone after its deadline', [lasting(1, 2, 'a', 50_000), get(60_000, 60_001, null)]],
    [
      'either, as long as clocks may differ',
      [lasting(1, 2, 'a', 50_000), get(50_500, 50_501, 'a'), get(51_000, 51_001, null)],
    ],
    [
      'gone, although it was written by an unknown write',
      [put(1, 2, 'a'), lasting(3, 4, 'b', 50_000, UNKNOWN), get(60_000, 60_001, null)],
    ],
    ['a value whose deadline was overwritten', [lasting(1, 2, 'a', 50_000), put(3, 4, 'b'), get(60_000, 60_001, 'b')]],
    [
      'an unknown write that takes effect late, and lives on',
      [lasting(1, 2, 'a', 50_000, UNKNOWN), get(90_000, 90_001, 'a')],
    ],
    ['a batch writes each of its keys', [batch(1, 2, 'a', BATCHED), get(3, 4, 'a'), getOther(3, 4, 'x')]],
    [
      'a batch whose condition fails writes none',
      [put(1, 2, 'a'), batch(3, 4, 'b', batchRefused('a'), true), get(5, 6, 'a'), getOther(5, 6, null)],
    ],
    [
      'an unknown batch that happened late',
      [batch(1, 2, 'a', UNKNOWN), get(3, 4, null), get(8, 9, 'a'), getOther(8, 9, 'x')],
    ],
    ['two writes at once, in either order', [put(1, 9, 'a'), put(2, 8, 'b'), get(10, 11, 'a')]],
  ])('%s', (_, calls) => {
    expect(judged(historyOf(calls))).toBe('linearizable');
  });
});

describe('bad histories', () => {
  test.each<[string, readonly Call[], string]>([
    ['a scan that leaves out a key', [put(1, 2, 'a'), emptyScan(3, 4, 'l')], 'read k → absent; it could only meet "a"'],
    [
      'a batch that wrote only a part',
      [batch(1, 2, 'a', BATCHED), get(3, 4, 'a'), getOther(3, 4, null)],
      'read p → absent; it could only meet "x"',
    ],
    [
      'a batch that was refused and wrote',
      [put(1, 2, 'a'), batch(3, 4, 'b', batchRefused('a'), true), getOther(5, 6, 'x')],
      'read p → "x"; it could only meet absent',
    ],
    [
      'a batch whose condition saw what was not there',
      [put(1, 2, 'a'), batch(3, 4, 'b', BATCHED, true)],
      'cas k absent to "b"; it could only meet "a"',
    ],
    [
      'a swap that did not see what was there',
      [put(1, 2, 'a'), cas(3, 4, 'b', true)],
      'cas k absent to "b"; it could only meet "a"',
    ],
    [
      'a mismatch that saw what nobody wrote',
      [put(1, 2, 'a'), cas(3, 4, 'b', false, 'x')],
      'cas k absent to "b" (did not match: "x"); it could only meet "a"',
    ],
    [
      'an unknown write that takes effect a second time',
      [put(1, 2, 'a', UNKNOWN), get(3, 4, 'a'), put(5, 6, 'c'), get(7, 8, 'a')],
      'read k → "a"; it could only meet "c"',
    ],
    ['a value that nobody wrote', [put(1, 2, 'a'), get(3, 4, 'x')], 'read k → "x"; it could only meet "a"'],
    [
      'a value of a write that was refused',
      [put(1, 2, 'a', FAILED), get(3, 4, 'a')],
      'read k → "a"; it could only meet absent',
    ],
    [
      'a value of a swap that did not match',
      [put(1, 2, 'b'), cas(3, 4, 'a', false, 'b'), get(5, 6, 'a')],
      'read k → "a"; it could only meet "b"',
    ],
    [
      'a swap that did not match what it expected, it says',
      [cas(1, 2, 'a', false, null)],
      'cas k absent to "a" (did not match: absent); it could only meet absent',
    ],
    ['a value from the future', [get(1, 2, 'a'), put(3, 4, 'a')], 'read k → "a"; it could only meet absent'],
    [
      'an acknowledged write that is gone',
      [put(1, 2, 'a'), get(3, 4, null)],
      'read k → absent; it could only meet "a"',
    ],
    [
      'a value replaced long ago',
      [put(1, 2, 'a'), put(3, 4, 'b'), get(5, 6, 'a')],
      'read k → "a"; it could only meet "b"',
    ],
    [
      'the same in a scan',
      [put(1, 2, 'a'), put(3, 4, 'b'), scan(5, 6, 'a')],
      'at k: read k → "a"; it could only meet "b"',
    ],
    [
      'the same where the scan is reversed, and was not cut there',
      [other, put(1, 2, 'a'), cutScan(3, 4, false)],
      'read k → absent; it could only meet "a"',
    ],
    [
      'a value read after its deadline',
      [lasting(1, 2, 'a', 50_000), get(60_000, 60_001, 'a')],
      'read k → "a"; it could only meet absent',
    ],
    [
      'a value gone long before its deadline',
      [lasting(1, 2, 'a', 50_000), get(40_000, 40_001, null)],
      'read k → absent; it could only meet "a"',
    ],
    [
      'an expiry that deletes what was written after it',
      [lasting(1, 2, 'a', 50_000), put(30_000, 30_001, 'b'), get(60_000, 60_001, null)],
      'read k → absent; it could only meet "b"',
    ],
    [
      'a value that comes back after it expired',
      [lasting(1, 2, 'a', 50_000), get(50_000, 50_001, null), get(50_500, 50_501, 'a')],
      'read k → "a"; it could only meet absent',
    ],
    [
      'a swap that saw an expired value',
      [lasting(1, 2, 'a', 50_000), cas(60_000, 60_001, 'b', false, 'a')],
      'cas k absent to "b" (did not match: "a"); it could only meet absent',
    ],
    ['a deleted value', [put(1, 2, 'a'), del(3, 4), get(5, 6, 'a')], 'read k → "a"; it could only meet absent'],
    [
      'reads that go back',
      [put(1, 2, 'a'), put(3, 20, 'b'), get(5, 6, 'b'), get(7, 8, 'a')],
      'read k → "a"; it could only meet "b"',
    ],
    [
      'reads that go back from an unknown write',
      [put(1, 2, 'a'), put(3, 4, 'b', UNKNOWN), get(5, 6, 'b'), get(7, 8, 'a')],
      'read k → "a"; it could only meet "b"',
    ],
    [
      'reads that go back behind a deletion under way',
      [put(1, 2, 'a'), del(3, 20), get(5, 6, null), get(7, 8, 'a')],
      'read k → "a"; it could only meet absent',
    ],
  ])('%s', (_, calls, why) => {
    expect(judged(historyOf(calls))).toContain(why);
  });
});

test('outcomes are counted, and a reload leaves what was open unknown', () => {
  const history = historyOf([put(1, 2, 'a'), put(3, 4, 'b', FAILED), put(5, 6, 'c', UNKNOWN), put(7, 8, 'd', 'open')]);
  expect([history.acknowledged, history.failed, history.unknown]).toEqual([1, 1, 1]);
  history.observe({ timeUs: 9, type: 'ActionTaken', action: { type: 'Reload', endings: [] } });
  // The number is free again: this completion belongs to an operation of the new page, which it does not know.
  history.observe({ timeUs: 10, type: 'OperationCompleted', id: 3, client: clientActorId(100), outcome: FAILED });
  expect(history.failed).toBe(1);
  history.observe({
    timeUs: 11,
    type: 'OperationInvoked',
    id: 1,
    client: clientActorId(100),
    clientName: 'client',
    shard: shardId(0),
    operation: { type: 'Get', key },
  });
  history.observe({
    timeUs: 12,
    type: 'OperationCompleted',
    id: 1,
    client: clientActorId(100),
    outcome: ok({ type: 'Value', value: bytes('d') }),
  });
  expect(judged(history)).toBe('linearizable');
});

test('a scan that saw a part of a batch is told of, whatever each key for itself allows', () => {
  const items = ['k', 'p'].map((name) => ({ type: 'Put', key: encodeUtf8(name), value: encodeUtf8('new') }) as const);
  const seen = (from: number, k: string, p: string): Call => [
    from,
    from + 1,
    { type: 'Scan', from: key, to: undefined, limit: 9 },
    ok({
      type: 'Range',
      pairs: [
        { key, value: encodeUtf8(k) },
        { key: encodeUtf8('p'), value: encodeUtf8(p) },
      ],
      more: false,
    }),
  ];
  // While the batch is under way either value of each key is right; not both of them together.
  const calls = (k: string, p: string): Call[] => [
    put(1, 2, 'a'),
    other,
    [3, 9, { type: 'Batch', items }, BATCHED],
    seen(5, k, p),
  ];
  const ended = (k: string, p: string) => {
    const history = historyOf(calls(k, p));
    const { operations, torn } = history.end();
    return { verdict: judgeHistory(operations).verdict, torn: torn.length, compared: history.batchesCompared };
  };
  expect(ended('new', 'x')).toEqual({ verdict: 'linearizable', torn: 1, compared: 1 });
  expect(ended('new', 'new')).toEqual({ verdict: 'linearizable', torn: 0, compared: 1 });
  expect(ended('a', 'x')).toEqual({ verdict: 'linearizable', torn: 0, compared: 0 });
});
