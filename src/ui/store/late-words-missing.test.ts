import { expect, test, vi } from 'vitest';
import { nodeId } from '../../core/base/ids.ts';
import type { TraceEvent } from '../../core/cluster/trace-event.ts';
import { wordsFor } from './late-words.ts';
import { reduceAll } from './reduce.ts';
import { EMPTY_MODEL } from './view-model.ts';

vi.mock('./rare-words.ts', () => {
  throw new Error('offline');
});

// Its own file: what could not be fetched stays away.
test('words that cannot be fetched are missed aloud, in one line, and the picture goes on', async () => {
  const killed = (node: number, timeUs: number): TraceEvent => ({
    ...{ timeUs, type: 'NodeKilled', node: nodeId(node), pending: 0, lost: 0, torn: false },
  });
  const events = [killed(1, 20), killed(2, 30)];
  await wordsFor(events);
  const model = reduceAll(EMPTY_MODEL, events);
  expect([1, 2].map((node) => model.nodes.get(nodeId(node))?.state)).toEqual(['down', 'down']);
  expect(model.feed).toMatchObject([
    { text: 'Lines are missing here', why: 'their words could not be fetched: reload the page', count: 2 },
  ]);
});
