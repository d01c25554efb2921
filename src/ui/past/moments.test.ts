import { describe, expect, test } from 'vitest';
import { reducePaths } from '../../core/cluster/operation-path/reduce-paths.ts';
import type { TraceEvent } from '../../core/cluster/trace-event.ts';
import { EMPTY_MODEL, type ViewModel } from '../store/view-model.ts';
import { liveThrough } from '../testing/random-run.ts';
import { appended, entries, N1, recovered, role, sent, started } from '../testing/trace-events.ts';
import { modelAt, momentAfter, momentBefore, reachOf } from './moments.ts';
import { STRETCH_EVENTS, TraceHistory, WEIGHT_MAX } from './trace-history.ts';

const SEEDS = process.env.RINGSIDE_LONG === '1' ? 60 : 1;
/** Spread over the run. */
const MOMENTS_EACH = 30;

/** With its paths read: how much of them has been read before says nothing about the moment. */
const told = (model: ViewModel | undefined) => ({ ...model, paths: model?.paths.read(reducePaths) });

/** Design, section 4: scrubbing back is reducing to an earlier moment. */
test.each(Array.from({ length: SEEDS }, (_, i) => i + 1))(
  'seed %i: every moment is as it was when it was lived',
  (seed) => {
    const { history, lived } = liveThrough(seed, 12);
    const kept = lived.filter(
      // Of two events at one time the second may be reported with the next batch only: that moment was never lived whole.
      ({ timeUs }, i) => timeUs >= reachOf(history) && lived[i + 1]?.fromUs !== timeUs,
    );
    expect(kept.length).toBeGreaterThan(30);
    // The last frame of a moment: all that was reported of it was shown by then, unless something happened in its very microsecond after it.
    const goesOn = new Set(history.stretches.flatMap(({ events }) => events.map((event) => event.timeUs)));
    const shown = kept.filter(({ timeUs, model }) => model.timeUs === timeUs || !goesOn.has(timeUs));
    const last = new Map(shown.map(({ timeUs, model }) => [timeUs, model]));
    const moments = [...last].filter((_, i) => i % Math.ceil(last.size / MOMENTS_EACH) === 0);
    for (const [timeUs, model] of moments)
      expect(told(modelAt(history, timeUs)), `at ${timeUs} µs`).toEqual(told(model));
  },
);

test('what a page lives through takes more than one kept model', () => {
  expect(liveThrough(1, 12).history.stretches.length).toBeGreaterThan(1);
});

test('going back and on again visits the same moments, each once', () => {
  const { history } = liveThrough(3, 4);
  const back: number[] = [];
  for (let at: number | undefined = history.endUs; at !== undefined && back.length < 3000; ) {
    back.push(at);
    at = momentBefore(history, at);
  }
  expect(back.length).toBe(3000);
  expect(new Set(back).size).toBe(back.length);
  const on: number[] = [];
  for (let at = back.at(-1); at !== undefined; at = momentAfter(history, at)) on.push(at);
  expect(on.reverse()).toEqual(back);
});

function takeAll(batches: readonly (readonly TraceEvent[])[]): { history: TraceHistory; model: ViewModel } {
  const history = new TraceHistory();
  let model: ViewModel = EMPTY_MODEL;
  for (const batch of batches) model = history.reduce(model, batch);
  return { history, model };
}

describe('what is kept', () => {
  const message = (id: number): TraceEvent => sent(id, id);
  const arrived = (id: number): TraceEvent => ({ timeUs: id + 10, type: 'MessageDelivered', id });
  const traffic = (count: number): TraceEvent[] =>
    Array.from({ length: count }, (_, i) => (i % 2 === 0 ? message(100 + i) : arrived(99 + i)));

  test('is bounded: the oldest stretches go, and the reach says from where on there is something', () => {
    const { history } = takeAll([traffic(WEIGHT_MAX * 2)]);
    const kept = history.stretches.reduce((sum, { events }) => sum + events.length, 0);
    expect(kept).toBeLessThanOrEqual(WEIGHT_MAX);
    expect(kept).toBeGreaterThan(WEIGHT_MAX - 2 * STRETCH_EVENTS);
    expect(history.stretches.every(({ events }) => events.length <= STRETCH_EVENTS)).toBe(true);
    const reachUs = reachOf(history);
    expect(reachUs).toBeGreaterThan(0);
    expect(modelAt(history, reachUs - 1)).toBeUndefined();
    expect(modelAt(history, reachUs)).toBeDefined();
    expect(momentBefore(history, reachUs)).toBeUndefined();
  });

  test('large values weigh more: few of them fill it', () => {
    const large = (i: number): TraceEvent => {
      const [entry] = entries(i, i, 1);
      return appended(
        N1,
        [{ ...(entry as NonNullable<typeof entry>), command: new Uint8Array(1024 * 1024) }],
        0,
        100 + i,
      );
    };
    const batches = Array.from({ length: 60 }, (_, i) => [large(i + 1), ...traffic(STRETCH_EVENTS)]);
    const { history } = takeAll([[started(N1), recovered(N1), role(N1, 'leader', 1)], ...batches]);
    expect(history.stretches.length).toBeLessThan(WEIGHT_MAX / 4096 + 3);
  });

  test('a report that comes late belongs to the moment at which it was told', () => {
    const { history, model } = takeAll([[started(N1, 100), recovered(N1, 200), message(150)]]);
    expect(history.endUs).toBe(200);
    expect(modelAt(history, 160)?.messages.size).toBe(0);
    expect(told(modelAt(history, 200))).toEqual(told(model));
    expect(momentBefore(history, 200)).toBe(100);
    expect(momentAfter(history, 100)).toBe(200);
    expect(momentAfter(history, 200)).toBeUndefined();
  });

  test('another run begins with nothing', () => {
    const { history } = takeAll([traffic(10)]);
    history.clear();
    expect([history.stretches.length, history.endUs, reachOf(history)]).toEqual([0, 0, 0]);
    expect(modelAt(history, 5)).toBeUndefined();
  });
});
