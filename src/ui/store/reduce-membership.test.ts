import { expect, test } from 'vitest';
import { type NodeId, nodeId } from '../../core/base/ids.ts';
import { createRandomStream } from '../../core/base/random.ts';
import type { Action } from '../../core/cluster/action.ts';
import { CLASSROOM } from '../../core/cluster/presets.ts';
import { phiAfter } from '../../core/cluster/suspicion.ts';
import type { TraceEvent } from '../../core/cluster/trace-event.ts';
import { insideShell } from '../../sim/testing/inside.ts';
import { WorldByHand } from '../../sim/testing/world-by-hand.ts';
import { ARRIVALS_KEPT, BEATS_KEPT } from './membership-view.ts';
import { reduceAll } from './reduce.ts';
import { EMPTY_MODEL } from './view-model.ts';

const LONG = process.env.RINGSIDE_LONG === '1';

const SECOND = 1_000_000;
const NODES = 5;
const limits = { ...CLASSROOM.limits, heartbeatTtlUs: 15 * SECOND };

/** Something done to a node, drawn. */
function drawAction(between: (min: number, max: number) => number): Action {
  const node = nodeId(between(1, NODES));
  const types = ['Kill', 'Revive', 'Revive', 'Freeze', 'Thaw', 'Thaw'] as const;
  const type = types[between(0, types.length - 1)] ?? 'Revive';
  if (between(0, 3) > 0) return { type, node };
  return between(0, 1) === 0 ? { type: 'Isolate', actor: `n${node}` } : { type: 'Heal', actor: undefined };
}

test.each(LONG ? [1, 2, 3] : [1])('seed %i: what is drawn of an observer is what it thinks itself', (seed) => {
  const draw = createRandomStream(seed, 'test', 'membership', 0);
  const hand = new WorldByHand(seed, {
    ...CLASSROOM,
    nodes: NODES,
    shards: 1,
    limits: { ...limits, phiFormula: seed % 2 },
  });
  let model = EMPTY_MODEL;
  const seen = { compared: 0, suspected: 0, expired: 0 };
  for (let moment = 0; moment < 60; moment++) {
    hand.act(drawAction(draw.between));
    hand.run(hand.world.nowUs + draw.between(1000, 4 * SECOND));
    const nowUs = hand.world.nowUs;
    model = reduceAll(model, hand.seen);
    hand.seen = [];
    for (const [observer, { beats, subjects }] of model.membership) {
      const shell = insideShell(hand.hosts, observer);
      if (shell?.state !== 'up' || shell.node.started === undefined) continue;
      const { membership } = shell.node.started.gossip;
      if (beats.length > 0) expect(beats.at(-1)).toMatchObject({ version: membership.self.version });
      for (const [subject, { state, arrivals }] of subjects) {
        const held = membership.stateOf(subject);
        expect(state === 'expired', `n${observer} of n${subject}`).toBe(held === undefined);
        seen.expired += Number(state === 'expired');
        if (held === undefined) continue;
        const last = arrivals.at(-1);
        if (last === undefined) throw new Error('it was heard of');
        expect(last).toMatchObject({ version: held.version, incarnation: held.incarnation });
        expect(state === 'suspected').toBe(membership.isSuspected(subject));
        const drawn = phiAfter({ phiFormula: seed % 2 }, nowUs - last.silentFromUs, last);
        // The classroom's clocks keep their rate; mean and deviation are reported in whole microseconds.
        const thought = membership.phi(nowUs, subject) as number;
        expect(Math.abs(drawn - thought)).toBeLessThan(1e-3 + thought * 1e-4);
        seen.compared++;
        seen.suspected += Number(state === 'suspected');
      }
    }
  }
  expect(seen.compared).toBeGreaterThan(100);
  expect(seen.suspected).toBeGreaterThan(5);
  expect(seen.expired).toBeGreaterThan(0);
});

const [n1, n2] = [nodeId(1), nodeId(2)];
const merged = (timeUs: number, version: number, incarnation = 1): TraceEvent => ({
  timeUs,
  node: n1,
  type: 'GossipMerged',
  from: n2,
  heard: [{ subject: n2, incarnation, version, ringEpoch: 0, staleUs: 0, meanUs: 250_000, deviationUs: 125_000 }],
});
const ofN2 = (events: readonly TraceEvent[]) => reduceAll(EMPTY_MODEL, events).membership.get(n1)?.subjects.get(n2);

test('of heartbeats the newest are kept, in the order in which they were heard', () => {
  const subject = ofN2(Array.from({ length: 100 }, (_, i) => merged(i, i + 1)));
  expect(subject?.arrivals.map(({ version }) => version)).toEqual(
    Array.from({ length: ARRIVALS_KEPT }, (_, i) => i + 37),
  );
  const beats = Array.from(
    { length: 100 },
    (_, i): TraceEvent => ({
      ...{ timeUs: i, node: n1, type: 'GossipSent', to: [n2], probed: 0 as NodeId, incarnation: 1, version: i + 1 },
    }),
  );
  expect(reduceAll(EMPTY_MODEL, beats).membership.get(n1)?.beats).toHaveLength(BEATS_KEPT);
});

test('an observer that starts anew knows nobody; a suspected node that comes back as another is suspected no longer', () => {
  const suspected: TraceEvent = { timeUs: 5, node: n1, type: 'NodeSuspected', subject: n2, phi: 8, silentUs: 4 };
  expect(ofN2([merged(1, 7), suspected])?.state).toBe('suspected');
  expect(ofN2([merged(1, 7), suspected, merged(9, 8)])?.state).toBe('suspected');
  expect(ofN2([merged(1, 7), suspected, merged(9, 1, 2)])?.state).toBe('heard');
  expect(
    ofN2([merged(1, 7), { timeUs: 2, node: n1, type: 'NodeStarted', boot: 2, recoveryUs: 1, logRecords: 0 }]),
  ).toBeUndefined();
});
