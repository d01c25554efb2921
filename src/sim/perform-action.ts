import type { Micros, NodeId } from '../core/base/ids.ts';
import { keyOfOperation } from '../core/client/operation.ts';
import type { Action, BootEnding } from '../core/cluster/action.ts';
import type { ClientStep } from './client-shell.ts';
import { crossShard } from './cross-shard.ts';
import { lateWorld } from './late-world.ts';
import { type Refusal, taken, unknownActor } from './refusal.ts';
import { startAt } from './start-at.ts';
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
    case 'Died':
      // Only a record that was tampered with, or a process that died while it was being killed.
      // Or one that died while it was being killed to be wiped, and that runs again by now.
      if (!isRunning(state, action.ending)) return { code: 'AlreadyDown', text: `n${action.node} is already down` };
      state.hostCalls.push({ node: action.node, type: 'kill' });
      return undefined;
    case 'Reload':
      for (const slot of state.slots) if (slot.state === 'up') state.hostCalls.push({ node: slot.id, type: 'kill' });
      return undefined;
    default:
      state.judgeKept(timeUs);
      return lateWorld.get().performRare(state, handle, action);
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
