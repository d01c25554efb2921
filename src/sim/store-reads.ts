import { CorruptBytes } from '../core/base/bytes.ts';
import type { DiskRead, DiskReadResult, DiskRecord, DiskRoutine } from '../core/base/disk.ts';
import { corrupt } from '../core/lsm/corrupt-store.ts';
import { epochOfKey, recordOfKey } from '../core/node/log-group.ts';
import type { StoreRoutine } from './block-store.ts';
import { openLogValue } from './head-record.ts';

/** The real store could not be read: not a fault of the run but unplanned reality; it leaves the shell as it is. */
export class StoreFailure extends Error {
  override readonly name = 'StoreFailure';
  override readonly cause: unknown;

  constructor(cause: unknown) {
    super('the store failed');
    this.cause = cause;
  }
}

export function* readStore(read: DiskRead): StoreRoutine<DiskReadResult> {
  let result: DiskReadResult;
  try {
    result = yield { type: 'read', read };
  } catch (error) {
    throw new StoreFailure(error);
  }
  return read.store === 'log' ? result.map(openLogRecord) : result;
}

/** @throws CorruptStore that names the record */
function openLogRecord({ key, value }: DiskRecord): DiskRecord {
  try {
    return { key, value: openLogValue(value).value };
  } catch (error) {
    if (!(error instanceof CorruptBytes)) throw error;
    throw corrupt(`log record ${recordOfKey(key)} of epoch ${epochOfKey(key)}`, error.message);
  }
}

export function* convertReads<T>(routine: DiskRoutine<T>, observe: (result: DiskReadResult) => void): StoreRoutine<T> {
  let step = routine.next();
  while (!step.done) {
    const result = yield* readStore(step.value);
    observe(result);
    step = routine.next(result);
  }
  return step.value;
}
