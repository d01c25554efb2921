import type { Micros } from '../core/base/ids.ts';
import type { TimedAction } from '../core/cluster/action.ts';

/** What a run is made of beside its header. */
export interface Schedule {
  readonly actions: readonly TimedAction[];
  readonly endUs: Micros;
}

/** Whether a run of a schedule breaks the rule in question. `shownUs`: a run that ends then shows it as well. */
export type Verdict = { readonly fails: false } | { readonly fails: true; readonly shownUs: Micros };

/** To be run, its verdict to be handed to `next`. */
export interface Trial {
  readonly schedule: Schedule;
  /** The smallest that failed so far, for whoever stops here. */
  readonly best: Schedule;
}

type Trials<T> = Generator<Trial, T, Verdict>;

/** An end is looked for to within a 64th of the run. */
const END_TRIALS = 6;

/**
 * The fewest actions that still break the rule: first an earlier end, since all else becomes cheaper with it; then whole kinds of actions; then delta
 * debugging (ddmin, Zeller and Hildebrandt 2002), whose last passes take them away one by one; then the end again. No action is changed: what
 * is left is a part of the schedule that was drawn. To remove one shifts what the network draws after it, so that what is found is small and
 * none of its actions can be spared, but it need not be the smallest there is.
 *
 * Pure: yields what is to be run, and is resumed with what came of it. Whoever drives it may stop at any time.
 * @param failing fails
 */
export function* shrink(failing: Schedule, shownUs: Micros): Trials<Schedule> {
  let best = failing;
  const attempt = function* (actions: readonly TimedAction[], endUs: Micros): Trials<boolean> {
    const verdict = yield { schedule: { actions, endUs }, best };
    if (!verdict.fails) return false;
    best = { actions, endUs: Math.min(endUs, verdict.shownUs) };
    return true;
  };
  /** What tells by itself when it is shown needs no looking for. */
  const trim = function* (isKnown: boolean): Trials<void> {
    let passesUs = 0;
    for (let i = 0; i < END_TRIALS && !isKnown; i++) {
      const endUs = Math.floor((passesUs + best.endUs) / 2);
      if (!(yield* attempt(before(best.actions, endUs), endUs))) passesUs = endUs;
    }
  };
  /** Parts of half the actions, then of half as many, down to one at a time until none can be spared. */
  const sweep = function* (): Trials<void> {
    for (let size = Math.ceil(best.actions.length / 2); ; size = Math.ceil(Math.min(size, best.actions.length) / 2)) {
      let removed = false;
      // From the end: what came last is most often there for nothing.
      for (let end = best.actions.length; end > 0; end -= size) {
        const start = Math.max(0, end - size);
        if (yield* attempt(best.actions.toSpliced(start, end - start), best.endUs)) removed = true;
      }
      if (best.actions.length === 0 || (size === 1 && !removed)) return;
    }
  };
  const isKnown = shownUs < failing.endUs;
  if (isKnown) yield* attempt(before(failing.actions, shownUs), shownUs);
  yield* trim(isKnown);
  for (const kind of new Set(best.actions.map(kindOf))) {
    yield* attempt(
      best.actions.filter((timed) => kindOf(timed) !== kind),
      best.endUs,
    );
  }
  // What a part was needed for may have gone since.
  for (let length = Number.POSITIVE_INFINITY; best.actions.length < length; ) {
    length = best.actions.length;
    yield* sweep();
  }
  yield* trim(isKnown);
  return best;
}

const before = (actions: readonly TimedAction[], endUs: Micros): readonly TimedAction[] =>
  actions.filter(({ timeUs }) => timeUs < endUs);

/** What is likely to be needed together, or not at all: one client's operations of one kind, or faults of one kind. */
function kindOf({ action }: TimedAction): string {
  if (action.type !== 'Operate') return action.type;
  return `${action.operation.type} of ${action.client}`;
}
