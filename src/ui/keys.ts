import { formatCommand } from '../console/format-command.ts';
import type { LookTarget } from '../console/session.ts';
import { type ShardId, shardId } from '../core/base/ids.ts';
import { nodeName } from '../core/cluster/snapshot.ts';
import type { AppState } from './store/app-store.ts';
import { leaderOf } from './store/view-model.ts';

/** What a key asks for. Whatever changes the cluster is a command; the rest moves only the view. */
export type KeyAct =
  | { readonly type: 'run'; readonly line: string }
  | { readonly type: 'focus-shard'; readonly shard: ShardId }
  | { readonly type: 'toggle-all-shards' }
  | { readonly type: 'focus-console' }
  | { readonly type: 'show-as'; readonly view: AppState['stageView'] }
  | { readonly type: 'present'; readonly on: boolean }
  | { readonly type: 'look'; readonly target: LookTarget }
  | { readonly type: 'open-sheet' };

const run = (line: string): KeyAct => ({ type: 'run', line });

const busy = ({ transport }: AppState): boolean => transport.mode === 'booting' || transport.mode === 'replaying';

const ACTS = {
  ' ': (state) => (busy(state) ? undefined : run(formatCommand(state.transport.mode === 'paused' ? 'PLAY' : 'PAUSE'))),
  '.'(state) {
    if (busy(state)) return undefined;
    return state.past === undefined ? run(formatCommand('STEP')) : { type: 'look', target: 'forward' };
  },
  ',': (state) => (busy(state) ? undefined : { type: 'look', target: 'back' }),
  n: ({ past }) => (past === undefined ? undefined : { type: 'look', target: 'now' }),
  k({ model, focusedShard }) {
    const leader = leaderOf(model, focusedShard);
    return leader === 0 ? undefined : run(formatCommand('KILL', [nodeName(leader)]));
  },
  r({ model }) {
    const down = [...model.nodes].filter(([, { state }]) => state === 'down' || state === 'crashed');
    const first = down.map(([node]) => node).sort((a, b) => a - b)[0];
    return first === undefined ? undefined : run(formatCommand('REVIVE', [nodeName(first)]));
  },
  '[': (state) => focus(state, state.focusedShard - 1),
  ']': (state) => focus(state, state.focusedShard + 1),
  a: () => ({ type: 'toggle-all-shards' }),
  '/': () => ({ type: 'focus-console' }),
  t: ({ stageView }) => ({ type: 'show-as', view: stageView === 'table' ? 'picture' : 'table' }),
  p: ({ presenting }) => ({ type: 'present', on: !presenting }),
  '?': () => ({ type: 'open-sheet' }),
} satisfies Record<string, (state: AppState) => KeyAct | undefined>;

/** A key that acts, as KeyboardEvent.key says it, in lower case; each digit looks at a shard as well. */
export type ActingKey = keyof typeof ACTS;

function focus(state: AppState, shard: number): KeyAct | undefined {
  if (shard < 0 || shard >= (state.run?.config.shards ?? 0)) return undefined;
  return { type: 'focus-shard', shard: shardId(shard) };
}

/** What the key does now; undefined: it is not one of ours, or has nothing to do. */
export function actOfKey(state: AppState, key: string): KeyAct | undefined {
  const name = key.toLowerCase();
  if (/^\d$/.test(name)) return focus(state, Number(name));
  return Object.hasOwn(ACTS, name) ? ACTS[name as ActingKey](state) : undefined;
}

/** What the keys must be told apart from; a KeyboardEvent is one. */
export interface KeyPress {
  readonly key: string;
  readonly ctrlKey: boolean;
  readonly metaKey: boolean;
  readonly altKey: boolean;
  readonly repeat: boolean;
  readonly defaultPrevented: boolean;
}

/** Where the focus is: its tag in upper case, and whether its text can be edited. */
export interface KeyTarget {
  readonly tagName: string;
  readonly editable: boolean;
}

const TYPED_INTO = ['INPUT', 'TEXTAREA', 'SELECT'];
const PRESSED_BY_SPACE = ['BUTTON', 'A', 'SUMMARY'];

/** A key is ours only where it means nothing else: not while typing, not with a modifier, not Space on a button; a held key counts once. */
export function isOurs(press: KeyPress, target: KeyTarget): boolean {
  if (press.ctrlKey || press.metaKey || press.altKey || press.repeat || press.defaultPrevented) return false;
  if (target.editable || TYPED_INTO.includes(target.tagName)) return false;
  return press.key !== ' ' || !PRESSED_BY_SPACE.includes(target.tagName);
}

/** Ctrl-K or Cmd-K, also while typing. */
export function opensPalette({ key, ctrlKey, metaKey, altKey, shiftKey }: ChordPress): boolean {
  return key.toLowerCase() === 'k' && ctrlKey !== metaKey && !altKey && !shiftKey;
}

type ChordPress = Omit<KeyPress, 'repeat' | 'defaultPrevented'> & { readonly shiftKey: boolean };
