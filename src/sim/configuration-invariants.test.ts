import { expect, test } from 'vitest';
import { nodeId, shardId } from '../core/base/ids.ts';
import type { TraceEvent } from '../core/cluster/trace-event.ts';
import { type Configuration, simpleConfiguration } from '../core/raft/configuration.ts';
import { leaveJoint, towards } from '../core/raft/configuration-change.ts';
import type { Entry } from '../core/raft/entry.ts';
import { encodeConfiguration } from '../core/raft/write-configuration.ts';
import { ConfigurationInvariants } from './configuration-invariants.ts';

const simple = (voters: readonly number[], learners: readonly number[] = []): Configuration =>
  simpleConfiguration({ voters: voters.map(nodeId), learners: learners.map(nodeId) });
const ALL = simple([1, 2, 3]);
const TWO = simple([1, 2], [3]);
const JOINT = towards(ALL, TWO);

const entry = (index: number, configuration: Configuration): Entry => ({
  index,
  term: 1,
  kind: 'configuration',
  stampUs: index,
  command: encodeConfiguration(configuration),
});

const on = (node: number, fields: object): TraceEvent =>
  ({ timeUs: 1, node: nodeId(node), shard: shardId(0), ...fields }) as unknown as TraceEvent;
const recover = (node: number, baseIndex: number, base: Configuration, configuration = base, ...entries: Entry[]) =>
  on(node, { type: 'ReplicaRecovered', baseIndex, baseConfiguration: base, entries, configuration });
const append = (node: number, truncatedFrom: number, ...entries: Entry[]) =>
  on(node, { type: 'EntriesAppended', truncatedFrom, entries });
const change = (node: number, configuration: Configuration) =>
  on(node, { type: 'ConfigurationChanged', index: 1, configuration, rolledBack: false });
const commit = (node: number, commitIndex: number) => on(node, { type: 'CommitAdvanced', commitIndex, term: 1 });
const install = (node: number, index: number, configuration: Configuration) =>
  on(node, { type: 'SnapshotInstalled', index, configuration });
const vote = (node: number, from: number, term = 1, preVote = false) =>
  on(node, { type: 'VoteReceived', from: nodeId(from), granted: true, term, preVote });
const lead = (node: number, term = 1) => on(node, { type: 'RoleChanged', role: 'leader', term });

function found(...events: readonly TraceEvent[]): readonly string[] {
  const checker = new ConfigurationInvariants();
  return events.flatMap((event) => checker.check(event)?.invariant ?? []);
}

const START = [1, 2, 3].map((node) => recover(node, 0, ALL));
/** Entry 3 enters the joint configuration and 5 leaves it, on n1 and n2; committed. */
const CHANGED = [1, 2].flatMap((node) => [
  append(node, 0, entry(3, JOINT), entry(5, TWO)),
  change(node, TWO),
  commit(node, 5),
]);

test('a change through a joint configuration, its truncation, snapshot and recovery are in order', () => {
  expect(found(...START, ...CHANGED, vote(2, 1), vote(2, 2), lead(2))).toEqual([]);
  expect(found(...START, append(1, 0, entry(3, JOINT)), change(1, JOINT), append(1, 3), change(1, ALL))).toEqual([]);
  expect(found(...START, ...CHANGED, install(3, 5, TWO), change(3, TWO), recover(3, 5, TWO))).toEqual([]);
  expect(found(...START, ...CHANGED, recover(1, 4, JOINT, TWO, entry(5, TWO)), install(3, 2, ALL))).toEqual([]);
  // What is known begins behind a gap: nothing can be said of what lies before it.
  expect(found(recover(1, 9, TWO), commit(1, 12), recover(2, 4, ALL), install(3, 7, ALL))).toEqual([]);
});

test('voters that change without a joint configuration, or while one is in force', () => {
  expect(found(...START, append(1, 0, entry(3, simple([1, 2]))))).toEqual(['Configuration']);
  expect(found(...START, append(1, 0, entry(3, JOINT), entry(4, towards(TWO, simple([3])))))).toEqual([
    'Configuration',
  ]);
  expect(found(...START, append(1, 0, entry(3, JOINT), entry(4, ALL)))).toEqual(['Configuration']);
  expect(found(recover(1, 0, ALL, TWO, entry(3, leaveJoint(JOINT))))).toEqual(['Configuration']);
});

// core.md, section E, 12
test('a replica that goes by a configuration that its log no longer holds', () => {
  const truncated = [...START, append(1, 0, entry(3, JOINT)), change(1, JOINT), append(1, 3)];
  expect(found(...truncated, change(1, JOINT))).toEqual(['Configuration']);
  expect(found(recover(1, 0, ALL, TWO))).toEqual(['Configuration']);
});

// core.md, section E, 11
test('a log that begins with another configuration than was committed there', () => {
  expect(found(...START, ...CHANGED, install(3, 5, ALL))).toEqual(['Configuration']);
  expect(found(...START, ...CHANGED, install(3, 4, TWO))).toEqual(['Configuration']);
  expect(found(...START, ...CHANGED, recover(2, 5, JOINT))).toEqual(['Configuration']);
});

test('a leader without a majority of either configuration', () => {
  expect(found(...START, lead(1))).toEqual(['ElectionQuorum']);
  expect(found(...START, vote(1, 1), vote(1, 2, 2, true), lead(1))).toEqual(['ElectionQuorum']);
  expect(found(...START, vote(1, 1), vote(1, 2), lead(1, 2))).toEqual(['ElectionQuorum']);
  expect(found(...START, ...CHANGED, vote(1, 1), vote(1, 3), lead(1)), 'a learner does not elect').toEqual([
    'ElectionQuorum',
  ]);
  const joint = [...START, append(1, 0, entry(3, towards(ALL, simple([3], [1, 2]))))];
  expect(found(...joint, vote(1, 1), vote(1, 2), lead(1))).toEqual(['ElectionQuorum']);
  expect(found(...joint, vote(1, 1), vote(1, 3), lead(1))).toEqual([]);
});

test('membership bug 34: a replica that is deleted although its group counts on it', () => {
  const numbered = { ...TWO, replicas: [1, 2, 3].map((node) => ({ node: nodeId(node), replicaId: 10 + node })) };
  const changed = [append(1, 0, entry(3, JOINT), entry(5, numbered)), commit(1, 5)];
  const drop = (node: number, replicaId: number) => on(node, { type: 'ReplicaDropped', replicaId });
  expect(found(...START, ...changed, drop(2, 12))).toEqual(['Configuration']);
  expect(found(...START, ...changed, drop(2, 2)), 'an earlier one on the same node').toEqual([]);
  expect(found(...START, ...changed, drop(3, 13)), 'a learner').toEqual([]);
});
