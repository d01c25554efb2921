import { assert, must } from '../core/base/assert.ts';
import {
  type DiskOp,
  type DiskRead,
  type DiskReadResult,
  type DiskRecord,
  type DiskTransaction,
  STORE_NAMES,
  type StoreName,
} from '../core/base/disk.ts';
import type { BlockStore } from './block-store.ts';
import { claimRecords, type DiskClaim, decodeIncarnation, INCARNATION_KEY } from './head-record.ts';

/** The disk that a boot of its node has: the one that is there, or an empty one where that was wiped. */
export function claimMemory(disk: MemoryBlockStore, claim: DiskClaim): MemoryBlockStore {
  const [found] = disk.read({ type: 'get', store: 'meta', key: INCARNATION_KEY });
  const incarnation = decodeIncarnation(found?.value);
  assert(incarnation <= claim.incarnation, 'what was wiped does not come back as what it was');
  const claimed = incarnation < claim.incarnation ? new MemoryBlockStore() : disk;
  claimed.transact(claimRecords(claim));
  return claimed;
}

/** A disk in memory: answers at once, survives the node, not the page. Stores copies, as IndexedDB does. */
export class MemoryBlockStore implements BlockStore {
  private readonly stores = new Map<StoreName, MemoryStore>(STORE_NAMES.map((name) => [name, new MemoryStore()]));

  read(read: DiskRead): DiskReadResult {
    const store = this.store(read.store);
    if (read.type === 'getRange') return store.range(read.from, read.to, read.limit);
    const value = store.get(read.key);
    return value === undefined ? [] : [{ key: read.key, value }];
  }

  transact(transaction: DiskTransaction): void {
    for (const op of transaction) this.perform(op);
  }

  /** The record with the highest key. */
  last(store: StoreName): DiskRecord | undefined {
    return this.store(store).last();
  }

  private perform(op: DiskOp): void {
    if (op.type === 'put') this.store(op.store).put(op.key, op.value.slice());
    else this.store(op.store).deleteRange(op.from, op.to);
  }

  private store(name: StoreName): MemoryStore {
    return must(this.stores.get(name), `no store ${name}`);
  }
}

class MemoryStore {
  private readonly records = new Map<number, Uint8Array>();
  /** The keys ascending; undefined when a new key or a deletion made it stale. */
  private sorted: number[] | undefined = [];
  private highest = -1;

  get(key: number): Uint8Array | undefined {
    return this.records.get(key);
  }

  put(key: number, value: Uint8Array): void {
    if (!this.records.has(key)) {
      if (key > this.highest) {
        this.highest = key;
        this.sorted?.push(key);
      } else {
        this.sorted = undefined;
      }
    }
    this.records.set(key, value);
  }

  deleteRange(from: number, to: number): void {
    for (const key of this.keys()) if (key >= from && key < to) this.records.delete(key);
    this.sorted = undefined;
  }

  range(from: number, to: number, limit: number): DiskReadResult {
    const found: { key: number; value: Uint8Array }[] = [];
    for (const key of this.keys()) {
      if (key >= to || found.length >= limit) break;
      if (key >= from) found.push({ key, value: must(this.records.get(key), 'a listed key has a record') });
    }
    return found;
  }

  last(): DiskRecord | undefined {
    const key = this.keys().at(-1);
    const value = key === undefined ? undefined : this.records.get(key);
    return key === undefined || value === undefined ? undefined : { key, value };
  }

  private keys(): readonly number[] {
    this.sorted ??= [...this.records.keys()].sort((a, b) => a - b);
    return this.sorted;
  }
}
