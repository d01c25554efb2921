import fc from 'fast-check';
import { expect, test } from 'vitest';
import { EventHeap } from './event-heap.ts';
import { compareKeys, type EventKey } from './event-key.ts';

const small = fc.nat(4);
const event: fc.Arbitrary<EventKey> = fc.record({
  timeUs: small,
  target: small,
  origin: small,
  sequence: fc.nat(1000),
});

test('a heap gives its events as a sorted array would, whatever is pushed in between', () => {
  fc.assert(
    fc.property(fc.array(fc.option(event, { freq: 2 }), { maxLength: 200 }), (steps) => {
      const heap = new EventHeap<EventKey>();
      const model: EventKey[] = [];
      for (const step of steps) {
        if (step === null) {
          model.sort(compareKeys);
          expect(heap.peek()).toEqual(model[0]);
          expect(heap.pop()).toEqual(model.shift());
        } else {
          heap.push(step);
          model.push(step);
        }
        expect(heap.size).toBe(model.length);
      }
      model.sort(compareKeys);
      expect([...heap.values()].sort(compareKeys)).toEqual(model);
      for (const next of model) expect(heap.pop()).toEqual(next);
      expect(heap.pop()).toBeUndefined();
    }),
  );
});

test('a cleared heap is empty', () => {
  const heap = new EventHeap<EventKey>();
  heap.push({ timeUs: 1, target: 1, origin: 1, sequence: 1 });
  heap.clear();
  expect(heap.peek()).toBeUndefined();
});

test('what is removed is gone, and the others keep their order', () => {
  fc.assert(
    fc.property(
      fc.uniqueArray(event, { selector: (key) => JSON.stringify(key), minLength: 1 }),
      fc.nat(),
      (keys, at) => {
        const heap = new EventHeap<EventKey>();
        for (const key of keys) heap.push(key);
        const removed = keys[at % keys.length] as EventKey;
        heap.remove(removed);
        const others = keys.filter((key) => key !== removed).sort(compareKeys);
        expect(others.map(() => heap.pop())).toEqual(others);
        expect(heap.peek()).toBeUndefined();
      },
    ),
  );
});
