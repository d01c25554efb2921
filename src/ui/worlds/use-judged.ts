import { useEffect, useState } from 'react';
import type { CheckReport } from '../../core/cluster/check-report.ts';
import { useApp } from '../app-context.ts';

/** The linearizability checker's report on a history, asked for anew when it changes; the last one until then. Undefined: nothing to judge. */
export function useJudged(history: string): CheckReport | undefined {
  const { checks } = useApp();
  const [report, setReport] = useState<CheckReport>();
  useEffect(() => {
    if (history === '') {
      setReport(undefined);
      return undefined;
    }
    const checking = checks.checkFile(history, () => undefined);
    let isWanted = true;
    const ask = async () => {
      const { ok } = await checking.judged;
      const told = ok ? await checking.report({}) : undefined;
      if (isWanted) setReport(told);
      checking.close();
    };
    ask().catch(() => undefined);
    return () => {
      isWanted = false;
      checking.close();
    };
  }, [checks, history]);
  return report;
}
