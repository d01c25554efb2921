import { describe, expect, test } from 'vitest';
import { runLine } from '../../console/run-line.ts';
import { createSession } from '../../console/session.ts';
import { type NodeId, nodeId, shardId } from '../../core/base/ids.ts';
import { placementOf } from '../../core/cluster/placement.ts';
import { CLASSROOM } from '../../core/cluster/presets.ts';
import { type AppState, createAppStore } from '../store/app-store.ts';
import { EMPTY_MODEL, EMPTY_NODE, EMPTY_REPLICA, type NodeView } from '../store/view-model.ts';
import { FakeCluster } from '../testing/fake-cluster.ts';
import { type PaletteItem, paletteGroups, typedItem } from './palette-items.ts';

const up: NodeView = { ...EMPTY_NODE, state: 'up', boot: 1 };
const topology = { nodes: [1, 2, 3].map(nodeId), shards: 8 };

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
  const run = { runId: 'fake', seed: 42, config: CLASSROOM, ring: placementOf(CLASSROOM) };
  return { ...createAppStore(new FakeCluster()).getState(), run, model, focusedShard: shardId(4), ...change };
}

const itemsOf = (state = stateWith()): readonly PaletteItem[] => paletteGroups(state).flatMap(({ items }) => items);
const linesOf = (state?: AppState): readonly string[] =>
  itemsOf(state).flatMap(({ act }) => (act.type === 'run' ? [act.line] : []));

describe('palette', () => {
  test('offers what can be done to each node as it is', () => {
    const lines = linesOf();
    expect(lines).toEqual(expect.arrayContaining(['KILL n1', 'KILL n2', 'ISOLATE n1', 'REVIVE n3']));
    for (const impossible of ['KILL n3', 'ISOLATE n3', 'REVIVE n1', 'HEAL']) expect(lines).not.toContain(impossible);
    expect(lines).toEqual(expect.arrayContaining(['FREEZE n1', 'FREEZE n2']));
    for (const impossible of ['FREEZE n3', 'THAW n1', 'THAW n3']) expect(lines).not.toContain(impossible);
    const model = { ...stateWith().model, nodes: new Map([[nodeId(1), { ...up, frozen: true }]]) };
    const whenFrozen = linesOf(stateWith({ model }));
    expect(whenFrozen).toEqual(expect.arrayContaining(['KILL n1', 'THAW n1']));
    expect(whenFrozen).not.toContain('FREEZE n1');
    expect(itemsOf().map(({ title }) => title)).toContain('Kill n2, leader of s4');
  });

  test('plays when paused, pauses when playing, neither while the cluster boots', () => {
    const { transport } = stateWith();
    const modes = (['playing', 'paused', 'booting'] as const).map((mode) => {
      const shown = paletteGroups(stateWith({ transport: { ...transport, mode } }))[0]?.items ?? [];
      return shown.flatMap(({ act }) => (act.type === 'run' && /^P/.test(act.line) ? [act.line] : []));
    });
    expect(modes).toEqual([['PAUSE'], ['PLAY'], []]);
  });

  test('names every shard, every other preset and every verb, each once', () => {
    const items = itemsOf();
    const titles = items.map(({ title }) => title);
    expect(new Set(titles).size, 'a title is how an entry is found').toBe(titles.length);
    expect(items.flatMap(({ act }) => (act.type === 'focus-shard' ? [act.shard] : []))).toEqual([...Array(8).keys()]);
    expect(titles.filter((title) => /nodes ×/.test(title))).toHaveLength(3);
    for (const verb of ['PUT', 'LINK', 'RUN', 'HELP'])
      expect(titles.some((title) => title.startsWith(verb))).toBe(true);
  });

  test('whatever runs at once is a command that the console accepts', async () => {
    const lines = linesOf();
    expect(lines.length).toBeGreaterThan(10);
    for (const line of lines) {
      // No file can be chosen or saved here.
      if (line === 'SAVE' || line === 'LOAD') continue;
      const [result] = await runLine(new FakeCluster(), createSession({}), line);
      expect(['UnknownVerb', 'MissingArgument', 'ExtraArgument', 'BadArgument'], line).not.toContain(result?.code);
    }
  });

  test('what deletes a run waits in the console for Enter', () => {
    for (const { act } of itemsOf()) if (act.type === 'run') expect(act.line).not.toMatch(/^(RESET|SEED)/);
  });

  test.each([
    ['put user:42 ada', 'run'],
    ['PAUSE; STEP 3', 'run'],
    ['put user:42', 'write'],
    ['KILL n9', 'write'],
    ['PUT a "b', 'write'],
    ['PAUSE; FROB', 'write'],
  ] as const)('typed as it is, %s would %s', (typed, type) => {
    expect(typedItem(typed, topology)?.act.type).toBe(type);
  });

  test('what begins with no verb is only searched for', () => {
    for (const typed of ['', '  ', 'dark', 'kil']) expect(typedItem(typed, topology)).toBeUndefined();
  });
});
