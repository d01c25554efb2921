import { expect, test } from 'vitest';
import { type NodeId, nodeId } from '../../../core/base/ids.ts';
import type { TraceEvent } from '../../../core/cluster/trace-event.ts';
import { reduceAll } from '../../store/reduce.ts';
import { EMPTY_MODEL } from '../../store/view-model.ts';
import { recovered, started } from '../../testing/trace-events.ts';
import { rumourOf } from './rumour.ts';
import { isThinking, observersOf, subjectsOf, suspectsOf } from './who-is-seen.ts';

const [N1, N2, N3] = [nodeId(1), nodeId(2), nodeId(3)];
const heard = (node: NodeId, subject: NodeId): TraceEvent => ({
  ...{ timeUs: 5, node, type: 'GossipMerged', from: subject },
  heard: [{ subject, incarnation: 1, version: 7, ringEpoch: 0, staleUs: 0, meanUs: 1, deviationUs: 1 }],
});
const suspects = (node: NodeId, subject: NodeId): TraceEvent => ({
  ...{ timeUs: 20, type: 'NodeSuspected', node, subject, silentUs: 5_000_000, phi: 8.2 },
});
const departed = (node: NodeId): TraceEvent => ({
  timeUs: 30,
  type: 'DepartureHeard',
  node,
  subject: N3,
  incarnation: 1,
});
const LEFT: TraceEvent = {
  ...{ timeUs: 10, type: 'NodeStateChanged', subject: N3, from: 'leaving', to: 'left', incarnation: 1 },
};
const ALL = [N1, N2, N3];
const BEGUN = ALL.flatMap((node) => [
  started(node),
  recovered(node),
  ...ALL.filter((other) => other !== node).map((other) => heard(node, other)),
]);
const model = (...events: readonly TraceEvent[]) => reduceAll(EMPTY_MODEL, [...BEGUN, ...events]);

test('whoever has left runs on, and neither observes nor suspects any more', () => {
  const before = model(suspects(N3, N1));
  expect(observersOf(before)).toEqual(ALL);
  expect(suspectsOf(before, N1)).toBe(1);
  const after = model(LEFT, suspects(N3, N1));
  expect(after.nodes.get(N3)?.state).toBe('up');
  expect(isThinking(after, N3)).toBe(false);
  expect(observersOf(after)).toEqual([N1, N2]);
  expect(suspectsOf(after, N1)).toBe(0);
});

test('it is seen until all that run have heard that it has left', () => {
  expect(subjectsOf(model(LEFT, departed(N1)))).toEqual(ALL);
  expect(subjectsOf(model(LEFT, departed(N1), departed(N2)))).toEqual([N1, N2]);
  // One that starts anew has never heard of it.
  expect(subjectsOf(model(LEFT, departed(N1), started(N2, 40, 2), recovered(N2, 41)))).toEqual([N1, N2]);
});

test('no rumour comes from it, or to it', () => {
  const { points, newest } = rumourOf(model(LEFT).membership, [N1, N2], N1, 0);
  expect(points.map(({ node }) => node)).toEqual([N2]);
  expect(newest?.known).toEqual([N2]);
});
