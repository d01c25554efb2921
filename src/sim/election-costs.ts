import type { Micros, NodeId, ShardId } from '../core/base/ids.ts';
import type { TraceEvent } from '../core/cluster/trace-event.ts';

interface Shard {
  readonly leaders: Set<NodeId>;
  readonly candidates: Set<NodeId>;
  /** Undefined: somebody leads. */
  leaderlessSinceUs: Micros | undefined;
}

/** What elections cost a run: what liveness is about, and what a run without one of its rules is to be compared by. */
export class ElectionCosts {
  won = 0;
  /** Candidates that did not come to lead: votes that were split, or refused. */
  lost = 0;
  /** Leaders that a later term ended. */
  deposed = 0;
  /** Sum over all shards of the time in which no node that was up led them, since they first had a leader. */
  leaderlessUs: Micros = 0;
  /** Sum over all shards of the time since they first had a leader. */
  observedUs: Micros = 0;
  private readonly shards = new Map<ShardId, Shard>();
  private readonly sinceUs = new Map<ShardId, Micros>();

  observe(event: TraceEvent): void {
    if (event.type === 'RoleChanged') this.roleChanged(event);
    if (event.type !== 'NodeKilled' && event.type !== 'NodeCrashed') return;
    for (const shard of this.shards.values()) {
      shard.candidates.delete(event.node);
      if (shard.leaders.delete(event.node)) this.lostLeader(shard, event.timeUs);
    }
  }

  /** The run is over. */
  end(timeUs: Micros): void {
    for (const sinceUs of this.sinceUs.values()) this.observedUs += timeUs - sinceUs;
    for (const shard of this.shards.values()) this.found(shard, timeUs);
  }

  private roleChanged(event: Extract<TraceEvent, { readonly type: 'RoleChanged' }>): void {
    const { node, role, reason, timeUs } = event;
    const shard = this.shard(event.shard);
    const stood = shard.candidates.delete(node);
    if (stood && role !== 'leader') this.lost++;
    if (role === 'candidate') shard.candidates.add(node);
    if (role === 'leader') {
      this.won++;
      shard.leaders.add(node);
      if (this.sinceUs.has(event.shard)) this.found(shard, timeUs);
      else this.sinceUs.set(event.shard, timeUs);
    } else if (shard.leaders.delete(node)) {
      if (reason === 'saw a higher term') this.deposed++;
      this.lostLeader(shard, timeUs);
    }
  }

  private lostLeader(shard: Shard, timeUs: Micros): void {
    if (shard.leaders.size === 0) shard.leaderlessSinceUs = timeUs;
  }

  private found(shard: Shard, timeUs: Micros): void {
    this.leaderlessUs += timeUs - (shard.leaderlessSinceUs ?? timeUs);
    shard.leaderlessSinceUs = undefined;
  }

  private shard(id: ShardId): Shard {
    const known = this.shards.get(id);
    if (known !== undefined) return known;
    const fresh: Shard = { leaders: new Set(), candidates: new Set(), leaderlessSinceUs: undefined };
    this.shards.set(id, fresh);
    return fresh;
  }
}
