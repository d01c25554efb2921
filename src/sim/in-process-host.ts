import { must } from '../core/base/assert.ts';
import type { Micros } from '../core/base/ids.ts';
import { driveSync } from './block-store.ts';
import { EPOCH_KEY, encodeEpoch, HEAD_KEY, lastBootOf } from './head-record.ts';
import { MemoryBlockStore } from './memory-block-store.ts';
import type { Grant, GrantReply, KillReply, NodeHost, NodeInit } from './node-host.ts';
import { NodeShell } from './node-shell.ts';
import type { HostCall, HostReply, Round } from './round.ts';
import type { World } from './world.ts';

/** A node in this process, its disk in memory. The disk outlives the node, as a machine's disk outlives a process. */
export class InProcessHost implements NodeHost {
  private readonly store = new MemoryBlockStore();
  private shell: NodeShell | undefined;

  start(init: NodeInit): void {
    this.store.transact([{ type: 'put', store: 'meta', key: EPOCH_KEY, value: encodeEpoch(init.boot) }]);
    this.shell = new NodeShell(init);
  }

  /** The process is gone as if the page had been closed: nothing more is written. */
  abandon(): void {
    this.shell = undefined;
  }

  /** How the node's last boot left its disk. */
  lastBoot(): { readonly boot: number; readonly transactions: number; readonly timeUs: Micros } {
    const get = (key: number): Uint8Array | undefined => this.store.read({ type: 'get', store: 'meta', key })[0]?.value;
    return lastBootOf({ epoch: get(EPOCH_KEY), head: get(HEAD_KEY), lastLogValue: this.store.last('log')?.value });
  }

  grant(grant: Grant): GrantReply {
    return driveSync(this.running().grant(grant), this.store);
  }

  kill(): KillReply {
    const reply = driveSync(this.running().kill(), this.store);
    this.shell = undefined;
    return reply;
  }

  private running(): NodeShell {
    return must(this.shell, 'the node runs');
  }
}

/** Hosts of a whole cluster in this process. */
export class InProcessHosts {
  private readonly hosts = new Map<number, InProcessHost>();

  perform(call: HostCall): HostReply {
    const host = this.host(call.node);
    switch (call.type) {
      case 'start':
        host.start(call.init);
        return { type: 'started' };
      case 'grant':
        return { type: 'granted', reply: host.grant(call.grant) };
      case 'kill':
        return { type: 'killed', reply: host.kill() };
    }
  }

  host(node: number): InProcessHost {
    let host = this.hosts.get(node);
    if (host === undefined) {
      host = new InProcessHost();
      this.hosts.set(node, host);
    }
    return host;
  }
}

/** Runs one round of a world on hosts in this process. */
export function performRound(world: World, hosts: InProcessHosts, round: Round): void {
  world.complete(
    round,
    round.calls.map((call) => hosts.perform(call)),
  );
}

/** Runs until `limitUs` (exclusive). `single`: one event a round, which gives the same run more slowly. */
export function runUntil(world: World, hosts: InProcessHosts, limitUs: number, single: boolean): void {
  for (let round = world.plan(limitUs, single); round !== undefined; round = world.plan(limitUs, single)) {
    performRound(world, hosts, round);
  }
}
