import { deleteDB } from 'idb';
import type { NodeId } from '../../core/base/ids.ts';
import { EPOCH_KEY, HEAD_KEY, lastBootOf } from '../../sim/head-record.ts';
import { START_PATIENCE_MS } from '../protocol/limits.ts';
import { nodeDatabase, nodeLock } from '../protocol/names.ts';
import type { Durability } from '../protocol/node-channel.ts';
import { DiskLost, IdbBlockStore } from './idb-block-store.ts';
import type { DiskState, NodeProcess, NodeProcesses } from './node-process.ts';
import { acquireLock } from './web-locks.ts';
import { WorkerProcess, type WorkerSpawner } from './worker-process.ts';

const DELETE_PATIENCE_MS = 5_000;

/** Nodes in Web Workers, disks in IndexedDB. */
export class WorkerProcesses implements NodeProcesses {
  private readonly runId: string;
  private readonly durability: Durability;
  private readonly spawner: WorkerSpawner;
  private readonly nextProcessId: () => number;
  private readonly living = new Map<number, WorkerProcess>();

  constructor(runId: string, durability: Durability, spawner: WorkerSpawner, nextProcessId: () => number) {
    this.runId = runId;
    this.durability = durability;
    this.spawner = spawner;
    this.nextProcessId = nextProcessId;
  }

  create(node: NodeId): NodeProcess {
    const processId = this.nextProcessId();
    const forget = (): void => {
      this.living.delete(processId);
    };
    const process = new WorkerProcess(processId, node, this.runId, this.durability, this.spawner, forget);
    this.living.set(processId, process);
    return process;
  }

  /** A worker met an error that it did not catch: it is not trusted any further. */
  processFailed(processId: number, reason: string): void {
    this.living.get(processId)?.die(reason);
  }

  async diskState(node: NodeId): Promise<DiskState> {
    const release = await acquireLock(nodeLock(this.runId, node), START_PATIENCE_MS);
    if (release === undefined) throw new DiskLost(`a process of an earlier page still holds the disk of n${node}`);
    const store = await IdbBlockStore.open(nodeDatabase(this.runId, node), this.durability, () => undefined);
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
    const deleted = await Promise.all(nodes.map((node) => deleteDatabase(nodeDatabase(this.runId, node))));
    return deleted.every((done) => done);
  }
}

/** False when it did not happen in time; the namespace stays marked and a later page deletes it. */
export async function deleteDatabase(name: string): Promise<boolean> {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const patience = new Promise<boolean>((resolve) => {
    timer = setTimeout(() => resolve(false), DELETE_PATIENCE_MS);
  });
  const deletion = deleteDB(name).then(
    () => true,
    () => false,
  );
  const done = await Promise.race([deletion, patience]);
  clearTimeout(timer);
  return done;
}
