import type { NodeId, ShardId } from '../core/base/ids.ts';
import type { Reign } from '../core/cluster/check-report.ts';
import type { TraceEvent } from '../core/cluster/trace-event.ts';

const SHOWN_MAX = 200;

/** Who led which shard from when to when, as the leaders themselves knew it: two may think so at once. */
export class Reigns {
  private readonly byShard = new Map<ShardId, Reign[]>();

  observe(event: TraceEvent): void {
    const { timeUs } = event;
    if (event.type === 'RoleChanged') {
      const reigns = this.byShard.get(event.shard) ?? [];
      this.byShard.set(event.shard, reigns);
      endReign(reigns, event.node, timeUs);
      const { node, term } = event;
      if (event.role === 'leader') reigns.push({ node, term, fromUs: timeUs, toUs: undefined });
    } else if (event.type === 'NodeKilled' || event.type === 'NodeCrashed') {
      for (const reigns of this.byShard.values()) endReign(reigns, event.node, timeUs);
    } else if (event.type === 'ActionTaken' && event.action.type === 'Reload') {
      for (const reigns of this.byShard.values()) for (const { node } of [...reigns]) endReign(reigns, node, timeUs);
    }
  }

  /** Oldest first. */
  of(shard: ShardId): readonly Reign[] {
    return this.byShard.get(shard)?.slice(-SHOWN_MAX) ?? [];
  }
}

function endReign(reigns: Reign[], node: NodeId, timeUs: number): void {
  const at = reigns.findLastIndex((reign) => reign.node === node);
  const last = reigns[at];
  if (last !== undefined && last.toUs === undefined) reigns[at] = { ...last, toUs: timeUs };
}
