import { must } from '../../core/base/assert.ts';
import { type Configuration, Configurations, spentOf, withOneMore } from './configurations.ts';
import { ABSENT, IMPOSSIBLE, KeyModel } from './key-model.ts';
import { type HistoryOperation, observes, type Value } from './operation.ts';

export type KeyVerdict =
  | { readonly verdict: 'linearizable'; readonly steps: number }
  | {
      readonly verdict: 'not linearizable';
      readonly steps: number;
      /** The first operation whose outcome no order explains. */
      readonly failed: HistoryOperation;
      /** What the key may have held when it could take effect, in any order that explains all that returned earlier. */
      readonly possible: readonly Value[];
    }
  /** The search was given up after so many steps. */
  | { readonly verdict: 'unknown'; readonly steps: number };

/**
 * Whether one key's history is linearizable (Herlihy & Wing 1990). The search goes through the history once and keeps every configuration that
 * explains it so far, as Wing & Gong 1993 with Lowe's two improvements (2017): configurations are memoized, and an operation takes effect no earlier
 * than something that returns depends on it. What leaves the state as it is takes effect as soon as it can; an operation whose outcome is unknown
 * only if its value is waited for, and alike ones are counted, not told apart.
 */
export function searchKey(operations: readonly HistoryOperation[], stepsMax: number): KeyVerdict {
  return new KeySearch(stepsMax).run(relevant(operations));
}

/** Alike operations with an unknown outcome, in the order of their invocation. */
interface Group {
  readonly sample: HistoryOperation;
  invoked: number;
}

class OutOfSteps extends Error {}

class KeySearch {
  private readonly model = new KeyModel();
  private readonly stepsMax: number;
  /** Invoked and not yet returned, by slot. */
  private readonly pending: (HistoryOperation | undefined)[] = [];
  private readonly groups: Group[] = [];
  private readonly groupIds = new Map<string, number>();
  private configurations: readonly Configuration[] = [{ state: ABSENT, taken: 0n, spent: '' }];
  private steps = 0;

  constructor(stepsMax: number) {
    this.stepsMax = stepsMax;
  }

  run(operations: readonly HistoryOperation[]): KeyVerdict {
    const slots = new Map<HistoryOperation, number>();
    try {
      for (const { operation, returns } of inOrder(operations)) {
        if (!returns) {
          if (operation.status === 'unknown') this.invokeUnknown(operation);
          else slots.set(operation, this.invoke(operation));
          continue;
        }
        const { explained, others } = this.explain(must(slots.get(operation), 'what returns was invoked'));
        this.configurations = explained;
        if (explained.length > 0) continue;
        const possible = [...new Set(others.flatMap(({ state }) => this.model.visibleTo(state, operation)))];
        return { verdict: 'not linearizable', steps: this.steps, failed: operation, possible };
      }
    } catch (error) {
      if (!(error instanceof OutOfSteps)) throw error;
      return { verdict: 'unknown', steps: this.steps };
    }
    return { verdict: 'linearizable', steps: this.steps };
  }

  private invoke(operation: HistoryOperation): number {
    const free = this.pending.indexOf(undefined);
    const slot = free < 0 ? this.pending.length : free;
    this.pending[slot] = operation;
    return slot;
  }

  private invokeUnknown(operation: HistoryOperation): void {
    const { kind, expected, written, expiry, invoked } = operation;
    const name = JSON.stringify([kind, expected, written, expiry === undefined ? 0 : invoked]);
    const id = this.groupIds.get(name) ?? this.groups.length;
    this.groupIds.set(name, id);
    const group = this.groups[id];
    if (group === undefined) this.groups.push({ sample: operation, invoked: 1 });
    else group.invoked++;
  }

  /**
   * `explained`: every configuration in which the operation in this slot has taken effect; the slot is free afterwards. `others`: those that it
   * met on the way.
   */
  private explain(slot: number): {
    readonly explained: readonly Configuration[];
    readonly others: readonly Configuration[];
  } {
    const bit = 1n << BigInt(slot);
    const found = new Configurations();
    const visited = new Configurations();
    const wanted = this.wanted();
    const stack: Configuration[] = [];
    const reach = (reached: Configuration): void => {
      const settled = this.settle(reached);
      if ((settled.taken & bit) !== 0n) found.add({ ...settled, taken: settled.taken & ~bit });
      else if (visited.add(settled)) stack.push(settled);
    };
    for (const configuration of this.configurations) reach(configuration);
    for (let next = stack.pop(); next !== undefined; next = stack.pop()) {
      this.extendByPending(next, reach);
      this.extendByUnknown(next, wanted, reach);
    }
    this.pending[slot] = undefined;
    return { explained: found.all, others: visited.all };
  }

  private extendByPending({ state, taken, spent }: Configuration, reach: (reached: Configuration) => void): void {
    this.pending.forEach((operation, slot) => {
      const bit = 1n << BigInt(slot);
      if (operation === undefined || (taken & bit) !== 0n) return;
      const after = this.step(state, operation);
      if (after !== IMPOSSIBLE) reach({ state: after, taken: taken | bit, spent });
    });
  }

  private extendByUnknown(
    { state, taken, spent }: Configuration,
    wanted: Wanted,
    reach: (reached: Configuration) => void,
  ): void {
    this.groups.forEach(({ sample, invoked }, id) => {
      if (spentOf(spent, id) >= invoked || !wanted(sample)) return;
      const after = this.step(state, sample);
      if (after !== state) reach({ state: after, taken, spent: withOneMore(spent, id) });
    });
  }

  /** Whatever is possible now and changes nothing takes effect now: it can be in nobody's way. */
  private settle({ state, taken, spent }: Configuration): Configuration {
    let settled = taken;
    this.pending.forEach((operation, slot) => {
      const bit = 1n << BigInt(slot);
      if (operation === undefined || (settled & bit) !== 0n || !observes(operation)) return;
      if (this.step(state, operation) === state) settled |= bit;
    });
    return { state, taken: settled, spent };
  }

  private step(state: number, operation: HistoryOperation): number {
    if (++this.steps > this.stepsMax) throw new OutOfSteps();
    return this.model.step(state, operation);
  }

  /** What an unknown operation may be needed for at this moment; later needs can be met later. */
  private wanted(): Wanted {
    return wantedBy([
      ...this.pending.filter((operation) => operation !== undefined),
      ...this.groups.map(({ sample }) => sample),
    ]);
  }
}

type Wanted = (operation: HistoryOperation) => boolean;

/** Whether what an operation writes is of use to any of these: seen by it, or (a CAS that did not match) different from what it expected. */
function wantedBy(others: readonly HistoryOperation[]): Wanted {
  const values = new Set<Value>();
  for (const operation of others) {
    const { kind, status } = operation;
    if (observes(operation) && status === 'ok') {
      if (operation.answered === undefined) return () => true;
      values.add(operation.answered);
    } else if (kind === 'cas') {
      values.add(operation.expected);
    }
  }
  // What expires ends as absent.
  return ({ written, expiry }) => values.has(written) || (expiry !== undefined && values.has(null));
}

/** Without what says nothing: what certainly did not happen, reads without an answer, and unknown writes of what nobody ever needs. */
function relevant(operations: readonly HistoryOperation[]): readonly HistoryOperation[] {
  const told = operations.filter(({ status, kind }) => status === 'ok' || (status === 'unknown' && kind !== 'read'));
  const wanted = wantedBy(told);
  return told.filter((operation) => operation.status === 'ok' || wanted(operation));
}

function inOrder(
  operations: readonly HistoryOperation[],
): readonly { readonly operation: HistoryOperation; readonly returns: boolean }[] {
  const invocations = operations.map((operation) => ({ operation, returns: false, at: operation.invoked }));
  const returned = operations.filter(({ completed }) => completed !== Number.POSITIVE_INFINITY);
  const returns = returned.map((operation) => ({ operation, returns: true, at: operation.completed }));
  return [...invocations, ...returns].sort((a, b) => a.at - b.at);
}
