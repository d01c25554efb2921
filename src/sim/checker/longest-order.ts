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
  /** All before these stand in the order: in that of their invocations, and of their returns. */
  readonly begun: number;
  readonly ended: number;
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
 * @param stepsMax operations looked at; the best order found by then is given
 */
export function longestOrder(
  operations: readonly HistoryOperation[],
  failed: HistoryOperation | undefined,
  stepsMax: number,
): LongestOrder {
  const told = operations
    .filter(({ status, kind }) => status === 'ok' || (status === 'unknown' && kind !== 'read'))
    .sort((a, b) => a.invoked - b.invoked);
  const byReturn = [...told.keys()].sort((a, b) => at(told, a).completed - at(told, b).completed);
  const failedAt = failed?.completed ?? Number.POSITIVE_INFINITY;
  const model = new KeyModel();
  const visited = new Set<string>();
  let best: Partial = {
    state: ABSENT,
    taken: 0n,
    begun: 0,
    ended: 0,
    earlier: 0,
    returned: 0,
    unknown: 0,
    last: undefined,
  };
  const stack = [best];
  let steps = 0;
  for (let from = stack.pop(); from !== undefined && steps < stepsMax; from = stack.pop()) {
    if (isBetter(from, best)) best = from;
    const { taken, state, last } = from;
    const isTaken = (i: number): boolean => ((taken >> BigInt(i)) & 1n) === 1n;
    // What stands in the order stays there: nobody has to look at the first of them again.
    let { begun, ended } = from;
    for (; begun < told.length && isTaken(begun); begun++) steps++;
    for (; ended < told.length && isTaken(byReturn[ended] as number); ended++) steps++;
    // Whatever begins after it has to wait for it.
    const bound = ended < told.length ? at(told, byReturn[ended] as number).completed : Number.POSITIVE_INFINITY;
    let end = begun;
    while (end < told.length && at(told, end).invoked < bound) end++;
    // Known ones are taken off the stack first.
    for (const known of [false, true]) {
      for (let i = end - 1; i >= begun; i--) {
        steps++;
        const operation = at(told, i);
        if ((operation.status === 'ok') !== known || operation === failed) continue;
        if (isTaken(i)) continue;
        const after = model.step(state, operation);
        if (after === IMPOSSIBLE || (!known && after === state)) continue;
        const next: Partial = {
          state: after,
          taken: taken | (1n << BigInt(i)),
          begun,
          ended,
          earlier: from.earlier + (known && operation.completed < failedAt ? 1 : 0),
          returned: from.returned + (known ? 1 : 0),
          unknown: from.unknown + (known ? 0 : 1),
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

const at = (operations: readonly HistoryOperation[], i: number): HistoryOperation => operations[i] as HistoryOperation;
