import type { Action, ActionResult } from '../../core/cluster/action.ts';
import { TAB_NODES_MAX } from '../../core/cluster/presets.ts';
import type { World } from '../../sim/world.ts';

/** Why a tab does not take this action, which a run without a screen would; undefined: it does. Never part of a run. */
export function refusedInTab({ type }: Action, { nodes, metaState }: World): ActionResult | undefined {
  if (type !== 'Add') return undefined;
  const present = nodes.length - metaState.nodes.filter(({ state }) => state === 'left').length;
  if (present < TAB_NODES_MAX) return undefined;
  const text = `there are ${present} nodes, and in one tab ${TAB_NODES_MAX} are the most. REMOVE has one leave`;
  return { type: 'Refused', code: 'TooManyNodes', text };
}
