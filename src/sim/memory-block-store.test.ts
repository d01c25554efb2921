import fc from 'fast-check';
import { expect, test } from 'vitest';
import { type DiskOp, STORE_NAMES, type StoreName } from '../core/base/disk.ts';
import { MemoryBlockStore } from './memory-block-store.ts';

const store = fc.constantFrom(...STORE_NAMES.slice(0, 2));
const key = fc.nat(20);
const op: fc.Arbitrary<DiskOp> = fc.oneof(
  fc.record({ type: fc.constant('put' as const), store, key, value: fc.uint8Array({ maxLength: 3 }) }),
  fc.record({ type: fc.constant('deleteRange' as const), store, from: key, to: key }),
);
const read = fc.record({ store, from: key, to: key, limit: fc.nat(6) });

test('reads give what a plain list of records gives', () => {
  fc.assert(
    fc.property(fc.array(fc.tuple(fc.array(op, { maxLength: 5 }), read), { maxLength: 20 }), (steps) => {
      const disk = new MemoryBlockStore();
      let model: { store: StoreName; key: number; value: Uint8Array }[] = [];
      for (const [transaction, { store: name, from, to, limit }] of steps) {
        disk.transact(transaction);
        for (const change of transaction) {
          model = model.filter(({ store: of, key: at }) => {
            if (of !== change.store) return true;
            return change.type === 'put' ? at !== change.key : at < change.from || at >= change.to;
          });
          if (change.type === 'put') model.push({ store: change.store, key: change.key, value: change.value });
        }
        const records = model
          .filter((record) => record.store === name)
          .sort((a, b) => a.key - b.key)
          .map(({ key: at, value }) => ({ key: at, value }));
        const range = records.filter((record) => record.key >= from && record.key < to).slice(0, limit);
        expect(disk.read({ type: 'getRange', store: name, from, to, limit })).toEqual(range);
        expect(disk.read({ type: 'get', store: name, key: from })).toEqual(records.filter((r) => r.key === from));
      }
    }),
  );
});

test('bug 34: what is stored is a copy', () => {
  const disk = new MemoryBlockStore();
  const value = Uint8Array.of(1);
  disk.transact([{ type: 'put', store: 'log', key: 1, value }]);
  value[0] = 2;
  expect(disk.read({ type: 'get', store: 'log', key: 1 })).toEqual([{ key: 1, value: Uint8Array.of(1) }]);
});
