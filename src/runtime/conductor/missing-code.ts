import { LateCodeMissing } from '../../core/base/late-code.ts';
import { lateClient } from '../../core/client/late-client.ts';
import type { Action } from '../../core/cluster/action.ts';
import { lateWorld } from '../../sim/late-world.ts';

/** Loads what the action needs of this thread's part of the engine, before it is on record. @returns why that cannot be had */
export function missingCodeOf(action: Action): string | undefined {
  try {
    if (action.type === 'Operate') {
      if (asksSeveral(action.operation)) lateClient.get();
    } else if (action.type !== 'Kill' && action.type !== 'Revive') lateWorld.get();
    return undefined;
  } catch (error) {
    if (error instanceof LateCodeMissing) return error.message;
    throw error;
  }
}

/** R=2, R=3 or W=3. */
function asksSeveral(operation: object): boolean {
  const { read, write } = operation as { readonly read?: unknown; readonly write?: unknown };
  return read === 2 || read === 3 || write === 3;
}
