import { must } from '../../core/base/assert.ts';
import type { NodeId } from '../../core/base/ids.ts';
import type { DiskState, NodeDisk } from './node-disk.ts';
import type { NodeProcess, NodeProcesses } from './node-process.ts';
import { WorkerProcess, type WorkerSpawner } from './worker-process.ts';

/** Nodes in Web Workers, disks wherever `makeDisk` puts them. */
export class WorkerProcesses implements NodeProcesses {
  private readonly spawner: WorkerSpawner;
  private readonly nextProcessId: () => number;
  private readonly makeDisk: (node: NodeId) => NodeDisk;
  private readonly living = new Map<number, WorkerProcess>();
  private readonly disks = new Map<NodeId, NodeDisk>();

  constructor(spawner: WorkerSpawner, nextProcessId: () => number, makeDisk: (node: NodeId) => NodeDisk) {
    this.spawner = spawner;
    this.nextProcessId = nextProcessId;
    this.makeDisk = makeDisk;
  }

  create(node: NodeId): NodeProcess {
    const processId = this.nextProcessId();
    const forget = (): void => {
      this.living.delete(processId);
    };
    const process = new WorkerProcess(processId, node, this.disk(node), this.spawner, forget);
    this.living.set(processId, process);
    return process;
  }

  /** A worker met an error that it did not catch: it is not trusted any further. */
  processFailed(processId: number, reason: string): void {
    this.living.get(processId)?.die(reason);
  }

  diskState(node: NodeId): Promise<DiskState> {
    return this.disk(node).state();
  }

  async deleteDisks(nodes: readonly NodeId[]): Promise<boolean> {
    const deleted = await Promise.all(nodes.map((node) => this.disk(node).delete()));
    return deleted.every((done) => done);
  }

  private disk(node: NodeId): NodeDisk {
    if (!this.disks.has(node)) this.disks.set(node, this.makeDisk(node));
    return must(this.disks.get(node), 'a disk was just made');
  }
}
