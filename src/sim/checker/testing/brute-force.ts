import { ABSENT, IMPOSSIBLE, KeyModel, type StateId } from '../key-model.ts';
import type { HistoryOperation } from '../operation.ts';

/** Tries every order, and every choice of the unknown operations that take effect. For a handful of operations only. */
export function linearizableByBruteForce(operations: readonly HistoryOperation[]): boolean {
  const model = new KeyModel();
  const told = operations.filter(({ status }) => status !== 'fail');
  const extend = (state: StateId, left: readonly HistoryOperation[]): boolean => {
    if (left.every(({ status }) => status === 'unknown')) return true;
    return left.some((operation, i) => {
      if (left.some(({ completed }) => completed < operation.invoked)) return false;
      const rest = left.filter((_, j) => j !== i);
      if (operation.status === 'unknown' && operation.kind === 'read') return extend(state, rest);
      const after = model.step(state, operation);
      return after !== IMPOSSIBLE && extend(after, rest);
    });
  };
  return extend(ABSENT, told);
}
