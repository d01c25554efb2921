import { expect, test } from 'vitest';
import { frameCosts, percentile, type TraceRecord } from './frame-costs.ts';

const thread = (pid: number, tid: number): TraceRecord => ({
  ...{ name: 'thread_name', ph: 'M', pid, tid, ts: 0 },
  args: { name: 'CrRendererMain' },
});
/** Busy for all of its time, unless `tdur` says that it was made to wait. */
const piece = (name: string, ts: number, dur: number, tdur = dur): TraceRecord => ({
  ...{ name, ph: 'X', pid: 1, tid: 1, ts, dur, tdur },
});

const commit = (ts: number, pid = 1): TraceRecord => ({ ...piece('Commit', ts, 10), pid });

test('a frame costs what ran since the one before, each piece without those inside it', () => {
  const records = [
    thread(1, 1),
    piece('Layout', 1400, 300),
    piece('FireAnimationFrame', 1000, 1000),
    piece('FunctionCall', 1100, 800),
    commit(900),
    piece('Paint', 2500, 500, 200),
    piece('HandlePostMessage', 4000, 100),
    { ...piece('drawn', 4050, 0), ph: 'R', cat: 'blink.user_timing' },
    commit(10_000),
    piece('UpdateLayoutTree', 11_000, 50),
    commit(20_000),
    piece('Paint', 21_000, 9000),
  ];
  const [first, second, ...rest] = frameCosts(records);
  expect(rest).toEqual([]);
  expect(first?.script).toBeCloseTo(0.8, 9);
  expect(first?.layout).toBeCloseTo(0.3, 9);
  expect(first?.paint).toBeCloseTo(0.21, 9);
  expect(first?.marked).toBe(true);
  expect(second).toEqual({ script: 0, style: 0.05, layout: 0, paint: 0.01, marked: false });
});

test('only the main thread that draws counts', () => {
  const other = { ...piece('Layout', 1000, 700), tid: 2 };
  const [cost] = frameCosts([thread(2, 1), commit(0, 2), thread(1, 1), commit(900), other, commit(2000)]);
  expect(cost).toEqual({ script: 0, style: 0, layout: 0, paint: 0.01, marked: false });
  expect(frameCosts([])).toEqual([]);
});

test('a percentile is a value that was measured', () => {
  const values = Array.from({ length: 100 }, (_, i) => 100 - i);
  expect([percentile(values, 0.5), percentile(values, 0.95), percentile(values, 1)]).toEqual([50, 95, 100]);
  expect(percentile([7], 0.95)).toBe(7);
  expect(percentile([], 0.5)).toBeNaN();
});
