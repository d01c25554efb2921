import { type Configuration, Configurations } from './configurations.ts';
import { ABSENT, IMPOSSIBLE, KeyModel, type StateId } from './key-model.ts';
import { type HistoryOperation, observes, type Value } from './operation.ts';
import { OutOfSteps, Steps } from './steps.ts';
import { type Frame, type Pending, timelineOf } from './timeline.ts';
import { type Group, NOTHING_SPENT, UnknownGroups, type Use, withOneMore } from './unknown-groups.ts';
import { sightOf, Wants } from './wants.ts';

export type KeyVerdict =
  | { readonly verdict: 'linearizable'; readonly steps: number }
  | {
      readonly verdict: 'not linearizable';
      readonly steps: number;
      /** An operation whose outcome no order explains: the first one, except where that would have taken too many steps to say. */
      readonly failed: HistoryOperation;
      /** What the key may have held when it could take effect, in the orders that were tried: each explains all that returned earlier. */
      readonly possible: readonly Value[];
    }
  /** The search was given up after so many steps. */
  | { readonly verdict: 'unknown'; readonly steps: number };

/** Which orders are tried. `needed`: as many as the verdict takes. `all`: those as well that differ only in writes that nobody saw. */
export type Thoroughness = 'needed' | 'all';

/**
 * Whether one key's history is linearizable (Herlihy & Wing 1990): a depth-first search for an order, as Wing & Gong 1993 with Lowe's improvements
 * (2017). It goes from return to return. Configurations are memoized, and an operation takes effect no earlier than something that returns depends
 * on it. What leaves the state as it is takes effect as soon as it can; an operation whose outcome is unknown only if somebody meets at once what
 * it wrote, and alike ones are counted, not told apart.
 */
export function searchKey(
  operations: readonly HistoryOperation[],
  stepsMax: number,
  thoroughness: Thoroughness = 'needed',
): KeyVerdict {
  const quickMax = QUICK_STEPS + QUICK_STEPS_PER_OPERATION * operations.length;
  const quick = attempt(operations, { thoroughness }, thoroughness === 'all' ? stepsMax : Math.min(stepsMax, quickMax));
  const { steps } = quick;
  if (quick.verdict !== 'unknown' || steps >= stepsMax) return quick;
  const counting = searchByCounting(operations, stepsMax - steps);
  return { ...counting, steps: steps + counting.steps };
}

/**
 * The verdict by searches that count no more of the unknown operations than they have to: as long as an order takes more of some of them than there
 * were, those are counted in the next one. It takes far less than counting all where there are many of them.
 */
export function searchByCounting(operations: readonly HistoryOperation[], stepsMax: number): KeyVerdict {
  const counted = new Set<number>();
  for (let steps = 0; ; ) {
    const found = attempt(operations, { thoroughness: 'needed', counted }, stepsMax - steps);
    steps += found.steps;
    if (found.verdict !== 'linearizable') return { ...found, steps };
    if (found.overspent.length === 0) return { verdict: 'linearizable', steps };
    for (const group of found.overspent) counted.add(group);
  }
}

/** What is enough for most histories: others are searched by what of the unknown operations has to be counted. */
const QUICK_STEPS = 10_000;
const QUICK_STEPS_PER_OPERATION = 20;

interface Rules {
  readonly thoroughness: Thoroughness;
  /**
   * Groups of unknown operations whose number matters; undefined: all. Of others there is no end once one was invoked: what no order explains even
   * so is not linearizable, and an order may take more of them than there were.
   */
  readonly counted?: ReadonlySet<number>;
}

type Attempt =
  | Exclude<KeyVerdict, { readonly verdict: 'linearizable' }>
  /** `overspent`: groups of which the order takes more than there were. */
  | { readonly verdict: 'linearizable'; readonly steps: number; readonly overspent: readonly number[] };

function attempt(operations: readonly HistoryOperation[], rules: Rules, stepsMax: number): Attempt {
  try {
    return new KeySearch(operations, rules, new Steps(stepsMax)).run();
  } catch (error) {
    if (!(error instanceof OutOfSteps)) throw error;
    return { verdict: 'unknown', steps: stepsMax };
  }
}

/** A frame, and what a search has to know there. */
interface Stage extends Frame {
  /** Bits of those whose values nobody will meet. */
  readonly unseen: bigint;
  /** Unknown operations that may be of use to somebody under way. */
  readonly helpers: readonly Group[];
}

class KeySearch {
  private readonly model = new KeyModel();
  private readonly steps: Steps;
  private readonly rules: Rules;
  private readonly groups: UnknownGroups;
  private readonly frames: readonly Frame[];
  private readonly stages: Stage[] = [];
  /** What unknown operations need to meet, where all that can be met is to be told. */
  private readonly alsoWanted: readonly (Value | undefined)[];
  private readonly visited: Configurations;
  /** Those that an unknown operation led to, and nobody has met what it wrote yet. */
  private readonly bridges: Configurations;
  private readonly stack: Configuration[] = [];
  /** Where the configuration in hand leads to. */
  private next: Configuration[] = [];
  private explained = false;
  private used: Use | undefined;
  /** The last frame that a configuration came to, and their states there. */
  private deepest = { frame: -1, states: new Set<StateId>() };

  constructor(operations: readonly HistoryOperation[], rules: Rules, steps: Steps) {
    this.steps = steps;
    this.rules = rules;
    const told = operations
      .filter(({ status, kind }) => status === 'ok' || (status === 'unknown' && kind !== 'read'))
      .sort((a, b) => a.invoked - b.invoked);
    const wants = new Wants(told);
    const unknown = told.filter((each) => each.status === 'unknown' && wants.lastOf(each) > each.invoked);
    this.groups = new UnknownGroups(unknown, wants);
    this.alsoWanted = rules.thoroughness === 'all' ? [...new Set(unknown.flatMap(sightOf))] : [];
    this.visited = new Configurations(this.groups, steps);
    this.bridges = new Configurations(this.groups, steps);
    this.frames = timelineOf(
      told.filter(({ status }) => status === 'ok'),
      wants,
      steps,
    );
  }

  run(): Attempt {
    this.reach({ frame: 0, state: ABSENT, taken: 0n, spent: NOTHING_SPENT, used: undefined });
    this.stack.push(...this.next);
    for (let at = this.stack.pop(); at !== undefined && !this.explained; at = this.stack.pop()) {
      this.next = [];
      this.extend(this.stage(at.frame), at);
      for (let i = this.next.length - 1; i >= 0; i--) this.stack.push(this.next[i] as Configuration);
    }
    const steps = this.steps.spent;
    if (this.explained) return { verdict: 'linearizable', steps, overspent: this.groups.overspent(this.used) };
    const { operation } = this.stage(this.deepest.frame).returning;
    const possible = [...this.deepest.states]
      .sort((a, b) => a - b)
      .flatMap((state) => this.model.visibleTo(state, operation));
    return { verdict: 'not linearizable', steps, failed: operation, possible: [...new Set(possible)] };
  }

  private stage(number: number): Stage {
    const known = this.stages[number];
    if (known !== undefined) return known;
    const frame = this.frames[number] as Frame;
    this.steps.charge(frame.pending.length);
    const ended = frame.pending.filter(({ until }) => this.rules.thoroughness === 'needed' && until < frame.at);
    const stage = {
      ...frame,
      unseen: ended.reduce((bits, { bit }) => bits | bit, 0n),
      helpers: this.groups.towards(
        [...frame.pending.flatMap(({ operation }) => sightOf(operation)), ...this.alsoWanted],
        frame.at,
        this.steps,
      ),
    };
    this.stages[number] = stage;
    return stage;
  }

  /** What returns is tried first: the later the others take effect, the more is left open. */
  private extend(stage: Stage, from: Configuration): void {
    this.take(stage, from, stage.returning);
    for (const pending of stage.pending)
      if (pending !== stage.returning && (pending.bit & stage.unseen) === 0n) this.take(stage, from, pending);
    this.bridge(stage, from, false);
  }

  private take(stage: Stage, { frame, state, taken, spent, used }: Configuration, pending: Pending): void {
    if ((taken & pending.bit) !== 0n) return;
    const after = this.step(state, pending.operation);
    if (after === IMPOSSIBLE) return;
    // Whoever writes what nobody will meet may as well do so just before it is overwritten.
    const hidden = pending.overwrites ? stage.unseen : 0n;
    this.reach({ frame, state: after, taken: taken | pending.bit | hidden, spent, used });
  }

  /** Unknown operations that lead to what somebody under way needs to meet. Behind the first of them there are only CAS: else it were overwritten. */
  private bridge(stage: Stage, { frame, state, taken, spent, used }: Configuration, begun: boolean): void {
    let done = -1;
    for (const group of stage.helpers) {
      const { family, sample } = group;
      const hidden = sample.kind === 'cas' ? taken : taken | stage.unseen;
      // A CAS that leads there is of less use than a write.
      if (sample.kind !== 'cas' && (begun || (family === done && hidden === taken))) continue;
      this.steps.charge(1 + (spent.length >> 4));
      if (!this.groups.isLeft(group, spent, stage.at)) continue;
      const after = this.model.step(state, sample);
      if (after === state) continue;
      done = family;
      const crossed = { group: group.id, at: stage.at, before: used };
      const left = this.isCounted(group) ? withOneMore(spent, group.id) : spent;
      this.cross(stage, { frame, state: after, taken: hidden, spent: left, used: crossed });
    }
  }

  /** Goes on with those alone who meet what an unknown operation has just written. */
  private cross(stage: Stage, from: Configuration): void {
    const taken = this.settle(stage, from.state, from.taken);
    if (taken !== from.taken) {
      this.reach({ ...from, taken });
      return;
    }
    if (!this.bridges.add(from)) return;
    this.note(from);
    for (const pending of stage.pending) if (!pending.overwrites) this.take(stage, from, pending);
    this.bridge(stage, from, true);
  }

  /** Goes on to the next return that somebody has not taken effect for. */
  private reach({ frame, state, taken, spent, used }: Configuration): void {
    let at = frame;
    let settled = taken;
    for (;;) {
      const here = this.frames[at];
      if (here === undefined) {
        this.explained = true;
        this.used = used;
        return;
      }
      settled = this.settle(here, state, settled);
      if ((settled & here.returning.bit) === 0n) break;
      settled ^= here.returning.bit;
      at++;
    }
    const { at: place } = this.frames[at] as Frame;
    const reached = { frame: at, state, taken: settled, spent: this.groups.stillOfUse(spent, place), used };
    if (!this.visited.add(reached)) return;
    this.next.push(reached);
    this.note(reached);
  }

  private note({ frame, state }: Configuration): void {
    if (frame > this.deepest.frame) this.deepest = { frame, states: new Set() };
    if (frame === this.deepest.frame) this.deepest.states.add(state);
  }

  /** Whatever is possible now and changes nothing takes effect now: it can be in nobody's way. */
  private settle({ pending }: Frame, state: StateId, taken: bigint): bigint {
    let settled = taken;
    for (const { operation, bit, overwrites } of pending) {
      if (overwrites || (settled & bit) !== 0n || !observes(operation)) continue;
      if (this.step(state, operation) === state) settled |= bit;
    }
    return settled;
  }

  private isCounted({ id }: Group): boolean {
    return this.rules.counted === undefined || this.rules.counted.has(id);
  }

  private step(state: StateId, operation: HistoryOperation): number {
    this.steps.charge(1);
    return this.model.step(state, operation);
  }
}
