import type { Micros, NodeId, ShardId } from '../core/base/ids.ts';
import type { TraceEvent } from '../core/cluster/trace-event.ts';

/** How homes of the eventual keyspace were kept alike: which of them found equal Merkle roots since rows of their shard changed last, and what was purged. */
export class SyncRounds {
  /** Rounds of purging that came to their end, hints that came home, rows that comparisons exchanged. */
  purges = 0;
  hintsDelivered = 0;
  rowsExchanged = 0;
  private readonly equal = new Map<ShardId, (readonly [NodeId, NodeId])[]>();
  private readonly purgedUs = new Map<ShardId, Micros>();

  observe(event: TraceEvent): void {
    switch (event.type) {
      case 'RowApplied':
        if (event.isChanged) this.equal.delete(event.shard);
        return;
      case 'EventualCopyCompleted':
      case 'EventualLossAccepted':
      case 'EventualRowsLost':
        this.equal.delete(event.shard);
        return;
      case 'SyncEnded': {
        const { shard, node, peer, outcome, sent, taken } = event;
        this.rowsExchanged += sent + taken;
        if (sent + taken > 0) this.equal.delete(shard);
        if (outcome === 'equal') this.foundEqual(shard, [node, peer]);
        return;
      }
      case 'PurgeRoundEnded':
        if (!event.isCompleted) return;
        this.purges++;
        this.purgedUs.set(event.shard, Math.max(event.watermarkUs, this.purgedUs.get(event.shard) ?? 0));
        return;
      case 'HintDelivered':
        this.hintsDelivered++;
        return;
      default:
        return;
    }
  }

  /** Whether their roots were found equal, one by one or by way of others. */
  areEqual(shard: ShardId, homes: readonly NodeId[]): boolean {
    const pairs = this.equal.get(shard) ?? [];
    const reached = new Set(homes.slice(0, 1));
    for (let before = -1; before !== reached.size; ) {
      before = reached.size;
      for (const pair of pairs) if (pair.some((node) => reached.has(node))) for (const node of pair) reached.add(node);
    }
    return homes.every((home) => reached.has(home));
  }

  private foundEqual(shard: ShardId, [a, b]: readonly [NodeId, NodeId]): void {
    const pairs = this.equal.get(shard) ?? [];
    if (pairs.some((pair) => pair.includes(a) && pair.includes(b))) return;
    this.equal.set(shard, [...pairs, [a, b]]);
  }

  /** All that had died by then is purged. 0: nothing. */
  watermarkUs(shard: ShardId): Micros {
    return this.purgedUs.get(shard) ?? 0;
  }
}
