import type { ActorId, Micros, NodeId } from '../core/base/ids.ts';
import { keyOfOperation } from '../core/client/operation.ts';
import type { Action, ActorName, BootEnding, ConfigName, LinkSettings } from '../core/cluster/action.ts';
import { separatedBy } from '../core/cluster/partition-groups.ts';
import { DURABILITIES } from '../core/cluster/run.ts';
import { nodeName } from '../core/cluster/snapshot.ts';
import { COMPACTION_STYLES } from '../core/lsm/compaction-style.ts';
import type { SilenceLimits } from '../core/node/config.ts';
import { setBreak } from './break-action.ts';
import { changeClock } from './change-clock.ts';
import { checkNow, damageRowNow } from './check-action.ts';
import { askNow, completeWriteNow, delayMessage, deliverNow, dropMessage } from './choose-event.ts';
import type { ClientStep } from './client-shell.ts';
import { crossShard } from './cross-shard.ts';
import { changeDisk, crashAt } from './disk-faults.ts';
import { atTime } from './event-key.ts';
import { freezeNow, thawNow } from './freeze-node.ts';
import { addNode, cancelMove, removeNode, setVnodes, startAt, wipe } from './membership-actions.ts';
import { reconfigureNow } from './reconfigure-action.ts';
import { type Refusal, taken, unknownActor } from './refusal.ts';
import { transferNow } from './transfer-action.ts';
import type { ActionHandle, WorldState } from './world-state.ts';

/** Carries one action out at its time. What it cannot do it refuses, with a reason; the run is the same either way. */
export function performAction(state: WorldState, handle: ActionHandle): void {
  const { timed } = handle;
  if (timed.action.type === 'Operate') {
    absorbInvoked(state, invokeOperation(state, handle, timed.action));
    return;
  }
  state.mixAction(timed);
  const refused = perform(state, handle, timed.action);
  if (refused !== undefined) state.finish(handle, { type: 'Refused', ...refused });
}

type Operate = Extract<Action, { readonly type: 'Operate' }>;

/** An operation that its client has taken, and what nobody has been told of it yet. */
export interface InvokedOperation {
  readonly handle: ActionHandle;
  readonly action: Operate;
  readonly invoked: { readonly id: number; readonly step: ClientStep } | Refusal;
}

/** Gives an operation to its client. That touches this client and nothing else, so it may happen inside a window, ahead of the observers. */
export function invokeOperation(state: WorldState, handle: ActionHandle, action: Operate): InvokedOperation {
  const { timeUs } = handle.timed;
  const { via } = action.options;
  if (via !== undefined && (via < 1 || via > state.slots.length))
    return { handle, action, invoked: unknownActor(`n${via}`) };
  const refused = action.operation.type === 'Batch' ? crossShard(state.ring, action.operation) : undefined;
  if (refused !== undefined) return { handle, action, invoked: refused };
  const client = state.client(state.actors.client(action.client));
  const id = state.openOperation(handle);
  return { handle, action, invoked: { id, step: client.invoke(timeUs, id, action.operation, action.options) } };
}

/** What the run records of it. Called in run order. */
export function absorbInvoked(state: WorldState, { handle, action, invoked }: InvokedOperation): void {
  state.mixAction(handle.timed);
  if ('code' in invoked) {
    state.finish(handle, { type: 'Refused', ...invoked });
    return;
  }
  const { id, step } = invoked;
  state.emit({
    timeUs: handle.timed.timeUs,
    type: 'OperationInvoked',
    id,
    client: step.target,
    clientName: action.client,
    shard: state.ring.shardOfKey(keyOfOperation(action.operation)),
    operation: action.operation,
  });
  state.absorbClient(step);
}

function perform(state: WorldState, handle: ActionHandle, action: Exclude<Action, Operate>): Refusal | undefined {
  const { timeUs } = handle.timed;
  switch (action.type) {
    case 'Kill':
      return kill(state, handle, action.node, timeUs);
    case 'Revive':
      return revive(state, handle, action.node);
    case 'Freeze':
      return freezeNow(state, handle, action.node, timeUs);
    case 'Thaw':
      return thawNow(state, handle, action.node);
    case 'Clock':
      return changeClock(state, handle, action);
    case 'Partition':
    case 'Cut':
    case 'Isolate':
    case 'Heal':
    case 'HealLink':
    case 'Link':
      return changeNetwork(state, handle, action, timeUs);
    case 'Configure':
      return configure(state, handle, action);
    case 'Disk':
      return changeDisk(state, handle, action);
    case 'CrashAt':
      return crashAt(state, handle, action);
    case 'Break':
      return setBreak(state, handle, action);
    case 'Deliver':
      return deliverNow(state, handle, action, timeUs);
    case 'Drop':
      return dropMessage(state, handle, action, timeUs);
    case 'Delay':
      return delayMessage(state, handle, action, timeUs);
    case 'CompleteWrite':
      return completeWriteNow(state, action, timeUs);
    case 'Flush':
      return askNow(state, action.node, { type: 'FlushAsked' }, timeUs);
    case 'Compact':
      return askNow(state, action.node, { type: 'CompactionAsked', level: action.level }, timeUs);
    case 'Scrub':
      return askNow(state, action.node, { type: 'ScrubAsked' }, timeUs);
    case 'Add':
      return addNode(state, handle);
    case 'Remove':
      return removeNode(state, action, timeUs);
    case 'Wipe':
      return wipe(state, handle, action);
    case 'CancelMove':
      return cancelMove(state, action, timeUs);
    case 'Transfer':
      return transferNow(state, action, timeUs);
    case 'Check':
      return checkNow(state, action, timeUs);
    case 'DamageRow':
      return damageRowNow(state, action, timeUs);
    case 'Reconfigure':
      return reconfigureNow(state, action, timeUs);
    case 'Died':
      // Only a record that was tampered with, or a process that died while it was being killed.
      // Or one that died while it was being killed to be wiped, and that runs again by now.
      if (!isRunning(state, action.ending)) return { code: 'AlreadyDown', text: `n${action.node} is already down` };
      state.hostCalls.push({ node: action.node, type: 'kill' });
      return undefined;
    case 'Reload':
      for (const slot of state.slots) if (slot.state === 'up') state.hostCalls.push({ node: slot.id, type: 'kill' });
      return undefined;
  }
}

function kill(state: WorldState, handle: ActionHandle, node: NodeId, timeUs: Micros): Refusal | undefined {
  const slot = state.slots[node - 1];
  if (slot === undefined) return unknownActor(`n${node}`);
  if (slot.state !== 'up') return { code: 'AlreadyDown', text: `n${node} is already down` };
  taken(state, handle, timeUs);
  state.hostCalls.push({ node, type: 'kill' });
  return undefined;
}

function revive(state: WorldState, handle: ActionHandle, node: NodeId): Refusal | undefined {
  const slot = state.slots[node - 1];
  if (slot === undefined) return unknownActor(`n${node}`);
  if (slot.held !== undefined)
    return { code: 'TargetFrozen', text: `n${node} is frozen, not down. THAW n${node} wakes it` };
  if (slot.state !== 'down') return { code: 'AlreadyUp', text: `n${node} is already up` };
  taken(state, handle, handle.timed.timeUs);
  startAt(state, handle, slot);
  return undefined;
}

function isRunning({ slots }: WorldState, { node, boot }: BootEnding): boolean {
  const slot = slots[node - 1];
  return slot?.state === 'up' && slot.boot === boot;
}

type NetworkAction = Extract<Action, { readonly type: 'Partition' | 'Cut' | 'Isolate' | 'Heal' | 'HealLink' | 'Link' }>;

function changeNetwork(
  state: WorldState,
  handle: ActionHandle,
  action: NetworkAction,
  timeUs: Micros,
): Refusal | undefined {
  const unknown = namesOf(action).find((name) => state.actors.idOf(name) === undefined);
  if (unknown !== undefined) return unknownActor(unknown);
  const id = (name: ActorName): ActorId => state.actors.idOf(name) as ActorId;
  const changed = changedLinks(state, action, id);
  taken(state, handle, timeUs);
  for (const [from, to] of changed) state.emitLink(from, to, timeUs);
  state.finish(handle, { type: 'Applied', timeUs });
  return undefined;
}

type Link = readonly [from: ActorId, to: ActorId];

function changedLinks(state: WorldState, action: NetworkAction, id: (name: ActorName) => ActorId): readonly Link[] {
  const { network } = state;
  switch (action.type) {
    case 'Heal': {
      const actor = action.actor === undefined ? undefined : id(action.actor);
      return network.heal((from, to) => actor === undefined || from === actor || to === actor);
    }
    case 'HealLink': {
      const links = linksBetween(id(action.from), id(action.to), action.bothWays);
      return network.heal((from, to) => links.some((link) => link[0] === from && link[1] === to));
    }
    case 'Isolate': {
      const actor = id(action.actor);
      const others = state.slots.map((slot): ActorId => slot.id).filter((other) => other !== actor);
      return cutAll(
        state,
        others.flatMap((other): Link[] => [
          [actor, other],
          [other, actor],
        ]),
      );
    }
    case 'Cut':
      return cutAll(state, linksBetween(id(action.from), id(action.to), action.bothWays));
    case 'Partition': {
      const nodes = state.slots.map((slot) => nodeName(slot.id));
      return cutAll(
        state,
        separatedBy(action.groups, nodes).map(([from, to]): Link => [id(from), id(to)]),
      );
    }
    case 'Link': {
      const links = linksBetween(id(action.from), id(action.to), action.bothWays);
      for (const [from, to] of links) network.setLink(from, to, action.settings);
      return links;
    }
  }
}

function cutAll(state: WorldState, links: readonly Link[]): readonly Link[] {
  for (const [from, to] of links) state.network.cut(from, to);
  return links;
}

const linksBetween = (from: ActorId, to: ActorId, bothWays: boolean): readonly Link[] =>
  bothWays
    ? [
        [from, to],
        [to, from],
      ]
    : [[from, to]];

type Configure = Extract<Action, { readonly type: 'Configure' }>;

function configure(state: WorldState, handle: ActionHandle, { name, value, node }: Configure): Refusal | undefined {
  const { timeUs } = handle.timed;
  const settings = Object.hasOwn(LINK_SETTINGS, name) ? LINK_SETTINGS[name] : undefined;
  const silence = Object.hasOwn(SILENCE_SETTINGS, name) ? SILENCE_SETTINGS[name] : undefined;
  if (name === 'vnodes' && node === undefined) return setVnodes(state, value, timeUs);
  if (name === 'durability') return setDurability(state, handle, node, value);
  if (node !== undefined) return { code: 'BadArgument', text: `${name} is one setting of all nodes` };
  if (name === 'disk.sync') state.diskSyncUs = Math.max(1, value);
  else if (name === 'check.interval') state.intervals = { ...state.intervals, checkIntervalUs: value };
  else if (name === 'scrub.interval') state.intervals = { ...state.intervals, scrubIntervalUs: value };
  else if (name === 'compaction') {
    if (COMPACTION_STYLES[value] === undefined)
      return { code: 'UnknownOption', text: `there is no compaction style ${value}` };
    state.compactionStyle = value;
  } else if (silence !== undefined) state.silence = { ...state.silence, ...silence(value) };
  else if (settings !== undefined) state.network.setDefaults(settings(value));
  else return { code: 'UnknownOption', text: `there is no setting ${name}` };
  taken(state, handle, timeUs);
  state.finish(handle, { type: 'Applied', timeUs });
  return undefined;
}

/** Whoever is meant and up is told at once; the others, when they start. */
function setDurability(
  state: WorldState,
  handle: ActionHandle,
  node: NodeId | undefined,
  value: number,
): Refusal | undefined {
  const { timeUs } = handle.timed;
  const durability = DURABILITIES[value];
  if (durability === undefined) return { code: 'UnknownOption', text: `there is no durability ${value}` };
  const meant = node === undefined ? state.slots : state.slots.filter(({ id }) => id === node);
  if (meant.length === 0) return unknownActor(`n${node}`);
  if (node === undefined) state.durability = durability;
  for (const slot of meant) slot.durability = durability;
  taken(state, handle, timeUs);
  const grant = { end: atTime(0), limit: 0, messages: [], ...state.grantSettings, durability };
  const up = meant.filter((slot) => slot.state === 'up');
  for (const { id } of up) state.hostCalls.push({ node: id, type: 'grant', grant });
  if (up.length === 0) state.finish(handle, { type: 'Applied', timeUs });
  return undefined;
}

const LINK_SETTINGS: Partial<Record<ConfigName, (value: number) => LinkSettings>> = {
  'link.delay': (delayUs) => ({ delayUs }),
  'link.jitter': (jitterUs) => ({ jitterUs }),
  'link.drop': (drop) => ({ drop }),
  'link.dup': (duplicate) => ({ duplicate }),
  'link.reorder': (reorder) => ({ reorder }),
};

const SILENCE_SETTINGS: Partial<Record<ConfigName, (value: number) => Partial<SilenceLimits>>> = {
  'phi.threshold': (phiThreshold) => ({ phiThreshold }),
  'phi.window': (phiWindow) => ({ phiWindow }),
  'phi.formula': (phiFormula) => ({ phiFormula }),
  'down.after': (downAfterUs) => ({ downAfterUs }),
};

function namesOf(action: NetworkAction): readonly ActorName[] {
  switch (action.type) {
    case 'Partition':
      return action.groups.flat();
    case 'Isolate':
      return [action.actor];
    case 'Heal':
      return action.actor === undefined ? [] : [action.actor];
    default:
      return [action.from, action.to];
  }
}
