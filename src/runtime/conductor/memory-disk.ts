import type { DiskReadResult } from '../../core/base/disk.ts';
import type { StoreCall } from '../../sim/block-store.ts';
import type { DiskClaim } from '../../sim/head-record.ts';
import { claimMemory, MemoryBlockStore } from '../../sim/memory-block-store.ts';
import type { DiskAccess } from '../protocol/node-channel.ts';
import { type DiskState, diskStateOn, type NodeDisk } from './node-disk.ts';

const NEVER = new Promise<never>(() => undefined);
const NOTHING: DiskReadResult = [];

/**
 * A disk in the conductor's memory, for workers whose origin has no storage: apart from the node's own memory, so that it survives the end of
 * the worker, though not the page's. The process reaches it over a port; a transaction is answered when it is here, and is here whole or not
 * at all. The port is the fence: once it is closed, nothing that an ended worker may still be sending arrives.
 */
export class MemoryDisk implements NodeDisk {
  private store = new MemoryBlockStore();
  private lent: MessagePort | undefined;

  lend(claim: DiskClaim): { readonly access: DiskAccess; readonly transfer: Transferable[] } {
    this.lent?.close();
    this.store = claimMemory(this.store, claim);
    const { port1, port2 } = new MessageChannel();
    port1.onmessage = ({ data }: MessageEvent<StoreCall>) => {
      // Of a message that was on its way when the port was closed some engines still tell.
      if (this.lent === port1) port1.postMessage(this.perform(data));
    };
    this.lent = port1;
    return { access: { type: 'Port', port: port2 }, transfer: [port2] };
  }

  whenLetGo(): Promise<void> {
    return NEVER;
  }

  async takeBack(): Promise<void> {
    this.lent?.close();
    this.lent = undefined;
  }

  state(): Promise<DiskState> {
    return diskStateOn(this.store);
  }

  async delete(): Promise<boolean> {
    await this.takeBack();
    this.store = new MemoryBlockStore();
    return true;
  }

  private perform(call: StoreCall): DiskReadResult {
    if (call.type === 'read') return this.store.read(call.read);
    this.store.transact(call.transaction);
    return NOTHING;
  }
}
