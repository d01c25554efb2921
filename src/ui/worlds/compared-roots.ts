import type { NodeId, ShardId } from '../../core/base/ids.ts';
import type { TraceEvent } from '../../core/cluster/trace-event.ts';

type Pair = readonly [NodeId, NodeId];

/** Whose Merkle roots of a shard's eventual rows were equal when they were compared last, and have not changed since. */
export class ComparedRoots {
  private readonly shard: ShardId;
  private readonly equal = new Map<string, Pair>();
  /** Of events, in their order: when each walk began, and when each replica's rows changed last. */
  private readonly begunAt = new Map<string, number>();
  private readonly changedAt = new Map<NodeId, number>();
  private place = 0;

  constructor(shard: ShardId) {
    this.shard = shard;
  }

  /** @returns those who turn out to hold the same */
  take(event: TraceEvent): readonly Pair[] {
    if (!('shard' in event) || event.shard !== this.shard) return [];
    this.place++;
    switch (event.type) {
      case 'SyncStarted':
        this.begunAt.set(`${event.node} ${event.sync}`, this.place);
        return [];
      case 'SyncCompared': {
        if (event.level !== 'root' || event.differing.length > 0) return [];
        const pair = pairOf(event.node, event.peer);
        // The other side told its root a way of the network ago.
        const begunAt = this.begunAt.get(`${event.node} ${event.sync}`) ?? 0;
        if (pair.some((node) => (this.changedAt.get(node) ?? 0) > begunAt)) return [];
        this.equal.set(pair.join(), pair);
        return [pair];
      }
      case 'RowApplied':
        if (event.isChanged) this.changed(event.node);
        return [];
      case 'SyncEnded':
        if (event.taken > 0) this.changed(event.node);
        if (event.sent > 0) this.changed(event.peer);
        return [];
      default:
        return [];
    }
  }

  /** Largest first, each ascending; whoever was not found equal to anybody is a group of its own. */
  groups(homes: readonly NodeId[]): readonly (readonly NodeId[])[] {
    const groups = [...homes].sort((a, b) => a - b).map((home) => [home]);
    for (const [a, b] of this.equal.values()) {
      const one = groups.find((group) => group.includes(a));
      const other = groups.find((group) => group.includes(b));
      if (one === undefined || other === undefined || one === other) continue;
      one.push(...other.splice(0));
      one.sort((x, y) => x - y);
    }
    return groups.filter((group) => group.length > 0).sort((a, b) => b.length - a.length);
  }

  private changed(node: NodeId): void {
    this.changedAt.set(node, this.place);
    for (const [name, pair] of this.equal) if (pair.includes(node)) this.equal.delete(name);
  }
}

const pairOf = (a: NodeId, b: NodeId): Pair => (a < b ? [a, b] : [b, a]);
