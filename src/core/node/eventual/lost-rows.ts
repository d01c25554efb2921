import type { NodeId } from '../../base/ids.ts';
import { higherLimits, NO_LIMITS, type PurgeLimits } from '../../replication/purge-limits.ts';
import type { WalkEnd } from './sync-walk.ts';
import type { SyncPlacement } from './sync-world.ts';

/** Of homes whose disk is there the first: it collects what is left. */
export const collectorOf = ({ homes, blank }: SyncPlacement): NodeId | undefined =>
  homes.find((home) => !blank.includes(home));

/**
 * From whom the first home of a shard, which has lost its rows, has taken what they still hold, because they do not hold everything either. When those are all who hold the shard, come to it or have to go, nobody can be
 * copied: the first home goes on with what it has collected, and the others copy that. Who has not answered may hold everything, and is waited for, however long.
 */
export class LostRows {
  private readonly collected = new Map<NodeId, PurgeLimits>();
  private epoch = -1;

  /** Of a copy that was begun in this placement. What does not come to its end says that something has changed: all are asked again. */
  heard({ epoch, homes }: SyncPlacement, peer: NodeId, end: WalkEnd): void {
    this.enter(epoch);
    const { outcome, limits, isPeerComplete, peerEpoch, hasTold } = end;
    // Of two placements the later one may name somebody who was not asked.
    const isSamePlace = peerEpoch === epoch;
    const hasNothing = outcome === 'NoReplica' && !hasTold && !homes.includes(peer);
    const hasGiven = !isPeerComplete && (outcome === 'equal' || outcome === 'exchanged');
    if (isSamePlace && (hasNothing || hasGiven)) this.collected.set(peer, hasGiven ? limits : NO_LIMITS);
    // Only what was refused kept this copy from its end, and is discarded: the next one comes to it.
    else if (!isPeerComplete || outcome !== 'rows refused') this.forget();
  }

  /** Whom a home asks that has lost its rows. Where no home has everything, who comes to the shard, or has to go, may. */
  peers(placement: SyncPlacement, home: NodeId): readonly NodeId[] {
    this.enter(placement.epoch);
    const all = othersOf(placement, home);
    const others = all.filter((each) => placement.homes.includes(each));
    if (collectorOf(placement) !== home || !others.every((each) => this.collected.has(each))) return others;
    const left = all.filter((each) => !this.collected.has(each));
    return left.length > 0 ? left : others;
  }

  /** @param own limits of this home @returns those by which it goes on; undefined: somebody may hold everything, or goes on instead */
  everywhere(
    placement: SyncPlacement,
    home: NodeId,
    own: PurgeLimits,
    suspects: (node: NodeId) => boolean,
  ): PurgeLimits | undefined {
    this.enter(placement.epoch);
    if (collectorOf(placement) !== home) return undefined;
    const others = othersOf(placement, home);
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

/** All who may hold rows. */
const othersOf = ({ homes, joiners, leavers, blank }: SyncPlacement, home: NodeId): readonly NodeId[] =>
  [...homes, ...joiners, ...leavers].filter((each) => each !== home && !blank.includes(each));
