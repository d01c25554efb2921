import type { Micros, ShardId, Term } from '../base/ids.ts';
import type { ReplicaEnvironment } from './replica-environment.ts';

/** Periodic checks of a node's shards begin so many heartbeats one after the other, each so many shards. */
const HEARTBEATS_BETWEEN_SHARDS = 4;
const SHARDS_IN_TURN = 16;

/** When the clock wants the next check of a shard. */
export class CheckTimer {
  /** When the last one began, or this replica began to lead. */
  private lastUs: Micros = 0;
  private ledTerm: Term = 0;

  /** @returns whether this replica leads since just now */
  lead(term: Term, nowUs: Micros): boolean {
    if (term === this.ledTerm) return false;
    this.ledTerm = term;
    this.lastUs = nowUs;
    return true;
  }

  begun(nowUs: Micros): void {
    this.lastUs = nowUs;
  }

  isDue({ nowUs, checkIntervalUs, limits }: ReplicaEnvironment, shard: ShardId): boolean {
    const turn = shard % SHARDS_IN_TURN;
    const waitUs = checkIntervalUs + turn * HEARTBEATS_BETWEEN_SHARDS * limits.heartbeatIntervalUs;
    return checkIntervalUs > 0 && nowUs - this.lastUs >= waitUs;
  }
}
