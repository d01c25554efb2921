import type { CheckQuery, CheckReport } from '../../core/cluster/check-report.ts';
import type { CheckApi, HistoryPart } from '../protocol/check-api.ts';
import type { ConductorApi } from '../protocol/conductor-api.ts';

/** A checker that runs, and how it is ended. */
export interface CheckWorker {
  readonly api: CheckApi;
  /** Rejects when the worker cannot go on; never resolves. */
  readonly failed: Promise<never>;
  end(): void;
}

/** Keeps a checker informed of the run that the conductor drives: each question hands on what is new. */
export class CheckClient {
  private readonly conductor: Pick<ConductorApi, 'history'>;
  private readonly worker: Promise<CheckWorker>;
  private runId = '';
  private count = 0;
  /** One question at a time: each begins where the one before ended. */
  private last: Promise<unknown> = Promise.resolve();

  constructor(conductor: Pick<ConductorApi, 'history'>, worker: Promise<CheckWorker>) {
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
