import { ABSENT, IMPOSSIBLE, KeyModel, type StateId } from './key-model.ts';
import type { HistoryOperation } from './operation.ts';

export interface LongestOrder {
  /** An order in which a single copy of the key would have given these their answers. */
  readonly order: readonly HistoryOperation[];
  /** What has returned and stands in no order that long. */
  readonly stuck: readonly HistoryOperation[];
}

/** One more operation of an order, and what came before it. */
interface Link {
  readonly operation: HistoryOperation;
  readonly before: Link | undefined;
}

interface Partial {
  readonly state: StateId;
  /** Bit i: operation i stands in the order. */
  readonly taken: bigint;
  /** How many of these have returned before `failed` did, how many at all, and how many are unknown. */
  readonly earlier: number;
  readonly returned: number;
  readonly unknown: number;
  readonly last: Link | undefined;
}

/**
 * How far a bad history of one key can be explained: of all orders that respect real time one with all that had returned before `failed` did, then
 * the most operations that have returned, and the fewest unknown ones. It is the partial linearization at which a search gives up, for people to look at; the verdict is none of its business.
 * @param operations of one key
 * @param failed is left out of every order: it is what no order explains
 * @param stepsMax transitions tried; the best order found by then is given
 */
export function longestOrder(
  operations: readonly HistoryOperation[],
  failed: HistoryOperation | undefined,
  stepsMax: number,
): LongestOrder {
  const told = operations.filter(({ status, kind }) => status === 'ok' || (status === 'unknown' && kind !== 'read'));
  const failedAt = failed?.completed ?? Number.POSITIVE_INFINITY;
  const model = new KeyModel();
  const visited = new Set<string>();
  const start: Partial = { state: ABSENT, taken: 0n, earlier: 0, returned: 0, unknown: 0, last: undefined };
  let best = start;
  const stack = [start];
  let steps = 0;
  for (let at = stack.pop(); at !== undefined && steps < stepsMax; at = stack.pop()) {
    if (isBetter(at, best)) best = at;
    const { taken, state, last } = at;
    // Whatever begins after it has to wait for it.
    const bound = told.reduce(
      (least, { completed }, i) => ((taken >> BigInt(i)) & 1n ? least : Math.min(least, completed)),
      Number.POSITIVE_INFINITY,
    );
    // Known ones are taken off the stack first.
    for (const known of [false, true]) {
      for (let i = told.length - 1; i >= 0; i--) {
        const operation = told[i] as HistoryOperation;
        if ((operation.status === 'ok') !== known || operation === failed) continue;
        if ((taken >> BigInt(i)) & 1n || operation.invoked > bound) continue;
        steps++;
        const after = model.step(state, operation);
        if (after === IMPOSSIBLE || (!known && after === state)) continue;
        const next: Partial = {
          state: after,
          taken: taken | (1n << BigInt(i)),
          earlier: at.earlier + (known && operation.completed < failedAt ? 1 : 0),
          returned: at.returned + (known ? 1 : 0),
          unknown: at.unknown + (known ? 0 : 1),
          last: { operation, before: last },
        };
        const name = `${next.state} ${next.taken}`;
        if (visited.has(name)) continue;
        visited.add(name);
        stack.push(next);
      }
    }
  }
  const order: HistoryOperation[] = [];
  for (let link = best.last; link !== undefined; link = link.before) order.push(link.operation);
  order.reverse();
  return { order, stuck: told.filter((operation) => operation.status === 'ok' && !order.includes(operation)) };
}

function isBetter(a: Partial, b: Partial): boolean {
  if (a.earlier !== b.earlier) return a.earlier > b.earlier;
  return a.returned > b.returned || (a.returned === b.returned && a.unknown < b.unknown);
}
