import { proxy, type Remote, transfer, wrap } from 'comlink';
import type { ConductorApi, OpenReport, OpenRequest, PageApi } from '../protocol/conductor-api.ts';
import { describeFailure } from './describe-failure.ts';
import { NodeWorkers } from './node-workers.ts';

/** A conductor that has opened a run. */
export interface Connection {
  readonly conductor: ConductorApi;
  readonly report: OpenReport;
}

/** What the page does with what the conductor sends. */
export type PageListener = Pick<PageApi, 'trace' | 'transport'>;

/** The conductor in a worker of its own; on this thread where there can be no worker. */
export async function connectConductor(request: OpenRequest, listener: PageListener): Promise<Connection> {
  if (typeof Worker === 'undefined') return connectHere(request, listener, 'this browser has no workers here');
  let worker: Worker;
  try {
    worker = new Worker(new URL('../worker/conductor.worker.ts', import.meta.url), {
      type: 'module',
      name: 'ringside conductor',
    });
  } catch (error) {
    return connectHere(request, listener, `workers are denied: ${String(error)}`);
  }
  const loaded = await loadedOrReason(worker);
  if (loaded !== '') {
    worker.terminate();
    return connectHere(request, listener, `the conductor's worker failed: ${loaded}`);
  }
  return connectWorker(worker, request, listener);
}

async function connectWorker(worker: Worker, request: OpenRequest, listener: PageListener): Promise<Connection> {
  const conductor: Remote<ConductorApi> = wrap<ConductorApi>(worker);
  const nodeWorkers = new NodeWorkers((processId, reason) => void conductor.processFailed(processId, reason));
  const page: PageApi = {
    ...listener,
    spawn: async (processId, name) => {
      const port = nodeWorkers.spawn(processId, name);
      return transfer(port, [port]);
    },
    terminate: async (processId) => nodeWorkers.terminate(processId),
  };
  // A conductor that dies later answers nobody any more: the screen must say so.
  worker.addEventListener('error', (event) => {
    const note = `the conductor's worker failed (${describeFailure(event)}): reload the page`;
    void listener.transport({ mode: 'paused', speed: 'max', timeUs: 0, events: 0, note });
  });
  // Called once, and the proxy of the page's side stays for the page's life.
  const report = await conductor.open(request, proxy(page) as PageApi);
  return { conductor: conductor as unknown as ConductorApi, report };
}

/** Resolves to '' when the worker's script runs, else to why it does not: the first call over Comlink would wait for ever. */
function loadedOrReason(worker: Worker): Promise<string> {
  return new Promise((resolve) => {
    worker.addEventListener('message', () => resolve(''), { once: true });
    worker.addEventListener('error', (event) => resolve(describeFailure(event)), { once: true });
  });
}

async function connectHere(request: OpenRequest, listener: PageListener, reason: string): Promise<Connection> {
  const { ConductorService } = await import('../conductor/conductor-service.ts');
  const service = new ConductorService();
  const page: PageApi = {
    ...listener,
    spawn: () => Promise.reject(new Error('no workers here')),
    terminate: () => Promise.resolve(),
  };
  const noWorkers = `${reason}; nodes and disks live in this page's memory`;
  const report = await service.open({ ...request, noWorkers }, page);
  return { conductor: service, report };
}
