import type { NodeId } from '../core/base/ids.ts';
import type { TraceEvent } from '../core/cluster/trace-event.ts';
import type { ClockModel } from './clock-model.ts';
import type { InvariantTally } from './invariant-tally.ts';
import { InvariantChecker, type Violation } from './invariants.ts';
import { LeaseInvariant } from './lease-invariant.ts';
import { PromiseInvariant } from './promise-invariant.ts';

export interface RefereeOptions {
  readonly tally: InvariantTally;
  /** The clocks that a node really has just now. */
  readonly clockOf: (node: NodeId) => ClockModel;
  readonly electionTimeoutUsMin: number;
}

/** Judges every event of a run by all invariants. */
export class Referee {
  private readonly invariants: InvariantChecker;
  private readonly leases: LeaseInvariant;
  private readonly promises: PromiseInvariant;

  constructor({ tally, clockOf, electionTimeoutUsMin }: RefereeOptions) {
    this.invariants = new InvariantChecker(tally);
    this.leases = new LeaseInvariant(clockOf, tally);
    this.promises = new PromiseInvariant(clockOf, electionTimeoutUsMin, (shard, node) =>
      this.invariants.configurationOf(shard, node),
    );
  }

  get examined(): number {
    return this.invariants.examined;
  }

  check(event: TraceEvent): Violation | undefined {
    return this.invariants.check(event) ?? this.leases.check(event) ?? this.promises.check(event);
  }
}
