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

export interface KeyBinding {
  /** As KeyboardEvent.key says them, in lower case. */
  readonly keys: readonly string[];
  /** As the sheet shows them. */
  readonly shown: string;
  readonly does: string;
  /** Undefined: there is nothing to do now. */
  act(state: AppState, key: string): KeyAct | undefined;
}

const run = (line: string): KeyAct => ({ type: 'run', line });

const busy = ({ transport }: AppState): boolean => transport.mode === 'booting' || transport.mode === 'replaying';

/** In the order of the sheet. */
export const KEY_BINDINGS: readonly KeyBinding[] = [
  {
    keys: [' '],
    shown: 'Space',
    does: 'Play or pause',
    act: (state) =>
      busy(state) ? undefined : run(formatCommand(state.transport.mode === 'paused' ? 'PLAY' : 'PAUSE')),
  },
  {
    keys: ['.'],
    shown: '.',
    does: 'One event, then pause; in the past, one event on',
    act(state) {
      if (busy(state)) return undefined;
      return state.past === undefined ? run(formatCommand('STEP')) : { type: 'look', target: 'forward' };
    },
  },
  {
    keys: [','],
    shown: ',',
    does: 'One event back: look at the past',
    act: (state) => (busy(state) ? undefined : { type: 'look', target: 'back' }),
  },
  {
    keys: ['n'],
    shown: 'N',
    does: 'From the past back to now',
    act: ({ past }) => (past === undefined ? undefined : { type: 'look', target: 'now' }),
  },
  {
    keys: ['k'],
    shown: 'K',
    does: 'Kill the leader of the shard in view',
    act: ({ model, focusedShard }) => {
      const leader = leaderOf(model, focusedShard);
      return leader === 0 ? undefined : run(formatCommand('KILL', [nodeName(leader)]));
    },
  },
  {
    keys: ['r'],
    shown: 'R',
    does: 'Revive a node that is down',
    act: ({ model }) => {
      const down = [...model.nodes].filter(([, { state }]) => state === 'down' || state === 'crashed');
      const first = down.map(([node]) => node).sort((a, b) => a - b)[0];
      return first === undefined ? undefined : run(formatCommand('REVIVE', [nodeName(first)]));
    },
  },
  {
    keys: ['0', '1', '2', '3', '4', '5', '6', '7', '8', '9'],
    shown: '0 – 9',
    does: 'Look at shard s0 – s9',
    act: (state, key) => focus(state, Number(key)),
  },
  {
    keys: ['[', ']'],
    shown: '[ ]',
    does: 'Look at the shard before, after',
    act: (state, key) => focus(state, state.focusedShard + (key === ']' ? 1 : -1)),
  },
  {
    keys: ['a'],
    shown: 'A',
    does: 'Show all shards on the stage, or the one in view',
    act: () => ({ type: 'toggle-all-shards' }),
  },
  // With a modifier, so it acts from everywhere and is nobody's single key: `opensPalette` tells it.
  { keys: [], shown: 'Ctrl K', does: 'Find a command; ⌘ K on a Mac', act: () => undefined },
  { keys: ['/'], shown: '/', does: 'Type a command', act: () => ({ type: 'focus-console' }) },
  {
    keys: ['t'],
    shown: 'T',
    does: 'The cluster as a table, or as a picture',
    act: ({ stageView }) => ({ type: 'show-as', view: stageView === 'table' ? 'picture' : 'table' }),
  },
  {
    keys: ['p'],
    shown: 'P',
    does: 'Present: large type, keys of a slide remote',
    act: ({ presenting }) => ({ type: 'present', on: !presenting }),
  },
  { keys: ['?'], shown: '?', does: 'Show these keys', act: () => ({ type: 'open-sheet' }) },
];

function focus(state: AppState, shard: number): KeyAct | undefined {
  if (shard < 0 || shard >= (state.run?.config.shards ?? 0)) return undefined;
  return { type: 'focus-shard', shard: shardId(shard) };
}

/** What the key does now; undefined: it is not one of ours, or has nothing to do. */
export function actOfKey(state: AppState, key: string): KeyAct | undefined {
  const name = key.toLowerCase();
  return KEY_BINDINGS.find(({ keys }) => keys.includes(name))?.act(state, name);
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
