import { createRandomStream, type RandomStream } from '../core/base/random.ts';
import { encodeUtf8 } from '../core/base/utf8.ts';
import {
  EVENTUAL_LEVELS,
  type EventualLevel,
  type EventualOperation,
  isEventual,
  keyOfOperation,
  type Operation,
} from '../core/client/operation.ts';
import type { TimedAction } from '../core/cluster/action.ts';

/** How a run's clients ask in the eventual keyspace; `mix`: drawn for each operation. */
export interface EventualLevels {
  readonly r: EventualLevel | 'mix';
  readonly w: EventualLevel | 'mix';
  readonly quorum: 'sloppy' | 'strict' | 'mix';
}

/**
 * The same schedule, asked of the eventual keyspace: a CAS and each write of a batch become writes, a scan a read of one key. Every fourth write
 * replaces nothing of what its client has read.
 */
export function inEventual(actions: readonly TimedAction[], seed: number, levels: EventualLevels): TimedAction[] {
  const draw = createRandomStream(seed, 'schedule', 'eventual', 0);
  return actions.flatMap((timed): TimedAction[] => {
    const { action } = timed;
    if (action.type !== 'Operate') return [timed];
    return operationsOf(action.operation, draw, levels).map((operation) => ({
      ...timed,
      action: { ...action, operation },
    }));
  });
}

function operationsOf(operation: Operation, draw: RandomStream, levels: EventualLevels): readonly EventualOperation[] {
  const { r, w, quorum } = levels;
  const one = <T>(wanted: T | 'mix', all: readonly T[]): T =>
    wanted === 'mix' ? (all[draw.between(0, all.length - 1)] as T) : wanted;
  if (isEventual(operation)) return [operation];
  const sloppy = one<'sloppy' | 'strict'>(quorum, ['sloppy', 'strict']) === 'sloppy';
  if (operation.type === 'Batch') return operation.items.flatMap((item) => operationsOf(item, draw, levels));
  if (operation.type === 'Get' || operation.type === 'Scan') {
    const key = operation.type === 'Get' ? keyOfOperation(operation) : encodeUtf8('k0');
    return [{ type: 'EventualRead', key, r: one(r, EVENTUAL_LEVELS), sloppy }];
  }
  const value = operation.type === 'Delete' ? undefined : operation.value;
  const expiry = operation.type === 'Delete' || operation.ttlUs === undefined ? {} : { ttlUs: operation.ttlUs };
  const blind = draw.chance(0.25) ? { context: '' } : {};
  const level = one(w, EVENTUAL_LEVELS);
  return [{ type: 'EventualWrite', key: operation.key, value, ...expiry, w: level, sloppy, ...blind }];
}
