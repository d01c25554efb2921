import type { DiskOp, DiskRead, DiskReadResult, DiskTransaction } from '../core/base/disk.ts';

/** A node's disk as the world uses it. Memory answers at once; IndexedDB answers with a promise. */
export interface BlockStore {
  read(read: DiskRead): DiskReadResult | Promise<DiskReadResult>;
  /** Resolves when the transaction is complete (IndexedDB's `complete` event), throws or rejects when it did not happen or may not have. */
  transact(transaction: DiskTransaction): void | Promise<void>;
}

/** What a shell asks its driver to do with the store; the answer of a transaction is an empty result. */
export type StoreCall =
  | { readonly type: 'read'; readonly read: DiskRead }
  | { readonly type: 'transact'; readonly transaction: DiskTransaction };

/** A synchronous computation that now and then needs the store. */
export type StoreRoutine<T> = Generator<StoreCall, T, DiskReadResult>;

const NOTHING: DiskReadResult = [];

/** Drives a routine over a store that answers at once. */
export function driveSync<T>(routine: StoreRoutine<T>, store: BlockStore): T {
  let step = routine.next();
  while (!step.done) {
    const call = step.value;
    if (call.type === 'read') {
      step = routine.next(store.read(call.read) as DiskReadResult);
    } else {
      void store.transact(call.transaction);
      step = routine.next(NOTHING);
    }
  }
  return step.value;
}

/**
 * Drives a routine over a store that takes its time. One call is in flight at a time, so that completions never race. Transactions that follow
 * one another are made as one, before the next read and before the routine's result is given: nobody hears of anything before it is real, and
 * all of them are there or none is. A failed read is thrown into the routine, at the call that met it; a failed transaction ends it.
 */
export async function driveAsync<T>(routine: StoreRoutine<T>, store: BlockStore): Promise<T> {
  let made: DiskOp[] = [];
  const commit = async (): Promise<void> => {
    if (made.length === 0) return;
    const transaction = made;
    made = [];
    await store.transact(transaction);
  };
  let step = routine.next();
  while (!step.done) {
    const call = step.value;
    if (call.type === 'transact') {
      made.push(...call.transaction);
      step = routine.next(NOTHING);
      continue;
    }
    await commit();
    let result: DiskReadResult;
    try {
      result = await store.read(call.read);
    } catch (error) {
      step = routine.throw(error);
      continue;
    }
    step = routine.next(result);
  }
  await commit();
  return step.value;
}
