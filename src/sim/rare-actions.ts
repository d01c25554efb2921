import type { ActorId, Micros, NodeId } from '../core/base/ids.ts';
import type { Action, ActorName, ConfigName, LinkSettings } from '../core/cluster/action.ts';
import { separatedBy } from '../core/cluster/partition-groups.ts';
import { DURABILITIES } from '../core/cluster/run.ts';
import { nodeName } from '../core/cluster/snapshot.ts';
import { COMPACTION_STYLES } from '../core/lsm/compaction-style.ts';
import type { SilenceLimits } from '../core/node/config.ts';
import { setBreak } from './break-action.ts';
import { changeClock } from './change-clock.ts';
import { checkNow, damageRowNow } from './check-action.ts';
import { askNow, completeWriteNow, delayMessage, deliverNow, dropMessage } from './choose-event.ts';
import { changeDisk, crashAt } from './disk-faults.ts';
import { atTime } from './event-key.ts';
import { freezeNow, thawNow } from './freeze-node.ts';
import { addNode, cancelMove, removeNode, setVnodes, wipe } from './membership-actions.ts';
import { reconfigureNow } from './reconfigure-action.ts';
import { type Refusal, taken, unknownActor } from './refusal.ts';
import { transferNow } from './transfer-action.ts';
import type { ActionHandle, WorldState } from './world-state.ts';

/** What a person may do beside operations, kills and revives. */
export type RareAction = Exclude<Action, { readonly type: 'Operate' | 'Kill' | 'Revive' | 'Died' | 'Reload' }>;

export function performRare(state: WorldState, handle: ActionHandle, action: RareAction): Refusal | undefined {
  const { timeUs } = handle.timed;
  switch (action.type) {
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
  }
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
