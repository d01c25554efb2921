import type { DiskRead, DiskReadResult, DiskTransaction } from '../../core/base/disk.ts';
import type { BlockStore, StoreCall } from '../../sim/block-store.ts';
import { DiskLost, exactCopy } from '../conductor/idb-block-store.ts';

/** A node's disk in the conductor's memory, reached over a port: one call, one answer, strictly in turn. */
export class PortBlockStore implements BlockStore {
  private readonly port: MessagePort;
  private readonly onLost: (reason: string) => void;
  private waiting: ((result: DiskReadResult) => void) | undefined;

  /** `onLost` is told when an answer cannot be read: nobody knows any more what the disk holds. */
  constructor(port: MessagePort, onLost: (reason: string) => void) {
    this.port = port;
    this.onLost = onLost;
    port.onmessage = ({ data }: MessageEvent<DiskReadResult>) => {
      const { waiting } = this;
      this.waiting = undefined;
      waiting?.(data);
    };
    port.onmessageerror = () => this.onLost('an answer of the disk could not be read');
  }

  read(read: DiskRead): Promise<DiskReadResult> {
    return this.call({ type: 'read', read });
  }

  /** Resolves when the conductor has it: from then on the end of this worker cannot undo it. */
  async transact(transaction: DiskTransaction): Promise<void> {
    // A view is posted with the whole buffer under it.
    const ops = transaction.map((op) => (op.type === 'put' ? { ...op, value: exactCopy(op.value) } : op));
    await this.call({ type: 'transact', transaction: ops });
  }

  private call(call: StoreCall): Promise<DiskReadResult> {
    if (this.waiting !== undefined) throw new DiskLost('two calls to the disk at once');
    return new Promise((resolve) => {
      this.waiting = resolve;
      this.port.postMessage(call);
    });
  }
}
