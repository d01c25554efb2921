import type { NodeId } from '../../core/base/ids.ts';
import type { NodeHost } from '../../sim/node-host.ts';

/** One boot of one node: a process that can be ended at any time. */
export interface NodeProcess extends NodeHost {
  /** Ends the process without ado, also one that hangs. Resolves when it is certainly gone. */
  discard(): Promise<void>;
}

/** How far a node's disk has come. */
export interface DiskState {
  /** The last boot that had this disk; 0 = none ever did. */
  readonly boot: number;
  /** Transactions of that boot. */
  readonly transactions: number;
  /** Virtual time of the last of all transactions. */
  readonly timeUs: number;
}

/** Where the nodes of one run live and where their disks are. */
export interface NodeProcesses {
  create(node: NodeId): NodeProcess;
  /** Waits until no process holds the disk, then reads its head record and epoch. */
  diskState(node: NodeId): Promise<DiskState>;
  /** All processes are gone. Resolves to false where a disk could not be deleted yet. */
  deleteDisks(nodes: readonly NodeId[]): Promise<boolean>;
}
