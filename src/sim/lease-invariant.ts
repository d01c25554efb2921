import type { Micros, NodeId, ShardId, Term } from '../core/base/ids.ts';
import type { TraceEvent } from '../core/cluster/trace-event.ts';
import type { ClockModel } from './clock-model.ts';
import { InvariantTally } from './invariant-tally.ts';
import type { Violation } from './invariants.ts';

interface Lease {
  readonly term: Term;
  /** On the monotonic clock of its node; what that is in true time depends on the rate from now on. */
  readonly untilMonotonicUs: Micros;
}

interface ShardLeases {
  readonly leases: Map<NodeId, Lease>;
  readonly leaders: Map<NodeId, Term>;
}

/**
 * At most one valid lease per shard, in true time, and more than that: while a leader's lease lasts nobody is elected in a later term, dead
 * or alive as that leader may be. The promises behind the lease outlive it; only a leader that steps down takes its own back.
 */
export class LeaseInvariant {
  private readonly shards = new Map<ShardId, ShardLeases>();
  private readonly clockOf: (node: NodeId) => ClockModel;
  private readonly tally: InvariantTally;

  /**
   * @param clockOf the clocks that a node really has just now
   * @param tally is told how often the rule was judged
   */
  constructor(clockOf: (node: NodeId) => ClockModel, tally = new InvariantTally()) {
    this.clockOf = clockOf;
    this.tally = tally;
  }

  check(event: TraceEvent): Violation | undefined {
    if (event.type !== 'RoleChanged' && event.type !== 'LeaseSet') return undefined;
    const { node, timeUs } = event;
    const shard = this.shard(event.shard);
    if (event.type === 'LeaseSet') return this.leaseSet(shard, node, event.waitUs, timeUs);
    shard.leases.delete(node);
    if (event.role !== 'leader') {
      shard.leaders.delete(node);
      return undefined;
    }
    shard.leaders.set(node, event.term);
    if (shard.leases.size > 0) this.tally.judged('LeaseSafety');
    for (const [holder, lease] of shard.leases) {
      const leftUs = this.leftOf(holder, lease, timeUs);
      if (lease.term < event.term && leftUs > 0) return violation(node, event.term, holder, leftUs);
    }
    return undefined;
  }

  private leaseSet(shard: ShardLeases, node: NodeId, waitUs: Micros, timeUs: Micros): Violation | undefined {
    const term = shard.leaders.get(node);
    if (term === undefined && waitUs > 0)
      return { invariant: 'LeaseSafety', detail: `n${node} has a lease and leads nothing` };
    if (term === undefined || waitUs === 0) {
      shard.leases.delete(node);
      return undefined;
    }
    this.tally.judged('LeaseSafety');
    const lease = { term, untilMonotonicUs: this.clockOf(node).read(timeUs).monotonicUs + waitUs };
    shard.leases.set(node, lease);
    const leftUs = this.leftOf(node, lease, timeUs);
    for (const [leader, later] of shard.leaders) {
      if (later > term && leftUs > 0) return violation(leader, later, node, leftUs);
    }
    return undefined;
  }

  /** In true time, as long as the clock keeps its rate; not above 0: it is over. */
  private leftOf(node: NodeId, { untilMonotonicUs }: Lease, timeUs: Micros): Micros {
    return this.clockOf(node).virtualAt(untilMonotonicUs) - timeUs;
  }

  private shard(shard: ShardId): ShardLeases {
    const known = this.shards.get(shard);
    if (known !== undefined) return known;
    const fresh: ShardLeases = { leases: new Map(), leaders: new Map() };
    this.shards.set(shard, fresh);
    return fresh;
  }
}

const violation = (leader: NodeId, term: Term, holder: NodeId, leftUs: Micros): Violation => ({
  invariant: 'LeaseSafety',
  detail: `n${leader} leads term ${term} while the lease of n${holder} lasts another ${leftUs} µs`,
});
