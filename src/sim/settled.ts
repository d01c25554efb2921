import { nodeName } from '../core/cluster/snapshot.ts';
import { type GroupRecord, groupName, type MetaState, replicaOn } from '../core/meta/meta-state.ts';
import { simpleConfiguration } from '../core/raft/configuration.ts';
import { sameConfiguration } from '../core/raft/configuration-change.ts';

/** What is not as it is meant to be, in words: replicas that are elsewhere, moves under way, nodes between two states. None: the cluster is at rest. */
export function unsettled(state: MetaState): readonly string[] {
  const nodes = state.nodes
    .filter(({ state: is }) => is === 'joining' || is === 'leaving')
    .map(({ node, state: is }) => `${nodeName(node)} is ${is}`);
  const groups = state.groups.filter(({ isLost }) => !isLost).flatMap((group) => unsettledGroup(state, group));
  const retired = state.retired.map(
    ({ shard, node }) => `${nodeName(node)} has a retired replica of ${groupName(shard)}`,
  );
  return [...nodes, ...groups, ...retired];
}

function unsettledGroup(state: MetaState, group: GroupRecord): readonly string[] {
  const { shard, move, desired, report } = group;
  const name = groupName(shard);
  if (move !== undefined) return [`${name}: n${move.to} for n${move.from} is at ${move.stage}`];
  const isInPlace = sameConfiguration(report.configuration, simpleConfiguration({ voters: desired, learners: [] }));
  if (!isInPlace) return [`${name} has voters ${report.configuration.voters} and is meant to have ${desired}`];
  const blank = desired.filter((node) => {
    const record = state.nodes.find((each) => each.node === node);
    return replicaOn(group, node)?.incarnation !== record?.incarnation;
  });
  return blank.map((node) => `the replica of ${name} on ${nodeName(node)} is blank`);
}
