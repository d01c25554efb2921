import { must } from '../base/assert.ts';
import type { ShardId } from '../base/ids.ts';
import { encodeHosting, encodeStanding, type HostedReplica, standing } from './log-record.ts';
import type { LogOwner } from './log-trimmer.ts';
import type { PhysicalLog, QueuedRecord } from './physical-log.ts';

/**
 * Which replicas this node has, and which it had: a closed one stays on record as the tombstone of its group, so that no late order brings it back (a
 * removed replica that returns with an empty log and its old number could elect a leader that knows nothing). Each change is a record of the node's log.
 */
export class ReplicaTable implements LogOwner {
  private readonly log: PhysicalLog;
  private readonly rows: Map<ShardId, HostedReplica>;
  /** The last change. */
  private queued: QueuedRecord | undefined;

  constructor(log: PhysicalLog, rows: ReadonlyMap<ShardId, HostedReplica>) {
    this.log = log;
    this.rows = new Map(rows);
  }

  get(shard: ShardId): HostedReplica | undefined {
    return this.rows.get(shard);
  }

  /** Whatever was set is on the disk. */
  get isDurable(): boolean {
    return this.queued === undefined || this.queued.sync.durable;
  }

  set(replica: HostedReplica): void {
    this.rows.set(replica.shard, replica);
    this.queued = this.log.append(encodeHosting({ whole: false, replicas: [replica] }));
  }

  /** Whether what an open replica holds is not to be served: that outlasts a restart, once it is durable. */
  quarantine(shard: ShardId, isQuarantined: boolean): { readonly durable: boolean } {
    const replica = must(this.rows.get(shard), 'a replica that is here is on record');
    this.rows.set(shard, standing(replica, isQuarantined));
    this.queued = this.log.append(encodeStanding({ shard, replicaId: replica.replicaId, isQuarantined }));
    return this.queued.sync;
  }

  compactLog(): void {}

  get checkpointBytes(): number {
    return this.rows.size * ROW_BYTES;
  }

  checkpoint(): readonly Uint8Array[] {
    return [encodeHosting({ whole: true, replicas: [...this.rows.values()] })];
  }
}

/** About. */
const ROW_BYTES = 8;
