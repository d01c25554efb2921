import type { Micros } from '../core/base/ids.ts';
import { decodeUtf8 } from '../core/base/utf8.ts';
import {
  isEventual,
  isReplicaRead,
  type Operation,
  type OperationResult,
  type Outcome,
} from '../core/client/operation.ts';
import type { TraceEvent } from '../core/cluster/trace-event.ts';
import type { KeyWrite } from '../core/node/message.ts';
import { type AppliedBatch, BatchAtomicity, type SeenState, type TornBatch } from './batch-atomicity.ts';
import { type CheckLimits, checkHistory, type HistoryVerdict } from './checker/check-history.ts';
import type { Expiry } from './checker/expiry.ts';
import type { HistoryOperation, Value } from './checker/operation.ts';
import type { ClockBounds } from './clock-bounds.ts';
import type { DamagedReplicas } from './damaged-replicas.ts';
import { Processes } from './processes.ts';
import { coveredRange, covers } from './scan-range.ts';

/**
 * For one key of one run. A key of a drawn run takes a few hundred steps; what takes a thousand times as many is hard by nature, and is told to
 * be undecided.
 */
export const RUN_LIMITS: CheckLimits = { stepsMax: 500_000, stepsPerOperation: 20, shortenStepsMax: 200_000 };

const NS = 1000;
const NEVER = Number.POSITIVE_INFINITY;

type SingleKey = Exclude<Operation, { readonly type: 'Scan' | 'Batch' }>;
type Keyspace = 'strong' | 'eventual';
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

interface Recorded {
  readonly operation: HistoryOperation;
  readonly ttlUs: Micros | undefined;
  readonly span: CompleteSpan;
}

interface CompleteScan extends SeenState {
  readonly span: CompleteSpan;
}

const UNKNOWN: KeyOutcome = { status: 'unknown', answered: undefined, swapped: false };
const FAIL: KeyOutcome = { status: 'fail', answered: undefined, swapped: false };

/**
 * What clients saw, as the linearizability checker takes it (`checker/`, model kv). A scan is a read of each key that it tells of, present or not,
 * at any moment of its own: shards are read one by one, so that no scan is atomic. An operation that is still under way, or was when the
 * page was reloaded, has an unknown outcome. A batch is a write of each of its keys, over the same time and for itself alone; that they happen
 * together is another check (`batch-atomicity.ts`).
 *
 * When a value with a time to live may be gone, and when it must be, follows from what the run's clocks may show. A leader serves no read while
 * something is due by its own clock, so that nothing is added for the round in which the shard agrees.
 */
export class History {
  private readonly clocks: ClockBounds;
  private readonly damaged: DamagedReplicas | undefined;
  private readonly processes = new Processes();
  private readonly open = new Map<number, { readonly operation: Operation; readonly span: Span }>();
  private readonly operations: Recorded[] = [];
  private readonly scans: CompleteScan[] = [];
  private readonly batches: AppliedBatch[] = [];
  private readonly atomicity = new BatchAtomicity();
  private places = 0;
  acknowledged = 0;
  unknown = 0;
  failed = 0;

  private readonly takesStale: boolean;
  private readonly keyspace: Keyspace;

  /**
   * @param options `damaged`: what may rest on their damage is unknown, and proves nothing: until they are found nobody can know better; `takesStale`: R=1 and `session`
   *     reads are held to what they do not promise, as if they were any others; `keyspace`: whose operations are told, by default the strong one's: in the eventual one each key is another, and nothing promises that it
   *     is linearizable
   */
  constructor(
    clocks: ClockBounds,
    options: { readonly damaged?: DamagedReplicas; readonly takesStale?: boolean; readonly keyspace?: Keyspace } = {},
  ) {
    this.clocks = clocks;
    this.damaged = options.damaged;
    this.takesStale = options.takesStale ?? false;
    this.keyspace = options.keyspace ?? 'strong';
  }

  /** Nobody promises that it is linearizable: other invariants judge it (`dial-invariants.ts`). */
  private isUntold(operation: Operation): boolean {
    return isReplicaRead(operation) && !this.takesStale;
  }

  observe(event: TraceEvent): void {
    this.damaged?.check(event);
    if (event.type === 'OperationInvoked' && isEventual(event.operation) === (this.keyspace === 'eventual')) {
      const { id, clientName, operation, timeUs: invokedUs } = event;
      const span = { process: this.processes.take(clientName), invoked: ++this.places, invokedUs };
      this.open.set(id, { operation, span });
    }
    if (event.type === 'ActionTaken' && event.action.type === 'Clock') this.clocks.include(event.action);
    // A reload takes the clients with it: what they had under way may have happened, and numbers start again.
    if (event.type === 'ActionTaken' && event.action.type === 'Reload') this.abandonOpen();
    if (event.type !== 'OperationCompleted') return;
    const invoked = this.open.get(event.id);
    if (invoked === undefined) return;
    this.open.delete(event.id);
    const { operation, span } = invoked;
    if (this.isUntold(operation)) {
      this.processes.free(span.process);
      return;
    }
    const { outcome, timeUs } = event;
    const told = outcome.status === 'ok' && 'node' in outcome && operation.type !== 'Scan' ? outcome.node : undefined;
    const isDoubtful = outcome.status === 'ok' && this.damaged?.mayHaveTold(told, span.invokedUs, timeUs) === true;
    // W=1 promises nothing: the write may be lost, and may be there.
    const isMaybe = outcome.status === 'ok' && outcome.result.type === 'Appended';
    if (outcome.status === 'unknown' || isMaybe || isDoubtful) {
      this.unknown++;
      this.abandon(operation, span);
      return;
    }
    this.processes.free(span.process);
    this.complete(operation, { ...span, completed: ++this.places, completedUs: timeUs }, outcome);
  }

  /** Every operation so far, by invocation. What is under way is unknown, and says that it is under way; the history goes on. */
  soFar(): readonly HistoryOperation[] {
    const kept = this.operations.length;
    for (const { operation, span } of this.open.values()) this.abandon(operation, span);
    const underWay = this.told(this.operations.splice(kept));
    return this.withScans([...this.told(this.operations), ...underWay.map((each) => ({ ...each, underWay: true }))]);
  }

  /** Ends the history: every operation in it, by invocation, and the batches that were not all or nothing. */
  end(): { readonly operations: readonly HistoryOperation[]; readonly torn: readonly TornBatch[] } {
    this.abandonOpen();
    const operations = this.told(this.operations);
    return { operations: this.withScans(operations), torn: this.tornBatches(operations) };
  }

  /**
   * Batches that a scan saw a part of, each told once.
   * @param operations what `soFar` says, or what is told of a history that has ended
   */
  tornBatches(operations: readonly HistoryOperation[]): readonly TornBatch[] {
    return this.atomicity.judge(this.batches, this.scans, operations);
  }

  /** How often what a scan saw of a batch was held against the rest of the batch. */
  get batchesCompared(): number {
    return this.atomicity.compared;
  }

  /** With their expiry, as far as the clocks' errors are known by now. */
  private told(recorded: readonly Recorded[]): readonly HistoryOperation[] {
    return recorded.map(({ operation, ttlUs, span }) =>
      ttlUs === undefined ? operation : { ...operation, expiry: this.expiryOf(ttlUs, span) },
    );
  }

  private withScans(operations: readonly HistoryOperation[]): readonly HistoryOperation[] {
    const keys = new Set(operations.map(({ key }) => key));
    for (const { found } of this.scans) for (const key of found.keys()) keys.add(key);
    const all = [...operations, ...this.scans.flatMap((scan) => readsOf(scan, keys))];
    return all.sort((a, b) => a.invoked - b.invoked);
  }

  private complete(
    operation: Operation,
    span: CompleteSpan,
    outcome: Exclude<Outcome, { readonly status: 'unknown' }>,
  ): void {
    if (outcome.status === 'ok') this.acknowledged++;
    else this.failed++;
    if (operation.type === 'Batch') {
      this.completeBatch(operation.items, span, outcome);
    } else if (operation.type !== 'Scan') {
      this.record(operation, span, outcomeOf(outcome));
    } else if (outcome.status === 'ok' && outcome.result.type === 'Range') {
      const found = outcome.result.pairs.map(({ key, value }) => [decodeUtf8(key), textOf(value)] as const);
      const range = coveredRange(operation, outcome.result.more, found.at(-1)?.[0]);
      const { completed, completedUs } = span;
      this.scans.push({ span, completed, completedUs, found: new Map(found), covers: (key) => covers(range, key) });
    }
  }

  private completeBatch(
    items: readonly KeyWrite[],
    span: CompleteSpan,
    outcome: Exclude<Outcome, { readonly status: 'unknown' }>,
  ): void {
    const result = outcome.status === 'ok' ? outcome.result : undefined;
    for (const [i, item] of items.entries()) this.record(item, partOf(span, item), outcomeOfItem(result, item, i));
    if (result?.type !== 'Batched') return;
    const written = items.map((item) => {
      const value = item.type === 'Delete' ? null : textOf(item.value);
      return [decodeUtf8(item.key), { value, expires: item.type !== 'Delete' && item.ttlUs !== undefined }] as const;
    });
    this.batches.push({ invoked: span.invoked, writes: new Map(written) });
  }

  private abandonOpen(): void {
    for (const { operation, span } of this.open.values()) this.abandon(operation, span);
    this.open.clear();
  }

  /** Its process does nothing any more: it may be at it for ever. */
  private abandon(operation: Operation, span: Span): void {
    if (operation.type === 'Scan' || this.isUntold(operation)) return;
    const never = { ...span, completed: NEVER, completedUs: NEVER };
    if (operation.type !== 'Batch') this.record(operation, never, UNKNOWN);
    else for (const item of operation.items) this.record(item, partOf(never, item), UNKNOWN);
  }

  private record(operation: SingleKey, span: CompleteSpan, outcome: KeyOutcome): void {
    const ttlUs = 'ttlUs' in operation ? operation.ttlUs : undefined;
    this.operations.push({ operation: historyOperation(operation, span, outcome), ttlUs, span });
  }

  private expiryOf(ttlUs: Micros, { invokedUs, completedUs }: CompleteSpan): Expiry {
    const { clocks } = this;
    const fromUs = clocks.earliestAt(clocks.stampAt(invokedUs).least + ttlUs);
    const byUs = clocks.latestAt(clocks.stampAt(completedUs).most + ttlUs);
    return { ttlNs: ttlUs * NS, fromNs: fromUs * NS, byNs: byUs * NS };
  }
}

/** Without its expiry: only when the run is over is it known how wrong its clocks could be. */
function historyOperation(operation: SingleKey, span: CompleteSpan, outcome: KeyOutcome): HistoryOperation {
  const unwritten = { written: null, expected: null };
  const common = { ...placesOf(span), key: decodeUtf8(operation.key), ...outcome, expiry: undefined };
  if (operation.type === 'Get' || operation.type === 'EventualRead') return { ...common, ...unwritten, kind: 'read' };
  if (operation.type === 'Delete' || operation.value === undefined) return { ...common, ...unwritten, kind: 'delete' };
  const written = textOf(operation.value);
  if (operation.type !== 'Cas') return { ...common, kind: 'write', written, expected: null };
  return { ...common, kind: 'cas', written, expected: textOf(operation.expected) };
}

export const judgeHistory = (operations: readonly HistoryOperation[]): HistoryVerdict =>
  checkHistory(operations, RUN_LIMITS);

function readsOf({ span, found, covers }: CompleteScan, keys: ReadonlySet<string>): readonly HistoryOperation[] {
  const told = [...keys].filter((key) => found.has(key) || covers(key));
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

/** One process does one thing at a time, and the writes of a batch are all under way together. */
const partOf = (span: CompleteSpan, { key }: KeyWrite): CompleteSpan => ({
  ...span,
  process: `${span.process} at ${decodeUtf8(key)}`,
});

/** @param result of the batch; undefined: it was refused. Of one that a condition stopped only that condition tells anything. */
function outcomeOfItem(result: OperationResult | undefined, { type }: KeyWrite, item: number): KeyOutcome {
  if (result?.type === 'Batched') return { status: 'ok', answered: undefined, swapped: type === 'Cas' };
  if (result?.type !== 'BatchRefused' || result.item !== item) return FAIL;
  return { status: 'ok', answered: textOf(result.actual), swapped: false };
}

function outcomeOf(outcome: Exclude<Outcome, { readonly status: 'unknown' }>): KeyOutcome {
  if (outcome.status === 'fail') return FAIL;
  return { status: 'ok', ...resultOf(outcome.result) };
}

function resultOf(result: OperationResult): Pick<HistoryOperation, 'answered' | 'swapped'> {
  if (result.type === 'Value') return { answered: textOf(result.value), swapped: false };
  // Of siblings the one that would win.
  if (result.type === 'EventualFound') return { answered: textOf(result.versions[0]?.value), swapped: false };
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
