import './whole-engine.ts';
import { must } from '../core/base/assert.ts';
import { nodeId } from '../core/base/ids.ts';
import type { ReplicaRoot } from '../core/node/replica-root.ts';
import { driveSync } from './block-store.ts';
import type { NodeRoot } from './equal-roots.ts';
import { EPOCH_KEY, HEAD_KEY, INCARNATION_KEY, lastBootOf } from './head-record.ts';
import { claimMemory, MemoryBlockStore } from './memory-block-store.ts';
import type { Grant, GrantReply, KillReply, NodeHost, NodeInit } from './node-host.ts';
import { NodeShell } from './node-shell.ts';
import type { HostCall, HostReply, Round } from './round.ts';
import type { World } from './world.ts';

/** A node in this process, its disk in memory. The disk outlives the node, as a machine's disk outlives a process. */
export class InProcessHost implements NodeHost {
  private store = new MemoryBlockStore();
  private shell: NodeShell | undefined;

  start(init: NodeInit): void {
    this.store = claimMemory(this.store, init);
    this.shell = new NodeShell(init);
  }

  /** The process is gone as if the page had been closed: nothing more is written. */
  abandon(): void {
    this.shell = undefined;
  }

  /** How the node's last boot left its disk. */
  lastBoot(): ReturnType<typeof lastBootOf> {
    const get = (key: number): Uint8Array | undefined => this.store.read({ type: 'get', store: 'meta', key })[0]?.value;
    return lastBootOf({
      epoch: get(EPOCH_KEY),
      incarnation: get(INCARNATION_KEY),
      head: get(HEAD_KEY),
      lastLogValue: this.store.last('log')?.value,
    });
  }

  grant(grant: Grant): GrantReply {
    return driveSync(this.running().grant(grant), this.store);
  }

  kill(): KillReply {
    const reply = driveSync(this.running().kill(), this.store);
    this.shell = undefined;
    return reply;
  }

  /** Of the replicas of a node that is up. */
  roots(): readonly ReplicaRoot[] {
    return this.shell === undefined ? [] : driveSync(this.shell.roots(), this.store);
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

  /** Of all nodes that are up, in the order in which they were started first. To be asked when the run is over. */
  roots(): readonly NodeRoot[] {
    return [...this.hosts].flatMap(([node, host]) => host.roots().map((root) => ({ node: nodeId(node), ...root })));
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
