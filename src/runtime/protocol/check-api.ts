import type { CheckProgress, CheckQuery, CheckReport, FileCheck } from '../../core/cluster/check-report.ts';
import type { ClockConfig } from '../../core/cluster/run.ts';
import type { TraceEvent } from '../../core/cluster/trace-event.ts';
import type { RunFacts } from '../../sim/live-check.ts';

/** What a conductor has recorded of its run since somebody asked last. */
export interface HistoryPart {
  readonly runId: string;
  readonly clocks: ClockConfig;
  /** How many recorded events came before these; 0: the history begins here. */
  readonly from: number;
  readonly events: readonly TraceEvent[];
  readonly facts: RunFacts;
}

/** What the page asks of the worker that judges histories. */
export interface CheckApi {
  /** Takes in the next part of the run's history, and judges what has changed. */
  check(part: HistoryPart, query: CheckQuery): Promise<CheckReport>;
  historyFile(part: HistoryPart, key: string | undefined): Promise<string>;
  /** Judges a file in place of a run's history; `report` tells of it afterwards. */
  checkFile(text: string, tell: (progress: CheckProgress) => void): Promise<FileCheck>;
  report(query: CheckQuery): Promise<CheckReport>;
}
