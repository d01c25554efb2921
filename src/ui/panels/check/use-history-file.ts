import { useCallback, useEffect, useRef, useState } from 'react';
import type { FileChecking } from '../../../console/cluster.ts';
import {
  type CheckProgress,
  type CheckQuery,
  type CheckReport,
  HISTORY_FILE_MAX,
} from '../../../core/cluster/check-report.ts';
import { useApp } from '../../app-context.ts';

export type FileState =
  | { readonly type: 'judging'; readonly name: string; readonly progress: CheckProgress }
  | { readonly type: 'judged'; readonly name: string; readonly report: CheckReport }
  /** `where`: which line of it; empty: the whole of it. */
  | { readonly type: 'refused'; readonly name: string; readonly where: string; readonly what: string };

export interface HistoryFile {
  /** Undefined: the run's own history is looked at. */
  readonly state: FileState | undefined;
  open(file: File): void;
  close(): void;
}

/** A history file that somebody brought, judged away from the page. `onJudged`: once for each. */
export function useHistoryFile({ key, until }: CheckQuery, onJudged: (report: CheckReport) => void): HistoryFile {
  const { checks } = useApp();
  const [state, setState] = useState<FileState>();
  const checking = useRef<FileChecking>(undefined);
  /** Rises with each file: what an earlier one still has to say is nobody's business. */
  const turn = useRef(0);
  const tellJudged = useRef(onJudged);
  tellJudged.current = onJudged;
  const close = useCallback(() => {
    turn.current++;
    checking.current?.close();
    checking.current = undefined;
    setState(undefined);
  }, []);
  const open = useCallback(
    async (file: File) => {
      close();
      const mine = turn.current;
      const { name } = file;
      const say = (next: FileState) => {
        if (turn.current === mine) setState(next);
      };
      if (file.size > HISTORY_FILE_MAX) {
        const what = `it has ${(file.size / 2 ** 20).toFixed(0)} MiB, and at most ${HISTORY_FILE_MAX / 2 ** 20} are judged here; npm run check-history takes files of any size`;
        return say({ type: 'refused', name, where: '', what });
      }
      say({ type: 'judging', name, progress: { stage: 'reading', done: 0, of: 0 } });
      try {
        const text = await file.text();
        if (turn.current !== mine) return;
        const begun = checks.checkFile(text, (progress) => say({ type: 'judging', name, progress }));
        checking.current = begun;
        const judged = await begun.judged;
        if (judged.ok) {
          const report = await begun.report({});
          if (turn.current === mine) tellJudged.current(report);
          return say({ type: 'judged', name, report });
        }
        say({ type: 'refused', name, where: judged.line === 0 ? '' : `line ${judged.line}`, what: judged.text });
      } catch (error) {
        say({ type: 'refused', name, where: '', what: error instanceof Error ? error.message : String(error) });
      }
    },
    [checks, close],
  );
  useEffect(() => close, [close]);
  const judged = state?.type === 'judged';
  useEffect(() => {
    const mine = turn.current;
    if (!judged) return;
    void checking.current?.report({ key, until }).then(
      (report) => {
        if (turn.current !== mine) return;
        setState((before) => (before?.type === 'judged' ? { ...before, report } : before));
      },
      () => undefined,
    );
  }, [judged, key, until]);
  return { state, open: (file) => void open(file), close };
}
