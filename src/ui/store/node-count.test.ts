import { expect, test } from 'vitest';
import { nodeId } from '../../core/base/ids.ts';
import { CLASSROOM } from '../../core/cluster/presets.ts';
import { modelAfter, N1, started } from '../testing/trace-events.ts';
import { nodeCount, nodesPresent, nodesShown, presentNodes, presentText } from './node-count.ts';
import { EMPTY_MODEL } from './view-model.ts';

const run = { config: CLASSROOM };

test('the nodes are those that the run began with, and those that were added by the moment shown', () => {
  expect(nodeCount({ run: undefined, model: EMPTY_MODEL })).toBe(0);
  expect(nodeCount({ run, model: modelAfter(started(N1)) })).toBe(3);
  expect(nodesShown({ run, model: modelAfter(started(N1), started(nodeId(5))) })).toEqual([1, 2, 3, 4, 5]);
});

test('one that has left is still among those shown, and present no longer', () => {
  const left = {
    timeUs: 9,
    type: 'NodeStateChanged',
    subject: nodeId(2),
    from: 'leaving',
    to: 'left',
    incarnation: 1,
  } as const;
  const state = { run, model: modelAfter(started(N1), left) };
  expect(nodesShown(state)).toEqual([1, 2, 3]);
  expect(nodesPresent(state)).toEqual([1, 3]);
  expect(presentNodes(presentText(state))).toEqual([1, 3]);
  expect(presentNodes(presentText({ run: undefined, model: EMPTY_MODEL }))).toEqual([]);
});
