import { describe, expect, test } from 'vitest';
import { nodeId } from '../../../core/base/ids.ts';
import { encodeUtf8 } from '../../../core/base/utf8.ts';
import type { Action, TimedAction } from '../../../core/cluster/action.ts';
import { CLASSROOM, createHeader } from '../../../core/cluster/presets.ts';
import type { RunConfig } from '../../../core/cluster/run.ts';
import type { TraceEvent } from '../../../core/cluster/trace-event.ts';
import { META_GROUP } from '../../../core/meta/meta-state.ts';
import { runInProcess } from '../../../sim/run.ts';
import { groupConfiguration } from '../../store/group-configuration.ts';
import { reduceAll } from '../../store/reduce.ts';
import { ringOf } from '../../store/ring-now.ts';
import { EMPTY_MODEL, type ViewModel } from '../../store/view-model.ts';
import { countOf, drawn, runOf, textOf } from '../../testing/static-view.tsx';
import { changeFigures, progressOf } from './change-figures.ts';
import { MovesPanel } from './moves-panel.tsx';

const SECOND = 1_000_000;

/** 40 keys are written, then this happens. @returns what happened in the world, event by event */
function lived(actions: readonly (readonly [seconds: number, action: Action])[], seconds: number, config: RunConfig) {
  const events: TraceEvent[] = [];
  const writes = Array.from(
    { length: 40 },
    (_, i): TimedAction => ({
      timeUs: SECOND + i * 20_000,
      action: {
        type: 'Operate',
        client: 'client',
        operation: { type: 'Put', key: encodeUtf8(`k${i}`), value: encodeUtf8('v') },
        options: { timeoutUs: 2 * SECOND, via: undefined },
      },
    }),
  );
  const timed = actions.map(([at, action]): TimedAction => ({ timeUs: at * SECOND, action }));
  const all = [...writes, ...timed].sort((a, b) => a.timeUs - b.timeUs);
  runInProcess(createHeader('moves', 1, config), all, seconds * SECOND, {
    observe: (event) => void events.push(event),
  });
  return events;
}

const drawnOf = (model: ViewModel, config: RunConfig) =>
  drawn(<MovesPanel />, { model, run: { ...runOf(config), ring: ringOf(config, model.placement.ring) } });

describe('a fourth node joins the default cluster', () => {
  const events = lived([[3, { type: 'Add' }]], 6, CLASSROOM);
  const until = (isLast: (event: TraceEvent) => boolean) =>
    reduceAll(EMPTY_MODEL, events.slice(0, events.findIndex(isLast) + 1));

  test('before it, nothing has moved and a button adds a node', () => {
    const text = textOf(
      drawnOf(
        until(({ type }) => type === 'NodeAdded'),
        CLASSROOM,
      ),
    );
    expect(text).toContain('Nothing has moved');
    expect(text).toContain('Add a node');
  });

  test('on the way, each move has its stop, two are under way and the rest waits', () => {
    const model = until((event) => event.type === 'CopyCompared');
    const html = drawnOf(model, CLASSROOM);
    const text = textOf(html);
    expect(countOf(html, 'move-stops')).toBe(2);
    expect(text).toContain('n4 joins the ring epoch 1 → 2 · 3 → 4 nodes');
    expect(text).toMatch(/2 under way · \d waiting · 0 done/);
    expect(text).toContain('roots are equal');
    expect(text).toContain('n4 joins');
    expect(html).toContain('title="CANCEL s1"');
  });

  test('afterwards all that had to move is done, and the numbers add up', () => {
    const model = reduceAll(EMPTY_MODEL, events);
    const figures = changeFigures(model, CLASSROOM);
    const text = textOf(drawnOf(model, CLASSROOM));
    const moved = events.filter((event) => event.type === 'MoveEnded' && event.outcome === 'finished');
    expect(figures?.copies).toEqual([moved.length, 24]);
    expect(figures?.keys[1]).toBe(120);
    expect(figures?.modulo).toEqual({ copies: 0.25, firsts: 0.75 });
    expect(text).toContain(`0 under way · 0 waiting · ${moved.length} done`);
    expect(text).toContain('K/N, the least: 1/4 25.0 % 25.0 %');
    expect(text).toContain('n4 normal');
    expect(text).not.toContain('CANCEL');
  });
});

const progressIn = (model: ViewModel) => {
  const figures = changeFigures(model, CLASSROOM);
  const { done, underWay, waiting, beside } = progressOf(
    model.placement,
    figures,
    (shard) => groupConfiguration(model, shard)?.voters ?? [],
  );
  return { wanted: figures?.copies[0], counts: [done, underWay, waiting], beside };
};

test('a disk is wiped: nobody waits for what it held to be deleted, and the change of the ring counts none of it', () => {
  const wipe: Action = { type: 'Wipe', node: nodeId(2), force: false };
  const actions = [[3, { type: 'Add' }] as const, [8, wipe] as const];
  const events = lived(actions, 16, CLASSROOM);
  const model = reduceAll(EMPTY_MODEL, events);
  const { ended, moves, members } = model.placement;
  expect(members.get(nodeId(2))).toBe('normal');
  expect(moves.size).toBe(0);
  expect(ended.filter(({ from, surplus }) => from === 2 && surplus === 'none').length).toBeGreaterThan(0);
  expect(ended.filter(({ surplus }) => surplus === 'awaited')).toEqual([]);
  expect(textOf(drawnOf(model, CLASSROOM))).not.toContain('deletes its copy');
  const replaces = events.findLastIndex(({ type }) => type === 'MoveStageChanged');
  const during = progressIn(reduceAll(EMPTY_MODEL, events.slice(0, replaces + 1)));
  expect(during).toMatchObject({ counts: [during.wanted, 0, 0], beside: 1 });
  expect(progressIn(model)).toEqual({ ...during, beside: 0 });
});

test('a move of the meta group is none of the change, and a copy that is not moved yet waits', () => {
  const n4 = nodeId(4);
  const joins: readonly TraceEvent[] = [
    { timeUs: 10, type: 'NodeStateChanged', subject: n4, from: 'unknown', to: 'joining', incarnation: 1 },
    { timeUs: 10, type: 'RingChanged', epoch: 2, vnodes: 150, moving: [META_GROUP] },
    { timeUs: 20, type: 'MoveStageChanged', shard: META_GROUP, to: n4, from: nodeId(2), stage: 'learner', token: 1 },
  ];
  const model = reduceAll(EMPTY_MODEL, joins);
  const { wanted, counts, beside } = progressIn(model);
  expect(wanted).toBeGreaterThan(0);
  expect(counts).toEqual([0, 0, wanted]);
  expect(beside).toBe(1);
  expect(textOf(drawnOf(model, CLASSROOM))).toContain(`0 under way · ${wanted} waiting · 0 done · 1 other move`);
});

test('a node leaves seven: its part goes to the others, and it is named as gone', () => {
  const config = { ...CLASSROOM, nodes: 7, shards: 16 };
  const model = reduceAll(EMPTY_MODEL, lived([[3, { type: 'Remove', node: nodeId(2) }]], 14, config));
  const figures = changeFigures(model, config);
  const text = textOf(drawnOf(model, config));
  expect(model.placement.members.get(nodeId(2))).toBe('left');
  expect(figures).toMatchObject({ gone: [2], nodes: [7, 6], ideal: 1 / 7 });
  expect(text).toContain('n2 is off the ring epoch 1 → 2');
  expect(text).toContain('n2 has left');
  expect(text).toMatch(/hash mod N would have moved \d\.\d times as much/);
});
