import { assert } from '../../core/base/assert.ts';
import type { NodeId } from '../../core/base/ids.ts';
import { type Grant, type GrantReply, HostDied, type KillReply, type NodeInit } from '../../sim/node-host.ts';
import { GRANT_PATIENCE_MS, KILL_GRACE_MS, START_PATIENCE_MS } from '../protocol/limits.ts';
import type { NodeReply, NodeRequest } from '../protocol/node-channel.ts';
import type { NodeDisk } from './node-disk.ts';
import type { NodeProcess } from './node-process.ts';

/** Makes and ends node workers; the page does it, in every browser. */
export interface WorkerSpawner {
  spawn(processId: number, name: string): Promise<MessagePort>;
  terminate(processId: number): Promise<void>;
}

const TICK_MS = 1_000;

/**
 * A node in a Web Worker of its own, reached over a raw port. Its death is noticed by the disk that it lets go; where no disk tells, by the
 * request that it does not answer.
 */
export class WorkerProcess implements NodeProcess {
  readonly processId: number;
  private readonly node: NodeId;
  private readonly disk: NodeDisk;
  private readonly spawner: WorkerSpawner;
  private readonly onDeath: () => void;
  private port: MessagePort | undefined;
  private waiting:
    | { readonly resolve: (reply: NodeReply) => void; readonly reject: (error: HostDied) => void }
    | undefined;
  /** Once set, every later call is refused with it. */
  private death: string | undefined;
  /** Whole seconds that the request under way has taken, counted by a timer: a machine that slept does not make a worker hang. */
  private waitedTicks = 0;
  private patienceTicks = 0;
  private readonly ticker: ReturnType<typeof setInterval>;
  private discarded: Promise<void> | undefined;

  constructor(processId: number, node: NodeId, disk: NodeDisk, spawner: WorkerSpawner, onDeath: () => void) {
    this.processId = processId;
    this.node = node;
    this.disk = disk;
    this.spawner = spawner;
    this.onDeath = onDeath;
    this.ticker = setInterval(() => this.tick(), TICK_MS);
  }

  async start(init: NodeInit): Promise<void> {
    try {
      this.port = await this.spawner.spawn(this.processId, `ringside n${this.node} boot ${init.boot}`);
    } catch (error) {
      throw new HostDied(`no worker could be made: ${String(error)}`);
    }
    // Given up in the meantime: its disk may be another process's by now.
    if (this.death !== undefined) throw new HostDied(this.death);
    this.port.onmessage = (event: MessageEvent<NodeReply>) => this.receive(event.data);
    this.port.onmessageerror = () => this.die('a message from the worker could not be read');
    const { access, transfer } = this.disk.lend(init);
    const reply = await this.request({ type: 'Start', init, disk: access }, START_PATIENCE_MS, transfer);
    assert(reply.type === 'Started', `a start is not answered by ${reply.type}`);
    this.disk.whenLetGo().then(
      () => this.die('the worker ended'),
      () => undefined,
    );
  }

  async grant(grant: Grant): Promise<GrantReply> {
    const reply = await this.request({ type: 'Grant', grant }, GRANT_PATIENCE_MS);
    assert(reply.type === 'Granted', `a grant is not answered by ${reply.type}`);
    return reply.reply;
  }

  /** Lets the worker write what survives the crash cut, then terminates it. */
  async kill(): Promise<KillReply> {
    let answer: KillReply = { pending: 0, lost: 0, torn: false, transactions: undefined };
    const grace = setTimeout(() => this.die('the worker did not answer to the kill'), KILL_GRACE_MS);
    try {
      const reply = await this.request({ type: 'Kill' }, KILL_GRACE_MS + TICK_MS);
      assert(reply.type === 'Killed', `a kill is not answered by ${reply.type}`);
      answer = reply.reply;
    } catch (error) {
      if (!(error instanceof HostDied)) throw error;
    } finally {
      clearTimeout(grace);
    }
    await this.discard();
    return answer;
  }

  discard(): Promise<void> {
    this.discarded ??= this.end();
    return this.discarded;
  }

  /** The process is gone or given up: whoever waits for it is told, and so is everyone later. */
  die(reason: string): void {
    if (this.death !== undefined) return;
    this.death = reason;
    clearInterval(this.ticker);
    this.waiting?.reject(new HostDied(reason));
    this.waiting = undefined;
    this.onDeath();
  }

  private async end(): Promise<void> {
    this.die('the process was ended');
    this.port?.close();
    await this.spawner.terminate(this.processId);
    await this.disk.takeBack();
  }

  private request(request: NodeRequest, patienceMs: number, transfer: Transferable[] = []): Promise<NodeReply> {
    assert(this.waiting === undefined, `n${this.node}: one request at a time`);
    if (this.death !== undefined) return Promise.reject(new HostDied(this.death));
    return new Promise((resolve, reject) => {
      this.waiting = { resolve, reject };
      this.waitedTicks = 0;
      this.patienceTicks = Math.ceil(patienceMs / TICK_MS);
      this.port?.postMessage(request, transfer);
    });
  }

  private receive(reply: NodeReply): void {
    if (reply.type === 'Died') {
      this.die(reply.reason);
      return;
    }
    const { waiting } = this;
    this.waiting = undefined;
    waiting?.resolve(reply);
  }

  private tick(): void {
    if (this.waiting === undefined) return;
    this.waitedTicks++;
    if (this.waitedTicks > this.patienceTicks) this.die(`the worker did not answer for ${this.patienceTicks} s`);
  }
}
