import type { NodeId } from '../../base/ids.ts';
import { higherLimits, type PurgeLimits } from '../../replication/purge-limits.ts';
import type { WalkEnd } from './sync-walk.ts';
import type { SyncPlacement } from './sync-world.ts';

/**
 * Which homes of a shard have said, in this placement, that they do not hold all of its rows either. Where every home has lost them nobody can be copied: the one with the lowest number goes on with
 * what it holds, and the others copy that. Who has not answered may hold everything, and is waited for, however long.
 */
export class LostRows {
  private readonly told = new Map<NodeId, PurgeLimits>();
  private epoch = -1;

  /** Of a copy that was begun in this placement. */
  heard({ epoch }: SyncPlacement, peer: NodeId, { outcome, limits }: WalkEnd): void {
    this.enter(epoch);
    if (outcome === 'Incomplete') this.told.set(peer, limits);
    else this.told.delete(peer);
  }

  /** @param own limits of this home @returns those by which it goes on; undefined: another home may hold everything, or goes on instead */
  everywhere({ homes, epoch }: SyncPlacement, home: NodeId, own: PurgeLimits): PurgeLimits | undefined {
    this.enter(epoch);
    if (!homes.includes(home) || Math.min(...homes) < home) return undefined;
    const others = homes.filter((each) => each !== home);
    if (!others.every((each) => this.told.has(each))) return undefined;
    return [...this.told.values()].reduce(higherLimits, own);
  }

  /** What was said in another placement says nothing of those who are homes now. */
  private enter(epoch: number): void {
    if (epoch !== this.epoch) this.told.clear();
    this.epoch = epoch;
  }
}
