import type { NodeId } from '../../core/base/ids.ts';
import type { NodeHost } from '../../sim/node-host.ts';
import type { DiskState } from './node-disk.ts';

/** One boot of one node: a process that can be ended at any time. */
export interface NodeProcess extends NodeHost {
  /** Ends the process without ado, also one that hangs. Resolves when it is certainly gone. */
  discard(): Promise<void>;
}

/** Where the nodes of one run live and where their disks are. */
export interface NodeProcesses {
  create(node: NodeId): NodeProcess;
  /** Waits until no process holds the disk, then reads its head record and epoch. */
  diskState(node: NodeId): Promise<DiskState>;
  /** All processes are gone. Resolves to false where a disk could not be deleted yet. */
  deleteDisks(nodes: readonly NodeId[]): Promise<boolean>;
}
