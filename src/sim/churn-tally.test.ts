import { expect, test } from 'vitest';
import { nodeId, shardId } from '../core/base/ids.ts';
import type { TraceEvent } from '../core/cluster/trace-event.ts';
import type { NodeStanding } from '../core/meta/node-standing.ts';
import { ChurnTally, churnText, sumChurn } from './churn-tally.ts';

const becomes = (from: NodeStanding, to: NodeStanding): TraceEvent => ({
  ...{ timeUs: 1, type: 'NodeStateChanged', subject: nodeId(4), from, to, incarnation: 1 },
});
const ended = (outcome: 'finished' | 'rolledBack'): TraceEvent => ({
  ...{ timeUs: 1, type: 'MoveEnded', shard: shardId(1), to: nodeId(4), from: nodeId(1), outcome },
});

test('what came and went is counted, a new disk of a node that stays is not', () => {
  const tally = new ChurnTally();
  const wiped: TraceEvent = { timeUs: 1, type: 'DiskWiped', node: nodeId(2), incarnation: 2 };
  const life = [becomes('unknown', 'joining'), becomes('joining', 'normal'), becomes('normal', 'normal')];
  const death = [becomes('normal', 'down'), becomes('down', 'leaving'), becomes('leaving', 'left')];
  for (const event of [...life, ...death, wiped, ended('finished'), ended('finished'), ended('rolledBack')])
    tally.observe(event);
  expect(churnText(sumChurn([tally.counts, tally.counts]))).toBe(
    '2 nodes joined, 2 nodes left, 2 nodes given up as down, 2 disks wiped, 4 moves finished, 2 moves rolled back',
  );
});

test('where there was no churn there is nothing to tell', () => {
  expect(churnText(new ChurnTally().counts)).toBeUndefined();
});
