import type { Micros, NodeId, ShardId, Term } from '../core/base/ids.ts';
import type { ClockConfig } from '../core/cluster/run.ts';
import type { TraceEvent } from '../core/cluster/trace-event.ts';
import { ClockModel } from './clock-model.ts';
import { InvariantTally } from './invariant-tally.ts';
import type { Violation } from './invariants.ts';

interface Lease {
  readonly term: Term;
  /** In true time: what nodes report in their own is converted by the clocks that they really have. */
  readonly untilUs: Micros;
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
  private readonly clocks: readonly ClockModel[];
  private readonly tally: InvariantTally;

  constructor(clocks: ClockConfig, seed: number, nodes: number, tally = new InvariantTally()) {
    this.tally = tally;
    this.clocks = Array.from({ length: nodes }, (_, i) => new ClockModel(clocks, seed, `n${i + 1}`));
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
    for (const [holder, { term, untilUs }] of shard.leases) {
      if (term < event.term && untilUs > timeUs) return violation(node, event.term, holder, untilUs - timeUs);
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
    const clock = this.clocks[node - 1] as ClockModel;
    const untilUs = clock.virtualAt(clock.read(timeUs).monotonicUs + waitUs);
    shard.leases.set(node, { term, untilUs });
    for (const [leader, later] of shard.leaders) {
      if (later > term && untilUs > timeUs) return violation(leader, later, node, untilUs - timeUs);
    }
    return undefined;
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
