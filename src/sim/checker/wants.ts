import { type HistoryOperation, observes, type Value } from './operation.ts';

/** What an operation needs to meet; undefined: anything but what a CAS expected. */
export function sightOf(operation: HistoryOperation): readonly (Value | undefined)[] {
  if (observes(operation)) return operation.status === 'ok' ? [operation.answered] : [];
  return operation.kind === 'cas' ? [operation.expected] : [];
}

const NEVER = Number.NEGATIVE_INFINITY;

/** How long what an operation writes can be of use to another one of its history: nobody meets it after that. */
export class Wants {
  private readonly until = new Map<Value, number>();
  /** Of whoever may have met any value. */
  private readonly anyUntil: number;

  /** @param operations without those that did not happen, and without unknown reads */
  constructor(operations: readonly HistoryOperation[]) {
    let anyUntil = NEVER;
    const known = new Map<Value, number>();
    for (const operation of operations) {
      if (operation.status !== 'ok') continue;
      for (const sight of sightOf(operation)) {
        if (sight === undefined) anyUntil = Math.max(anyUntil, operation.completed);
        else known.set(sight, Math.max(known.get(sight) ?? NEVER, operation.completed));
      }
    }
    this.anyUntil = anyUntil;
    this.spread(known, unknownCas(operations));
  }

  /** The place of the last return that may depend on what this one writes. What expires ends as absent. */
  lastOf({ written, expiry }: HistoryOperation): number {
    const own = this.until.get(written) ?? NEVER;
    const gone = expiry === undefined ? NEVER : (this.until.get(null) ?? NEVER);
    return Math.max(this.anyUntil, own, gone);
  }

  /** What an unknown CAS expects is of use for as long as what it writes is. The longest first, so that no value has to be looked at twice. */
  private spread(known: ReadonlyMap<Value, number>, casTo: ReadonlyMap<Value, readonly Value[]>): void {
    const starts = [...known, ...[...casTo.keys()].map((value): [Value, number] => [value, this.anyUntil])];
    for (const [start, place] of starts.sort((a, b) => b[1] - a[1])) {
      if (place === NEVER) break;
      const reached = [start];
      for (let value = reached.pop(); value !== undefined; value = reached.pop()) {
        if (this.until.has(value)) continue;
        this.until.set(value, place);
        reached.push(...(casTo.get(value) ?? []));
      }
    }
  }
}

/** What each of the unknown ones expects, by what it leaves behind. */
function unknownCas(operations: readonly HistoryOperation[]): ReadonlyMap<Value, readonly Value[]> {
  const casTo = new Map<Value, Value[]>();
  for (const { kind, status, written, expected, expiry } of operations) {
    if (kind !== 'cas' || status !== 'unknown') continue;
    for (const result of expiry === undefined ? [written] : [written, null]) {
      const known = casTo.get(result);
      if (known === undefined) casTo.set(result, [expected]);
      else known.push(expected);
    }
  }
  return casTo;
}
