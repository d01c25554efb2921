import type { StateId } from './key-model.ts';
import type { Steps } from './steps.ts';
import type { Spent, UnknownGroups, Use } from './unknown-groups.ts';

/** One way in which everything up to a return may have taken effect, without what returns there. */
export interface Configuration {
  /** Number of the return that comes next. */
  readonly frame: number;
  readonly state: StateId;
  /** Bits of the operations under way that have taken effect already. */
  readonly taken: bigint;
  readonly spent: Spent;
  /** The last unknown operation that took effect. */
  readonly used: Use | undefined;
}

/**
 * The configurations that a search has come by, without those that another one makes needless: of two that differ only in what they have spent of
 * the unknown operations, the one that spent less can do whatever the other can.
 */
export class Configurations {
  private readonly groups: UnknownGroups;
  private readonly steps: Steps;
  private readonly bySituation = new Map<string, Spent[]>();

  constructor(groups: UnknownGroups, steps: Steps) {
    this.groups = groups;
    this.steps = steps;
  }

  /**
   * @returns false: there is one at least as good
   * @throws OutOfSteps
   */
  add({ frame, state, taken, spent }: Configuration): boolean {
    const situation = `${frame} ${state} ${taken}`;
    const rivals = this.bySituation.get(situation);
    if (rivals === undefined) {
      this.bySituation.set(situation, [spent]);
      return true;
    }
    for (const rival of rivals) {
      this.steps.charge(1 + ((rival.length + spent.length) >> 4));
      if (this.groups.spendsNoMore(rival, spent)) return false;
    }
    rivals.push(spent);
    return true;
  }
}
