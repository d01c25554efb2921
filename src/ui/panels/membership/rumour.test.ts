import { expect, test } from 'vitest';
import { type NodeId, nodeId } from '../../../core/base/ids.ts';
import type { TraceEvent } from '../../../core/cluster/trace-event.ts';
import { reduceAll } from '../../store/reduce.ts';
import { EMPTY_MODEL } from '../../store/view-model.ts';
import { rumourOf } from './rumour.ts';

const [N1, N2, N3] = [nodeId(1), nodeId(2), nodeId(3)];
const beat = (timeUs: number, node: NodeId, version: number, incarnation = 1): TraceEvent => ({
  ...{ timeUs, node, type: 'GossipSent', to: [], probed: nodeId(0), incarnation, version },
});
const heard = (
  timeUs: number,
  node: NodeId,
  from: NodeId,
  subject: NodeId,
  version: number,
  incarnation = 1,
): TraceEvent => ({
  ...{ timeUs, node, type: 'GossipMerged', from },
  heard: [{ subject, incarnation, version, ringEpoch: 0, staleUs: 0, meanUs: 1, deviationUs: 1 }],
});
const rumour = (events: readonly TraceEvent[], fromUs = 0) =>
  rumourOf(reduceAll(EMPTY_MODEL, events).membership, [N1, N2, N3], N1, fromUs);

test('who knew a heartbeat when, and by whom', () => {
  const { points, newest } = rumour([
    beat(10, N1, 1),
    heard(20, N2, N1, N1, 1),
    heard(35, N3, N2, N1, 1),
    beat(40, N1, 2),
  ]);
  expect(points).toEqual([
    { node: N1, timeUs: 10, version: 1, from: undefined },
    { node: N2, timeUs: 20, version: 1, from: { node: N1, timeUs: 10 } },
    { node: N3, timeUs: 35, version: 1, from: { node: N2, timeUs: 20 } },
    { node: N1, timeUs: 40, version: 2, from: undefined },
  ]);
  expect(newest).toEqual({ incarnation: 1, version: 2, bornUs: 40, known: [] });
});

test('the newest heartbeat that anybody has heard of counts, also where its beginning was not observed', () => {
  const { points, newest } = rumour([heard(20, N2, N1, N1, 7), heard(30, N3, N2, N1, 7)]);
  expect(points.map(({ from }) => from)).toEqual([undefined, { node: N2, timeUs: 20 }]);
  expect(newest).toEqual({ incarnation: 1, version: 7, bornUs: undefined, known: [N2, N3] });
});

test('of an earlier life nothing is told any more', () => {
  const { points, newest } = rumour([
    beat(10, N1, 99),
    heard(20, N2, N1, N1, 99),
    { timeUs: 30, node: N1, type: 'NodeStarted', boot: 2, recoveryUs: 0, logRecords: 0 },
    beat(40, N1, 1, 2),
    heard(50, N3, N1, N1, 1, 2),
  ]);
  expect(points.map(({ timeUs }) => timeUs)).toEqual([40, 50]);
  expect(newest).toMatchObject({ incarnation: 2, version: 1, known: [N3] });
});

test('what is older than what is shown is left out, and still known', () => {
  const { points, newest } = rumour([beat(10, N1, 1), heard(20, N2, N1, N1, 1)], 15);
  expect(points).toEqual([{ node: N2, timeUs: 20, version: 1, from: { node: N1, timeUs: 10 } }]);
  expect(newest?.known).toEqual([N2]);
  expect(rumour([], 0)).toEqual({ points: [], newest: undefined });
});
