import { expect, test } from 'vitest';
import { type NodeId, nodeId, shardId } from '../../core/base/ids.ts';
import { placementOf } from '../../core/cluster/placement.ts';
import { CLASSROOM } from '../../core/cluster/presets.ts';
import { type AppState, createAppStore } from '../store/app-store.ts';
import { EMPTY_MODEL, EMPTY_NODE, EMPTY_REPLICA, type NodeView, type ViewModel } from '../store/view-model.ts';
import { FakeCluster } from '../testing/fake-cluster.ts';
import { presenterAct } from './presenter-keys.ts';

const S0 = shardId(0);
const run = { runId: 'fake', seed: 42, config: CLASSROOM, ring: placementOf(CLASSROOM) };

function stateWith(change: Partial<AppState> = {}, n2: NodeView['state'] = 'up'): AppState {
  const model: ViewModel = {
    ...EMPTY_MODEL,
    nodes: new Map<NodeId, NodeView>([
      [nodeId(1), { ...EMPTY_NODE, state: 'up', boot: 1 }],
      [nodeId(2), { ...EMPTY_NODE, state: n2, boot: 1 }],
    ]),
    shards: new Map([[S0, new Map([[nodeId(2), { ...EMPTY_REPLICA, role: 'leader', term: 1 } as const]])]]),
  };
  return { ...createAppStore(new FakeCluster()).getState(), run, model, focusedShard: S0, ...change };
}
const withMode = (mode: AppState['transport']['mode']) => stateWith({ transport: { ...stateWith().transport, mode } });

test('Page Down goes through the invitations, each act followed by its undoing, and leaves out what cannot be done', () => {
  const lines: string[] = [];
  let at = 0;
  for (const n2 of ['up', 'up', 'down', 'up', 'up'] as const) {
    const state = stateWith({}, n2);
    // After the split the network is cut.
    if (lines.at(-1)?.startsWith('PARTITION')) {
      Object.assign(state, { model: { ...state.model, cuts: new Map([['1>2', { from: nodeId(1), to: nodeId(2) }]]) } });
    }
    const act = presenterAct(state, 'PageDown', at);
    if (act?.type !== 'run') throw new Error('nothing to invite to');
    lines.push(act.line);
    at = act.next ?? at;
  }
  expect(lines).toEqual(['PUT user:42 ada', 'KILL n2', 'REVIVE n2', 'PARTITION n2 | n1 n3', 'HEAL']);
  expect(at).toBe(0);
  // Nothing is down: reviving is left out.
  expect(presenterAct(stateWith(), 'PageDown', 2)).toEqual({ type: 'run', line: 'PARTITION n2 | n1 n3', next: 4 });
});

test('while paused Page Down is one event; Page Up plays and pauses; neither while the cluster boots', () => {
  expect(presenterAct(withMode('paused'), 'PageDown', 0)).toEqual({ type: 'run', line: 'STEP' });
  expect(presenterAct(withMode('paused'), 'PageUp', 0)).toEqual({ type: 'run', line: 'PLAY' });
  expect(presenterAct(withMode('playing'), 'PageUp', 0)).toEqual({ type: 'run', line: 'PAUSE' });
  for (const key of ['PageDown', 'PageUp']) {
    expect(presenterAct(withMode('booting'), key, 0)).toEqual({ type: 'nothing' });
  }
});

test('B and the full stop blank the screen; then any key shows it again and does nothing else', () => {
  for (const key of ['b', 'B', '.']) expect(presenterAct(stateWith(), key, 0)).toEqual({ type: 'blank' });
  for (const key of ['b', 'PageDown', 'k']) {
    expect(presenterAct(stateWith({ blank: true }), key, 0)).toEqual({ type: 'blank' });
  }
  expect(presenterAct(stateWith(), 'k', 0)).toBeUndefined();
});
