import type { KeyReport, Verdict, ViolationReport } from '../../core/cluster/check-report.ts';
import { type CheckLimits, groupByKey, judgeKey, stepsFor, type Violation } from './check-history.ts';
import { longestOrder } from './longest-order.ts';
import type { HistoryOperation } from './operation.ts';
import { shareSteps } from './share-steps.ts';

interface Judged {
  /** Operations and, among them, answers that there were when it was judged: more of either and it has to be judged again. */
  readonly size: number;
  readonly answers: number;
  /** Places of those that were under way when it was searched: what they were answered since may change what was not decided. */
  readonly underWay: ReadonlySet<number>;
  readonly report: KeyReport;
  readonly violation: ViolationReport | undefined;
}

const ORDER_STEPS_MAX = 50_000;
const RANK: Readonly<Record<Verdict, number>> = { 'not linearizable': 0, unknown: 1, linearizable: 2 };

/**
 * The verdict on a history that grows, key by key: only a key that has changed is judged again. What comes later makes one that went wrong no better,
 * and one that could not be decided only if something that was under way then has been answered.
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
  work(untilMs: number): number {
    let done = 0;
    for (const key of this.waiting) {
      this.waiting.delete(key);
      const operations = this.byKey.get(key) ?? [];
      const before = this.judged.get(key);
      if (before !== undefined && isSettled(before, operations)) this.keep(before, operations);
      else this.judge(key, operations, stepsFor(operations.length, this.limits));
      done++;
      if (this.nowMs() >= untilMs) break;
    }
    return done;
  }

  /** Judges all that waits, within one limit for all of it together. */
  workThrough(onKey: () => void): void {
    const waiting = [...this.waiting].map((key) => ({ key, operations: this.byKey.get(key) ?? [] }));
    const shares = waiting.map(({ key, operations }) => ({
      operations: operations.length,
      judge: (stepsMax: number) => {
        this.waiting.delete(key);
        const report = this.judge(key, operations, stepsMax);
        onKey();
        return report;
      },
    }));
    const total = waiting.reduce((sum, { operations }) => sum + operations.length, 0);
    shareSteps(shares, stepsFor(total, this.limits));
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

  private judge(key: string, operations: readonly HistoryOperation[], stepsMax: number): KeyReport {
    const startedMs = this.nowMs();
    const { verdict, steps, violation } = judgeKey(key, operations, stepsMax, this.limits);
    const told = violation === undefined ? undefined : explained(violation);
    const tookMs = this.nowMs() - startedMs;
    const underWay = operations.filter((operation) => operation.underWay === true).map(({ invoked }) => invoked);
    const report = { key, verdict, operations: 0, unknown: 0, steps, tookMs };
    const judged = { size: 0, answers: 0, underWay: new Set(underWay), report, violation: told };
    return this.keep(judged, operations);
  }

  /** What was found holds for these operations. */
  private keep(judged: Judged, operations: readonly HistoryOperation[]): KeyReport {
    const unknown = operations.filter(({ status, underWay }) => status === 'unknown' && underWay !== true).length;
    const report = { ...judged.report, operations: operations.length, unknown };
    this.judged.set(report.key, { ...judged, size: operations.length, answers: answersOf(operations), report });
    return report;
  }
}

function isSettled({ report, underWay }: Judged, operations: readonly HistoryOperation[]): boolean {
  if (report.verdict !== 'unknown') return report.verdict === 'not linearizable';
  return !operations.some(({ status, invoked }) => status !== 'unknown' && underWay.has(invoked));
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
