import type { Micros, NodeId } from '../core/base/ids.ts';
import { decodeUtf8 } from '../core/base/utf8.ts';
import type { EventualOperation, Outcome } from '../core/client/operation.ts';
import { nodeName } from '../core/cluster/snapshot.ts';
import type { TraceEvent } from '../core/cluster/trace-event.ts';
import { CLOCK_MODES, type ClockMode, CONFLICTS, type Conflicts } from '../core/replication/choices.ts';
import { parseContextToken } from '../core/replication/context-token.ts';
import { purgeRow } from '../core/replication/purge-limits.ts';
import { contextOf, equalRows, latestStamp, liveVersions, type Row, withoutExpiring } from '../core/replication/row.ts';
import { compareStamps, laterStamp, type Stamp } from '../core/replication/stamp.ts';
import type { Version } from '../core/replication/version.ts';
import { compareDots, covers, type Dot, type VersionVector } from '../core/replication/version-vector.ts';
import { AcknowledgedCopies } from './acknowledged-copies.ts';
import { nameOfStamp } from './stamp-name.ts';
import { StampOrder } from './stamp-order.ts';

/** A write that some node has stamped. */
interface StampedWrite {
  readonly stamp: Stamp;
  /** Of a PUT or DELETE among siblings. */
  readonly dot: Dot;
  /** Undefined: DELETE. */
  readonly value: string | undefined;
  /** From then on there is nothing of it to be seen. */
  readonly deadlineUs: Micros | undefined;
  /** Its client was told that it is written: what it replaced, and the write itself where the client has seen all before it. */
  acknowledged?: VersionVector;
}

export interface JudgeTally {
  /** Answers of reads that were held against what was written. */
  readonly reads: number;
  /** Acknowledged writes that last writer wins dropped because their stamps are earlier than that of a write which their client had seen: the wall clock's part. */
  readonly dropped: number;
  /** The same, of a write that their client had not seen and that was acknowledged, or read by somebody, before they began. */
  readonly overtaken: number;
  /** Acknowledged writes that are gone with every disk that had them then. */
  readonly goneWithDisks: number;
}

/** A key as one of its homes holds it, when everything is healed and compared. */
export interface FinalRow {
  readonly node: NodeId;
  readonly row: Row;
  /** By which its values expire. */
  readonly timeUs: Micros;
  /** What is dead from before then may have been purged. */
  readonly watermarkUs: Micros;
}

/**
 * What the eventual keyspace promises, held against a run: reads show only what was written, all homes come to hold the same, what was acknowledged is
 * there or was replaced, and nothing that was deleted returns.
 */
export class EventualJudge {
  private readonly operations = new Map<number, EventualOperation>();
  /** By client and request. */
  private readonly requests = new Map<string, number>();
  /** By key, then by the name of the stamp. */
  private readonly writes = new Map<string, Map<string, StampedWrite>>();
  private readonly copies = new AcknowledgedCopies();
  private readonly order = new StampOrder();
  private clock: ClockMode;
  private conflicts: Conflicts;
  private reads = 0;
  private dropped = 0;
  private overtaken = 0;
  /** By key. */
  private readonly gone = new Map<string, number>();

  constructor(clock: ClockMode = 'hybrid', conflicts: Conflicts = 'lww') {
    this.clock = clock;
    this.conflicts = conflicts;
  }

  /** @returns what is wrong with what a client was told, in words */
  observe(event: TraceEvent): string | undefined {
    this.copies.observe(event);
    switch (event.type) {
      case 'ActionTaken':
        if (event.action.type === 'Configure') this.configured(event.action.name, event.action.value);
        return undefined;
      case 'OperationInvoked':
        if (event.operation.type === 'EventualWrite' || event.operation.type === 'EventualRead') {
          this.operations.set(event.id, event.operation);
          this.order.invoked(event.id, event.client, event.operation);
        }
        return undefined;
      case 'RequestSent':
        if (event.request === 'EventualWrite') this.requests.set(`${event.client} ${event.requestId}`, event.operation);
        return undefined;
      case 'EventualWriteStarted': {
        const operation = this.operations.get(this.requests.get(`${event.client} ${event.requestId}`) ?? -1);
        if (operation?.type === 'EventualWrite') this.stamped(event.key, event, operation);
        return undefined;
      }
      case 'OperationCompleted': {
        const operation = this.operations.get(event.id);
        return operation === undefined ? undefined : this.completed(event.id, operation, event.outcome);
      }
      default:
        return undefined;
    }
  }

  get tally(): JudgeTally {
    const { reads, dropped, overtaken } = this;
    const goneWithDisks = [...this.gone.values()].reduce((sum, count) => sum + count, 0);
    return { reads, dropped, overtaken, goneWithDisks };
  }

  /** The keys that were written. */
  get keys(): readonly string[] {
    return [...this.writes.keys()].sort();
  }

  /** @param rows the key at each of its homes. @returns what is wrong with it, in words */
  end(key: string, rows: readonly FinalRow[]): readonly string[] {
    const timeUs = Math.max(...rows.map((each) => each.timeUs));
    const [first, ...others] = rows;
    if (first === undefined) return [`${key} is held by nobody`];
    // All of them know what was purged by any: none of it is compared.
    const watermarkUs = Math.max(...rows.map((each) => each.watermarkUs));
    const heldBy = ({ row }: FinalRow): Row => withoutExpiring(purgeRow(row, watermarkUs));
    const text = (row: Row): string => row.map(({ stamp }) => nameOfStamp(stamp)).join(', ') || 'nothing';
    const expected = heldBy(first);
    const found = others.flatMap((other) =>
      equalRows(heldBy(other), expected)
        ? []
        : [
            `${nodeName(first.node)} holds ${text(expected)} of ${key}, ${nodeName(other.node)} holds ${text(heldBy(other))}`,
          ],
    );
    // One of the others may show what the first has not. The first is judged last: what it lacks counts as gone.
    const back = others.flatMap(({ row }) => this.judgeRow(key, row, timeUs, ({ value }) => value === undefined));
    return [...found, ...new Set([...this.judgeRow(key, first.row, timeUs, () => true), ...back])];
  }

  private stamped(
    key: Uint8Array,
    { stamp, dot }: Pick<StampedWrite, 'stamp' | 'dot'>,
    { value, ttlUs }: EventualOperation & { type: 'EventualWrite' },
  ): void {
    const name = decodeUtf8(key);
    const ofKey = this.writes.get(name) ?? new Map<string, StampedWrite>();
    this.writes.set(name, ofKey);
    const text = value === undefined ? undefined : decodeUtf8(value);
    ofKey.set(nameOfStamp(stamp), {
      stamp,
      dot,
      value: text,
      deadlineUs: ttlUs === undefined ? undefined : stamp.wallUs + ttlUs,
    });
  }

  /** What a run promises is the least that it ever promised. */
  private configured(name: string, value: number): void {
    if (name === 'clock' && CLOCK_MODES[value] === 'wall') this.clock = 'wall';
    if (name === 'conflicts') this.conflicts = CONFLICTS[value] ?? this.conflicts;
  }

  private completed(id: number, operation: EventualOperation, outcome: Outcome): string | undefined {
    if (outcome.status !== 'ok') return undefined;
    const { result } = outcome;
    const key = decodeUtf8(operation.key);
    const writes = this.writes.get(key);
    if (result.type === 'EventualWritten') {
      const write = writes?.get(nameOfStamp(result.stamp));
      if (write === undefined)
        return `a write of ${key} is acknowledged with ${nameOfStamp(result.stamp)}, which nobody gave out`;
      write.acknowledged = parseContextToken(result.token)?.vector ?? [];
      return this.judgeOrder(id, operation, result.stamp);
    }
    if (result.type !== 'EventualFound') return undefined;
    this.reads++;
    const latest = latestOf(result.versions);
    if (latest !== undefined) this.order.completed(id, operation, latest);
    for (const { stamp, value } of result.versions) {
      const write = writes?.get(nameOfStamp(stamp));
      if (write === undefined) return `a read of ${key} found ${nameOfStamp(stamp)}, which nobody wrote`;
      const text = value === undefined ? undefined : decodeUtf8(value);
      // Of one that has expired only the stamp is left.
      if (text === write.value || (text === undefined && write.deadlineUs !== undefined)) continue;
      return `a read of ${key} found another value than was written at ${nameOfStamp(stamp)}`;
    }
    return undefined;
  }

  private judgeOrder(id: number, operation: EventualOperation, stamp: Stamp): string | undefined {
    const order = this.order.completed(id, operation, stamp);
    if (order === undefined) return undefined;
    if (order === 'skewed' && this.clock === 'hybrid')
      return `a write of ${decodeUtf8(operation.key)} got ${nameOfStamp(stamp)}, which is no later than what its client had seen`;
    // Of siblings none is dropped for its stamp.
    if (this.conflicts === 'siblings') return undefined;
    if (order === 'skewed') this.dropped++;
    else this.overtaken++;
    return undefined;
  }

  /** @param isAsked of which writes */
  private judgeRow(
    key: string,
    row: Row,
    timeUs: Micros,
    isAsked: (write: StampedWrite) => boolean,
  ): readonly string[] {
    const writes = [...(this.writes.get(key)?.values() ?? [])];
    const acknowledged = writes.filter((write) => write.acknowledged !== undefined && isAsked(write));
    const live = liveVersions(row, timeUs);
    const unwritten = live.filter(({ stamp }) => !writes.some((write) => compareStamps(write.stamp, stamp) === 0));
    const lost = acknowledged.filter((write) =>
      row.some(({ clock }) => clock !== undefined)
        ? isLost(write, row, live, writes, timeUs)
        : isOutdone(write, row, live, writes, timeUs),
    );
    const unexcused = lost.filter(({ stamp }) => !this.copies.areGone(key, nameOfStamp(stamp)));
    this.gone.set(key, lost.length - unexcused.length);
    return [
      ...unwritten.map(({ stamp }) => `${key} holds ${nameOfStamp(stamp)}, which nobody wrote`),
      ...unexcused.map((write) => lostText(key, write)),
    ];
  }
}

/** Nobody is to see anything of it any more: it is no loss when a purge forgets it. */
const isDead = ({ value, deadlineUs }: StampedWrite, timeUs: Micros): boolean =>
  value === undefined || (deadlineUs !== undefined && deadlineUs <= timeUs);

/**
 * Siblings: what is there has seen it, or somebody replaced it, or it is dead: a purge forgets both. And what was replaced is not there. A write of unknown outcome
 * may have replaced whatever its client had read.
 */
function isLost(
  write: StampedWrite,
  row: Row,
  live: readonly Version[],
  writes: readonly StampedWrite[],
  timeUs: Micros,
): boolean {
  const { acknowledged = [], dot: own } = write;
  const isBack = live.some(
    ({ clock }) => clock !== undefined && !isSame(clock.dot, own) && covers(acknowledged, clock.dot),
  );
  if (isBack) return true;
  const isReplaced = writes.some(
    (other) => other !== write && (other.acknowledged === undefined || covers(other.acknowledged, own)),
  );
  return !covers(contextOf(row), own) && !isReplaced && !isDead(write, timeUs);
}

const latestOf = (versions: readonly { readonly stamp: Stamp }[]): Stamp | undefined =>
  versions
    .map(({ stamp }) => stamp)
    .reduce<Stamp | undefined>((a, b) => (a === undefined ? b : laterStamp(a, b)), undefined);

const isSame = (a: Dot, b: Dot): boolean => compareDots(a, b) === 0;

/** Last writer wins: what is there is no older, and where nothing is, it was deleted or has expired. */
function isOutdone(
  { stamp }: StampedWrite,
  row: Row,
  live: readonly Version[],
  writes: readonly StampedWrite[],
  timeUs: Micros,
): boolean {
  if (live.length > 0) return compareStamps(latestStamp(row), stamp) < 0;
  return !writes.some((write) => compareStamps(write.stamp, stamp) >= 0 && isDead(write, timeUs));
}

const lostText = (key: string, { stamp, value }: StampedWrite): string =>
  value === undefined
    ? `${key} was deleted at ${nameOfStamp(stamp)}, and what was there before is back`
    : `the write of ${key} at ${nameOfStamp(stamp)} was acknowledged, and is gone without a newer one`;
