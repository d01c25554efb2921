import type { DiskRead, DiskReadResult, DiskTransaction } from '../../core/base/disk.ts';
import { createRandomStream } from '../../core/base/random.ts';
import type { IdbBlockStore } from '../../runtime/conductor/idb-block-store.ts';
import { noiseOf } from './load.ts';

/** Each writes one transaction at a time, beside the other, as a node does. */
export type Lane = 'log' | 'table';

/** What a disk was asked to do, in order. */
export interface DiskTrace {
  /** Bytes of the records of each transaction. */
  readonly log: (readonly number[])[];
  readonly table: (readonly number[])[];
  readonly reads: DiskRead[];
  readBytes: number;
}

export const newTrace = (): DiskTrace => ({ log: [], table: [], reads: [], readBytes: 0 });

export const writtenBytes = (trace: DiskTrace): number =>
  [...trace.log, ...trace.table].reduce((sum, sizes) => sum + sizes.reduce((bytes, size) => bytes + size, 0), 0);

/** IndexedDB, remembering what was asked of it. */
export class TracedDisk {
  trace = newTrace();
  readonly disk: IdbBlockStore;

  constructor(disk: IdbBlockStore) {
    this.disk = disk;
  }

  takeTrace(): DiskTrace {
    const { trace } = this;
    this.trace = newTrace();
    return trace;
  }

  transact(lane: Lane, transaction: DiskTransaction): Promise<void> {
    const sizes = transaction.flatMap((op) => (op.type === 'put' ? [op.value.length] : []));
    if (sizes.length > 0) this.trace[lane].push(sizes);
    return this.disk.transact(transaction);
  }

  /** @param foreground asked by a reader and not by a compaction */
  async read(read: DiskRead, foreground: boolean): Promise<DiskReadResult> {
    const { trace } = this;
    if (foreground) trace.reads.push(read);
    const records = await this.disk.read(read);
    if (foreground) for (const { value } of records) trace.readBytes += value.length;
    return records;
  }
}

/**
 * Seconds that IndexedDB takes for the same bytes in transactions of the same sizes, with as many in flight, and the readers' same reads:
 * nothing else, no deletions, and none of the reads of compactions.
 * @param target empty; written to
 * @param source where the reads find their records, if they are still there
 */
export async function replayTrace(
  trace: DiskTrace,
  target: IdbBlockStore,
  source: IdbBlockStore,
  readsInFlight: number,
): Promise<number> {
  const random = createRandomStream(1, 'bench', 'ceiling', 0);
  const write = async (store: 'log' | 'sst', transactions: DiskTrace['log']): Promise<void> => {
    let key = 0;
    for (const sizes of transactions) {
      await target.transact(sizes.map((size) => ({ type: 'put', store, key: key++, value: noiseOf(random, size) })));
    }
  };
  let next = 0;
  const reader = async (): Promise<void> => {
    for (let read = trace.reads[next++]; read !== undefined; read = trace.reads[next++]) await source.read(read);
  };
  const started = performance.now();
  const readers = Array.from({ length: readsInFlight }, reader);
  await Promise.all([write('log', trace.log), write('sst', trace.table), ...readers]);
  return (performance.now() - started) / 1000;
}
