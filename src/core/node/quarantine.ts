import type { ShardId } from '../base/ids.ts';
import type { EventLog } from './event-log.ts';

/** Why a replica serves nobody: a block of its rows cannot be read. */
export type QuarantineReason = 'corrupt block';

/**
 * The replicas of this node that serve nobody until a snapshot of their leader has taken the place of what they hold. They vote and append as before:
 * their logs are sound. Known in memory alone, and nothing depends on its outliving a restart: a block that cannot be read yields no value then
 * either, it stays in its table as long as its replica is here, and whoever comes to it first finds it again.
 */
export class Quarantine {
  private readonly reasons = new Map<ShardId, QuarantineReason>();
  private readonly events: EventLog;

  constructor(events: EventLog) {
    this.events = events;
  }

  has(shard: ShardId): boolean {
    return this.reasons.has(shard);
  }

  /** @returns whether it was not in it */
  enter(shard: ShardId, reason: QuarantineReason): boolean {
    if (this.reasons.has(shard)) return false;
    this.reasons.set(shard, reason);
    this.events.push({ type: 'ReplicaDamaged', shard, reason });
    return true;
  }

  /** A snapshot took the place of what it held. */
  leave(shard: ShardId): void {
    if (this.reasons.delete(shard)) this.events.push({ type: 'ReplicaRebuilt', shard });
  }

  /** The replica is gone. */
  forget(shard: ShardId): void {
    this.reasons.delete(shard);
  }
}
