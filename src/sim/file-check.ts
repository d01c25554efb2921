import {
  type CheckProgress,
  type CheckQuery,
  type CheckReport,
  type FileCheck,
  HISTORY_FILE_MAX,
} from '../core/cluster/check-report.ts';
import { CHECK_LIMITS } from './checker/check-history.ts';
import { KeyVerdicts } from './checker/key-verdicts.ts';
import type { HistoryOperation } from './checker/operation.ts';
import { parseHistory } from './checker/parse-history.ts';
import { axisOf, beginOf, operationsShown } from './checker/show-operations.ts';
import { worst } from './live-check.ts';

/** A history from a file, judged once; it can then be looked at like a run's own. */
export class JudgedFile {
  private readonly operations: readonly HistoryOperation[];
  private readonly verdicts: KeyVerdicts;
  private readonly axis: 'time' | 'place';
  private readonly tookMs: number;

  private constructor(operations: readonly HistoryOperation[], verdicts: KeyVerdicts, tookMs: number) {
    this.operations = operations;
    this.verdicts = verdicts;
    this.axis = axisOf(operations);
    this.tookMs = tookMs;
  }

  static judge(
    text: string,
    nowMs: () => number,
    tell: (progress: CheckProgress) => void,
  ): JudgedFile | Exclude<FileCheck, { readonly ok: true }> {
    if (text.length > HISTORY_FILE_MAX) {
      const remedy = 'npm run check-history takes files of any length.';
      return { ok: false, line: 0, text: `the file is longer than ${HISTORY_FILE_MAX / 2 ** 20} MiB. ${remedy}` };
    }
    tell({ stage: 'reading', done: 0, of: 0 });
    const parsed = parseHistory(text, 'kv');
    if (!parsed.ok) return parsed;
    const startedMs = nowMs();
    const verdicts = new KeyVerdicts(CHECK_LIMITS, nowMs);
    verdicts.update(parsed.operations);
    const of = verdicts.due;
    tell({ stage: 'checking', done: 0, of });
    verdicts.workThrough(() => tell({ stage: 'checking', done: of - verdicts.due, of }));
    return new JudgedFile(parsed.operations, verdicts, nowMs() - startedMs);
  }

  report(query: CheckQuery): CheckReport {
    const { operations, verdicts, axis, tookMs } = this;
    const keys = verdicts.reports();
    const last = operations.at(-1);
    const ends = operations.map(({ completed, completedNs }) => (axis === 'time' ? completedNs / 1000 : completed));
    const begun = last === undefined ? 0 : beginOf(last, axis);
    return {
      verdict: worst(keys),
      keys,
      due: 0,
      operations: operations.length,
      earlier: 0,
      unknown: operations.filter(({ status }) => status === 'unknown').length,
      tookMs,
      checked: keys.length,
      violation: verdicts.violation(query.key),
      axis,
      ...operationsShown(operations, query, axis),
      end: ends.reduce((latest, end) => (end < Number.POSITIVE_INFINITY ? Math.max(latest, end) : latest), begun),
      marks: [],
      reigns: [],
      invariants: [],
      full: false,
    };
  }
}
