import type { NodeId } from '../../core/base/ids.ts';
import { EPOCH_KEY, HEAD_KEY, lastBootOf } from '../../sim/head-record.ts';
import { START_PATIENCE_MS } from '../protocol/limits.ts';
import { nodeLock } from '../protocol/names.ts';
import type { DiskSettings } from '../protocol/node-channel.ts';
import { DiskLost } from './idb-block-store.ts';
import { deleteNodeDisk, openNodeDisk } from './node-disk.ts';
import type { DiskState, NodeProcess, NodeProcesses } from './node-process.ts';
import { acquireLock } from './web-locks.ts';
import { WorkerProcess, type WorkerSpawner } from './worker-process.ts';

/** Nodes in Web Workers, disks in IndexedDB. */
export class WorkerProcesses implements NodeProcesses {
  private readonly disks: DiskSettings;
  private readonly spawner: WorkerSpawner;
  private readonly nextProcessId: () => number;
  private readonly living = new Map<number, WorkerProcess>();

  constructor(disks: DiskSettings, spawner: WorkerSpawner, nextProcessId: () => number) {
    this.disks = disks;
    this.spawner = spawner;
    this.nextProcessId = nextProcessId;
  }

  create(node: NodeId): NodeProcess {
    const processId = this.nextProcessId();
    const forget = (): void => {
      this.living.delete(processId);
    };
    const process = new WorkerProcess(processId, node, this.disks, this.spawner, forget);
    this.living.set(processId, process);
    return process;
  }

  /** A worker met an error that it did not catch: it is not trusted any further. */
  processFailed(processId: number, reason: string): void {
    this.living.get(processId)?.die(reason);
  }

  async diskState(node: NodeId): Promise<DiskState> {
    const release = await acquireLock(nodeLock(this.disks.runId, node), START_PATIENCE_MS);
    if (release === undefined) throw new DiskLost(`a process of an earlier page still holds the disk of n${node}`);
    const store = await openNodeDisk(this.disks, node, () => undefined);
    try {
      const [epoch] = await store.read({ type: 'get', store: 'meta', key: EPOCH_KEY });
      const [headRecord] = await store.read({ type: 'get', store: 'meta', key: HEAD_KEY });
      const last = await store.last('log');
      return lastBootOf({ epoch: epoch?.value, head: headRecord?.value, lastLogValue: last?.value });
    } finally {
      store.close();
      release();
    }
  }

  async deleteDisks(nodes: readonly NodeId[]): Promise<boolean> {
    const deleted = await Promise.all(nodes.map((node) => deleteNodeDisk(this.disks, node)));
    return deleted.every((done) => done);
  }
}
