import { assert } from '../../core/base/assert.ts';
import type { NodeId } from '../../core/base/ids.ts';
import { HostDied } from '../../sim/node-host.ts';
import type { HostCall, HostReply, Round } from '../../sim/round.ts';
import type { NodeProcess, NodeProcesses } from './node-process.ts';

/** Carries the calls of a round out on the processes of a run, all in parallel. */
export class RoundDriver {
  private readonly processes: NodeProcesses;
  private readonly running = new Map<NodeId, NodeProcess>();
  /** The boot that each node was last started with: the disk's state counts only for this one. */
  private readonly boots = new Map<NodeId, number>();

  constructor(processes: NodeProcesses) {
    this.processes = processes;
  }

  /** Replies in the order of the calls; at once where every process answers at once. */
  perform(round: Round): readonly HostReply[] | Promise<readonly HostReply[]> {
    const replies = round.calls.map((call) => this.call(call));
    if (replies.every((reply): reply is HostReply => !(reply instanceof Promise))) return replies;
    return Promise.all(replies);
  }

  /** Ends every process without ado. */
  async discardAll(): Promise<void> {
    const processes = [...this.running.values()];
    this.running.clear();
    await Promise.all(processes.map((process) => process.discard()));
  }

  private call(call: HostCall): HostReply | Promise<HostReply> {
    switch (call.type) {
      case 'start':
        return this.start(call);
      case 'grant':
        return this.grant(call);
      case 'kill':
        return this.kill(call.node);
    }
  }

  private start(call: HostCall & { readonly type: 'start' }): HostReply | Promise<HostReply> {
    assert(!this.running.has(call.node), `n${call.node} is started once per boot`);
    const process = this.processes.create(call.node);
    this.running.set(call.node, process);
    this.boots.set(call.node, call.init.boot);
    const started = process.start(call.init);
    if (!(started instanceof Promise)) return { type: 'started' };
    return started.then(
      (): HostReply => ({ type: 'started' }),
      (error: unknown) => this.died(call.node, error),
    );
  }

  private grant(call: HostCall & { readonly type: 'grant' }): HostReply | Promise<HostReply> {
    const reply = this.process(call.node).grant(call.grant);
    if (reply instanceof Promise) {
      return reply.then(
        async (granted): Promise<HostReply> => {
          if (granted.crashed !== undefined) await this.discard(call.node);
          return { type: 'granted', reply: granted };
        },
        (error: unknown) => this.died(call.node, error),
      );
    }
    if (reply.crashed !== undefined) this.running.delete(call.node);
    return { type: 'granted', reply };
  }

  private kill(node: NodeId): HostReply | Promise<HostReply> {
    const reply = this.process(node).kill();
    if (!(reply instanceof Promise)) {
      this.running.delete(node);
      return { type: 'killed', reply };
    }
    return reply.then(async (killed): Promise<HostReply> => {
      if (killed.transactions === undefined) return this.died(node, new HostDied('it did not answer to the kill'));
      this.running.delete(node);
      return { type: 'killed', reply: killed };
    });
  }

  /** Unplanned reality: the process is ended for certain, then its disk is asked how far it came. */
  private async died(node: NodeId, error: unknown): Promise<HostReply> {
    if (!(error instanceof HostDied)) throw error;
    await this.discard(node);
    const disk = await this.processes.diskState(node).catch(() => ({ boot: 0, transactions: 0 }));
    const transactions = disk.boot === this.boots.get(node) ? disk.transactions : 0;
    return { type: 'died', reason: error.message, transactions };
  }

  private async discard(node: NodeId): Promise<void> {
    const process = this.process(node);
    this.running.delete(node);
    await process.discard();
  }

  private process(node: NodeId): NodeProcess {
    const process = this.running.get(node);
    assert(process !== undefined, `n${node} runs`);
    return process;
  }
}
