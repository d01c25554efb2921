import type { Micros, ShardId } from '../core/base/ids.ts';
import type {
  CheckQuery,
  CheckReport,
  InvariantReport,
  Reign,
  RunMark,
  SeenOperation,
  Verdict,
  ViolationReport,
} from '../core/cluster/check-report.ts';
import type { ClockConfig } from '../core/cluster/run.ts';
import type { TraceEvent } from '../core/cluster/trace-event.ts';
import { BATCHES, type TornBatch } from './batch-atomicity.ts';
import { formatHistory } from './checker/format-history.ts';
import { KeyVerdicts } from './checker/key-verdicts.ts';
import type { HistoryOperation } from './checker/operation.ts';
import { operationsShown } from './checker/show-operations.ts';
import { ClockBounds } from './clock-bounds.ts';
import { History, RUN_LIMITS } from './history.ts';
import { BEFORE_RELOAD, isMark } from './history-recorder.ts';
import { Reigns } from './reigns.ts';

/** What is known of a run beside its history. */
export interface RunFacts {
  readonly timeUs: Micros;
  readonly full: boolean;
  readonly invariants: readonly InvariantReport[];
}

/** So long, on the wall, one report may go on judging keys; what is left waits for the next one. */
const WORK_MS = 250;
const MARKS_SHOWN = 400;

/** Judges the history of a run while it goes on, from what a HistoryRecorder kept of its events. */
export class LiveCheck {
  private readonly nowMs: () => number;
  private readonly history: History;
  private readonly verdicts: KeyVerdicts;
  private readonly marks: RunMark[] = [];
  private readonly reigns = new Reigns();
  private operations: readonly HistoryOperation[] = [];
  private changed = false;
  /** The first one that was found. */
  private torn: TornBatch | undefined;
  private last: Pick<CheckReport, 'checked' | 'tookMs'> = { checked: 0, tookMs: 0 };

  constructor(clocks: ClockConfig, nowMs: () => number) {
    this.nowMs = nowMs;
    this.history = new History(new ClockBounds(clocks));
    this.verdicts = new KeyVerdicts(RUN_LIMITS, nowMs);
  }

  take(events: readonly TraceEvent[]): void {
    for (const event of events) {
      this.history.observe(event);
      this.reigns.observe(event);
      if (isMark(event)) this.marks.push(event);
    }
    this.changed ||= events.length > 0;
  }

  report(query: CheckQuery, { timeUs, full, invariants }: RunFacts): CheckReport {
    const startedMs = this.nowMs();
    this.catchUp();
    const checked = this.verdicts.work(startedMs + WORK_MS);
    if (checked > 0) this.last = { checked, tookMs: this.nowMs() - startedMs };
    const present = this.operations.filter(({ process }) => !process.startsWith(BEFORE_RELOAD));
    const keys = this.verdicts.reports();
    const until = query.until ?? Number.POSITIVE_INFINITY;
    const { shown, matching } = operationsShown(present, query, 'time');
    return {
      verdict: worst(keys),
      keys,
      due: this.verdicts.due,
      operations: present.length,
      earlier: this.operations.length - present.length,
      unknown: present.filter(({ status, underWay }) => status === 'unknown' && underWay !== true).length,
      ...this.last,
      violation: byClient(this.verdicts.violation(query.key)),
      axis: 'time',
      shown: shown.map(ofClient),
      matching,
      end: timeUs,
      marks: this.marks.filter((mark) => mark.timeUs <= until).slice(-MARKS_SHOWN),
      reigns: this.reignsOf(query.shard),
      invariants: [...invariants, this.batches],
      full,
    };
  }

  /** As `npm run check-history` reads it. */
  file(key: string | undefined): string {
    this.catchUp();
    return formatHistory(key === undefined ? this.operations : this.operations.filter((each) => each.key === key));
  }

  private catchUp(): void {
    if (!this.changed) return;
    this.changed = false;
    this.operations = this.history.soFar();
    this.verdicts.update(this.operations);
    const [torn] = this.history.tornBatches(this.operations);
    this.torn ??= torn;
  }

  /** The one rule that the history shows and no key by itself. */
  private get batches(): InvariantReport {
    const broken = this.torn && { timeUs: this.torn.timeUs, detail: this.torn.text };
    return { name: BATCHES, judged: this.history.batchesCompared, broken };
  }

  private reignsOf(shard: ShardId | undefined): readonly Reign[] {
    return shard === undefined ? [] : this.reigns.of(shard);
  }
}

/** Of all keys. */
export function worst(keys: readonly { readonly verdict: Verdict }[]): CheckReport['verdict'] {
  for (const verdict of ['not linearizable', 'unknown', 'linearizable'] as const)
    if (keys.some((each) => each.verdict === verdict)) return verdict;
  return 'nothing';
}

/** A client that does several things at once is several processes; for people it is one, and so is whoever asked before a reload. */
function ofClient<T extends SeenOperation>(operation: T): T {
  const { process } = operation;
  if (process.startsWith(BEFORE_RELOAD)) return { ...operation, process: BEFORE_RELOAD };
  return { ...operation, process: process.split(' ', 1)[0] ?? process };
}

const byClient = (violation: ViolationReport | undefined): ViolationReport | undefined =>
  violation && { ...violation, failed: ofClient(violation.failed), explanation: violation.explanation.map(ofClient) };
