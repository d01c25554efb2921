import { proxy, type Remote, transfer, wrap } from 'comlink';
import type { ConductorApi, OpenReport, OpenRequest, PageApi } from '../protocol/conductor-api.ts';
import { describeFailure } from './describe-failure.ts';
import { NodeWorkers } from './node-workers.ts';
import { leaveNothingInPageCache } from './page-cache.ts';
import { probeWorkers, type WorkersFound } from './probe-workers.ts';
import { WORKER_WAYS } from './worker-ways.ts';

/** A conductor that has opened a run. */
export interface Connection {
  readonly conductor: ConductorApi;
  readonly report: OpenReport;
}

/** What the page does with what the conductor sends. */
export type PageListener = Pick<PageApi, 'trace' | 'transport'>;

/** What the page wishes; what its nodes can be is found here. */
export type OpenWish = Omit<OpenRequest, 'nodes'>;

/** The conductor in a worker of its own; on this thread where there can be no worker. */
export async function connectConductor(wish: OpenWish, listener: PageListener): Promise<Connection> {
  const found = await probeWorkers(WORKER_WAYS, document);
  const request: OpenRequest = { ...wish, nodes: { kind: found.kind, reason: found.reason } };
  return found.kind === 'in process' ? connectHere(request, listener) : connectWorker(found, request, listener);
}

async function connectWorker(
  { make, conductor: worker }: Extract<WorkersFound, { readonly conductor: Worker }>,
  request: OpenRequest,
  listener: PageListener,
): Promise<Connection> {
  const conductor: Remote<ConductorApi> = wrap<ConductorApi>(worker);
  const nodeWorkers = new NodeWorkers(make, (processId, reason) => void conductor.processFailed(processId, reason));
  const page: PageApi = {
    ...listener,
    spawn: async (processId, name) => {
      const port = nodeWorkers.spawn(processId, name);
      return transfer(port, [port]);
    },
    terminate: async (processId) => nodeWorkers.terminate(processId),
  };
  leaveNothingInPageCache(window, () => {
    nodeWorkers.terminateAll();
    worker.terminate();
  });
  // A conductor that dies later answers nobody any more: the screen must say so.
  worker.addEventListener('error', (event) => {
    const note = `the conductor's worker failed (${describeFailure(event)}): reload the page`;
    void listener.transport({
      mode: 'paused',
      speed: 'max',
      wantedSpeed: 'max',
      pace: '',
      timeUs: 0,
      events: 0,
      note,
      breakpoints: [],
      hit: undefined,
    });
  });
  // Called once, and the proxy of the page's side stays for the page's life.
  const report = await conductor.open(request, proxy(page) as PageApi);
  return { conductor: conductor as unknown as ConductorApi, report };
}

async function connectHere(request: OpenRequest, listener: PageListener): Promise<Connection> {
  const [{ ConductorService }, { MemoryProcesses }] = await Promise.all([
    import('../conductor/conductor-service.ts'),
    import('../conductor/memory-processes.ts'),
  ]);
  const service = new ConductorService(() => new MemoryProcesses());
  const page: PageApi = {
    ...listener,
    spawn: () => Promise.reject(new Error('no workers here')),
    terminate: () => Promise.resolve(),
  };
  const report = await service.open(request, page);
  return { conductor: service, report };
}
