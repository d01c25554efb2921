import { driveAsync } from '../../sim/block-store.ts';
import { EPOCH_KEY } from '../../sim/head-record.ts';
import { NodeShell } from '../../sim/node-shell.ts';
import { DiskLost, describeError, type IdbBlockStore } from '../conductor/idb-block-store.ts';
import { openNodeDisk } from '../conductor/node-disk.ts';
import { acquireLock } from '../conductor/web-locks.ts';
import { START_PATIENCE_MS } from '../protocol/limits.ts';
import { nodeLock } from '../protocol/names.ts';
import type { NodeReply, NodeRequest } from '../protocol/node-channel.ts';

/** One boot of one node, serving its conductor. After `Died` it does nothing more: the page ends it. */
export class NodeServer {
  private readonly post: (reply: NodeReply) => void;
  private started: { readonly shell: NodeShell; readonly store: IdbBlockStore } | undefined;
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
      await this.start(request);
      return { type: 'Started' };
    }
    if (this.started === undefined) throw new Error('the node was not started');
    const { shell, store } = this.started;
    if (request.type === 'Grant') {
      const reply = await driveAsync(shell.grant(request.grant), store);
      // Damage on a real disk is unplanned reality: it is recorded as a death, because no replay would find it again.
      if (reply.crashed?.startsWith('Corrupt')) throw new DiskLost(reply.crashed);
      return { type: 'Granted', reply };
    }
    return { type: 'Killed', reply: await driveAsync(shell.kill(), store) };
  }

  /** Lock, database, epoch: only then is the disk this boot's and nobody else's. The lock is held until the worker ends. */
  private async start({ init, disks }: NodeRequest & { type: 'Start' }): Promise<void> {
    const release = await acquireLock(nodeLock(disks.runId, init.node), START_PATIENCE_MS);
    if (release === undefined) throw new Error(`an earlier boot still holds the disk of n${init.node}`);
    const store = await openNodeDisk(disks, init.node, (reason) => this.die(reason));
    await store.fence(EPOCH_KEY, init.boot);
    this.started = { shell: new NodeShell(init), store };
  }

  private die(reason: string): void {
    if (this.dead) return;
    this.dead = true;
    this.post({ type: 'Died', reason });
  }
}
