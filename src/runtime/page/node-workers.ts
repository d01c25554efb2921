import { describeFailure } from './describe-failure.ts';
import type { MakeWorker } from './worker-ways.ts';

/** The node workers of this page. Only a page can make and end workers in every browser. */
export class NodeWorkers {
  private readonly workers = new Map<number, Worker>();
  private readonly make: MakeWorker;
  private readonly onFailure: (processId: number, reason: string) => void;

  constructor(make: MakeWorker, onFailure: (processId: number, reason: string) => void) {
    this.make = make;
    this.onFailure = onFailure;
  }

  /** @returns the conductor's end of the worker's port. */
  spawn(processId: number, name: string): MessagePort {
    const worker = this.make(name);
    worker.onerror = (event) => this.onFailure(processId, describeFailure(event));
    worker.onmessageerror = () => this.onFailure(processId, 'the worker could not read a message');
    this.workers.set(processId, worker);
    const { port1, port2 } = new MessageChannel();
    worker.postMessage(port2, [port2]);
    return port1;
  }

  terminate(processId: number): void {
    this.workers.get(processId)?.terminate();
    this.workers.delete(processId);
  }

  terminateAll(): void {
    for (const processId of [...this.workers.keys()]) this.terminate(processId);
  }
}
