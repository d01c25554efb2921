import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { nodeId } from '../base/ids.ts';
import { type Hint, type HintLimits, HintStore } from './hints.ts';
import { NO_LIMITS, raiseFence } from './purge-limits.ts';
import { mergeRows, NO_ROW, type Row } from './row.ts';

const LIMITS: HintLimits = { hintBytesMax: 1000, batchBytes: 120, batchIntervalUs: 50 };
const [N1, N2, N3] = [nodeId(1), nodeId(2), nodeId(3)];
const key = (text: string): Uint8Array => Uint8Array.from(text, (letter) => letter.charCodeAt(0));
const row = (wallUs: number, bytes = 1): Row => [
  { stamp: { wallUs, logical: 0, node: N1 }, value: new Uint8Array(bytes), deadlineUs: undefined, clock: undefined },
];
const hint = (home: number, text: string, wallUs: number, bytes = 1): Hint => ({
  home: nodeId(home),
  key: key(text),
  row: row(wallUs, bytes),
});
const add = (store: HintStore, each: Hint, limits = NO_LIMITS) =>
  store.add('lww', limits, each, each.row[0]?.stamp ?? { wallUs: 0, logical: 0, node: N1 });

describe('hints', () => {
  test('of one home and key are one, the newest', () => {
    const store = new HintStore(LIMITS, []);
    add(store, hint(1, 'a', 5));
    expect(add(store, hint(1, 'a', 3))).toEqual({ type: 'Stored', hint: hint(1, 'a', 5) });
    add(store, hint(2, 'a', 4));
    expect([store.count, store.homes, store.waitingFor(N1)]).toEqual([2, [N1, N2], 1]);
    expect(store.rowFor(N1, key('a'))).toEqual(row(5));
    expect(store.rowFor(N3, key('a'))).toEqual(NO_ROW);
  });

  test('that do not fit are refused, and then have changed nothing', () => {
    const store = new HintStore(LIMITS, []);
    add(store, hint(1, 'a', 5, 400));
    const { bytes } = store;
    expect(add(store, hint(1, 'b', 5, 600))).toEqual({ type: 'Full', bytes, max: 1000 });
    expect([store.count, store.bytes]).toEqual([1, bytes]);
    // In place of the one that there is it fits.
    expect(add(store, hint(1, 'a', 6, 600)).type).toBe('Stored');
    expect(store.rowFor(N1, key('a'))).toEqual(row(6, 600));
  });

  test('from before the fence are refused', () => {
    const store = new HintStore(LIMITS, []);
    expect(add(store, hint(1, 'a', 5), raiseFence(NO_LIMITS, 6))).toEqual({ type: 'BelowLimit', limitUs: 6 });
    expect(add(store, hint(1, 'a', 6), raiseFence(NO_LIMITS, 6)).type).toBe('Stored');
    expect([
      store.countBelow(6, () => true),
      store.countBelow(7, () => true),
      store.countBelow(7, () => false),
    ]).toEqual([0, 1, 0]);
  });

  test('go only when their home has just what is kept, however long that takes', () => {
    const store = new HintStore(LIMITS, []);
    add(store, hint(1, 'a', 5));
    const [sent] = store.nextBatch(0, N1) as [Hint];
    add(store, hint(1, 'a', 6));
    expect(store.delivered(sent)).toBe(false);
    expect(store.nextBatch(10, N1)).toEqual([]);
    expect(store.nextBatch(1e15, N1)).toEqual([hint(1, 'a', 6)]);
    expect(store.delivered(hint(1, 'a', 6))).toBe(true);
    expect(store.delivered(hint(1, 'a', 6))).toBe(false);
    expect([store.count, store.bytes, store.homes]).toEqual([0, 0, []]);
  });

  test('are handed over a batch at a time, each in its turn, until they are acknowledged', () => {
    const store = new HintStore(LIMITS, []);
    for (const text of ['a', 'b', 'c', 'd', 'e']) add(store, hint(1, text, 5, 40));
    const at = (nowUs: number) => store.nextBatch(nowUs, N1).map((each) => String.fromCharCode(...each.key));
    const { batchIntervalUs } = LIMITS;
    expect(at(0)).toEqual(['a']);
    expect(at(batchIntervalUs - 1)).toEqual([]);
    expect(at(batchIntervalUs)).toEqual(['b']);
    // Of two nothing came back: the next one comes later.
    expect(at(2 * batchIntervalUs)).toEqual([]);
    expect(at(3 * batchIntervalUs)).toEqual(['c']);
    store.delivered(hint(1, 'c', 5, 40));
    expect(at(4 * batchIntervalUs)).toEqual(['d']);
    const roomy = new HintStore({ ...LIMITS, batchBytes: 130 }, [hint(1, 'a', 5), hint(1, 'b', 5), hint(1, 'c', 5)]);
    expect(roomy.nextBatch(0, N1)).toHaveLength(2);
    // One that is larger than a batch goes alone.
    expect(new HintStore(LIMITS, [hint(1, 'a', 5, 500)]).nextBatch(0, N1)).toHaveLength(1);
  });

  test('that nobody takes are sent more and more rarely, up to every 32 intervals, and at once when the home was away', () => {
    const store = new HintStore(LIMITS, [hint(1, 'a', 5)]);
    const { batchIntervalUs } = LIMITS;
    const sentAt = Array.from({ length: 130 }, (_, interval) => interval).filter(
      (interval) => store.nextBatch(interval * batchIntervalUs, N1).length > 0,
    );
    expect(sentAt).toEqual([0, 1, 3, 7, 15, 31, 63, 95, 127]);
    store.away(N1);
    expect(store.nextBatch(130 * batchIntervalUs, N1)).toHaveLength(1);
    expect(store.nextBatch(131 * batchIntervalUs, N1)).toHaveLength(1);
  });

  test('for a home that has left go to whoever holds its keys now', () => {
    const store = new HintStore(LIMITS, []);
    for (const text of ['a', 'b', 'c']) add(store, hint(1, text, 5));
    add(store, hint(2, 'a', 7));
    const moved = store.retarget('lww', N1, (each) => ({ a: N2, b: N3 })[String.fromCharCode(...each)]);
    expect(moved).toEqual([hint(2, 'a', 7), hint(3, 'b', 5)]);
    // Nobody knows yet who holds `c`.
    expect([store.waitingFor(N1), store.waitingFor(N2), store.waitingFor(N3)]).toEqual([1, 1, 1]);
  });

  test('that were stored are all there until delivered, across restarts, and the bytes are counted right', () => {
    const deeds = fc.array(
      fc.record({
        kind: fc.constantFrom('add', 'add', 'deliver', 'restart', 'leave'),
        home: fc.integer({ min: 1, max: 3 }),
        text: fc.constantFrom('a', 'b', 'c'),
        wallUs: fc.nat(9),
        bytes: fc.nat(300),
      }),
    );
    fc.assert(
      fc.property(deeds, (all) => {
        let store = new HintStore(LIMITS, []);
        const model = new Map<string, Hint>();
        let nowUs = 0;
        for (const { kind, home, text, wallUs, bytes } of all) {
          const name = `${home}/${text}`;
          nowUs += LIMITS.batchIntervalUs;
          if (kind === 'add') {
            const added = add(store, hint(home, text, wallUs, bytes));
            if (added.type === 'Stored') {
              const merged = mergeRows('lww', model.get(name)?.row ?? NO_ROW, row(wallUs, bytes));
              expect(added.hint.row).toEqual(merged);
              model.set(name, added.hint);
            }
          } else if (kind === 'deliver') {
            for (const each of store.nextBatch(nowUs, nodeId(home))) {
              expect(store.delivered(each)).toBe(true);
              expect(model.delete(`${home}/${String.fromCharCode(...each.key)}`)).toBe(true);
            }
          } else if (kind === 'restart') store = new HintStore(LIMITS, [...model.values()]);
          else {
            const to = nodeId((home % 3) + 1);
            for (const each of store.retarget('lww', nodeId(home), () => to)) {
              const letter = String.fromCharCode(...each.key);
              expect(model.delete(`${home}/${letter}`)).toBe(true);
              model.set(`${to}/${letter}`, each);
            }
          }
          for (const each of model.values()) expect(store.rowFor(each.home, each.key)).toEqual(each.row);
          expect(store.count).toBe(model.size);
          expect(store.bytes).toBe(new HintStore(LIMITS, [...model.values()]).bytes);
          expect(store.bytes).toBeLessThanOrEqual(LIMITS.hintBytesMax);
        }
      }),
    );
  });
});
