import type { Micros, NodeId } from '../core/base/ids.ts';
import type { Action } from '../core/cluster/action.ts';
import { NODES_MAX } from '../core/cluster/presets.ts';
import { nodeName } from '../core/cluster/snapshot.ts';
import { META_LOST } from '../core/cluster/standing-words.ts';
import { applyMeta } from '../core/meta/apply.ts';
import type { MetaCommand } from '../core/meta/meta-command.ts';
import { findGroup, findNode, META_GROUP, type MetaState } from '../core/meta/meta-state.ts';
import { askNow } from './choose-event.ts';
import { isMetaLost } from './meta-lost.ts';
import { type Refusal, taken, unknownActor } from './refusal.ts';
import { startAt } from './start-at.ts';
import { type ActionHandle, NO_FAULTS, type NodeSlot, type WorldState } from './world-state.ts';

type Of<T extends Action['type']> = Extract<Action, { readonly type: T }>;

/**
 * ADD: a machine more. Its node asks those that are there until one of them has it join. Refused by the number of nodes alone, so that a log tells
 * how many there were (`nodesAfter`).
 */
export function addNode(state: WorldState, handle: ActionHandle): Refusal | undefined {
  const { timeUs } = handle.timed;
  if (state.slots.length >= NODES_MAX) {
    const text = `this run has had ${NODES_MAX} nodes, and numbers are not used again: that is the most. RESET begins another run`;
    return { code: 'TooManyNodes', text };
  }
  const slot = state.addSlot();
  state.emit({ timeUs, type: 'NodeAdded', node: slot.id });
  taken(state, handle, timeUs);
  startAt(state, handle, slot);
  return undefined;
}

export function removeNode(state: WorldState, { node }: Of<'Remove'>, timeUs: Micros): Refusal | undefined {
  const isKnown = findNode(state.view.meta.state, node) !== undefined;
  if (isKnown || state.slots[node - 1] === undefined || isMetaLost(state))
    return askMeta(state, { type: 'RemoveNode', node }, timeUs);
  const text = `${nodeName(node)} has not been let in yet: nothing is placed on it that could move away`;
  return { code: 'WrongState', text };
}

export function cancelMove(state: WorldState, { shard }: Of<'CancelMove'>, timeUs: Micros): Refusal | undefined {
  const token = findGroup(state.view.meta.state, shard)?.token ?? 0;
  return askMeta(state, { type: 'AbortMove', shard, token }, timeUs);
}

export const setVnodes = (state: WorldState, vnodes: number, timeUs: Micros): Refusal | undefined =>
  askMeta(state, { type: 'SetVnodes', vnodes }, timeUs);

/** What the meta group would refuse, as far as anybody has heard of it, is refused at once and in its words. */
function askMeta(state: WorldState, command: MetaCommand, timeUs: Micros): Refusal | undefined {
  if (isMetaLost(state)) return { code: 'MetaLost', text: META_LOST };
  const { refusal } = applyMeta(state.view.meta.state, command);
  if (refusal !== undefined) return refusal;
  const leader = state.view.leader(META_GROUP);
  if (leader === undefined) {
    const text = 'the meta group has no leader that could decide it. RUN until=leader waits for one';
    return { code: 'NoLeader', text };
  }
  return askNow(state, leader, { type: 'MetaAsked', command }, timeUs);
}

/** WIPE: the process ends first, if there is one; then `startWiped`. */
export function wipe(state: WorldState, handle: ActionHandle, { node, force }: Of<'Wipe'>): Refusal | undefined {
  const { timeUs } = handle.timed;
  const slot = state.slots[node - 1];
  if (slot === undefined) return unknownActor(nodeName(node));
  const record = findNode(state.view.meta.state, node);
  if (record !== undefined) {
    const { incarnation } = slot;
    const command = { type: 'ReplaceBlank', node, incarnation: incarnation + 1, force } as const;
    const { refusal } = applyMeta(withPresentDisks(state, node), command);
    if (refusal !== undefined) return refusal;
  }
  taken(state, handle, timeUs);
  if (slot.state === 'up') state.hostCalls.push({ node, type: 'kill' });
  else startWiped(state, handle, slot);
  return undefined;
}

/**
 * What the meta group has agreed on, with the disks as they are: those that were emptied since and of which it has not heard, and of the other nodes
 * those that were damaged by order, which may hold nothing that can be read.
 */
function withPresentDisks({ view, slots }: WorldState, wiped: NodeId): MetaState {
  const { state } = view.meta;
  const nodes = state.nodes.map((record) => {
    const slot = slots[record.node - 1];
    const isUnsound = record.node !== wiped && slot?.faults.damaged === true;
    const incarnation = (slot?.incarnation ?? record.incarnation) + (isUnsound ? 1 : 0);
    return incarnation === record.incarnation ? record : { ...record, incarnation };
  });
  return { ...state, nodes };
}

/**
 * Another disk, empty and well: the host throws the old one away when the node starts on it. Where the record says that the page was gone before that,
 * the process was killed at most.
 */
export function startWiped(state: WorldState, handle: ActionHandle, slot: NodeSlot): void {
  const { timeUs } = handle.timed;
  if (!state.endings.isWiped(slot.id, slot.incarnation + 1, state.segment)) {
    const text = `the page was gone before the disk of ${nodeName(slot.id)} was thrown away: it has it still`;
    state.finish(handle, { type: 'Refused', code: 'OutcomeUnknown', text });
    return;
  }
  slot.incarnation++;
  slot.faults = NO_FAULTS;
  slot.damages = [];
  state.emit({ timeUs, type: 'DiskWiped', node: slot.id, incarnation: slot.incarnation });
  startAt(state, handle, slot);
}
