import { expect, test } from 'vitest';
import { nodeId, shardId } from '../core/base/ids.ts';
import { LateCodeMissing } from '../core/base/late-code.ts';
import type { TraceEvent } from '../core/cluster/trace-event.ts';
import { ClockModel, drawClock } from './clock-model.ts';
import { drawConfig } from './drawn-limits.ts';
import { InvariantTally } from './invariant-tally.ts';
import { LATE_ENGINE } from './late-engine.ts';
import { LateReferee } from './late-referee.ts';
import { provideLateEngine } from './provide-late-engine.ts';
import { Referee } from './referee.ts';

const { clocks } = drawConfig(1, 3, 4);
const options = () => ({
  tally: new InvariantTally(),
  clockOf: () => new ClockModel(drawClock(clocks, 1, nodeId(1))),
  electionTimeoutUsMin: 300_000,
});

/** Two leaders of one term. */
const EVENTS: readonly TraceEvent[] = [1, 2].map(
  (node) =>
    ({
      timeUs: node,
      node: nodeId(node),
      type: 'RoleChanged',
      shard: shardId(0),
      role: 'leader',
      term: 7,
    }) as TraceEvent,
);

test('judges what it has kept in order, as one does that was there from the start', () => {
  let isThere = false;
  let loads = 0;
  provideLateEngine(
    () => {
      loads++;
      if (loads === 1) throw new LateCodeMissing('offline');
      return LATE_ENGINE;
    },
    () => isThere,
  );
  const early = options();
  const referee = new Referee(early);
  const expected = EVENTS.flatMap((event) => referee.check(event) ?? []);
  expect(expected.length).toBeGreaterThan(0);

  const late = options();
  const other = new LateReferee(late);
  for (const event of EVENTS) expect(other.check(event, false)).toEqual([]);
  // Nothing is lost where it cannot come yet.
  expect(() => other.settle()).toThrow('offline');
  isThere = true;
  expect(other.settle()).toEqual(expected);
  expect(late.tally.reports()).toEqual(early.tally.reports());
  // From now on at once; and at once from the start, where rules are left out.
  expect(new LateReferee(options()).check(EVENTS[0] as TraceEvent, true)).toEqual([]);
});
