import { must } from '../core/base/assert.ts';
import type { DiskOp } from '../core/base/disk.ts';
import type { RandomStream } from '../core/base/random.ts';
import type { DamagedStore } from '../core/cluster/disk-fault.ts';
import { fileNumberOfExtentKey, firstExtentKey } from '../core/lsm/table-meta.ts';
import { epochOfKey, recordOfKey } from '../core/node/log-group.ts';
import type { StoreRoutine } from './block-store.ts';
import { logValueBytes } from './head-record.ts';
import type { DiskDamage } from './node-host.ts';

/** Values of sstmeta and sst are large. */
const PAGE_VALUES = 16;

/** A record with one bit flipped, to be put in place of what is stored; `what` says which bit. */
export interface DamagedRecord {
  readonly put: DiskOp;
  readonly what: string;
}

/** Draws one bit of one stored value and flips it, as a failing medium does. Undefined: the store holds nothing of that kind. */
export function* drawDamage(
  { store, fileNumber }: DiskDamage,
  draw: RandomStream,
): StoreRoutine<DamagedRecord | undefined> {
  const [from, to] = rangeOf(store, fileNumber);
  const keys = yield* keysIn(store, from, to);
  if (keys.length === 0) return undefined;
  const key = must(keys[draw.between(0, keys.length - 1)], 'one of the keys was drawn');
  const [record] = yield { type: 'read', read: { type: 'get', store, key } };
  const value = must(record, 'a listed key has a record').value.slice();
  // What follows a log value is the world's, which must be able to tell how far a disk came.
  const bytes = store === 'log' ? logValueBytes(value) : value.length;
  const at = draw.between(0, bytes - 1);
  const bit = draw.between(0, 7);
  value[at] = (value[at] as number) ^ (1 << bit);
  return { put: { type: 'put', store, key, value }, what: `bit ${bit} of byte ${at} of ${nameOf(store, key)}` };
}

function* keysIn(store: DamagedStore, first: number, to: number): StoreRoutine<readonly number[]> {
  const keys: number[] = [];
  let from = first;
  for (;;) {
    const page = yield { type: 'read', read: { type: 'getRange', store, from, to, limit: PAGE_VALUES } };
    for (const { key } of page) keys.push(key);
    const last = page[page.length - 1];
    if (last === undefined || page.length < PAGE_VALUES) return keys;
    from = last.key + 1;
  }
}

function rangeOf(store: DamagedStore, fileNumber: number | undefined): readonly [from: number, to: number] {
  if (fileNumber === undefined || store === 'log' || store === 'manifest') return [0, Number.MAX_SAFE_INTEGER];
  return store === 'sst' ? [firstExtentKey(fileNumber), firstExtentKey(fileNumber + 1)] : [fileNumber, fileNumber + 1];
}

/** As CorruptStore will name it; a value of the log by the first of its records. */
function nameOf(store: DamagedStore, key: number): string {
  switch (store) {
    case 'log':
      return `log record ${recordOfKey(key)} of epoch ${epochOfKey(key)}`;
    case 'sst': {
      const table = fileNumberOfExtentKey(key);
      return `table ${table}, extent ${key - firstExtentKey(table)}`;
    }
    case 'sstmeta':
      return `table ${key}, sstmeta`;
    case 'manifest':
      return `manifest edit ${key}`;
  }
}
