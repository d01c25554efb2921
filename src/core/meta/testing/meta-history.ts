import { assert } from '../../base/assert.ts';
import { NO_NODE } from '../../base/ids.ts';
import { membersOf } from '../../raft/configuration.ts';
import { sameConfiguration } from '../../raft/configuration-change.ts';
import { HashRing } from '../../ring/hash-ring.ts';
import { applyMeta } from '../apply.ts';
import type { MetaCommand } from '../meta-command.ts';
import { findNode, type GroupRecord, isBlank, type MetaState, replicaOn, ringNodes } from '../meta-state.ts';
import { metaReplicas } from '../place-groups.ts';
import type { RefusalCode } from '../refusal.ts';

/** A state with all that it ever was, and what must hold of it after each command. Throws where it does not. */
export class MetaHistory {
  state: MetaState;
  /** Replica ids that no group has any more. */
  private readonly gone = new Set<number>();
  readonly refusals = new Map<RefusalCode, number>();
  applied = 0;

  constructor(state: MetaState) {
    this.state = state;
    checkState(state);
    checkPlacement(state);
  }

  apply(command: MetaCommand): RefusalCode | undefined {
    const before = this.state;
    const { state: after, refusal } = applyMeta(before, command);
    if (refusal !== undefined) {
      assert(after === before, `${command.type} was refused and changed something: ${refusal.text}`);
      this.refusals.set(refusal.code, (this.refusals.get(refusal.code) ?? 0) + 1);
      return refusal.code;
    }
    this.applied++;
    checkState(after);
    if (after.ringEpoch !== before.ringEpoch) checkPlacement(after);
    this.checkStep(before, after);
    this.state = after;
    return undefined;
  }

  private checkStep(before: MetaState, after: MetaState): void {
    assert(after.nextReplicaId >= before.nextReplicaId && after.nextToken >= before.nextToken, 'numbers only grow');
    const isOtherRing = ringNodes(before).join() !== ringNodes(after).join() || before.vnodes !== after.vnodes;
    assert(after.ringEpoch === before.ringEpoch || after.ringEpoch === before.ringEpoch + 1, 'epochs go by one');
    assert(!isOtherRing || after.ringEpoch > before.ringEpoch, 'another ring is another epoch');
    for (const old of before.nodes) {
      const now = findNode(after, old.node);
      assert(now !== undefined, `n${old.node} is kept for ever`);
      assert(old.state !== 'left' || now.state === 'left', `n${old.node} has left for ever`);
      assert(now.incarnation >= old.incarnation, 'incarnations only grow');
    }
    const live = new Set(after.groups.flatMap(({ replicas }) => replicas.map(({ replicaId }) => replicaId)));
    for (const { replicas } of before.groups)
      for (const { replicaId } of replicas) if (!live.has(replicaId)) this.gone.add(replicaId);
    for (const id of live) assert(!this.gone.has(id), `replica ${id} came back`);
    before.groups.forEach((group, at) => {
      const now = after.groups[at];
      if (now !== undefined && now !== group) checkGroupStep(group, now);
    });
  }
}

function checkGroupStep(before: GroupRecord, after: GroupRecord): void {
  const [old, now] = [before.move, after.move];
  assert(after.report.confVer >= before.report.confVer, 'reports only go on');
  if (old?.stage !== now?.stage || old?.to !== now?.to || old?.from !== now?.from)
    assert(after.token > before.token, 'each stage has a token of its own');
  if (old?.stage !== 'leave' || now?.stage === 'leave') return;
  // Once committed, a joint configuration ends as another one, and as nothing else.
  assert(now === undefined, 'there is no way back');
  assert(!sameConfiguration(after.report.configuration, before.report.configuration), 'only a fact ends it');
}

function checkState(state: MetaState): void {
  const { nodes, groups, retired } = state;
  assert(
    nodes.every(({ node }, at) => node > (nodes[at - 1]?.node ?? 0)),
    'nodes ascend',
  );
  const ids = [...groups.flatMap(({ replicas }) => replicas), ...retired].map(({ replicaId }) => replicaId);
  assert(new Set(ids).size === ids.length, 'no replica id is given twice');
  assert(
    ids.every((id) => id < state.nextReplicaId),
    'replica ids come from the counter',
  );
  for (const group of groups) checkGroup(state, group);
}

function checkGroup(state: MetaState, group: GroupRecord): void {
  const { replicas, report, move, token } = group;
  assert(token < state.nextToken, 'tokens come from the counter');
  const members = membersOf(report.configuration);
  for (const { node } of replicas)
    assert(members.includes(node) || (move?.stage === 'learner' && move.to === node), 'a replica is of a member');
  if (move === undefined) return;
  assert(move.to !== NO_NODE || move.from !== NO_NODE, 'something moves');
  if (move.to === NO_NODE) return;
  const arriving = replicaOn(group, move.to);
  assert(arriving !== undefined, 'who comes has a replica');
  if (move.stage !== 'transfer' && move.stage !== 'joint') return;
  assert(move.verified !== undefined, 'nobody votes whose copy was not compared');
  assert(!isBlank(state, arriving), 'nobody votes with an empty disk');
}

function checkPlacement(state: MetaState): void {
  const { groups, vnodes, replicationFactor } = state;
  const members = ringNodes(state);
  const ring = new HashRing(members, vnodes, groups.length - 1, replicationFactor);
  groups.forEach(({ desired, shard }, at) => {
    const wanted = at < groups.length - 1 ? ring.replicas(shard) : metaReplicas(desired, members);
    assert(desired.join() === wanted.join(), `s${shard} is meant to be where the ring says`);
  });
}
