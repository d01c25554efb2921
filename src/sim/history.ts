import type { Micros } from '../core/base/ids.ts';
import { decodeUtf8 } from '../core/base/utf8.ts';
import type { Operation, OperationResult, Outcome } from '../core/client/operation.ts';
import type { TraceEvent } from '../core/cluster/trace-event.ts';
import { type CheckLimits, checkHistory, type HistoryVerdict } from './checker/check-history.ts';
import type { Expiry } from './checker/expiry.ts';
import type { HistoryOperation, Value } from './checker/operation.ts';
import type { ClockBounds } from './clock-model.ts';
import { Processes } from './processes.ts';
import { coveredRange, covers, type ScanRange } from './scan-range.ts';

/**
 * For one key of one run. A key of a drawn run takes a few hundred steps; what takes a thousand times as many is hard by nature, and is told to
 * be undecided.
 */
export const RUN_LIMITS: CheckLimits = { stepsMax: 500_000, shortenStepsMax: 500_000 };

const NS = 1000;
const NEVER = Number.POSITIVE_INFINITY;

type SingleKey = Exclude<Operation, { readonly type: 'Scan' }>;
type KeyOutcome = Pick<HistoryOperation, 'status' | 'answered' | 'swapped'>;

/** An operation's stay in the history. */
interface Span {
  readonly process: string;
  readonly invoked: number;
  readonly invokedUs: Micros;
}

interface CompleteSpan extends Span {
  readonly completed: number;
  readonly completedUs: Micros;
}

interface CompleteScan {
  readonly span: CompleteSpan;
  readonly range: ScanRange;
  readonly found: ReadonlyMap<string, Value>;
}

const UNKNOWN: KeyOutcome = { status: 'unknown', answered: undefined, swapped: false };

/**
 * What clients saw, as the linearizability checker takes it (`checker/`, model kv). A scan is a read of each key that it tells of, present or not,
 * at any moment of its own: shards are read one by one, so that no scan is atomic. An operation that is still under way, or was when the
 * page was reloaded, has an unknown outcome.
 *
 * When a value with a time to live may be gone, and when it must be, follows from what the run's clocks may show. A leader serves no read while
 * something is due by its own clock, so that nothing is added for the round in which the shard agrees.
 */
export class History {
  private readonly clocks: ClockBounds;
  private readonly processes = new Processes();
  private readonly open = new Map<number, { readonly operation: Operation; readonly span: Span }>();
  private readonly operations: HistoryOperation[] = [];
  private readonly scans: CompleteScan[] = [];
  private places = 0;
  acknowledged = 0;
  unknown = 0;
  failed = 0;

  constructor(clocks: ClockBounds) {
    this.clocks = clocks;
  }

  observe(event: TraceEvent): void {
    if (event.type === 'OperationInvoked') {
      const { id, clientName, operation, timeUs: invokedUs } = event;
      const span = { process: this.processes.take(clientName), invoked: ++this.places, invokedUs };
      this.open.set(id, { operation, span });
    }
    // A reload takes the clients with it: what they had under way may have happened, and numbers start again.
    if (event.type === 'ActionTaken' && event.action.type === 'Reload') this.abandonOpen();
    if (event.type !== 'OperationCompleted') return;
    const invoked = this.open.get(event.id);
    if (invoked === undefined) return;
    this.open.delete(event.id);
    const { operation, span } = invoked;
    if (event.outcome.status === 'unknown') {
      this.unknown++;
      this.abandon(operation, span);
      return;
    }
    this.processes.free(span.process);
    this.complete(operation, { ...span, completed: ++this.places, completedUs: event.timeUs }, event.outcome);
  }

  /** Every operation so far, by invocation. What is under way is unknown, and says that it is under way; the history goes on. */
  soFar(): readonly HistoryOperation[] {
    const underWay = [...this.open.values()].flatMap(({ operation, span }) =>
      operation.type === 'Scan' ? [] : [{ ...this.unanswered(operation, span), underWay: true }],
    );
    const operations = [...this.operations, ...underWay];
    const keys = new Set(operations.map(({ key }) => key));
    for (const { found } of this.scans) for (const key of found.keys()) keys.add(key);
    for (const scan of this.scans) operations.push(...readsOf(scan, keys));
    return operations.sort((a, b) => a.invoked - b.invoked);
  }

  /** Ends the history: every operation in it, by invocation. */
  end(): readonly HistoryOperation[] {
    this.abandonOpen();
    return this.soFar();
  }

  private complete(
    operation: Operation,
    span: CompleteSpan,
    outcome: Exclude<Outcome, { readonly status: 'unknown' }>,
  ): void {
    if (outcome.status === 'ok') this.acknowledged++;
    else this.failed++;
    if (operation.type !== 'Scan') {
      this.operations.push(this.record(operation, span, outcomeOf(outcome)));
    } else if (outcome.status === 'ok' && outcome.result.type === 'Range') {
      const found = outcome.result.pairs.map(({ key, value }) => [decodeUtf8(key), textOf(value)] as const);
      const range = coveredRange(operation, outcome.result.more, found.at(-1)?.[0]);
      this.scans.push({ span, range, found: new Map(found) });
    }
  }

  private abandonOpen(): void {
    for (const { operation, span } of this.open.values()) this.abandon(operation, span);
    this.open.clear();
  }

  /** Its process does nothing any more: it may be at it for ever. */
  private abandon(operation: Operation, span: Span): void {
    if (operation.type !== 'Scan') this.operations.push(this.unanswered(operation, span));
  }

  private unanswered(operation: SingleKey, span: Span): HistoryOperation {
    return this.record(operation, { ...span, completed: NEVER, completedUs: NEVER }, UNKNOWN);
  }

  private record(operation: SingleKey, span: CompleteSpan, outcome: KeyOutcome): HistoryOperation {
    const common = { ...placesOf(span), key: decodeUtf8(operation.key), ...outcome };
    const unwritten = { written: null, expected: null, expiry: undefined };
    if (operation.type === 'Get') return { ...common, ...unwritten, kind: 'read' };
    if (operation.type === 'Delete') return { ...common, ...unwritten, kind: 'delete' };
    const written = textOf(operation.value);
    const expiry = operation.ttlUs === undefined ? undefined : this.expiryOf(operation.ttlUs, span);
    if (operation.type === 'Put') return { ...common, kind: 'write', written, expected: null, expiry };
    return { ...common, kind: 'cas', written, expected: textOf(operation.expected), expiry };
  }

  private expiryOf(ttlUs: Micros, { invokedUs, completedUs }: CompleteSpan): Expiry {
    const { clocks } = this;
    const fromUs = clocks.earliestAt(clocks.stampAt(invokedUs).least + ttlUs);
    const byUs = clocks.latestAt(clocks.stampAt(completedUs).most + ttlUs);
    return { ttlNs: ttlUs * NS, fromNs: fromUs * NS, byNs: byUs * NS };
  }
}

export const judgeHistory = (operations: readonly HistoryOperation[]): HistoryVerdict =>
  checkHistory(operations, RUN_LIMITS);

function readsOf({ span, range, found }: CompleteScan, keys: ReadonlySet<string>): readonly HistoryOperation[] {
  const told = [...keys].filter((key) => found.has(key) || covers(range, key));
  return told.map((key) => ({
    ...placesOf(span),
    // One process does one thing at a time, and these are all under way together.
    process: `${span.process} at ${key}`,
    kind: 'read',
    key,
    written: null,
    expected: null,
    expiry: undefined,
    status: 'ok',
    answered: found.get(key) ?? null,
    swapped: false,
  }));
}

function outcomeOf(outcome: Exclude<Outcome, { readonly status: 'unknown' }>): KeyOutcome {
  if (outcome.status === 'fail') return { status: 'fail', answered: undefined, swapped: false };
  return { status: 'ok', ...resultOf(outcome.result) };
}

function resultOf(result: OperationResult): Pick<HistoryOperation, 'answered' | 'swapped'> {
  if (result.type === 'Value') return { answered: textOf(result.value), swapped: false };
  if (result.type !== 'Swapped') return { answered: undefined, swapped: false };
  return { answered: result.swapped ? undefined : textOf(result.actual), swapped: result.swapped };
}

const placesOf = ({ process, invoked, completed, invokedUs, completedUs }: CompleteSpan) => ({
  process,
  invoked,
  completed,
  invokedNs: invokedUs * NS,
  completedNs: completedUs * NS,
});

const textOf = (value: Uint8Array | undefined): Value =>
  value === undefined ? null : JSON.stringify(decodeUtf8(value));
