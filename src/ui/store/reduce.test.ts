import { expect, test } from 'vitest';
import { reducePaths } from '../../core/cluster/operation-path/reduce-paths.ts';
import type { TraceEvent } from '../../core/cluster/trace-event.ts';
import {
  appended,
  entries,
  modelAfter,
  N1,
  N2,
  persisted,
  recovered,
  role,
  sent,
  started,
} from '../testing/trace-events.ts';
import { reduce, reduceAll } from './reduce.ts';
import { EMPTY_MODEL, type ViewModel } from './view-model.ts';

test('after a reload the network is whole and empty, and clients begin anew', () => {
  const reload: TraceEvent = { timeUs: 50, type: 'ActionTaken', action: { type: 'Reload', endings: [] } };
  const cut: TraceEvent = { timeUs: 1, type: 'LinkChanged', from: N1, to: N2, cut: true, settings: { drop: 0.1 } };
  const before = modelAfter(sent(1), cut);
  const { messages, cuts, links, feed } = reduce(before, reload);
  expect([messages.size, cuts.size, links.size]).toEqual([0, 0, 0]);
  expect(feed.length).toBeGreaterThan(before.feed.length);
  expect([...reduceAll(before, [sent(2), reload, sent(3)]).messages.keys()]).toEqual([3]);
  expect([...before.messages.keys()]).toEqual([1]);
});

test('reducing leaves the model before as it was, and a batch equals its events one by one', () => {
  const events = [
    started(N1),
    recovered(N1),
    role(N1, 'leader', 1),
    appended(N1, entries(1, 5, 1)),
    persisted(N1, 5),
    sent(1),
    appended(N1, entries(4, 4, 2), 4),
  ];
  const told = (model: ViewModel) => ({ ...model, paths: model.paths.read(reducePaths) });
  const before = reduceAll(EMPTY_MODEL, events);
  const copy = structuredClone(told(before));
  reduceAll(before, [
    appended(N1, entries(5, 9, 3)),
    role(N1, 'follower', 3),
    { timeUs: 99, type: 'MessageDelivered', id: 1 },
    started(N2),
  ]);
  expect(told(before)).toEqual(copy);
  expect(EMPTY_MODEL.nodes.size).toBe(0);
  expect(told(events.reduce(reduce, EMPTY_MODEL))).toEqual(told(before));
});
