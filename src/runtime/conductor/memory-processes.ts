import type { NodeId } from '../../core/base/ids.ts';
import { InProcessHost } from '../../sim/in-process-host.ts';
import type { Grant, GrantReply, KillReply, NodeInit } from '../../sim/node-host.ts';
import type { DiskState } from './node-disk.ts';
import type { NodeProcess, NodeProcesses } from './node-process.ts';

/** Nodes in the conductor's own process, disks in its memory: they survive a kill, not a reload. */
export class MemoryProcesses implements NodeProcesses {
  private readonly hosts = new Map<NodeId, InProcessHost>();

  create(node: NodeId): NodeProcess {
    let host = this.hosts.get(node);
    if (host === undefined) {
      host = new InProcessHost();
      this.hosts.set(node, host);
    }
    return new MemoryProcess(host);
  }

  async diskState(): Promise<DiskState> {
    // A process in this process cannot die alone, and no reload finds this memory again.
    return { boot: 0, incarnation: 1, transactions: 0, timeUs: 0 };
  }

  async deleteDisks(): Promise<boolean> {
    this.hosts.clear();
    return true;
  }
}

class MemoryProcess implements NodeProcess {
  private readonly host: InProcessHost;

  constructor(host: InProcessHost) {
    this.host = host;
  }

  start(init: NodeInit): void {
    this.host.start(init);
  }

  grant(grant: Grant): GrantReply {
    return this.host.grant(grant);
  }

  kill(): KillReply {
    return this.host.kill();
  }

  async discard(): Promise<void> {
    // Nothing runs between two calls.
  }
}
