import { must } from '../base/assert.ts';
import type { DiskTransaction } from '../base/disk.ts';
import type { ShardId } from '../base/ids.ts';
import type { InstallJob } from '../lsm/install-job.ts';
import type { LsmEngine } from '../lsm/lsm-engine.ts';
import type { ReplicaApplied, ReplicaKey } from '../lsm/version-edit.ts';
import type { ReplicaRow } from './replica-rows.ts';
import { keyOfRow } from './snapshot-rows.ts';

/** A replica's whole content, to become visible under a replica id of its own. */
export interface Installation {
  readonly applied: ReplicaApplied & { readonly shard: ShardId };
  readonly rows: readonly ReplicaRow[];
  /** It is durable. */
  readonly done: () => void;
}

interface TableWrite {
  readonly transaction: DiskTransaction;
  readonly durable: () => void;
}

/** Replicas that come with a snapshot, and those whose place they took: one after the other, each written like a table. */
export class ReplicaInstalls {
  private readonly engine: LsmEngine;
  private readonly waiting: Installation[] = [];
  private readonly dropped: { readonly replica: ReplicaKey; readonly done: () => void }[] = [];
  private job: InstallJob | undefined;
  /** Rows that `job` was given. */
  private added = 0;
  private finished = false;

  constructor(engine: LsmEngine) {
    this.engine = engine;
  }

  install(installation: Installation): void {
    this.waiting.push(installation);
  }

  /** For good, with all that is stored of it. @param done that is durable */
  drop(replica: ReplicaKey, done: () => void = () => undefined): void {
    this.dropped.push({ replica, done });
  }

  /** A replica id of this shard that was never used here. */
  unusedReplicaId(shard: ShardId, above: number): number {
    const { engine } = this;
    let replicaId = above + 1;
    while (engine.isReplicaDropped(shard, replicaId) || engine.appliedIndex(shard, replicaId) > 0) replicaId++;
    return replicaId;
  }

  /** The next one begins as soon as the MemTable is empty and flushed: until then nothing is to be applied. */
  get awaitsFlush(): boolean {
    return this.job === undefined && this.waiting.length > 0;
  }

  get isWorking(): boolean {
    return this.waiting.length > 0;
  }

  /** The next transaction, if there is one; no other edit of the manifest is made before it is durable. */
  next(wallUs: number): TableWrite | undefined {
    const { engine } = this;
    const dropped = this.dropped.splice(0);
    if (dropped.length > 0) {
      const job = engine.startDropReplicas(dropped.map(({ replica }) => replica));
      const durable = (): void => {
        job.done();
        for (const { done } of dropped) done();
      };
      return { transaction: job.publish(), durable };
    }
    const [installation] = this.waiting;
    if (installation === undefined) return undefined;
    this.job ??= engine.startInstall(installation.applied, wallUs);
    return this.job === undefined ? undefined : this.nextOf(this.job, installation);
  }

  private nextOf(job: InstallJob, { rows, applied, done }: Installation): TableWrite {
    const { shard, replicaId } = applied;
    for (;;) {
      const slice = job.takeSlice();
      if (slice !== undefined) return { transaction: slice, durable: () => undefined };
      if (this.added < rows.length) {
        const row = must(rows[this.added++], 'rows are added one after the other');
        job.add(keyOfRow(row, shard, replicaId), row.value);
      } else if (!this.finished) {
        this.finished = true;
        job.finish();
      } else {
        return { transaction: job.publish(), durable: () => this.end(job, done) };
      }
    }
  }

  private end(job: InstallJob, done: () => void): void {
    job.done();
    this.waiting.shift();
    this.job = undefined;
    this.added = 0;
    this.finished = false;
    done();
  }
}
