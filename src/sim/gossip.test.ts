import { describe, expect, test } from 'vitest';
import { nodeId } from '../core/base/ids.ts';
import type { Action, TimedAction } from '../core/cluster/action.ts';
import { CLASSROOM, createHeader, DATACENTER } from '../core/cluster/presets.ts';
import type { RunConfig } from '../core/cluster/run.ts';
import type { TraceEvent } from '../core/cluster/trace-event.ts';
import { PHI_FORMULAS } from '../core/membership/options.ts';
import { silenceOf } from '../core/membership/phi.ts';
import { runInProcess } from './run.ts';

const SECOND = 1_000_000;

type Of<T extends TraceEvent['type']> = Extract<TraceEvent, { readonly type: T }>;

function told(seed: number, config: RunConfig, untilUs: number, actions: readonly TimedAction[] = []) {
  const events: TraceEvent[] = [];
  const observe = (event: TraceEvent) => void events.push(event);
  const report = runInProcess(createHeader(`gossip-${seed}`, seed, config), actions, untilUs, { observe });
  expect(report.violations).toEqual([]);
  const of = <T extends TraceEvent['type']>(type: T) => events.filter((event): event is Of<T> => event.type === type);
  return { of };
}

const at = (timeUs: number, action: Action): TimedAction => ({ timeUs, action });
const kill = (node: number): Action => ({ type: 'Kill', node: nodeId(node) });
const revive = (node: number): Action => ({ type: 'Revive', node: nodeId(node) });

const formulas = PHI_FORMULAS.map((formula, phiFormula) => [formula, phiFormula] as const);
const profiles = [CLASSROOM, DATACENTER].map((config) => [config.profile, config] as const);

describe.each(profiles)('%s', (_, profile) => {
  const roundUs = profile.limits.gossipIntervalUs;
  const configOf = (nodes: number, phiFormula: number): RunConfig => ({
    ...profile,
    nodes,
    limits: { ...profile.limits, phiFormula },
  });

  test.each(formulas.flatMap((each) => [3, 5, 9].map((nodes) => [...each, nodes] as const)))(
    '%s (%i), %i nodes: a dead one is suspected by all live ones within the time that phi predicts',
    (formula, phiFormula, nodes) => {
      const killUs = 60 * roundUs;
      const { of } = told(nodes, configOf(nodes, phiFormula), killUs + 40 * roundUs, [at(killUs, kill(nodes))]);
      const suspected = of('NodeSuspected');
      expect(suspected.map(({ node, subject }) => [node, subject]).sort()).toEqual(
        Array.from({ length: nodes - 1 }, (_, i) => [i + 1, nodes]),
      );
      for (const { node, timeUs, silentUs, phi } of suspected) {
        const last = of('GossipMerged')
          .filter((event) => event.node === node && event.timeUs <= timeUs)
          .flatMap(({ heard, timeUs: heardUs }) => heard.map((each) => ({ ...each, heardUs })))
          .findLast(({ subject }) => subject === nodes);
        if (last === undefined) throw new Error('it was heard of while it lived');
        const predictedUs = silenceOf(formula, profile.limits.phiThreshold, last);
        expect(timeUs - last.heardUs).toBe(silentUs);
        expect(silentUs).toBeGreaterThan(predictedUs - 20);
        expect(silentUs).toBeLessThan(predictedUs + roundUs + 20);
        expect(phi).toBeGreaterThanOrEqual(profile.limits.phiThreshold);
      }
    },
    20_000,
  );

  test.each([1, 2, 3])(
    'seed %i: a node that is slow but alive (30 percent lost, five times the delay) is suspected by nobody',
    (seed) => {
      const settings = { drop: 0.3, delayUs: 5 * profile.network.delayUs, jitterUs: 5 * profile.network.jitterUs };
      const slow = [1, 2].map((other) =>
        at(20 * roundUs, { type: 'Link', from: `n${other}`, to: 'n3', bothWays: true, settings }),
      );
      const { of } = told(seed, configOf(3, 0), 300 * roundUs, slow);
      expect(of('NodeSuspected')).toEqual([]);
      expect(of('GossipMerged').length).toBeGreaterThan(300);
    },
  );
});

test('a node that comes back is heard of at once, as another life of itself', () => {
  const { of } = told(4, CLASSROOM, 40 * SECOND, [at(10 * SECOND, kill(2)), at(30 * SECOND, revive(2))]);
  expect(of('NodeSuspected').map(({ subject }) => subject)).toEqual([2, 2]);
  const returned = of('GossipMerged').flatMap(({ timeUs, node, heard }) =>
    heard.flatMap(({ subject, incarnation }) => (subject === 2 && incarnation === 2 ? [{ timeUs, node }] : [])),
  );
  for (const observer of [1, 3]) {
    const first = returned.find(({ node }) => node === observer);
    expect(first?.timeUs).toBeLessThan(31 * SECOND);
  }
  expect(of('NodeSuspected').filter(({ timeUs }) => timeUs > 30 * SECOND)).toEqual([]);
});

test('both sides of a partition suspect each other, each in its own view, and stop when it heals', () => {
  const groups = [['n1', 'n2'], ['n3']];
  const { of } = told(5, CLASSROOM, 40 * SECOND, [
    at(10 * SECOND, { type: 'Partition', groups }),
    at(30 * SECOND, { type: 'Heal', actor: undefined }),
  ]);
  const pairs = (events: readonly { readonly node: number; readonly subject: number }[]) =>
    events.map(({ node, subject }) => `${node} of ${subject}`).sort();
  const expected = ['1 of 3', '2 of 3', '3 of 1', '3 of 2'];
  expect(pairs(of('NodeSuspected'))).toEqual(expected);
  expect(pairs(of('NodeUnsuspected'))).toEqual(expected);
  for (const { timeUs } of of('NodeUnsuspected')) expect(timeUs).toBeLessThan(32 * SECOND);
});

test('gossip bug 54: a node that was frozen suspects nobody when it goes on, and the others suspect it no longer', () => {
  const { of } = told(6, CLASSROOM, 60 * SECOND, [
    at(10 * SECOND, { type: 'Freeze', node: nodeId(1) }),
    at(40 * SECOND, { type: 'Thaw', node: nodeId(1) }),
  ]);
  expect(of('LocalPauseNoticed').map(({ node }) => node)).toEqual([1]);
  const suspected = of('NodeSuspected').map(({ node, subject }) => `${node} of ${subject}`);
  expect(suspected.sort()).toEqual(['2 of 1', '3 of 1']);
  expect(of('NodeUnsuspected').map(({ subject }) => subject)).toEqual([1, 1]);
});

test('one node alone gossips with nobody', () => {
  const { of } = told(7, { ...CLASSROOM, nodes: 1 }, 5 * SECOND);
  expect(of('GossipSent')).toEqual([]);
});

test('CONFIG phi: a lower threshold suspects sooner, a higher one takes suspicions back, also on nodes that start later', () => {
  const set = (name: 'phi.threshold' | 'phi.formula' | 'phi.window', value: number): Action => ({
    type: 'Configure',
    name,
    value,
  });
  const killUs = 20 * SECOND;
  const actions = [
    at(2 * SECOND, kill(2)),
    at(3 * SECOND, set('phi.threshold', 0.5)),
    at(3 * SECOND, set('phi.window', 3)),
    at(4 * SECOND, revive(2)),
    at(killUs, kill(3)),
    at(killUs + 2 * SECOND, set('phi.threshold', 1000)),
    at(killUs + 4 * SECOND, set('phi.threshold', 1)),
    at(killUs + 4 * SECOND, set('phi.formula', 1)),
  ];
  const { of } = told(3, { ...CLASSROOM, nodes: 3 }, killUs + 6 * SECOND, actions);
  const ofThird = <T extends { readonly subject: number; readonly timeUs: number }>(events: readonly T[]) =>
    events.filter(({ subject, timeUs }) => subject === 3 && timeUs > killUs);
  const suspected = ofThird(of('NodeSuspected'));
  const cleared = ofThird(of('NodeUnsuspected'));
  // Both observers: n2, which began with the setting, as well.
  expect(suspected.map(({ node }) => node).sort()).toEqual([1, 1, 2, 2]);
  expect(suspected.filter(({ timeUs }) => timeUs < killUs + 2 * SECOND)).toHaveLength(2);
  expect(cleared.map(({ node }) => node).sort()).toEqual([1, 2]);
  for (const { timeUs, phi } of cleared) {
    expect(timeUs).toBeGreaterThanOrEqual(killUs + 2 * SECOND);
    expect(phi).toBeGreaterThan(0.5);
  }
});
