import { createRandomStream } from '../../../core/base/random.ts';
import type { HistoryOperation, Value } from '../operation.ts';
import { cas, read, write } from './histories.ts';

export interface HistoryShape {
  readonly seed: number;
  readonly operations: number;
  readonly processes: number;
  /** The part of writes and CAS whose outcome nobody knows: half of them take effect at once, the others later or never. */
  readonly unknown: number;
}

const VALUES = 5;

/** One register with few values, as clients see it that work side by side: each operation takes effect where it ends, so an order explains it. */
export function goodHistory({ seed, operations, processes, unknown }: HistoryShape): readonly HistoryOperation[] {
  const draw = createRandomStream(seed, 'history', 'test', 0);
  const value = (): string => String(draw.between(0, VALUES - 1));
  const history: HistoryOperation[] = [];
  const busy: (HistoryOperation | undefined)[] = Array.from({ length: processes }, () => undefined);
  const late: HistoryOperation[] = [];
  let held: Value = null;
  let begun = 0;
  const matches = ({ kind, expected }: HistoryOperation): boolean => kind === 'write' || held === expected;
  const apply = (operation: HistoryOperation): void => {
    if (matches(operation)) held = operation.written;
  };
  for (let place = 1; begun < operations || busy.some((each) => each !== undefined); place++) {
    const process = draw.between(0, processes - 1);
    const operation = busy[process];
    if (operation === undefined) {
      if (begun++ >= operations) continue;
      const span = [place, Number.POSITIVE_INFINITY] as const;
      busy[process] = [read(span, null), write(span, value()), cas(span, value(), value())][draw.between(0, 2)];
      continue;
    }
    busy[process] = undefined;
    const next = draw.chance(0.1) ? late.shift() : undefined;
    if (next !== undefined) apply(next);
    const ended = { ...operation, status: 'ok', completed: place, completedNs: place * 1e6 } as const;
    if (operation.kind === 'read') history.push({ ...ended, answered: held });
    else if (draw.chance(unknown)) {
      if (draw.chance(0.5)) apply(operation);
      else late.push(operation);
      history.push({ ...operation, swapped: false });
    } else {
      history.push({ ...ended, swapped: operation.kind === 'cas' && matches(operation) });
      apply(operation);
    }
  }
  return history.sort((a, b) => a.invoked - b.invoked);
}
