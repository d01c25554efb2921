import { type BlockStore, driveAsync } from '../../sim/block-store.ts';
import type { NodeInit } from '../../sim/node-host.ts';
import { NodeShell } from '../../sim/node-shell.ts';
import { databasesOf } from '../conductor/disk-place.ts';
import { DiskLost, describeError, IdbBlockStore } from '../conductor/idb-block-store.ts';
import { acquireLock } from '../conductor/web-locks.ts';
import { START_PATIENCE_MS } from '../protocol/limits.ts';
import { nodeDatabase, nodeLock } from '../protocol/names.ts';
import type { DiskAccess, NodeReply, NodeRequest } from '../protocol/node-channel.ts';
import { PortBlockStore } from './port-block-store.ts';

/** One boot of one node, serving its conductor. After `Died` it does nothing more: the page ends it. */
export class NodeServer {
  private readonly post: (reply: NodeReply) => void;
  private started: { readonly shell: NodeShell; readonly store: BlockStore } | undefined;
  private dead = false;

  constructor(post: (reply: NodeReply) => void) {
    this.post = post;
  }

  /** Never rejects: whatever goes wrong is this node's death, told with its reason. */
  async serve(request: NodeRequest): Promise<void> {
    if (this.dead) return;
    try {
      const reply = await this.answer(request);
      if (!this.dead) this.post(reply);
    } catch (error) {
      this.die(error instanceof Error && error.cause !== undefined ? describeError(error.cause) : describeError(error));
    }
  }

  private async answer(request: NodeRequest): Promise<NodeReply> {
    if (request.type === 'Start') {
      const store = await this.openDisk(request.init, request.disk);
      this.started = { shell: new NodeShell(request.init), store };
      return { type: 'Started' };
    }
    if (this.started === undefined) throw new Error('the node was not started');
    const { shell, store } = this.started;
    if (request.type === 'Grant') {
      const { durability } = request.grant;
      if (durability !== undefined && store instanceof IdbBlockStore) store.durability = durability;
      const reply = await driveAsync(shell.grant(request.grant), store);
      // Damage that nobody ordered is unplanned reality: it is recorded as a death, because no replay would find it again.
      if (reply.crashed?.startsWith('Corrupt') && reply.fault === undefined) throw new DiskLost(reply.crashed);
      return { type: 'Granted', reply };
    }
    return { type: 'Killed', reply: await driveAsync(shell.kill(), store) };
  }

  /** Lock, database, epoch: only then is the disk this boot's and nobody else's. The lock is held until the worker ends. */
  private async openDisk(init: NodeInit, access: DiskAccess): Promise<BlockStore> {
    // The conductor lends it to one boot at a time and has fenced it.
    if (access.type === 'Port') return new PortBlockStore(access.port, (reason) => this.die(reason));
    const { runId, place } = access;
    const release = await acquireLock(nodeLock(runId, init.node), START_PATIENCE_MS);
    if (release === undefined) throw new Error(`an earlier boot still holds the disk of n${init.node}`);
    const databases = await databasesOf(runId, init.node, place);
    const name = nodeDatabase(runId, init.node);
    const store = await IdbBlockStore.open(databases, name, init.durability, (reason) => this.die(reason));
    await store.fence(init);
    return store;
  }

  private die(reason: string): void {
    if (this.dead) return;
    this.dead = true;
    this.post({ type: 'Died', reason });
  }
}
