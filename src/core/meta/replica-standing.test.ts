import { expect, test } from 'vitest';
import { must } from '../base/assert.ts';
import { nodeId } from '../base/ids.ts';
import { replicaOn } from './meta-state.ts';
import { replicaStanding } from './replica-standing.ts';
import { Script } from './testing/script.ts';

const N5 = nodeId(5);

test('membership bug 53: what was meant for an earlier replica on the same node is not taken for this one', () => {
  const script = new Script();
  const { shard, from } = script.catchingUp();
  const first = must(replicaOn(script.group(shard), N5), 'a learner has a replica').replicaId;
  expect(replicaStanding(script.state, shard, N5, first)).toBe('open');
  script.say({ type: 'AbortMove', shard, token: script.group(shard).token });
  const { voters } = script.group(shard).report.configuration;
  script.report(shard, { voters, votersOutgoing: [], learners: [] });
  expect(replicaStanding(script.state, shard, N5, first)).toBe('closed');
  script.say({ type: 'StartMove', shard, to: N5, from: nodeId(from) });
  const second = must(replicaOn(script.group(shard), N5), 'a learner has a replica').replicaId;
  expect(replicaStanding(script.state, shard, N5, first)).toBe('closed');
  expect(replicaStanding(script.state, shard, N5, second)).toBe('open');
  expect(replicaStanding(script.state, shard, nodeId(4), second)).toBe('closed');
});

test('a replica that this state has not heard of is not refused for good', () => {
  const { state } = new Script();
  expect(replicaStanding(state, must(state.groups[0], 'a group').shard, N5, state.nextReplicaId)).toBe('unknown');
});

test('membership bug 33: a replica whose disk was wiped is heard no more', () => {
  const script = new Script({ nodes: 3 });
  const { shard } = must(script.state.groups[0], 'a group');
  const { replicaId } = must(replicaOn(script.group(shard), nodeId(2)), 'every node has one');
  script.say({ type: 'ReplaceBlank', node: nodeId(2), incarnation: 2, force: false });
  expect(replicaStanding(script.state, shard, nodeId(2), replicaId)).toBe('closed');
});
