import { formatCommand } from '../../console/format-command.ts';
import { nodeName } from '../../core/cluster/snapshot.ts';
import { FIRST_WRITE, splitLine } from '../invitations.ts';
import type { AppState } from '../store/app-store.ts';
import { nodesPresent } from '../store/node-count.ts';
import { leaderOf } from '../store/view-model.ts';

/** In the order in which they are told: each act is followed by its undoing. Undefined: it cannot be done now. */
const SEQUENCE: readonly ((state: AppState) => string | undefined)[] = [
  () => FIRST_WRITE,
  ({ model, focusedShard }) => {
    const leader = leaderOf(model, focusedShard);
    return leader === 0 ? undefined : formatCommand('KILL', [nodeName(leader)]);
  },
  ({ model }) => {
    const down = [...model.nodes].find(([, { state }]) => state === 'down' || state === 'crashed')?.[0];
    return down === undefined ? undefined : formatCommand('REVIVE', [nodeName(down)]);
  },
  (state) => {
    const nodes = nodesPresent(state);
    return nodes.length < 2 ? undefined : splitLine(leaderOf(state.model, state.focusedShard), nodes);
  },
  ({ model }) => (model.cuts.size === 0 ? undefined : formatCommand('HEAL')),
];

/** The next invitation from place `from` on that can be followed now, and the place behind it. */
export function nextInvitation(
  state: AppState,
  from: number,
): { readonly line: string; readonly next: number } | undefined {
  for (let i = 0; i < SEQUENCE.length; i++) {
    const at = (from + i) % SEQUENCE.length;
    const line = SEQUENCE[at]?.(state);
    if (line !== undefined) return { line, next: (at + 1) % SEQUENCE.length };
  }
  return undefined;
}
