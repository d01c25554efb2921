import type { LogIndex, Micros, ShardId } from '../base/ids.ts';
import type { RaftEvent } from '../raft/raft-event.ts';
import type { RaftGroup } from '../raft/raft-group.ts';
import type { ReplicaEnvironment } from './replica-environment.ts';
import type { ExpiredSessions } from './session-table.ts';

const ROLE_NUMBERS = { follower: 0, precandidate: 1, candidate: 2, leader: 3 };

/** What a replica tells whoever looks on. Decides nothing. */
export class ReplicaReports {
  private readonly env: ReplicaEnvironment;
  private readonly shard: ShardId;
  private readonly raft: RaftGroup;
  /** What the last DeadlineSet said; undefined: the role changed since, or there was none. */
  private reportedDeadlineUs: Micros | undefined;
  /** What the last LeaseSet said; 0: no lease. */
  private reportedLeaseUs: Micros = 0;

  constructor(env: ReplicaEnvironment, shard: ShardId, raft: RaftGroup) {
    this.env = env;
    this.shard = shard;
    this.raft = raft;
  }

  /** Where the deadline of its timer is another one than was told last. */
  deadline(): void {
    const { deadlineUs } = this.raft;
    if (deadlineUs === this.reportedDeadlineUs) return;
    const isNever = deadlineUs === Number.MAX_SAFE_INTEGER;
    const wasTold = this.reportedDeadlineUs !== undefined;
    this.reportedDeadlineUs = deadlineUs;
    if (isNever && !wasTold) return;
    const waitUs = isNever ? 0 : deadlineUs - this.env.nowUs;
    this.env.events.push({ type: 'DeadlineSet', shard: this.shard, waitUs });
  }

  lease(): void {
    // The only voter's lasts for ever: it rests on no promise, and is not told.
    const leaseUntilUs = this.raft.leaseUntilUs === Number.MAX_SAFE_INTEGER ? 0 : this.raft.leaseUntilUs;
    if (leaseUntilUs === this.reportedLeaseUs) return;
    this.reportedLeaseUs = leaseUntilUs;
    const waitUs = Math.max(0, leaseUntilUs - this.env.nowUs);
    this.env.events.push({ type: 'LeaseSet', shard: this.shard, waitUs });
  }

  /** What ended with the time of an entry. */
  expired(index: LogIndex, keys: readonly Uint8Array[], { idle, crowdedOut }: ExpiredSessions): void {
    const { shard } = this;
    if (keys.length > 0) {
      const shown = keys.slice(0, EXPIRED_TOLD);
      this.env.events.push({ type: 'KeysExpired', shard, index, count: keys.length, keys: shown });
    }
    const all = [...idle, ...crowdedOut];
    if (all.length === 0) return;
    const sessions = all.slice(0, EXPIRED_TOLD);
    const counts = { idle: idle.length, crowdedOut: crowdedOut.length };
    this.env.events.push({ type: 'SessionsExpired', shard, index, ...counts, sessions });
  }

  /** What the group tells of itself becomes the node's. */
  tell(events: readonly RaftEvent[]): void {
    const { shard } = this;
    for (const event of events) {
      if (event.type === 'RoleChanged') {
        this.env.mix(ROLE_NUMBERS[event.role]);
        this.env.mix(event.term);
        this.reportedDeadlineUs = undefined;
        this.reportedLeaseUs = 0;
      } else if (event.type === 'CommitAdvanced') {
        this.env.mix(event.commitIndex);
      } else if (event.type === 'ConfigurationChanged') {
        this.env.mix(event.index);
      }
      this.env.events.push(stampShard(event, shard));
    }
  }
}

/** Of the keys, or sessions, that expire with one entry; all are counted. */
const EXPIRED_TOLD = 3;

/** The event is this node's alone by now: it becomes the node's own, no copy is needed. */
function stampShard(event: RaftEvent & { shard?: ShardId }, shard: ShardId): RaftEvent & { readonly shard: ShardId } {
  event.shard = shard;
  return event as typeof event & { readonly shard: ShardId };
}
