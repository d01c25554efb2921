import { proxy, type Remote, wrap } from 'comlink';
import type { FileChecking, HostReport } from '../../console/cluster.ts';
import type { CheckProgress, CheckQuery, CheckReport, FileCheck } from '../../core/cluster/check-report.ts';
import type { CheckApi, HistoryPart } from '../protocol/check-api.ts';
import type { ConductorApi } from '../protocol/conductor-api.ts';
import checkAddress from '../worker/check.worker.ts?worker&url';
import { describeFailure } from './describe-failure.ts';
import { waysTo } from './worker-ways.ts';

const NAME = 'ringside check';

/** A checker that runs, and how it is ended. */
export interface CheckWorker {
  readonly api: CheckApi;
  /** Rejects when the worker cannot go on; never resolves. */
  readonly failed: Promise<never>;
  end(): void;
}

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

/** Keeps a checker informed of the run that the conductor drives: each question hands on what is new. */
export class CheckClient {
  private readonly conductor: ConductorApi;
  private readonly worker: Promise<CheckWorker>;
  private runId = '';
  private count = 0;
  /** One question at a time: each begins where the one before ended. */
  private last: Promise<unknown> = Promise.resolve();

  constructor(conductor: ConductorApi, worker: Promise<CheckWorker>) {
    this.conductor = conductor;
    this.worker = worker;
  }

  check(query: CheckQuery): Promise<CheckReport> {
    return this.ask((api, part) => api.check(part, query));
  }

  historyFile(key: string | undefined): Promise<string> {
    return this.ask((api, part) => api.historyFile(part, key));
  }

  private ask<T>(question: (api: CheckApi, part: HistoryPart) => Promise<T>): Promise<T> {
    const answer = this.last.then(async () => {
      const { api, failed } = await this.worker;
      const part = await this.conductor.history(this.runId, this.count);
      // Should the question fail, nobody knows what of this part was taken in: the next one begins anew.
      this.runId = '';
      const answered = await Promise.race([question(api, part), failed]);
      this.runId = part.runId;
      this.count = part.from + part.events.length;
      return answered;
    });
    this.last = answer.catch(() => undefined);
    return answer;
  }
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
