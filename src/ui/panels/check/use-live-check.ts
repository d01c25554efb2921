import { useEffect, useRef, useState } from 'react';
import type { CheckQuery, CheckReport } from '../../../core/cluster/check-report.ts';
import { useApp } from '../../app-context.ts';
import { StorageWatch } from '../storage/storage-watch.ts';

/** The checker leaves the machine to the run for so many times as long as its last answer took, */
const REST_FACTOR = 3;
/** and no longer than this. */
const REST_MS_MAX = 1500;

export interface LiveReport {
  /** Undefined until the checker has answered. */
  readonly report: CheckReport | undefined;
  /** Why it cannot answer; empty while it can. */
  readonly failure: string;
}

/** The verdict on the running cluster, asked for again whenever something was reported; and at once when the question changes. */
export function useLiveCheck({ key, until, shard }: CheckQuery): LiveReport {
  const { store, checks } = useApp();
  const [state, setState] = useState<LiveReport>({ report: undefined, failure: '' });
  const query = useRef<CheckQuery>({});
  const watch = useRef<StorageWatch<LiveReport>>(undefined);
  useEffect(() => {
    let restUntilMs = 0;
    const ask = async (): Promise<LiveReport> => {
      await new Promise((resolve) => setTimeout(resolve, restUntilMs - performance.now()));
      try {
        const askedMs = performance.now();
        const report = await checks.check(query.current);
        const now = performance.now();
        restUntilMs = now + Math.min(REST_MS_MAX, REST_FACTOR * (now - askedMs));
        return { report, failure: '' };
      } catch (error) {
        return { report: undefined, failure: error instanceof Error ? error.message : String(error) };
      }
    };
    const asking = new StorageWatch(ask, (answer) => {
      setState((before) => ({ ...answer, report: answer.report ?? before.report }));
      // A report leaves for the next one what it could not judge in time.
      if ((answer.report?.due ?? 0) > 0) asking.note();
    });
    watch.current = asking;
    let { model } = store.getState();
    const stopWatching = store.subscribe((next) => {
      if (next.model === model) return;
      model = next.model;
      asking.note();
    });
    return () => {
      stopWatching();
      asking.stop();
    };
  }, [store, checks]);
  useEffect(() => {
    query.current = { key, until, shard };
    watch.current?.note();
  }, [key, until, shard]);
  return state;
}
