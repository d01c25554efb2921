import { describe, expect, test } from 'vitest';
import { runLine } from '../console/run-line.ts';
import { createSession } from '../console/session.ts';
import { type NodeId, nodeId, shardId } from '../core/base/ids.ts';
import { placementOf } from '../core/cluster/placement.ts';
import { CLASSROOM } from '../core/cluster/presets.ts';
import { actOfKey, isOurs, type KeyPress, opensPalette } from './keys.ts';
import { KEY_WORDS } from './panels/key-words.ts';
import { type AppState, createAppStore } from './store/app-store.ts';
import { EMPTY_MODEL, EMPTY_NODE, EMPTY_REPLICA, type NodeView } from './store/view-model.ts';
import { FakeCluster } from './testing/fake-cluster.ts';

const up: NodeView = { ...EMPTY_NODE, state: 'up', boot: 1 };
const run = { runId: 'fake', seed: 42, config: CLASSROOM, ring: placementOf(CLASSROOM) };

function stateWith(change: Partial<AppState> = {}): AppState {
  const model = {
    ...EMPTY_MODEL,
    nodes: new Map<NodeId, NodeView>([
      [nodeId(1), up],
      [nodeId(2), up],
      [nodeId(3), { ...up, state: 'down' }],
    ]),
    shards: new Map([[shardId(4), new Map([[nodeId(2), { ...EMPTY_REPLICA, role: 'leader', term: 3 } as const]])]]),
  };
  return { ...createAppStore(new FakeCluster()).getState(), run, model, focusedShard: shardId(4), ...change };
}

const lineOf = (key: string, state = stateWith()) => {
  const act = actOfKey(state, key);
  return act?.type === 'run' ? act.line : act?.type;
};

describe('keys', () => {
  test('Space plays when paused and pauses when playing; neither while the cluster boots', () => {
    const { transport } = stateWith();
    expect(lineOf(' ')).toBe('PAUSE');
    expect(lineOf(' ', stateWith({ transport: { ...transport, mode: 'paused' } }))).toBe('PLAY');
    for (const mode of ['booting', 'replaying'] as const) {
      const state = stateWith({ transport: { ...transport, mode } });
      expect([lineOf(' ', state), lineOf('.', state)]).toEqual([undefined, undefined]);
    }
  });

  test('K kills the leader of the shard in view, in either case, and does nothing without one', () => {
    expect(lineOf('k')).toBe('KILL n2');
    expect(lineOf('K')).toBe('KILL n2');
    expect(lineOf('k', stateWith({ focusedShard: shardId(0) }))).toBeUndefined();
  });

  test('R revives the first node that is down', () => {
    expect(lineOf('r')).toBe('REVIVE n3');
    expect(lineOf('r', stateWith({ model: EMPTY_MODEL }))).toBeUndefined();
  });

  test('digits and brackets look at shards that exist', () => {
    expect(actOfKey(stateWith(), '7')).toEqual({ type: 'focus-shard', shard: 7 });
    expect(actOfKey(stateWith(), '8')).toBeUndefined();
    expect(actOfKey(stateWith(), ']')).toEqual({ type: 'focus-shard', shard: 5 });
    expect(actOfKey(stateWith({ focusedShard: shardId(0) }), '[')).toBeUndefined();
    expect(actOfKey(stateWith({ run: undefined }), '1')).toBeUndefined();
  });

  test('every key of the sheet acts, and each line is one that the console accepts', async () => {
    const rows = KEY_WORDS.filter((row) => row.shown !== 'Ctrl K');
    const shown = rows.flatMap((row) => (row.shown === '0 – 9' ? ['0', '7'] : row.shown.split(' ')));
    expect(new Set(shown).size).toBe(shown.length);
    for (const name of shown) {
      const act = actOfKey(stateWith(), name === 'Space' ? ' ' : name);
      // From now there is no way to now.
      if (name !== 'N') expect(act, name).toBeDefined();
      if (act?.type !== 'run') continue;
      const [result] = await runLine(new FakeCluster(), createSession({}), act.line);
      expect(result, act.line).toMatchObject({ ok: true });
    }
  });
});

describe('whose key it is', () => {
  const press = (key: string, change: Partial<KeyPress> = {}): KeyPress => ({
    ...{ key, ctrlKey: false, metaKey: false, altKey: false, repeat: false, defaultPrevented: false },
    ...change,
  });
  const at = (tagName: string, editable = false) => ({ tagName, editable });

  test('not while typing', () => {
    for (const tag of ['INPUT', 'TEXTAREA', 'SELECT']) expect(isOurs(press('k'), at(tag))).toBe(false);
    expect(isOurs(press('k'), at('DIV', true))).toBe(false);
    expect(isOurs(press('k'), at('BODY'))).toBe(true);
  });

  test('Space on a button presses the button; other keys are ours there', () => {
    expect(isOurs(press(' '), at('BUTTON'))).toBe(false);
    expect(isOurs(press('.'), at('BUTTON'))).toBe(true);
  });

  test('not with a modifier, not when held, not when somebody took it', () => {
    for (const name of ['ctrlKey', 'metaKey', 'altKey', 'repeat', 'defaultPrevented'] as const)
      expect(isOurs(press('k', { [name]: true }), at('BODY'))).toBe(false);
  });
});

test('the palette opens by Ctrl-K and by Cmd-K, and by nothing like them', () => {
  const none = { key: 'k', ctrlKey: false, metaKey: false, altKey: false, shiftKey: false };
  expect(opensPalette({ ...none, ctrlKey: true })).toBe(true);
  expect(opensPalette({ ...none, key: 'K', metaKey: true })).toBe(true);
  expect(opensPalette(none)).toBe(false);
  expect(opensPalette({ ...none, ctrlKey: true, metaKey: true })).toBe(false);
  expect(opensPalette({ ...none, ctrlKey: true, altKey: true })).toBe(false);
  expect(opensPalette({ ...none, ctrlKey: true, shiftKey: true })).toBe(false);
  expect(opensPalette({ ...none, key: 'j', ctrlKey: true })).toBe(false);
});
