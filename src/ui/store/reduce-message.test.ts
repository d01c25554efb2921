import { describe, expect, test } from 'vitest';
import type { TraceEvent } from '../../core/cluster/trace-event.ts';
import { modelAfter, sent } from '../testing/trace-events.ts';
import { reduce, reduceAll } from './reduce.ts';
import { DROPS_KEPT } from './view-model.ts';

describe('messages', () => {
  test('are there from sending to delivery', () => {
    const model = modelAfter(sent(1), sent(2));
    expect([...model.messages.keys()]).toEqual([1, 2]);
    expect(model.messages.get(1)).toMatchObject({ sentAtUs: 40, deliverAtUs: 50 });
    expect([...reduce(model, { timeUs: 50, type: 'MessageDelivered', id: 1 }).messages.keys()]).toEqual([2]);
  });

  test('a dropped one is kept a while, with the reason; a drop of an unknown one is nothing', () => {
    let model = modelAfter(sent(1));
    model = reduce(model, { timeUs: 45, type: 'MessageDropped', id: 1, reason: 'link is cut' });
    expect(model.messages.size).toBe(0);
    expect(model.drops).toMatchObject([{ id: 1, droppedAtUs: 45, reason: 'link is cut' }]);
    expect(reduce(model, { timeUs: 46, type: 'MessageDropped', id: 99, reason: 'link is cut' }).drops).toHaveLength(1);
    for (let id = 2; id < 100; id++)
      model = reduceAll(model, [sent(id), { timeUs: 45, type: 'MessageDropped', id, reason: 'link is cut' }]);
    expect(model.drops).toHaveLength(DROPS_KEPT);
  });

  test('what is told thinly tells of no message any more', () => {
    const thin: TraceEvent = { timeUs: 41, type: 'DetailsOmitted', untilUs: 42 };
    expect(modelAfter(sent(1), thin).messages.size).toBe(0);
    expect([...modelAfter(sent(1), thin, sent(2)).messages.keys()]).toEqual([2]);
  });
});
