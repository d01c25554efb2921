import { assert } from '../base/assert.ts';
import type { Breaks } from '../base/breaks.ts';
import type { Micros, NodeId } from '../base/ids.ts';

export interface PurgeRoundInit {
  /** Tombstones from before it may go when the round is over. At most what the hybrid clocks of all members will then show. */
  readonly watermarkUs: Micros;
  /** Of the placement: a round is void as soon as something moves. */
  readonly epoch: number;
  /** The replica that conducts it: one of the homes. */
  readonly conductor: NodeId;
  /** All that hold a replica, and nobody is coming or going. */
  readonly homes: readonly NodeId[];
  /** All that may hold a hint for the shard, or write to it; the homes among them. */
  readonly members: readonly NodeId[];
  readonly breaks: Breaks;
}

export type PurgeRoundEffect =
  /** Raise the fence to the watermark, observe it, and say when that is durable and how many hints from before it wait there. Nothing else makes `fenced`. */
  | { readonly type: 'Fence'; readonly to: NodeId }
  /**
   * Compare with that home and exchange, in both directions, until each holds durably what both held; then say `synced` with the number, which tells it
   * from an exchange that had begun before.
   */
  | { readonly type: 'Sync'; readonly with: NodeId; readonly exchange: number }
  /** The repair is complete. Whoever misses it hears of it with the next comparison. */
  | { readonly type: 'RaiseWatermark'; readonly to: NodeId };

type Phase = 'fencing' | 'syncing' | 'completed' | 'aborted';

/**
 * How a shard comes to purge tombstones. A tombstone may go when no older version is left that it has to win against; a period of grace only hopes so
 * (Cassandra's gc_grace: a node that was away for longer brings deleted keys back). So: everybody fences off what is new and from before the watermark;
 * all hints from before it are delivered; the conductor syncs with every other home, and once more with all but the last, so that each holds
 * all that any of them held. Only then the watermark is raised. One member that does not answer, and nothing is purged.
 */
export class PurgeRound {
  phase: Phase = 'fencing';
  private readonly init: PurgeRoundInit;
  /** Members with a fence and without hints from before it. */
  private readonly clear = new Set<NodeId>();
  private readonly toSync: readonly NodeId[];
  /** The place in `toSync` of the exchange that is under way. */
  private exchange = 0;

  constructor(init: PurgeRoundInit) {
    const { conductor, homes, members } = init;
    assert(homes.includes(conductor), 'a home conducts the round');
    assert(
      homes.every((home) => members.includes(home)),
      'homes are members',
    );
    this.init = init;
    const others = homes.filter((home) => home !== conductor);
    this.toSync = [...others, ...others.slice(0, -1)];
  }

  /** At the beginning, and again whenever nothing came for a while: what is still waited for. */
  ask(): PurgeRoundEffect[] {
    if (this.init.breaks.has('purge-early')) return this.complete();
    if (this.phase === 'fencing') {
      return this.init.members.filter((member) => !this.clear.has(member)).map((to) => ({ type: 'Fence', to }));
    }
    return this.phase === 'syncing' ? this.next() : [];
  }

  /** @param hintsBelow how many hints from before the watermark it still holds; asked again, they have become fewer */
  fenced(from: NodeId, epoch: number, hintsBelow: number): PurgeRoundEffect[] {
    if (this.phase !== 'fencing') return [];
    if (epoch !== this.init.epoch) return this.abort();
    if (hintsBelow > 0) return [];
    this.clear.add(from);
    if (!this.init.members.every((member) => this.clear.has(member))) return [];
    this.phase = 'syncing';
    return this.next();
  }

  synced(exchange: number, epoch: number): PurgeRoundEffect[] {
    if (this.phase !== 'syncing' || exchange !== this.exchange) return [];
    if (epoch !== this.init.epoch) return this.abort();
    this.exchange++;
    return this.next();
  }

  /** Something moves, or the conductor gives up. What was fenced stays so and harms nobody. */
  abort(): PurgeRoundEffect[] {
    if (this.phase !== 'completed') this.phase = 'aborted';
    return [];
  }

  private next(): PurgeRoundEffect[] {
    const { exchange } = this;
    const peer = this.toSync[exchange];
    if (peer !== undefined) return [{ type: 'Sync', with: peer, exchange }];
    return this.complete();
  }

  private complete(): PurgeRoundEffect[] {
    this.phase = 'completed';
    return this.init.members.map((to) => ({ type: 'RaiseWatermark', to }));
  }
}
