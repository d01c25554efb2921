import type { Micros, NodeId } from '../core/base/ids.ts';
import { decodeUtf8 } from '../core/base/utf8.ts';
import type { EventualOperation, Outcome } from '../core/client/operation.ts';
import { nodeName } from '../core/cluster/snapshot.ts';
import type { TraceEvent } from '../core/cluster/trace-event.ts';
import { parseContextToken } from '../core/replication/context-token.ts';
import { contextOf, latestStamp, liveVersions, type Row } from '../core/replication/row.ts';
import { compareStamps, type Stamp } from '../core/replication/stamp.ts';
import type { Version } from '../core/replication/version.ts';
import { compareDots, covers, type Dot, type VersionVector } from '../core/replication/version-vector.ts';

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

/** A key as one of its homes holds it, when everything is healed and compared. */
export interface FinalRow {
  readonly node: NodeId;
  readonly row: Row;
  /** By which its values expire. */
  readonly timeUs: Micros;
}

const nameOf = ({ wallUs, logical, node }: Stamp): string => `${wallUs}+${logical} ${nodeName(node)}`;

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
  /** Answers of reads that were held against what was written. */
  readsJudged = 0;

  /** @returns what is wrong with what a client was told, in words */
  observe(event: TraceEvent): string | undefined {
    switch (event.type) {
      case 'OperationInvoked':
        if (event.operation.type === 'EventualWrite' || event.operation.type === 'EventualRead')
          this.operations.set(event.id, event.operation);
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
        return operation === undefined ? undefined : this.completed(operation, event.outcome);
      }
      default:
        return undefined;
    }
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
    const live = (row: Row): string =>
      liveVersions(row, timeUs)
        .map(({ stamp }) => nameOf(stamp))
        .join(', ') || 'nothing';
    const found = others.flatMap(({ node, row }) =>
      live(row) === live(first.row)
        ? []
        : [`${nodeName(first.node)} holds ${live(first.row)} of ${key}, ${nodeName(node)} holds ${live(row)}`],
    );
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
    ofKey.set(nameOf(stamp), {
      stamp,
      dot,
      value: text,
      deadlineUs: ttlUs === undefined ? undefined : stamp.wallUs + ttlUs,
    });
  }

  private completed(operation: EventualOperation, outcome: Outcome): string | undefined {
    if (outcome.status !== 'ok') return undefined;
    const { result } = outcome;
    const key = decodeUtf8(operation.key);
    const writes = this.writes.get(key);
    if (result.type === 'EventualWritten') {
      const write = writes?.get(nameOf(result.stamp));
      if (write === undefined)
        return `a write of ${key} is acknowledged with ${nameOf(result.stamp)}, which nobody gave out`;
      write.acknowledged = parseContextToken(result.token)?.vector ?? [];
    }
    if (result.type !== 'EventualFound') return undefined;
    this.readsJudged++;
    for (const { stamp, value } of result.versions) {
      const write = writes?.get(nameOf(stamp));
      if (write === undefined) return `a read of ${key} found ${nameOf(stamp)}, which nobody wrote`;
      const text = value === undefined ? undefined : decodeUtf8(value);
      // Of one that has expired only the stamp is left.
      if (text === write.value || (text === undefined && write.deadlineUs !== undefined)) continue;
      return `a read of ${key} found another value than was written at ${nameOf(stamp)}`;
    }
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
    return [
      ...unwritten.map(({ stamp }) => `${key} holds ${nameOf(stamp)}, which nobody wrote`),
      ...acknowledged.flatMap((write) => {
        const lost = row.some(({ clock }) => clock !== undefined)
          ? isLost(write, row, live, writes, timeUs)
          : isOutdone(write, row, live, writes, timeUs);
        return lost ? [lostText(key, write)] : [];
      }),
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
    ? `${key} was deleted at ${nameOf(stamp)}, and what was there before is back`
    : `the write of ${key} at ${nameOf(stamp)} was acknowledged, and is gone without a newer one`;
