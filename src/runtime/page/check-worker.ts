import { proxy, type Remote, wrap } from 'comlink';
import type { FileChecking, HostReport } from '../../console/cluster.ts';
import type { CheckProgress, FileCheck } from '../../core/cluster/check-report.ts';
import type { CheckApi } from '../protocol/check-api.ts';
import checkAddress from '../worker/check.worker.ts?worker&url';
import type { CheckWorker } from './check-client.ts';
import { describeFailure } from './describe-failure.ts';
import { waysTo } from './worker-ways.ts';

const NAME = 'ringside check';

/** In a worker, in the way in which this page has been found to have workers; else on its own thread. */
export async function startCheckWorker(nodes: HostReport['nodes']): Promise<CheckWorker> {
  const way = waysTo(checkAddress).find(({ kind }) => kind === nodes);
  if (way === undefined) {
    const { CheckService } = await import('../conductor/check-service.ts');
    return { api: new CheckService(), failed: new Promise(() => undefined), end: () => undefined };
  }
  const worker = (await way.prepare())(NAME);
  const failed = new Promise<never>((_, reject) => {
    worker.addEventListener('error', (event) =>
      reject(new Error(`the checker's worker failed (${describeFailure(event)})`)),
    );
  });
  // Whoever waits for an answer hears of it.
  failed.catch(() => undefined);
  const remote: Remote<CheckApi> = wrap<CheckApi>(worker);
  return { api: remote as unknown as CheckApi, failed, end: () => worker.terminate() };
}

/** A worker of its own for one file, so that it can be ended at any moment. */
export function checkFile(
  starting: Promise<CheckWorker>,
  text: string,
  tell: (progress: CheckProgress) => void,
): FileChecking {
  let closed = false;
  const ended = new Promise<never>(() => undefined);
  const judged = starting.then(async ({ api, failed }): Promise<FileCheck> => {
    if (closed) return ended;
    return Promise.race([api.checkFile(text, proxy(tell)), failed]);
  });
  return {
    judged,
    report: async (query) => {
      const { api, failed } = await starting;
      return Promise.race([api.report(query), failed]);
    },
    close() {
      closed = true;
      void starting.then(({ end }) => end());
    },
  };
}
