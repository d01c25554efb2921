import { assertNever } from '../base/assert.ts';
import type { NodeId } from '../base/ids.ts';
import { membersOf } from '../raft/configuration.ts';
import { lostByWipe, markLost } from './lost-groups.ts';
import type { NodeCommand } from './meta-command.ts';
import {
  findNode,
  type GroupRecord,
  groupName,
  isBlank,
  isOnRing,
  META_GROUP,
  type MetaState,
  type NodeRecord,
  type NodeState,
  replicaOn,
  ringNodes,
} from './meta-state.ts';
import { canAbort, nodesOf } from './move.ts';
import { withNextRing } from './place-groups.ts';
import { type Applied, refuse } from './refusal.ts';
import { rollBack } from './settle-group.ts';

export function applyNodeCommand(state: MetaState, command: NodeCommand): Applied {
  const record = findNode(state, command.node);
  if (command.type === 'JoinNode') return joinNode(state, command.node, record);
  if (record === undefined) return refuse(state, 'UnknownNode', `n${command.node}: there never was such a node`);
  switch (command.type) {
    case 'CompleteJoin':
      return completeJoin(state, record);
    case 'RemoveNode':
      return removeNode(state, record);
    case 'CompleteLeave':
      return completeLeave(state, record);
    case 'MarkDown':
      return wrongIncarnation(state, record, command.incarnation) ?? markDown(state, record);
    case 'ReturnNode':
      return wrongIncarnation(state, record, command.incarnation) ?? returnNode(state, record);
    case 'ReplaceBlank':
      return replaceBlank(state, record, command.incarnation, command.force);
    default:
      return assertNever(command);
  }
}

function joinNode(state: MetaState, node: NodeId, record: NodeRecord | undefined): Applied {
  if (record !== undefined) {
    const why = record.state === 'left' ? 'has left, and no id is used again' : `is there already (${record.state})`;
    return refuse(state, 'KnownNode', `ADD n${node}: n${node} ${why}`);
  }
  const joined: NodeRecord = { node, state: 'joining', incarnation: 1 };
  const nodes = [...state.nodes, joined].sort((a, b) => a.node - b.node);
  return { state: withNextRing({ ...state, nodes }) };
}

function completeJoin(state: MetaState, { node, state: is }: NodeRecord): Applied {
  if (is !== 'joining') return refuse(state, 'WrongState', `n${node} is not joining, it is ${is}`);
  const missing = state.groups.filter(canMove).find((group) => {
    const replica = replicaOn(group, node);
    const isVoter = group.report.configuration.voters.includes(node);
    return group.desired.includes(node) && (!isVoter || replica === undefined || isBlank(state, replica));
  });
  if (missing !== undefined)
    return refuse(state, 'NotSettled', `n${node} joins still: it is no voter of ${groupName(missing.shard)} yet`);
  return { state: withNodeState(state, node, 'normal') };
}

/** Nobody can move anything of a shard that is lost: who waits for it would wait for ever. What commits this is the meta group, which is not. */
const canMove = ({ shard, isLost }: GroupRecord): boolean => !isLost || shard === META_GROUP;

function removeNode(state: MetaState, { node, state: is }: NodeRecord): Applied {
  if (is === 'leaving' || is === 'left')
    return refuse(state, 'WrongState', `REMOVE n${node}: it ${is === 'left' ? 'has left' : 'is leaving already'}`);
  const few = tooFewWithout(state, node);
  if (few !== undefined) return refuse(state, 'TooFewNodes', `REMOVE n${node}: ${few}`);
  const leaving = withNodeState(state, node, 'leaving');
  // One that is down is off the ring already.
  return { state: is === 'down' ? leaving : withNextRing(leaving) };
}

function completeLeave(state: MetaState, { node, state: is }: NodeRecord): Applied {
  if (is !== 'leaving') return refuse(state, 'WrongState', `n${node} is not leaving, it is ${is}`);
  const held = state.groups
    .filter(canMove)
    .find(
      (group) =>
        replicaOn(group, node) !== undefined ||
        membersOf(group.report.configuration).includes(node) ||
        (group.move !== undefined && nodesOf(group.move).includes(node)),
    );
  if (held !== undefined)
    return refuse(state, 'NotSettled', `n${node} leaves still: it has a replica of ${groupName(held.shard)}`);
  // Nobody will ask it any more whether it has deleted what was its own: nothing that it says is heard again. The driver waits for that while it answers.
  const retired = state.retired.filter((replica) => replica.node !== node);
  return { state: { ...withNodeState(state, node, 'left'), retired } };
}

function markDown(state: MetaState, record: NodeRecord): Applied {
  const { node, state: is } = record;
  if (!isOnRing(record)) return refuse(state, 'WrongState', `n${node} is off the ring already, it is ${is}`);
  const few = tooFewWithout(state, node);
  if (few !== undefined) return refuse(state, 'TooFewNodes', `n${node} keeps its replicas although it is down: ${few}`);
  return { state: withNextRing(withNodeState(state, node, 'down')) };
}

function returnNode(state: MetaState, { node, state: is }: NodeRecord): Applied {
  if (is !== 'down' && is !== 'leaving')
    return refuse(state, 'WrongState', `n${node} cannot return, it is ${is === 'left' ? 'gone for ever' : is}`);
  return { state: withNextRing(withNodeState(state, node, 'normal')) };
}

function replaceBlank(state: MetaState, record: NodeRecord, incarnation: number, force: boolean): Applied {
  const { node, state: is } = record;
  if (is === 'left') return refuse(state, 'WrongState', `WIPE n${node}: it has left`);
  if (incarnation <= record.incarnation)
    return refuse(state, 'WrongIncarnation', `WIPE n${node}: it had disk ${incarnation} already`);
  const lost = lostByWipe(state, node);
  if (lost.length > 0 && !force) {
    const names = lost.map(groupName).join(', ');
    return refuse(
      state,
      'WouldLoseShard',
      `WIPE n${node}: no majority of ${names} would be left; force=yes gives ${lost.length === 1 ? 'it' : 'them'} up`,
    );
  }
  const nodes = state.nodes.map((each): NodeRecord => (each === record ? { ...each, incarnation } : each));
  let next: MetaState = { ...state, nodes };
  for (const group of state.groups) {
    // A learner that lost its disk is none any more: the move that it was for goes back, if it can.
    if (group.move?.to === node && canAbort(group.move)) next = rollBack(next, group);
  }
  const groups = next.groups.map((group) => markLost(next, group));
  const marked = { ...next, groups };
  return { state: is === 'down' ? withNextRing(withNodeState(marked, node, 'normal')) : marked };
}

/** Why the ring cannot do without this node; undefined: it can. */
function tooFewWithout(state: MetaState, node: NodeId): string | undefined {
  const { replicationFactor } = state;
  if (ringNodes(state).filter((other) => other !== node).length >= replicationFactor) return undefined;
  return `${replicationFactor} nodes are the minimum for RF ${replicationFactor}`;
}

function wrongIncarnation(state: MetaState, record: NodeRecord, incarnation: number): Applied | undefined {
  if (record.incarnation === incarnation) return undefined;
  const text = `n${record.node}: this is about its disk ${incarnation}, it has disk ${record.incarnation}`;
  return refuse(state, 'WrongIncarnation', text);
}

function withNodeState(state: MetaState, node: NodeId, is: NodeState): MetaState {
  const nodes = state.nodes.map((record) => (record.node === node ? { ...record, state: is } : record));
  return { ...state, nodes };
}
