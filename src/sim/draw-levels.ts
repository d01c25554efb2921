import { createRandomStream } from '../core/base/random.ts';
import {
  type Operation,
  READ_LEVELS,
  type ReadLevel,
  WRITE_LEVELS,
  type WriteLevel,
} from '../core/client/operation.ts';
import type { TimedAction } from '../core/cluster/action.ts';

/** The settings of R and W that a run's clients ask with; `mix`: any, drawn for each operation. Undefined: as the schedule has them. */
export interface Levels {
  readonly read?: ReadLevel | 'mix' | undefined;
  readonly write?: WriteLevel | 'mix' | undefined;
}

/** The same schedule with other settings, from a stream of their own. Scans, and conditions with w=1, have what they had: neither takes all. */
export function withLevels(actions: readonly TimedAction[], seed: number, { read, write }: Levels): TimedAction[] {
  const draw = createRandomStream(seed, 'schedule', 'levels', 0);
  const one = <T>(wanted: T | 'mix' | undefined, all: readonly T[]): T | undefined =>
    wanted === 'mix' ? all[draw.between(0, all.length - 1)] : wanted;
  return actions.map((timed) => {
    const { action } = timed;
    if (action.type !== 'Operate') return timed;
    const operation = withLevel(action.operation, one(read, READ_LEVELS), one(write, WRITE_LEVELS));
    return { ...timed, action: { ...action, operation } };
  });
}

function withLevel(operation: Operation, read: ReadLevel | undefined, write: WriteLevel | undefined): Operation {
  switch (operation.type) {
    case 'Scan':
      return operation;
    case 'Get':
      return read === undefined ? operation : { ...operation, read };
    case 'Cas':
      return write === undefined || write === 1 ? operation : { ...operation, write };
    case 'Batch':
      if (write === 1 && operation.items.some(({ type }) => type === 'Cas')) return operation;
      return write === undefined ? operation : { ...operation, write };
    case 'EventualRead':
    case 'EventualWrite':
      return operation;
    default:
      return write === undefined ? operation : { ...operation, write };
  }
}
