import type { Micros, NodeId, ShardId, Term } from '../core/base/ids.ts';
import type { ConfigName } from '../core/cluster/action.ts';
import { CLASSROOM } from '../core/cluster/presets.ts';
import type { TraceEvent } from '../core/cluster/trace-event.ts';

interface Leadership {
  readonly node: NodeId;
  readonly term: Term;
}

/** A shard whose leader was killed or hands over, and the term that was then over. */
interface Leaderless {
  readonly term: Term;
  readonly sinceUs: Micros;
}

/**
 * How long a shard takes no writes when its leader is killed, and when it hands over: from the kill, or from the moment at which the leader takes no
 * more, until a leader of a later term has committed. Only what happens in calm counts, where nothing else was wrong at that moment and nothing else
 * went wrong until the end: what other faults add is theirs.
 */
export class Failovers {
  private readonly leaders = new Map<ShardId, Leadership>();
  private readonly leaderless = new Map<ShardId, Leaderless>();
  private readonly handingOver = new Map<ShardId, Leaderless>();
  /** What is wrong at the moment, by name. */
  private readonly wrong = new Set<string>();
  /** After kills, in the order in which they ended, in virtual time. */
  readonly timesUs: Micros[] = [];
  /** Shards whose wait after a kill was not over when something else went wrong: the longer a wait, the likelier. */
  interrupted = 0;
  /** After transfers that were not given up. */
  readonly transferTimesUs: Micros[] = [];

  observe(event: TraceEvent): void {
    switch (event.type) {
      case 'RoleChanged':
        if (event.role === 'leader') this.leaders.set(event.shard, { node: event.node, term: event.term });
        else if (this.leaders.get(event.shard)?.node === event.node) this.leaders.delete(event.shard);
        return;
      case 'CommitAdvanced':
        this.committed(event.shard, event.node, event.timeUs);
        return;
      case 'TransferStarted':
        if (this.wrong.size === 0) this.handingOver.set(event.shard, { term: event.term, sinceUs: event.timeUs });
        return;
      case 'TransferAborted':
        this.handingOver.delete(event.shard);
        return;
      case 'NodeKilled': {
        const calm = this.wrong.size === 0;
        this.set(`n${event.node} is down`, true);
        if (calm) this.killed(event.node, event.timeUs);
        return;
      }
      case 'NodeCrashed':
        this.set(`n${event.node} is down`, true);
        return;
      case 'NodeFrozen':
        this.set(`n${event.node} is frozen`, true);
        return;
      case 'NodeThawed':
        this.set(`n${event.node} is frozen`, false);
        return;
      case 'NodeRecovered':
        this.set(`n${event.node} is down`, false);
        return;
      case 'LinkChanged':
        this.set(`link ${event.from}>${event.to}`, event.cut || Object.keys(event.settings).length > 0);
        return;
      case 'DiskChanged':
        this.set(`disk of n${event.node}`, event.slowdown > 1 || event.full || event.failing);
        return;
      case 'ActionTaken':
        if (event.action.type === 'Configure' && event.action.name.startsWith('link.'))
          this.configured(event.action.name, event.action.value);
        return;
    }
  }

  private configured(name: ConfigName, value: number): void {
    if (name === 'link.delay') this.set('messages are slow', value > CLASSROOM.network.delayUs);
    else if (name !== 'link.jitter') this.set(name, value > 0);
  }

  private killed(node: NodeId, timeUs: Micros): void {
    for (const [shard, leader] of this.leaders) {
      if (leader.node === node) this.leaderless.set(shard, { term: leader.term, sinceUs: timeUs });
    }
  }

  private committed(shard: ShardId, node: NodeId, timeUs: Micros): void {
    const leader = this.leaders.get(shard);
    if (leader?.node !== node) return;
    ended(this.leaderless, this.timesUs);
    ended(this.handingOver, this.transferTimesUs);

    function ended(waiting: Map<ShardId, Leaderless>, timesUs: Micros[]): void {
      const since = waiting.get(shard);
      if (since === undefined || leader === undefined || leader.term <= since.term) return;
      waiting.delete(shard);
      timesUs.push(timeUs - since.sinceUs);
    }
  }

  /** Whatever else goes wrong ends the count of what is under way. */
  private set(what: string, isWrong: boolean): void {
    if (!isWrong) this.wrong.delete(what);
    else if (!this.wrong.has(what)) {
      this.wrong.add(what);
      this.interrupted += this.leaderless.size;
      this.leaderless.clear();
      this.handingOver.clear();
    }
  }
}

/** The smallest of the values that at least a share `p` of all (0 < p ≤ 1) do not exceed. Undefined: there are none. */
export function percentile(values: readonly number[], p: number): number | undefined {
  return [...values].sort((a, b) => a - b)[Math.max(0, Math.ceil(p * values.length) - 1)];
}
