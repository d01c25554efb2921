import { expect, test } from 'vitest';
import { type ShardId, shardId } from '../../core/base/ids.ts';
import { CLASSROOM, createHeader } from '../../core/cluster/presets.ts';
import type { TraceEvent } from '../../core/cluster/trace-event.ts';
import { runInProcess } from '../../sim/run.ts';
import { AutoPace, autoRates } from './auto-pace.ts';

const ADDED_US = 3_000_000;
const FRAME_MS = 16;
const JOIN_MS_MAX = 20_000;

/** A fourth node joins the default cluster. */
const join = (): readonly TraceEvent[] => {
  const events: TraceEvent[] = [];
  runInProcess(createHeader('join', 1, CLASSROOM), [{ timeUs: ADDED_US, action: { type: 'Add' } }], 6_000_000, {
    observe: (event) => void events.push(event),
  });
  return events;
};

/** Milliseconds on the wall from the ADD to the end of the last move, while `watched` is looked at. */
function wallMs(events: readonly TraceEvent[], watched: ShardId): number {
  const endUs = events.findLast(({ type }) => type === 'MoveEnded')?.timeUs ?? Number.NaN;
  const pace = new AutoPace(autoRates(CLASSROOM), watched);
  let at = events.findIndex(({ timeUs }) => timeUs >= ADDED_US);
  let [nowUs, ms] = [ADDED_US, 0];
  while (nowUs < endUs) {
    ms += FRAME_MS;
    let untilUs = nowUs + pace.advance(ms, nowUs) * FRAME_MS * 1000;
    for (let next = events[at]; next !== undefined && next.timeUs <= untilUs; next = events[++at]) {
      if (pace.observe([next])) untilUs = next.timeUs;
    }
    nowUs = Math.max(untilUs, nowUs + 1);
  }
  return ms;
}

test('a fourth node joins within 20 s of wall time, and sooner where no shard is looked at that moves', () => {
  const events = join();
  const still = shardId(0);
  const moved = events.flatMap((event) => (event.type === 'MoveEnded' ? [event.shard] : []));
  expect(moved).not.toContain(still);
  const watched = moved.slice(0, 3).map((shard) => wallMs(events, shard));
  expect(Math.max(...watched)).toBeLessThan(JOIN_MS_MAX);
  expect(wallMs(events, still)).toBeLessThan(Math.min(...watched));
});
