import type { NodeId } from '../../base/ids.ts';
import { higherLimits, type PurgeLimits } from '../../replication/purge-limits.ts';
import type { WalkEnd } from './sync-walk.ts';
import type { SyncPlacement } from './sync-world.ts';

/**
 * From whom the first home of a shard, which has lost its rows, has taken what they still hold, because they do not hold everything either. When those are all who hold the shard or come to it, nobody can be
 * copied: the first home goes on with what it has collected, and the others copy that. Who has not answered may hold everything, and is waited for, however long.
 */
export class LostRows {
  private readonly collected = new Map<NodeId, PurgeLimits>();
  private epoch = -1;

  /** Of a copy that was begun in this placement. What does not come to its end says that something has changed: all are asked again. */
  heard({ epoch }: SyncPlacement, peer: NodeId, { outcome, limits, isPeerComplete }: WalkEnd): void {
    this.enter(epoch);
    if (!isPeerComplete && (outcome === 'equal' || outcome === 'exchanged')) this.collected.set(peer, limits);
    else this.forget();
  }

  /** @param own limits of this home @returns those by which it goes on; undefined: somebody may hold everything, or goes on instead */
  everywhere(
    { homes, joiners, epoch }: SyncPlacement,
    home: NodeId,
    own: PurgeLimits,
    suspects: (node: NodeId) => boolean,
  ): PurgeLimits | undefined {
    this.enter(epoch);
    if (homes[0] !== home) return undefined;
    const others = [...homes, ...joiners].filter((each) => each !== home);
    if (!others.every((each) => this.collected.has(each) && !suspects(each))) return undefined;
    return [...this.collected.values()].reduce(higherLimits, own);
  }

  /** Of an earlier loss it says nothing about a later one. */
  forget(): void {
    this.collected.clear();
  }

  /** What was said in another placement says nothing of those who are homes now. */
  private enter(epoch: number): void {
    if (epoch !== this.epoch) this.forget();
    this.epoch = epoch;
  }
}
