import { compareBytes } from '../core/base/bytes.ts';
import type { Micros } from '../core/base/ids.ts';
import { decodeUtf8, encodeUtf8 } from '../core/base/utf8.ts';
import type { Operation, OperationResult } from '../core/client/operation.ts';
import type { TraceEvent } from '../core/cluster/trace-event.ts';

const NEVER = Number.POSITIVE_INFINITY;

interface Write {
  /** Undefined = delete. */
  readonly value: string | undefined;
  readonly invokedUs: Micros;
  /** NEVER: the outcome is unknown; it may take effect at any later time or never. */
  readonly completedUs: Micros;
  readonly happened: 'yes' | 'maybe' | 'no';
}

interface Read {
  readonly value: string | undefined;
  readonly invokedUs: Micros;
  readonly completedUs: Micros;
}

interface CompleteScan {
  readonly from: string;
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
 */
export class History {
  private readonly open = new Map<number, { readonly operation: Operation; readonly invokedUs: Micros }>();
  private readonly keys = new Map<string, KeyHistory>();
  private readonly scans: CompleteScan[] = [];
  acknowledged = 0;
  unknown = 0;
  failed = 0;

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
    return [...this.keys].flatMap(([key, history]) => checkKey(key, history));
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
      for (const { key, value } of result.pairs)
        this.key(key).reads.push({ value: decodeUtf8(value), invokedUs, completedUs: timeUs });
      const found = result.pairs.map(({ key }) => decodeUtf8(key));
      const below = result.more
        ? (found.at(-1) ?? decodeUtf8(operation.from))
        : operation.to && decodeUtf8(operation.to);
      this.scans.push({
        from: decodeUtf8(operation.from),
        below,
        found: new Set(found),
        invokedUs,
        completedUs: timeUs,
      });
      return;
    }
    const history = this.key(operation.key);
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
    });
  }

  private recordAbsences({ from, below, found, invokedUs, completedUs }: CompleteScan): void {
    for (const [key, history] of this.keys) {
      const covered = compareText(from, key) <= 0 && (below === undefined || compareText(key, below) < 0);
      if (covered && !found.has(key)) history.reads.push({ value: undefined, invokedUs, completedUs });
    }
  }

  private key(bytes: Uint8Array): KeyHistory {
    const key = decodeUtf8(bytes);
    let history = this.keys.get(key);
    if (history === undefined) {
      history = { writes: [], reads: [] };
      this.keys.set(key, history);
    }
    return history;
  }
}

const INITIALLY_ABSENT: Write = { value: undefined, invokedUs: -1, completedUs: -1, happened: 'yes' };

/** Keys sort by their bytes, as in the store. */
const compareText = (a: string, b: string): number => compareBytes(encodeUtf8(a), encodeUtf8(b));

/**
 * A write whose value somebody has read has taken effect by then, acknowledged or not, and never takes effect again. Only where the value
 * tells which write it was.
 */
function settle(write: Write, { writes, reads }: KeyHistory): Write {
  const { value } = write;
  if (value === undefined || writes.some((other) => other !== write && other.value === value)) return write;
  const seenUs = reads.reduce(
    (first, read) => (read.value === value ? Math.min(first, read.completedUs) : first),
    NEVER,
  );
  if (write.happened === 'no' || seenUs === NEVER) return write;
  return { ...write, happened: 'yes', completedUs: Math.min(seenUs, write.completedUs) };
}

function checkKey(key: string, history: KeyHistory): string[] {
  const { reads } = history;
  const found: string[] = [];
  const all = [INITIALLY_ABSENT, ...history.writes.map((write) => settle(write, history))];
  const seen: { readonly read: Read; readonly sources: readonly Write[] }[] = [];
  for (const read of reads) {
    const name = `${key} = ${read.value ?? '(nil)'} at ${read.completedUs} µs`;
    const sources = all.filter(
      (write) => write.value === read.value && write.happened !== 'no' && write.invokedUs < read.completedUs,
    );
    if (sources.length === 0) {
      found.push(`${name}: nobody wrote this, or it was refused`);
      continue;
    }
    const fresh = sources.filter(
      (source) => !all.some((write) => replaced(source, write) && write.completedUs < read.invokedUs),
    );
    if (fresh.length === 0) found.push(`${name}: an acknowledged later write had replaced it`);
    seen.push({ read, sources: fresh });
  }
  for (const later of seen) {
    for (const earlier of seen) {
      if (
        earlier.read.completedUs >= later.read.invokedUs ||
        earlier.sources.length !== 1 ||
        later.sources.length !== 1
      )
        continue;
      const [source, newer] = [later.sources[0] as Write, earlier.sources[0] as Write];
      if (source.completedUs < newer.invokedUs)
        found.push(`${key}: went back from ${newer.value} to ${source.value} at ${later.read.completedUs} µs`);
    }
  }
  return found;
}

/** `write` certainly happened wholly after `source` had. */
const replaced = (source: Write, write: Write): boolean =>
  write.happened === 'yes' && write !== source && write.invokedUs > source.completedUs;
