import type { DiskRead, DiskReadResult, DiskRoutine, DiskTransaction, StoreName } from '../../base/disk.ts';
import { STORE_NAMES } from '../../base/disk.ts';

/** A disk in memory that remembers its transactions, so that a test can go back to the disk as it was after any of them. */
export class MemoryDisk {
  reads = 0;
  readonly journal: DiskTransaction[] = [];
  private readonly stores = new Map<StoreName, Map<number, Uint8Array>>(STORE_NAMES.map((name) => [name, new Map()]));

  /** The disk that a crash leaves after the first `count` transactions. */
  crashedAfter(count: number): MemoryDisk {
    const disk = new MemoryDisk();
    for (const transaction of this.journal.slice(0, count)) disk.transact(transaction);
    return disk;
  }

  transact(transaction: DiskTransaction): void {
    const copy = transaction.map((op) => (op.type === 'put' ? { ...op, value: op.value.slice() } : op));
    this.journal.push(copy);
    for (const op of copy) {
      const store = this.store(op.store);
      if (op.type === 'put') {
        if (!Number.isSafeInteger(op.key)) throw new Error(`key ${op.key} is not an integer`);
        store.set(op.key, op.value);
      } else {
        for (const key of [...store.keys()]) if (op.from <= key && key < op.to) store.delete(key);
      }
    }
    for (const op of transaction) {
      // IndexedDB clones the whole buffer behind a view.
      if (op.type === 'put' && op.value.length !== op.value.buffer.byteLength) throw new Error('a view was written');
    }
  }

  read(read: DiskRead): DiskReadResult {
    this.reads++;
    const store = this.store(read.store);
    if (read.type === 'get') {
      const value = store.get(read.key);
      return value === undefined ? [] : [{ key: read.key, value: value.slice() }];
    }
    const keys = [...store.keys()].filter((key) => read.from <= key && key < read.to).sort((a, b) => a - b);
    return keys.slice(0, read.limit).map((key) => ({ key, value: (store.get(key) as Uint8Array).slice() }));
  }

  /** Runs a routine to its end, performing its reads at once. */
  run<T>(routine: DiskRoutine<T>): T {
    let step = routine.next();
    while (!step.done) step = routine.next(this.read(step.value));
    return step.value;
  }

  /** The records themselves, for a test to damage. */
  store(name: StoreName): Map<number, Uint8Array> {
    return this.stores.get(name) as Map<number, Uint8Array>;
  }
}
