import type { KeyReport, Verdict, ViolationReport } from '../../core/cluster/check-report.ts';
import { type CheckLimits, groupByKey, judgeKey, type Violation } from './check-history.ts';
import { longestOrder } from './longest-order.ts';
import type { HistoryOperation } from './operation.ts';

interface Judged {
  /** Operations and, among them, answers that there were when it was judged: more of either and it has to be judged again. */
  readonly size: number;
  readonly answers: number;
  readonly report: KeyReport;
  readonly violation: ViolationReport | undefined;
}

const ORDER_STEPS_MAX = 50_000;
const RANK: Readonly<Record<Verdict, number>> = { 'not linearizable': 0, unknown: 1, linearizable: 2 };

/**
 * The verdict on a history that grows, key by key: only a key that has changed is judged again, and one that went wrong or could not be decided
 * never, for what comes later makes neither any better.
 */
export class KeyVerdicts {
  private readonly limits: CheckLimits;
  private readonly nowMs: () => number;
  private readonly judged = new Map<string, Judged>();
  /** Those that have to be judged, the longest waiting first. */
  private readonly waiting = new Set<string>();
  private byKey: ReadonlyMap<string, readonly HistoryOperation[]> = new Map();

  /** `nowMs`: a clock, by which work stops and reports tell how long it took. The verdicts do not depend on it. */
  constructor(limits: CheckLimits, nowMs: () => number) {
    this.limits = limits;
    this.nowMs = nowMs;
  }

  /** The whole history as it is now. */
  update(operations: readonly HistoryOperation[]): void {
    this.byKey = groupByKey(operations);
    for (const [key, ofKey] of this.byKey) if (this.isStale(key, ofKey)) this.waiting.add(key);
  }

  /** Judges what waits, until `untilMs` of the clock and one key at least. @returns how many keys it judged */
  work(untilMs: number, onKey: () => void = () => undefined): number {
    let done = 0;
    for (const key of this.waiting) {
      this.waiting.delete(key);
      this.judge(key, this.byKey.get(key) ?? []);
      done++;
      onKey();
      if (this.nowMs() >= untilMs) break;
    }
    return done;
  }

  get due(): number {
    return this.waiting.size;
  }

  /** Worst first, then by name. */
  reports(): readonly KeyReport[] {
    return [...this.judged.values()]
      .map(({ report }) => report)
      .sort((a, b) => RANK[a.verdict] - RANK[b.verdict] || (a.key < b.key ? -1 : 1));
  }

  /** Of this key, if it went wrong; else of the one that did so first. */
  violation(key: string | undefined): ViolationReport | undefined {
    const own = key === undefined ? undefined : this.judged.get(key)?.violation;
    if (own !== undefined) return own;
    const all = [...this.judged.values()].flatMap(({ violation }) => violation ?? []);
    return all.sort((a, b) => a.failed.completed - b.failed.completed)[0];
  }

  private isStale(key: string, operations: readonly HistoryOperation[]): boolean {
    const known = this.judged.get(key);
    return known === undefined || known.size !== operations.length || known.answers !== answersOf(operations);
  }

  private judge(key: string, operations: readonly HistoryOperation[]): void {
    const before = this.judged.get(key);
    const startedMs = this.nowMs();
    const settled = before !== undefined && before.report.verdict !== 'linearizable';
    const found = settled ? { ...before.report, violation: before.violation } : this.search(key, operations);
    const { verdict, steps, violation } = found;
    const tookMs = settled ? before.report.tookMs : this.nowMs() - startedMs;
    const unknown = operations.filter(({ status, underWay }) => status === 'unknown' && underWay !== true).length;
    this.judged.set(key, {
      size: operations.length,
      answers: answersOf(operations),
      report: { key, verdict, operations: operations.length, unknown, steps, tookMs },
      violation,
    });
  }

  private search(key: string, operations: readonly HistoryOperation[]) {
    const { verdict, steps, violation } = judgeKey(key, operations, this.limits);
    return { verdict, steps, violation: violation === undefined ? undefined : explained(violation) };
  }
}

const answersOf = (operations: readonly HistoryOperation[]): number =>
  operations.reduce((sum, { status }) => sum + (status === 'unknown' ? 0 : 1), 0);

function explained({ key, failed, possible, explanation }: Violation): ViolationReport {
  const { order, stuck } = longestOrder(explanation, failed, ORDER_STEPS_MAX);
  return {
    key,
    failed,
    possible,
    explanation,
    order: order.map(({ invoked }) => invoked),
    stuck: stuck.map(({ invoked }) => invoked),
  };
}
