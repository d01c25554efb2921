import { formatCommand } from '../console/format-command.ts';
import type { NodeId } from '../core/base/ids.ts';
import { nodeName } from '../core/cluster/snapshot.ts';
import type { AppState } from './store/app-store.ts';
import { leaderOf } from './store/view-model.ts';

/** The key that all examples are about. */
export const FIRST_KEY = 'user:42';
/** What waits in the console, and what “Write a key” writes. */
export const FIRST_WRITE = formatCommand('PUT', [FIRST_KEY, 'ada']);

/** The focused shard's leader on its own side: the instructive split. */
export function splitLine(leader: NodeId | 0, nodes: number): string {
  const alone = leader === 0 ? 1 : leader;
  const others = Array.from({ length: nodes }, (_, i) => i + 1).filter((node) => node !== alone);
  return formatCommand('PARTITION', [nodeName(alone), '|', ...others.map(nodeName)]);
}

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
  ({ model, focusedShard, run }) => {
    const nodes = run?.config.nodes ?? 0;
    return nodes < 2 ? undefined : splitLine(leaderOf(model, focusedShard), nodes);
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
