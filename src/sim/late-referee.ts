import type { TraceEvent } from '../core/cluster/trace-event.ts';
import type { Violation } from './invariants.ts';
import { lateWorld } from './late-world.ts';
import type { Referee, RefereeOptions } from './referee.ts';

const NONE: readonly Violation[] = [];
/** More events than this are not kept for a referee that is still to come. */
const KEPT_MAX = 20_000;

/**
 * The referee, who may come a little later than the run begins: it judges what has been kept for it, in order, and from then on each event as it happens. In
 * Node it is there from the start. Where rules are left out it is not waited for: time is to stand at the event that breaks an invariant.
 */
export class LateReferee {
  private readonly options: RefereeOptions;
  private kept: TraceEvent[] = [];
  private referee: Referee | undefined;

  constructor(options: RefereeOptions) {
    this.options = options;
  }

  /** @param isWanted it is not to be put off. @returns what this event violates, behind what those violated that were kept */
  check(event: TraceEvent, isWanted: boolean): readonly Violation[] {
    if (this.referee === undefined && !isWanted && !lateWorld.isThere && this.kept.length < KEPT_MAX) {
      this.kept.push(event);
      return NONE;
    }
    const before = this.settle();
    const violation = this.judges.check(event);
    return violation === undefined ? before : [...before, violation];
  }

  /** Judges what was kept. @returns what it violates */
  settle(): readonly Violation[] {
    const { kept } = this;
    if (kept.length === 0) return NONE;
    const { judges } = this;
    this.kept = [];
    return kept.flatMap((event) => judges.check(event) ?? []);
  }

  /** How many reports it has examined; those that are kept are not among them. */
  get examined(): number {
    return this.judges.examined;
  }

  private get judges(): Referee {
    this.referee ??= new (lateWorld.get().Referee)(this.options);
    return this.referee;
  }
}
