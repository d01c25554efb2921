import { compareBytes } from '../core/base/bytes.ts';
import type { Micros } from '../core/base/ids.ts';
import { decodeUtf8, encodeUtf8 } from '../core/base/utf8.ts';
import type { Operation, OperationResult } from '../core/client/operation.ts';
import type { TraceEvent } from '../core/cluster/trace-event.ts';
import type { ClockBounds } from './clock-model.ts';

const NEVER = Number.MAX_SAFE_INTEGER;

interface Write {
  /** Undefined = delete. */
  readonly value: string | undefined;
  readonly invokedUs: Micros;
  /** NEVER: the outcome is unknown; it may take effect at any later time or never. */
  readonly completedUs: Micros;
  readonly happened: 'yes' | 'maybe' | 'no';
  readonly ttlUs: Micros | undefined;
}

interface Read {
  readonly value: string | undefined;
  readonly invokedUs: Micros;
  readonly completedUs: Micros;
}

interface CompleteScan {
  /** Told of is every key from here on, this one too unless `above`. */
  readonly from: string;
  /** The scan was cut behind `from`, which it found. */
  readonly above: boolean;
  /** Every key below it is told of; undefined = to the end. */
  readonly below: string | undefined;
  readonly found: ReadonlySet<string>;
  readonly invokedUs: Micros;
  readonly completedUs: Micros;
}

interface KeyHistory {
  readonly writes: Write[];
  readonly reads: Read[];
}

/**
 * What clients saw, checked per key against what they were promised: a read returns a value that somebody wrote, that was not certainly refused,
 * and that no acknowledged later write had replaced; reads never go back in time. What a CAS saw and what a scan left out are reads too. These are
 * necessary conditions of linearizability, quick enough for every run; the full checker decides the rest.
 *
 * A value with a time to live may be gone as soon as its deadline may have passed on any clock, and nobody who asks after it has passed on every
 * clock may see it: a leader serves no read while something is due by its own clock.
 */
export class History {
  private readonly open = new Map<number, { readonly operation: Operation; readonly invokedUs: Micros }>();
  private readonly keys = new Map<string, KeyHistory>();
  private readonly scans: CompleteScan[] = [];
  private readonly clocks: ClockBounds;
  acknowledged = 0;
  unknown = 0;
  failed = 0;

  constructor(clocks: ClockBounds) {
    this.clocks = clocks;
  }

  observe(event: TraceEvent): void {
    if (event.type === 'OperationInvoked')
      this.open.set(event.id, { operation: event.operation, invokedUs: event.timeUs });
    // A reload takes the clients with it: what they had under way may have happened, and numbers start again.
    if (event.type === 'ActionTaken' && event.action.type === 'Reload') this.abandonOpen();
    if (event.type !== 'OperationCompleted') return;
    const invoked = this.open.get(event.id);
    if (invoked === undefined) return;
    this.open.delete(event.id);
    const { status } = event.outcome;
    if (status === 'ok') this.acknowledged++;
    else if (status === 'fail') this.failed++;
    else this.unknown++;
    this.record(
      invoked.operation,
      invoked.invokedUs,
      event.timeUs,
      status,
      status === 'ok' ? event.outcome.result : undefined,
    );
  }

  /** Every violation found, in words. Operations still open count as unknown. */
  check(): readonly string[] {
    this.abandonOpen();
    for (const scan of this.scans.splice(0)) this.recordAbsences(scan);
    return [...this.keys].flatMap(([key, history]) => checkKey(key, history, this.clocks));
  }

  private abandonOpen(): void {
    for (const { operation, invokedUs } of this.open.values())
      this.record(operation, invokedUs, NEVER, 'unknown', undefined);
    this.open.clear();
  }

  private record(
    operation: Operation,
    invokedUs: Micros,
    timeUs: Micros,
    status: string,
    result: OperationResult | undefined,
  ): void {
    if (operation.type === 'Scan') {
      if (result?.type !== 'Range') return;
      const found: string[] = [];
      for (const { key, value } of result.pairs) {
        const name = decodeUtf8(key);
        found.push(name);
        this.key(name).reads.push({ value: decodeUtf8(value), invokedUs, completedUs: timeUs });
      }
      const covered = coveredRange(operation, result.more, found.at(-1));
      this.scans.push({ ...covered, found: new Set(found), invokedUs, completedUs: timeUs });
      return;
    }
    const history = this.key(decodeUtf8(operation.key));
    if (operation.type === 'Get') {
      if (result?.type !== 'Value') return;
      history.reads.push({ value: result.value && decodeUtf8(result.value), invokedUs, completedUs: timeUs });
      return;
    }
    if (operation.type === 'Cas' && result?.type === 'Swapped') {
      const saw = result.swapped ? operation.expected : result.actual;
      history.reads.push({ value: saw && decodeUtf8(saw), invokedUs, completedUs: timeUs });
    }
    const refused = status === 'fail' || (result?.type === 'Swapped' && !result.swapped);
    history.writes.push({
      value: operation.type === 'Delete' ? undefined : decodeUtf8(operation.value),
      invokedUs,
      completedUs: status === 'ok' ? timeUs : NEVER,
      happened: refused ? 'no' : status === 'ok' ? 'yes' : 'maybe',
      ttlUs: operation.type === 'Delete' ? undefined : operation.ttlUs,
    });
  }

  private recordAbsences({ from, above, below, found, invokedUs, completedUs }: CompleteScan): void {
    for (const [key, history] of this.keys) {
      const begun = compareText(from, key) < (above ? 0 : 1);
      const covered = begun && (below === undefined || compareText(key, below) < 0);
      if (covered && !found.has(key)) history.reads.push({ value: undefined, invokedUs, completedUs });
    }
  }

  private key(key: string): KeyHistory {
    let history = this.keys.get(key);
    if (history === undefined) {
      history = { writes: [], reads: [] };
      this.keys.set(key, history);
    }
    return history;
  }
}

/** Which keys a scan tells of, present or not. Where it was cut, those behind the last pair are left out. */
function coveredRange(
  operation: Extract<Operation, { readonly type: 'Scan' }>,
  more: boolean,
  last: string | undefined,
): Pick<CompleteScan, 'from' | 'above' | 'below'> {
  const from = decodeUtf8(operation.from);
  const to = operation.to && decodeUtf8(operation.to);
  if (!more) return { from, above: false, below: to };
  // Cut before its first pair: it tells of nothing.
  if (last === undefined) return { from, above: false, below: from };
  return operation.reverse === true ? { from: last, above: true, below: to } : { from, above: false, below: last };
}

const INITIALLY_ABSENT: Write = {
  value: undefined,
  invokedUs: -1,
  completedUs: -1,
  happened: 'yes',
  ttlUs: undefined,
};

/** Keys sort by their bytes, as in the store. */
const compareText = (a: string, b: string): number => compareBytes(encodeUtf8(a), encodeUtf8(b));

/** A write, with what its fellows and the reads of its key say about it. */
interface SettledWrite extends Write {
  /** When the first acknowledged write that certainly came wholly after it had completed: from then on nobody may read it. */
  readonly replacedUs: Micros;
  /** From then on its deadline has passed on every clock: nobody who asks later may read it. NEVER = it does not expire, or who knows when. */
  readonly expiredUs: Micros;
}

function checkKey(key: string, history: KeyHistory, clocks: ClockBounds): string[] {
  const found: string[] = [];
  const byValue = new Map<string | undefined, SettledWrite[]>();
  for (const write of withExpiry(settle(history), clocks)) {
    const same = byValue.get(write.value);
    if (same === undefined) byValue.set(write.value, [write]);
    else same.push(write);
  }
  /** Reads whose value tells which write they saw. */
  const traced: { readonly read: Read; readonly source: Write }[] = [];
  for (const read of history.reads) {
    const sources = (byValue.get(read.value) ?? []).filter(
      (write) => write.happened !== 'no' && write.invokedUs < read.completedUs,
    );
    const fresh = sources.filter((source) => Math.min(source.replacedUs, source.expiredUs) >= read.invokedUs);
    const [source] = fresh;
    if (source === undefined) {
      const why =
        sources.length === 0
          ? 'nobody wrote this, or it was refused'
          : sources.some(({ replacedUs }) => replacedUs >= read.invokedUs)
            ? 'it had expired on every clock'
            : 'an acknowledged later write had replaced it';
      found.push(`${key} = ${read.value ?? '(nil)'} at ${read.completedUs} µs: ${why}`);
    } else if (fresh.length === 1) {
      traced.push({ read, source });
    }
  }
  return [...found, ...goneBack(key, traced)];
}

/**
 * What may be known of each write. A write whose value somebody has read has taken effect by then, acknowledged or not, and never takes
 * effect again. Only where the value tells which write it was.
 */
function settle({ writes, reads }: KeyHistory): SettledWrite[] {
  const times = new Map<string | undefined, number>();
  for (const { value } of writes) times.set(value, (times.get(value) ?? 0) + 1);
  const seenUs = new Map<string | undefined, Micros>();
  for (const { value, completedUs } of reads) seenUs.set(value, Math.min(completedUs, seenUs.get(value) ?? NEVER));

  const settled = writes.map((write): Write => {
    const { value } = write;
    const firstUs = seenUs.get(value);
    if (value === undefined || times.get(value) !== 1 || write.happened === 'no' || firstUs === undefined) return write;
    const completedUs = Math.max(write.invokedUs, Math.min(firstUs, write.completedUs));
    return { ...write, happened: 'yes', completedUs };
  });
  return withReplacement([INITIALLY_ABSENT, ...settled]);
}

/** From the write that completed last to the first one: what certainly came after it only grows. */
function withReplacement(writes: readonly Write[]): SettledWrite[] {
  const lastCompletedFirst = [...writes].sort((a, b) => b.completedUs - a.completedUs);
  const certain = writes.filter(({ happened }) => happened === 'yes').sort((a, b) => b.invokedUs - a.invokedUs);
  let replacedUs = NEVER;
  let after = 0;
  return lastCompletedFirst.map((write) => {
    for (; ; after++) {
      const later = certain[after];
      if (later === undefined || later.invokedUs <= write.completedUs) break;
      replacedUs = Math.min(replacedUs, later.completedUs);
    }
    return { ...write, replacedUs, expiredUs: NEVER };
  });
}

/**
 * A value that expires is deleted by nobody at some time between the earliest and the latest at which its deadline may pass; whoever overwrote
 * it before then has overwritten the deadline too.
 */
function withExpiry(writes: readonly SettledWrite[], clocks: ClockBounds): SettledWrite[] {
  return writes.flatMap((write) => {
    if (write.ttlUs === undefined || write.happened === 'no') return [write];
    const { invokedUs, completedUs, ttlUs, replacedUs } = write;
    const earliestUs = clocks.earliestAt(clocks.stampAt(invokedUs).least + ttlUs);
    const expiredUs = completedUs === NEVER ? NEVER : clocks.latestAt(clocks.stampAt(completedUs).most + ttlUs);
    const expiry: SettledWrite = {
      value: undefined,
      invokedUs: earliestUs,
      completedUs: expiredUs,
      happened: 'maybe',
      ttlUs: undefined,
      replacedUs,
      expiredUs: NEVER,
    };
    return [{ ...write, expiredUs }, expiry];
  });
}

/** Of two reads, one wholly after the other, the later must not see a write that was over before the other's write began. */
function goneBack(key: string, traced: readonly { readonly read: Read; readonly source: Write }[]): string[] {
  const found: string[] = [];
  const byCompletion = [...traced].sort((a, b) => a.read.completedUs - b.read.completedUs);
  const byInvocation = [...traced].sort((a, b) => a.read.invokedUs - b.read.invokedUs);
  /** The write that began last, of those that the reads completed so far saw. */
  let newest = INITIALLY_ABSENT;
  let completed = 0;
  for (const { read, source } of byInvocation) {
    for (; ; completed++) {
      const earlier = byCompletion[completed];
      if (earlier === undefined || earlier.read.completedUs >= read.invokedUs) break;
      if (earlier.source.invokedUs > newest.invokedUs) newest = earlier.source;
    }
    if (source.completedUs < newest.invokedUs)
      found.push(`${key}: went back from ${newest.value} to ${source.value} at ${read.completedUs} µs`);
  }
  return found;
}
