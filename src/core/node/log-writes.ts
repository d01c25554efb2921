import { assert } from '../base/assert.ts';
import type { LogIndex } from '../base/ids.ts';
import type { Entry } from '../raft/entry.ts';
import type { RaftGroup } from '../raft/raft-group.ts';
import type { Ready } from '../raft/ready.ts';
import { encodeCheckpoint, encodeEntries, encodeHardState } from './log-record.ts';
import type { LogSync, LogWriter } from './physical-log.ts';
import type { ReplicaScope } from './replica.ts';
import type { ReplicaEnvironment } from './replica-environment.ts';

/** What one replica has on its way into the node's log. */
export class LogWrites {
  private readonly env: ReplicaEnvironment;
  private readonly raft: RaftGroup;
  private readonly writer: LogWriter & { readonly scope: ReplicaScope };
  /** The newest sync that holds something of this replica. */
  private lastSync: LogSync | undefined;
  /** First index of each write of entries that is not durable yet, in issue order. */
  private readonly undurableFrom: LogIndex[] = [];

  /** @param writer told of every Ready once what it wrote, or waited for, is durable, in order */
  constructor(env: ReplicaEnvironment, raft: RaftGroup, writer: LogWriter & { readonly scope: ReplicaScope }) {
    this.env = env;
    this.raft = raft;
    this.writer = writer;
  }

  write(ready: Ready): void {
    const { env, writer } = this;
    const records = this.recordsOf(ready);
    if (env.breaks.has('skip-fsync')) {
      if (records.length > 0) this.lastSync = env.log.write(records, { scope: writer.scope, released: ignore }, ready);
      writer.released(ready);
    } else if (records.length > 0) {
      this.lastSync = env.log.write(records, writer, ready);
    } else if (this.lastSync !== undefined && !this.lastSync.durable) {
      // Rests on an earlier write of this replica that is still under way.
      if (ready.messagesAfterPersist.length > 0) this.lastSync.releases.push({ writer, ready });
    } else {
      writer.released(ready);
    }
  }

  private recordsOf({ hardState, checkpoint, entries }: Ready): readonly Uint8Array[] {
    const { env, raft } = this;
    const { shard, storageId } = this.writer.scope;
    const records: Uint8Array[] = [];
    if (hardState !== undefined) {
      const reach = entries[0]?.index ?? raft.lastIndex + 1;
      assert(hardState.commitIndex < reach, 'a crash between the two records leaves no commit index beyond the log');
      records.push(encodeHardState(shard, storageId, hardState));
      env.mix(hardState.currentTerm);
      env.mix(hardState.votedFor);
    }
    if (checkpoint !== undefined) records.push(encodeCheckpoint(shard, storageId, checkpoint));
    if (entries.length > 0) {
      records.push(encodeEntries(shard, storageId, entries));
      this.undurableFrom.push((entries[0] as Entry).index);
    }
    return records;
  }

  released({ entries }: Ready): void {
    if (entries.length > 0) this.undurableFrom.shift();
  }

  isDurable(index: LogIndex): boolean {
    for (const from of this.undurableFrom) if (from <= index) return false;
    return true;
  }

  /** Nothing of it is on its way to the disk. */
  get isIdle(): boolean {
    return this.lastSync?.durable !== false;
  }
}

/** Of a write that nothing waits for. */
const ignore = (): void => {};
