import { describe, expect, test } from 'vitest';
import type { TransportState } from '../../console/cluster.ts';
import { nodeId } from '../../core/base/ids.ts';
import type { TraceEvent } from '../../core/cluster/trace-event.ts';
import { nextShown, Playback } from './playback.ts';

const state = (change: Partial<TransportState>): TransportState => ({
  mode: 'playing',
  speed: 1,
  wantedSpeed: 1,
  pace: '',
  timeUs: 0,
  events: 0,
  note: '',
  breakpoints: [],
  hit: undefined,
  ...change,
});
const delivered = (timeUs: number): TraceEvent => ({ timeUs, type: 'MessageDelivered', id: timeUs });
const begun: TraceEvent = { timeUs: 0, type: 'NodeStarted', node: nodeId(1), boot: 1, recoveryUs: 0, logRecords: 0 };
const MS = 1000;

describe('nextShown', () => {
  test('never passes what is known', () => {
    expect(nextShown(0, 10 * MS, state({}), 1000)).toBeLessThanOrEqual(10 * MS);
  });

  test('keeps the cluster’s speed when it is one lag behind', () => {
    expect(nextShown(0, 80 * MS, state({ speed: 1 }), 16)).toBe(16 * MS);
    expect(nextShown(0, 8 * MS, state({ speed: 0.1 }), 16)).toBeCloseTo(1.6 * MS, 6);
  });

  test('goes on to the very moment when paused, and jumps when far behind', () => {
    expect(nextShown(95 * MS, 100 * MS, state({ mode: 'paused' }), 16)).toBe(100 * MS);
    expect(nextShown(0, 5000 * MS, state({ mode: 'paused' }), 16)).toBe(5000 * MS);
    expect(nextShown(0, 5000 * MS, state({}), 16)).toBe(4920 * MS);
  });

  test('shows what piled up at a higher speed smoothly when the cluster slows down', () => {
    let shownUs = 0;
    let last = 20 * MS;
    // One lag behind at speed 1/2 when it falls to 1/40: 40 ms to show, which is twenty lags of the new speed.
    for (let ms = 0; ms < 600; ms += 16) {
      const next = nextShown(shownUs, 40 * MS + ms * 25, state({ speed: 1 / 40 }), 16, 1 / 2);
      expect(next - shownUs).toBeGreaterThan(0);
      expect(next - shownUs).toBeLessThanOrEqual(last);
      last = next - shownUs;
      shownUs = next;
    }
    // Asymptotically one lag (2 ms) behind.
    expect(40 * MS + 600 * 25 - shownUs).toBeLessThan(3 * MS);
  });

  test('shows everything at once while booting, replaying and at full speed', () => {
    for (const change of [{ mode: 'booting' }, { mode: 'replaying' }, { speed: 'max' }] as const) {
      expect(nextShown(0, 70 * MS, state(change), 1)).toBe(70 * MS);
    }
  });
});

describe('Playback', () => {
  test('gives an event when the shown clock reaches it, in order, once', () => {
    const playback = new Playback();
    playback.report(state({ mode: 'paused' }));
    playback.advance(0);
    playback.push([delivered(10 * MS), delivered(30 * MS)]);
    expect(playback.advance(20).events.map((event) => event.timeUs)).toEqual([10 * MS]);
    expect(playback.nowUs, 'a frame after a rest').toBe(16 * MS);
    expect(playback.advance(40).events.map((event) => event.timeUs)).toEqual([30 * MS]);
    expect(playback.advance(60).events).toEqual([]);
  });

  test('a new run clears what was waiting, whether its events or its time come first', () => {
    for (const first of ['events', 'time'] as const) {
      const playback = new Playback();
      playback.report(state({ mode: 'paused', timeUs: 100 * MS }));
      playback.push([delivered(100 * MS)]);
      playback.advance(0);
      playback.push([delivered(200 * MS)]);
      if (first === 'events') playback.push([begun, delivered(2 * MS)]);
      playback.report(state({ mode: 'booting', timeUs: 3 * MS }));
      if (first === 'time') playback.push([begun, delivered(2 * MS)]);
      const { events, restarted } = playback.advance(16);
      expect(restarted).toBe(true);
      expect(events).toEqual([begun, delivered(2 * MS)]);
      expect(playback.nowUs).toBe(3 * MS);
      expect(playback.advance(32)).toEqual({ events: [], restarted: false });
    }
  });

  test('moves while time runs at a finite speed or reports wait to be shown, and rests otherwise', () => {
    const playback = new Playback();
    playback.report(state({ mode: 'paused', speed: 1 }));
    playback.advance(0);
    expect(playback.moving, 'paused, all shown').toBe(false);
    playback.push([delivered(20 * MS)]);
    expect(playback.moving, 'a report waits').toBe(true);
    playback.advance(1000);
    expect(playback.nowUs, 'the rest before it did not count').toBe(16 * MS);
    expect(playback.moving, 'not shown to the end').toBe(true);
    playback.advance(1016);
    expect(playback.moving).toBe(false);
    playback.report(state({ mode: 'playing', speed: 0.1, timeUs: 20 * MS }));
    playback.advance(1032);
    expect(playback.moving, 'plays').toBe(true);
    playback.report(state({ mode: 'playing', speed: 'max', timeUs: 90 * MS }));
    playback.advance(1048);
    expect(playback.moving, 'at full speed each report is a picture').toBe(false);
  });
});
