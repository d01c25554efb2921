import type { Micros } from '../core/base/ids.ts';
import type { Action } from '../core/cluster/action.ts';
import { type CrashFault, type DiskCondition, type DiskFault, HEALTHY_DISK } from '../core/cluster/disk-fault.ts';
import { atTime } from './event-key.ts';
import type { DiskDamage, NodeFaults } from './node-host.ts';
import { type Refusal, taken, unknownActor } from './refusal.ts';
import type { HostReply } from './round.ts';
import type { ActionHandle, NodeSlot, WorldState } from './world-state.ts';

type DiskAction = Extract<Action, { readonly type: 'Disk' }>;
type CrashAt = Extract<Action, { readonly type: 'CrashAt' }>;

/** Orders a fault of a disk, or the end of one. A node that is up is told here and now; one that is down, when it starts. */
export function changeDisk(state: WorldState, handle: ActionHandle, action: DiskAction): Refusal | undefined {
  const slot = state.slots[action.node - 1];
  if (slot === undefined) return unknownActor(`n${action.node}`);
  const { timeUs } = handle.timed;
  const { fault } = action;
  if (fault.type !== 'Corrupt') {
    taken(state, handle, timeUs);
    const crashPoint = fault.type === 'Ok' ? undefined : slot.faults.crashAt;
    const disk = conditionAfter(slot.faults.disk, fault);
    setFaults(state, slot, { ...slot.faults, disk, crashAt: crashPoint }, timeUs);
    tellNode(state, handle, slot, undefined);
    return undefined;
  }
  const { store, fileNumber } = fault;
  const damage = { store, fileNumber, number: ++slot.damageCount };
  if (slot.state === 'down') {
    taken(state, handle, timeUs);
    slot.damages = [...slot.damages, damage];
    slot.faults = { ...slot.faults, damaged: true };
  }
  tellNode(state, handle, slot, damage);
  return undefined;
}

/** The node's process is to end at a named point. */
export function crashAt(state: WorldState, handle: ActionHandle, action: CrashAt): Refusal | undefined {
  const slot = state.slots[action.node - 1];
  if (slot === undefined) return unknownActor(`n${action.node}`);
  taken(state, handle, handle.timed.timeUs);
  slot.faults = { ...slot.faults, crashAt: action.point };
  tellNode(state, handle, slot, undefined);
  return undefined;
}

/** What a node that was told to damage its disk found there. */
export function endDamage(state: WorldState, handle: ActionHandle, reply: HostReply | undefined): void {
  const { action, timeUs } = handle.timed;
  if (action.type !== 'Disk' || action.fault.type !== 'Corrupt' || reply?.type !== 'granted') {
    state.finish(handle, { type: 'Applied', timeUs });
    return;
  }
  const { damaged } = reply.reply;
  if (damaged === undefined) {
    const { store, fileNumber } = action.fault;
    const place = fileNumber === undefined ? `nothing in its ${store} store` : `no table ${fileNumber}`;
    state.finish(handle, { type: 'Refused', code: 'NothingStored', text: `n${action.node} has ${place}` });
    return;
  }
  const slot = state.slot(action.node);
  slot.faults = { ...slot.faults, damaged: true };
  taken(state, handle, timeUs);
  state.emit({ timeUs, type: 'DiskDamaged', node: action.node, what: damaged, store: action.fault.store });
  state.finish(handle, { type: 'Applied', timeUs });
}

/** What strikes once has struck. */
export function faultStruck(state: WorldState, slot: NodeSlot, fault: CrashFault, timeUs: Micros): void {
  if (fault === slot.faults.crashAt) slot.faults = { ...slot.faults, crashAt: undefined };
  if (fault === 'write failed')
    setFaults(state, slot, { ...slot.faults, disk: { ...slot.faults.disk, failing: false } }, timeUs);
}

function conditionAfter(disk: DiskCondition, fault: Exclude<DiskFault, { readonly type: 'Corrupt' }>): DiskCondition {
  switch (fault.type) {
    case 'Slow':
      return { ...disk, slowdown: fault.factor };
    case 'Full':
      return { ...disk, full: true };
    case 'Fail':
      return { ...disk, failing: true };
    case 'Ok':
      return HEALTHY_DISK;
  }
}

function setFaults(state: WorldState, slot: NodeSlot, faults: NodeFaults, timeUs: Micros): void {
  slot.faults = faults;
  state.emit({ timeUs, type: 'DiskChanged', node: slot.id, ...faults.disk });
}

/** A grant of no event at all, so that what it brings is in force from the action's very place on. */
function tellNode(state: WorldState, handle: ActionHandle, slot: NodeSlot, damage: DiskDamage | undefined): void {
  if (slot.state === 'down') {
    state.finish(handle, { type: 'Applied', timeUs: handle.timed.timeUs });
    return;
  }
  const grant = { end: atTime(0), limit: 0, messages: [], ...state.grantSettings, faults: slot.faults };
  state.hostCalls.push({ node: slot.id, type: 'grant', grant: damage === undefined ? grant : { ...grant, damage } });
}
