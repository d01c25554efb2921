import { describe, expect, test } from 'vitest';
import { nodeId } from '../core/base/ids.ts';
import { encodeUtf8 } from '../core/base/utf8.ts';
import type { Action, TimedAction } from '../core/cluster/action.ts';
import { CLASSROOM, createHeader } from '../core/cluster/presets.ts';
import type { RunConfig } from '../core/cluster/run.ts';
import type { TraceEvent } from '../core/cluster/trace-event.ts';
import { foundMeta } from '../core/meta/found-meta.ts';
import { findNode, type MetaState } from '../core/meta/meta-state.ts';
import { type RunOptions, runInProcess } from './run.ts';
import { unsettled } from './settled.ts';

const SECOND = 1_000_000;
const DOWN_AFTER_US = 3 * SECOND;

/** 20 writes a second, from the first election to shortly before the end. */
const writes = (endUs: number): TimedAction[] =>
  Array.from({ length: Math.floor(endUs / 50_000) - 60 }, (_, i) => ({
    timeUs: SECOND + i * 50_000,
    action: {
      type: 'Operate',
      client: 'client',
      operation: { type: 'Put', key: encodeUtf8(`k${i % 40}`), value: encodeUtf8(`v${i}`) },
      options: { timeoutUs: 2 * SECOND, via: undefined },
    },
  }));

interface Given {
  readonly seed?: number;
  readonly nodes?: number;
  readonly shards?: number;
  readonly seconds: number;
  readonly options?: RunOptions;
}

type At = readonly [seconds: number, action: Action];

function run(actions: readonly At[], { seed = 1, nodes = 3, shards = 8, seconds, options = {} }: Given) {
  const events: TraceEvent[] = [];
  const limits = { ...CLASSROOM.limits, downAfterUs: DOWN_AFTER_US };
  const config: RunConfig = { ...CLASSROOM, nodes, shards, limits };
  const founders = Array.from({ length: nodes }, (_, i) => nodeId(i + 1));
  const told = { meta: foundMeta({ ...config, nodes: founders, replicationFactor: 3 }), index: 0 };
  const endUs = seconds * SECOND;
  const timed = actions.map(([at, action]): TimedAction => ({ timeUs: at * SECOND, action }));
  const all = [...writes(endUs), ...timed].sort((a, b) => a.timeUs - b.timeUs);
  const report = runInProcess(createHeader('moves', seed, config), all, endUs, {
    ...options,
    observe: (event) => {
      events.push(event);
      if ((event.type !== 'MetaApplied' && event.type !== 'MetaFound') || event.index <= told.index) return;
      told.meta = event.state;
      told.index = event.index;
    },
  });
  return { report, events, meta: told.meta as MetaState };
}

const stateOf = (meta: MetaState, node: number) => findNode(meta, nodeId(node))?.state;
const finished = (events: readonly TraceEvent[]) =>
  events.filter((event) => event.type === 'MoveEnded' && event.outcome === 'finished');

describe('a ring that changes under writes', () => {
  test('a node that is added gets its replicas, each by a snapshot that was compared, and is normal then', () => {
    const { report, events, meta } = run([[3, { type: 'Add' }]], { seconds: 14 });
    expect(report.violations).toEqual([]);
    expect(unsettled(meta)).toEqual([]);
    expect(stateOf(meta, 4)).toBe('normal');
    const moves = finished(events).length;
    expect(moves).toBeGreaterThan(0);
    expect(events.filter(({ type }) => type === 'SnapshotInstalled').length).toBeGreaterThanOrEqual(moves);
    expect(events.filter((event) => event.type === 'CopyCompared' && event.isEqual).length).toBeGreaterThanOrEqual(
      moves,
    );
    expect(events.filter(({ type }) => type === 'ReplicaDropped')).toHaveLength(moves);
    expect(report.failed + report.unknown).toBe(0);
  });

  test('membership bug 43: a node that is removed hands all it has on, has left, and gossip is told so', () => {
    const { report, meta, events } = run([[3, { type: 'Remove', node: nodeId(2) }]], { nodes: 4, seconds: 16 });
    expect(report.violations).toEqual([]);
    expect(unsettled(meta)).toEqual([]);
    expect(stateOf(meta, 2)).toBe('left');
    const told = events.flatMap((event) => (event.type === 'DepartureHeard' ? [event.subject, event.node] : []));
    expect(new Set(told)).toEqual(new Set([2, 1, 3, 4]));
    expect(meta.groups.every(({ desired }) => !desired.includes(nodeId(2)))).toBe(true);
    expect(finished(events).length).toBeGreaterThan(0);
    expect(report.failed + report.unknown).toBe(0);
  });

  test('membership bug 43: a node that has left and is started again is believed by nobody', () => {
    const [n2, killed] = [nodeId(2), 11 * SECOND];
    const { report, meta, events } = run(
      [
        [3, { type: 'Remove', node: n2 }],
        [11, { type: 'Kill', node: n2 }],
        [11.5, { type: 'Revive', node: n2 }],
      ],
      { nodes: 4, seconds: 18 },
    );
    expect(report.violations).toEqual([]);
    expect(unsettled(meta)).toEqual([]);
    const left = events.find((event) => event.type === 'NodeStateChanged' && event.to === 'left');
    expect(left?.timeUs).toBeLessThan(killed);
    const believed = events.filter(
      (event) =>
        event.type === 'GossipMerged' &&
        event.timeUs > killed &&
        event.node !== n2 &&
        event.heard.some(({ subject }) => subject === n2),
    );
    expect(believed).toEqual([]);
    const spoke = events.filter((event) => event.type === 'GossipSent' && event.timeUs > killed && event.node === n2);
    expect(spoke.length).toBeLessThan(4);
  });

  test('a node that is down for long is replaced, and gets its part again when it is back', () => {
    const actions: At[] = [
      [3, { type: 'Kill', node: nodeId(1) }],
      [16, { type: 'Revive', node: nodeId(1) }],
    ];
    const { report, meta, events } = run(actions, { nodes: 4, seconds: 30 });
    const states = events.flatMap((event) => (event.type === 'NodeStateChanged' ? [event.to] : []));
    expect(states).toEqual(['down', 'normal']);
    expect(report.violations).toEqual([]);
    expect(unsettled(meta)).toEqual([]);
  });

  test('CONFIG down.after= says for how long, in the nodes that run and in those that start later', () => {
    const actions: At[] = [
      [2, { type: 'Kill', node: nodeId(2) }],
      [2.1, { type: 'Configure', name: 'down.after', value: 8 * SECOND }],
      [2.2, { type: 'Revive', node: nodeId(2) }],
      [3, { type: 'Kill', node: nodeId(1) }],
      [9, { type: 'Revive', node: nodeId(1) }],
    ];
    const down = (events: readonly TraceEvent[]) =>
      events.filter((event) => event.type === 'NodeStateChanged' && event.to === 'down').length;
    const isSetting = ([, { type }]: At): boolean => type === 'Configure';
    expect(down(run(actions, { nodes: 4, seconds: 10 }).events)).toBe(0);
    const unset = actions.filter((each) => !isSetting(each));
    expect(down(run(unset, { nodes: 4, seconds: 10 }).events)).toBe(1);
  });

  test('a node that was down when it was removed deletes all that it still has, when it is back', () => {
    const actions: At[] = [
      [3, { type: 'Kill', node: nodeId(2) }],
      [4, { type: 'Remove', node: nodeId(2) }],
      [16, { type: 'Revive', node: nodeId(2) }],
    ];
    const { report, meta, events } = run(actions, { nodes: 4, seconds: 22 });
    expect(report.violations).toEqual([]);
    expect(unsettled(meta)).toEqual([]);
    expect(stateOf(meta, 2)).toBe('left');
    const back = events.findIndex((event) => event.type === 'ActionTaken' && event.action.type === 'Revive');
    const ofN2 = events.slice(back).filter((event) => 'node' in event && event.node === 2);
    const had = ofN2.flatMap((event) => (event.type === 'ReplicaRecovered' ? [event.shard] : []));
    const dropped = ofN2.flatMap((event) => (event.type === 'ReplicaDropped' ? [event.shard] : []));
    expect(had.length).toBeGreaterThan(3);
    expect(dropped.sort((a, b) => a - b)).toEqual(had.sort((a, b) => a - b));
  });

  test('a node that was cut off while it left deletes all that it still has, when it is back', () => {
    const actions: At[] = [
      [3, { type: 'Remove', node: nodeId(2) }],
      [3.3, { type: 'Isolate', actor: 'n2' }],
      [16, { type: 'Heal', actor: 'n2' }],
    ];
    const { report, meta, events } = run(actions, { nodes: 4, seconds: 24 });
    expect(report.violations).toEqual([]);
    expect(stateOf(meta, 2)).toBe('left');
    const back = events.findIndex((event) => event.timeUs >= 16 * SECOND);
    const droppedBy = (some: readonly TraceEvent[]) =>
      some.filter((event) => event.type === 'ReplicaDropped' && event.node === 2).length;
    expect(droppedBy(events.slice(back))).toBeGreaterThan(0);
    // Of six shards, and of the meta group.
    expect(droppedBy(events)).toBe(7);
  });

  test('membership bug 33: a wiped node is a blank one, which neither votes nor acknowledges before it is replaced', () => {
    const { report, meta, events } = run([[5, { type: 'Wipe', node: nodeId(3), force: false }]], { seconds: 24 });
    expect(report.violations).toEqual([]);
    expect(unsettled(meta)).toEqual([]);
    expect(findNode(meta, nodeId(3))).toEqual({ node: 3, state: 'normal', incarnation: 2 });
    const wiped = events.findIndex(({ type }) => type === 'DiskWiped');
    const created = new Set<number>();
    for (const event of events.slice(wiped)) {
      if (event.type === 'ReplicaCreated' && event.node === 3) created.add(event.shard);
      if (!('shard' in event) || !('node' in event) || event.node !== 3 || event.type === 'RequestReceived') continue;
      if (event.type !== 'RequestAnswered') expect(created.has(event.shard), event.type).toBe(true);
    }
    expect(created.size).toBe(9);
  });

  test('one event at a time gives the same run, a join and a leave in it', () => {
    const actions: At[] = [
      [2, { type: 'Add' }],
      [8, { type: 'Remove', node: nodeId(1) }],
    ];
    const once = run(actions, { seconds: 18 });
    const single = run(actions, { seconds: 18, options: { single: true } });
    expect(single.report.digest).toBe(once.report.digest);
    expect(stateOf(once.meta, 1)).toBe('left');
    expect(once.report.violations).toEqual([]);
  });

  test('a removal that would leave too few nodes is refused in so many words', () => {
    const { events, meta } = run([[2, { type: 'Remove', node: nodeId(2) }]], { seconds: 4 });
    expect(stateOf(meta, 2)).toBe('normal');
    expect(events.some(({ type }) => type === 'NodeStateChanged')).toBe(false);
  });
});
