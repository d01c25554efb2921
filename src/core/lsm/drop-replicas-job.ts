import { must } from '../base/assert.ts';
import type { DiskTransaction } from '../base/disk.ts';
import type { ReplicaKey } from './version-edit.ts';
import type { PreparedEdit, VersionSet } from './version-set.ts';

/** One edit that says that replicas are gone. Like every edit it is written before any other is made. */
export class DropReplicasJob {
  private readonly replicas: readonly ReplicaKey[];
  private readonly versions: VersionSet;
  private readonly onDone: () => void;
  private prepared: PreparedEdit | undefined;

  constructor(replicas: readonly ReplicaKey[], versions: VersionSet, onDone: () => void) {
    this.replicas = replicas;
    this.versions = versions;
    this.onDone = onDone;
  }

  publish(): DiskTransaction {
    this.prepared = this.versions.prepare({ droppedReplicas: this.replicas });
    return this.prepared.ops;
  }

  /** The transaction is durable: reads that begin now find nothing of them. */
  done(): void {
    this.versions.publish(must(this.prepared, 'the transaction carries the edit'), []);
    this.onDone();
  }
}
