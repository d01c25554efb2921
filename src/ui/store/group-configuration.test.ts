import { describe, expect, test } from 'vitest';
import type { NodeId } from '../../core/base/ids.ts';
import { holdersWords, jointSides, quorumWords, voterCount } from '../../core/cluster/membership.ts';
import type { TraceEvent } from '../../core/cluster/trace-event.ts';
import { type Configuration, simpleConfiguration } from '../../core/raft/configuration.ts';
import { towards } from '../../core/raft/configuration-change.ts';
import { ALL_VOTE, modelAfter, N1, N2, N3, replica, role, S0 } from '../testing/trace-events.ts';
import { groupConfiguration } from './group-configuration.ts';

const WITH_LEARNER = simpleConfiguration({ voters: [N1, N2], learners: [N3] });
const JOINT = towards(ALL_VOTE, WITH_LEARNER);
const change = (node: NodeId, configuration: Configuration, rolledBack = false): TraceEvent => ({
  timeUs: 20,
  type: 'ConfigurationChanged',
  node,
  shard: S0,
  index: 7,
  configuration,
  rolledBack,
});

test('a replica learns as soon as its own log says so, and no sooner', () => {
  const model = modelAfter(change(N2, JOINT), change(N3, JOINT));
  expect([N2, N3].map((node) => replica(model, node).learns)).toEqual([false, false]);
  const left = modelAfter(change(N2, WITH_LEARNER), change(N3, WITH_LEARNER));
  expect([N2, N3].map((node) => replica(left, node).learns)).toEqual([false, true]);
});

test("the group's is its leader's; without one, of the replica furthest in term", () => {
  expect(groupConfiguration(modelAfter(), S0)).toBeUndefined();
  const followers = modelAfter(
    role(N1, 'follower', 2),
    role(N2, 'follower', 3),
    change(N1, ALL_VOTE),
    change(N2, JOINT),
  );
  expect(groupConfiguration(followers, S0)).toEqual(JOINT);
});

test('majorities in words: one, or while joint both', () => {
  expect([ALL_VOTE, WITH_LEARNER, JOINT].map(quorumWords)).toEqual(['2 of 3', '2 of 2', '2/3 + 2/2']);
  expect([ALL_VOTE, WITH_LEARNER, JOINT].map(holdersWords)).toEqual([
    '2 of 3 replicas hold it',
    '2 of 2 voters hold it',
    'the old and the new majority hold it (2/3 + 2/2)',
  ]);
  expect([ALL_VOTE, WITH_LEARNER, JOINT].map(voterCount)).toEqual([3, 2, 3]);
  const swapped = towards(WITH_LEARNER, simpleConfiguration({ voters: [N2, N3], learners: [N1] }));
  expect([N1, N2, N3].map((node) => jointSides(swapped, node))).toEqual(['old', 'old + new', 'new']);
  expect([N1, N2, N3].map((node) => jointSides(WITH_LEARNER, node))).toEqual(['', '', '']);
});

describe('the feed', () => {
  test('tells a change as its leader enters and leaves the joint configuration, and what is gone back on', () => {
    const leads = role(N1, 'leader', 4);
    expect(modelAfter(leads, change(N1, JOINT)).feed.at(-1)).toMatchObject({
      actor: N1,
      text: 'takes s0 to voters n1 n2 n3 → n1 n2, learner n3',
      why: 'because it was asked to; until it leaves this joint configuration both majorities are needed',
    });
    expect(modelAfter(leads, change(N1, WITH_LEARNER)).feed.at(-1)).toMatchObject({
      text: 'has voters n1 n2, learner n3 in s0',
      why: 'because both majorities hold the joint configuration',
    });
    expect(modelAfter(change(N2, ALL_VOTE, true)).feed.at(-1)).toMatchObject({
      actor: N2,
      text: 'goes back to voters n1 n2 n3 in s0',
    });
    expect(modelAfter(leads, change(N2, JOINT)).feed).toHaveLength(1);
  });
});
