import type { HistoryOperation, Value } from './operation.ts';
import type { Steps } from './steps.ts';
import type { Wants } from './wants.ts';

/** Operations with an unknown outcome that are alike: any of them can do what another can, once it was invoked. */
export interface Group {
  readonly id: number;
  readonly sample: HistoryOperation;
  /** Their places, the first first. */
  readonly invoked: readonly number[];
  /** Groups that leave the same state behind have one family. */
  readonly family: number;
  /** The place of the last return that may depend on what they write. */
  readonly until: number;
}

/** An unknown operation that took effect before the return at a place, and those that did earlier. */
export interface Use {
  readonly group: number;
  readonly at: number;
  readonly before: Use | undefined;
}

/** Which of the unknown operations have taken effect: the number of its group for each, in order. */
export type Spent = readonly number[];

export const NOTHING_SPENT: Spent = [];

export class UnknownGroups {
  /** By number. Those of one family stand together, and the writes and deletes, which need to meet nothing, last. */
  private readonly all: readonly Group[];
  /** By what they may leave behind. */
  private readonly byResult = new Map<Value, Group[]>();

  /** @param unknown by invocation */
  constructor(unknown: readonly HistoryOperation[], wants: Wants) {
    const families = new Map<string, Map<string, HistoryOperation[]>>();
    for (const operation of unknown) {
      const family = entry(families, familyOf(operation), () => new Map<string, HistoryOperation[]>());
      entry(family, operation.kind === 'cas' ? JSON.stringify(operation.expected) : ANYTHING, () => []).push(operation);
    }
    const all: Group[] = [];
    for (const [family, members] of [...families.values()].entries())
      for (const operations of [...members].sort(writesLast).map(([, alike]) => alike)) {
        const sample = operations[0] as HistoryOperation;
        const invoked = operations.map((operation) => operation.invoked);
        all.push({ id: all.length, sample, invoked, family, until: wants.lastOf(sample) });
      }
    this.all = all;
    for (const group of all) {
      const { written, expiry } = group.sample;
      for (const result of new Set(expiry === undefined ? [written] : [written, null]))
        entry(this.byResult, result, () => []).push(group);
    }
  }

  /**
   * Those invoked before a place that may leave behind what is wanted, or what a CAS expects that may lead there, by number.
   * @param sights wanted; undefined: anything
   * @throws OutOfSteps
   */
  towards(sights: Iterable<Value | undefined>, before: number, steps: Steps): readonly Group[] {
    const wanted = new Set(sights);
    const helpers = new Set<Group>();
    // A set is walked through to what is added on the way.
    for (const value of wanted) {
      const leading = value === undefined ? this.all : (this.byResult.get(value) ?? []);
      steps.charge(leading.length);
      for (const group of leading) {
        if ((group.invoked[0] as number) > before) continue;
        helpers.add(group);
        if (group.sample.kind === 'cas') wanted.add(group.sample.expected);
      }
    }
    return [...helpers].sort((a, b) => a.id - b.id);
  }

  /** Those of whom more took effect than were invoked by then. */
  overspent(last: Use | undefined): readonly number[] {
    const uses: Use[] = [];
    for (let use = last; use !== undefined; use = use.before) uses.push(use);
    const counts = new Map<number, number>();
    const over = new Set<number>();
    for (const { group, at } of uses.reverse()) {
      const count = counts.get(group) ?? 0;
      counts.set(group, count + 1);
      if (((this.all[group] as Group).invoked[count] ?? Number.POSITIVE_INFINITY) > at) over.add(group);
    }
    return [...over];
  }

  /** Whether one of this group was invoked before a place and has not taken effect. */
  isLeft({ id, invoked }: Group, spent: Spent, before: number): boolean {
    let count = 0;
    for (const each of spent) if (each === id) count++;
    return (invoked[count] ?? Number.POSITIVE_INFINITY) < before;
  }

  /** Without what can be of no use to a return at this place or later. */
  stillOfUse(spent: Spent, from: number): Spent {
    const isUseful = (id: number): boolean => (this.all[id] as Group).until >= from;
    return spent.every(isUseful) ? spent : spent.filter(isUseful);
  }

  /**
   * Whether one that has spent `a` can do whatever one can that has spent `b`: where it lacks a CAS that the other one still has, it has a write of
   * the same value more.
   */
  spendsNoMore(a: Spent, b: Spent): boolean {
    let balance = 0;
    let family = -1;
    for (let i = 0, j = 0; i < a.length || j < b.length; ) {
      const id = Math.min(a[i] ?? Number.POSITIVE_INFINITY, b[j] ?? Number.POSITIVE_INFINITY);
      let more = 0;
      for (; a[i] === id; i++) more++;
      for (; b[j] === id; j++) more--;
      const group = this.all[id] as Group;
      if (group.family !== family && balance > 0) return false;
      if (group.family !== family) balance = 0;
      family = group.family;
      balance += group.sample.kind === 'cas' ? Math.max(0, more) : more;
    }
    return balance <= 0;
  }
}

export function withOneMore(spent: Spent, id: number): Spent {
  const at = spent.findIndex((each) => each > id);
  return at < 0 ? [...spent, id] : [...spent.slice(0, at), id, ...spent.slice(at)];
}

const ANYTHING = 'anything';

/** A value with a time to live is like no other: it goes when it goes. */
const familyOf = ({ written, expiry, invoked }: HistoryOperation): string =>
  JSON.stringify(expiry === undefined ? [written] : [written, invoked]);

const writesLast = ([a]: readonly [string, unknown], [b]: readonly [string, unknown]): number =>
  Number(a === ANYTHING) - Number(b === ANYTHING);

function entry<K, V>(map: Map<K, V>, name: K, create: () => V): V {
  const known = map.get(name);
  if (known !== undefined) return known;
  const created = create();
  map.set(name, created);
  return created;
}
