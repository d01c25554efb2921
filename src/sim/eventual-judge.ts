import type { ClientActorId, Micros, NodeId, ShardId } from '../core/base/ids.ts';
import { decodeUtf8 } from '../core/base/utf8.ts';
import type { EventualOperation, Outcome } from '../core/client/operation.ts';
import { nodeName } from '../core/cluster/snapshot.ts';
import type { TraceEvent } from '../core/cluster/trace-event.ts';
import { CLOCK_MODES, type ClockMode, CONFLICTS, type Conflicts } from '../core/replication/choices.ts';
import { purgeRow } from '../core/replication/purge-limits.ts';
import { equalRows, liveVersions, type Row, withoutExpiring } from '../core/replication/row.ts';
import { laterStamp, type Stamp } from '../core/replication/stamp.ts';
import { AcknowledgedCopies } from './acknowledged-copies.ts';
import { requestName } from './request-name.ts';
import { ShownToClients } from './shown-to-clients.ts';
import { nameOfStamp } from './stamp-name.ts';
import { StampOrder } from './stamp-order.ts';
import { hasReplaced, isKept, type StampedWrite } from './stamped-write.ts';
import { SyncRounds } from './sync-rounds.ts';

type Of<T extends TraceEvent['type']> = Extract<TraceEvent, { readonly type: T }>;

/** An operation of a client, and the events that were before it. */
interface AskedOperation {
  readonly operation: EventualOperation;
  readonly client: ClientActorId;
  readonly at: number;
  /** Its write, as often as it was stamped: an attempt that was refused may be followed by another one. */
  readonly writes: StampedWrite[];
}

export interface JudgeTally {
  /** Answers of reads that were held against what was written. */
  readonly reads: number;
  /** How often a read of strict quorums was held against a write that it had to meet, because R + W > N. */
  readonly overlaps: number;
  /** Acknowledged writes that last writer wins dropped because their stamps are earlier than that of a write which their client had seen: the wall clock's part. */
  readonly dropped: number;
  /** The same, of a write that their client had not seen and that was acknowledged, or read by somebody, before they began. */
  readonly overtaken: number;
  /** Acknowledged writes that are gone with every disk that had them then. */
  readonly goneWithDisks: number;
  /** Rounds of purging that came to their end, hints that came home, rows that comparisons of homes exchanged. */
  readonly purges: number;
  readonly hintsDelivered: number;
  readonly rowsExchanged: number;
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
  readonly rounds = new SyncRounds();
  private readonly operations = new Map<number, AskedOperation>();
  /** By client and request. */
  private readonly requests = new Map<string, number>();
  private readonly started = new Map<string, StampedWrite>();
  /** By key, then by the name of the stamp. */
  private readonly writes = new Map<string, Map<string, StampedWrite>>();
  private readonly copies = new AcknowledgedCopies();
  private readonly order = new StampOrder();
  private readonly shown = new ShownToClients();
  private readonly watermarksUs = new Map<ShardId, Micros>();
  private clock: ClockMode;
  private conflicts: Conflicts;
  private events = 0;
  private reads = 0;
  private overlaps = 0;
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
    this.events++;
    this.copies.observe(event);
    this.rounds.observe(event);
    switch (event.type) {
      case 'ActionTaken':
        if (event.action.type === 'Configure') this.configured(event.action.name, event.action.value);
        return undefined;
      case 'OperationInvoked': {
        const { id, client, operation } = event;
        if (operation.type !== 'EventualWrite' && operation.type !== 'EventualRead') return undefined;
        this.operations.set(id, { operation, client, at: this.events, writes: [] });
        this.order.invoked(id, client, operation);
        return undefined;
      }
      case 'RequestSent':
        if (event.request === 'EventualWrite') this.requests.set(requestName(event), event.operation);
        return undefined;
      case 'EventualWriteStarted':
        this.stamped(event);
        return undefined;
      case 'EventualWriteAnswered':
        return this.answered(event);
      case 'PurgeLimitRaised': {
        const { shard, watermarkUs } = event;
        this.watermarksUs.set(shard, Math.max(watermarkUs, this.watermarksUs.get(shard) ?? 0));
        return undefined;
      }
      case 'OperationCompleted': {
        const asked = this.operations.get(event.id);
        return asked === undefined ? undefined : this.completed(event.id, asked, event.outcome);
      }
      default:
        return undefined;
    }
  }

  get tally(): JudgeTally {
    const { reads, overlaps, dropped, overtaken } = this;
    const goneWithDisks = [...this.gone.values()].reduce((sum, count) => sum + count, 0);
    const { purges, hintsDelivered, rowsExchanged } = this.rounds;
    return { reads, overlaps, dropped, overtaken, goneWithDisks, purges, hintsDelivered, rowsExchanged };
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
    const judge = ({ row }: FinalRow, isAsked: (write: StampedWrite) => boolean): readonly string[] =>
      this.judgeRow(key, { row, timeUs, watermarkUs }, isAsked);
    const back = others.flatMap((other) => judge(other, ({ value }) => value === undefined));
    return [...found, ...new Set([...judge(first, () => true), ...back])];
  }

  private stamped(event: Of<'EventualWriteStarted'>): void {
    const asked = this.operations.get(this.requests.get(requestName(event)) ?? -1);
    if (asked?.operation.type !== 'EventualWrite') return;
    const { stamp, dot, context, client } = event;
    const { value, ttlUs, context: given } = asked.operation;
    const key = decodeUtf8(event.key);
    const write: StampedWrite = {
      ...{ stamp, dot, context, seen: this.shown.before(client, key, given) },
      value: value === undefined ? undefined : decodeUtf8(value),
      deadlineUs: ttlUs === undefined ? undefined : stamp.wallUs + ttlUs,
      ...{ isSibling: this.conflicts === 'siblings', hasFailed: false, isShown: false },
    };
    const ofKey = this.writes.get(key) ?? new Map<string, StampedWrite>();
    this.writes.set(key, ofKey);
    ofKey.set(nameOfStamp(stamp), write);
    asked.writes.push(write);
    this.started.set(requestName(event), write);
  }

  private answered(event: Of<'EventualWriteAnswered'>): string | undefined {
    const write = this.started.get(requestName(event));
    if (write === undefined) return undefined;
    const key = decodeUtf8(event.key);
    if (event.status === 'fail') return this.failed(key, write);
    // Whether its client hears of it or not.
    this.shown.met(event.client, key, nameOfStamp(write.stamp), write.seen);
    return undefined;
  }

  private failed(key: string, write: StampedWrite): string | undefined {
    write.hasFailed = true;
    return write.isShown ? `a read of ${key} had found ${nameOfStamp(write.stamp)}, whose write has failed` : undefined;
  }

  /** What a run promises is the least that it ever promised. */
  private configured(name: string, value: number): void {
    if (name === 'clock' && CLOCK_MODES[value] === 'wall') this.clock = 'wall';
    if (name !== 'conflicts') return;
    this.conflicts = CONFLICTS[value] ?? this.conflicts;
    if (this.conflicts === 'siblings') return;
    for (const ofKey of this.writes.values()) for (const write of ofKey.values()) write.isSibling = false;
  }

  private completed(id: number, asked: AskedOperation, outcome: Outcome): string | undefined {
    const { operation } = asked;
    const key = decodeUtf8(operation.key);
    if (outcome.status === 'fail') {
      const found = asked.writes.map((write) => this.failed(key, write));
      return found.find((text) => text !== undefined);
    }
    if (outcome.status !== 'ok') return undefined;
    const { result } = outcome;
    if (result.type === 'EventualWritten') {
      const write = this.writes.get(key)?.get(nameOfStamp(result.stamp));
      if (write === undefined)
        return `a write of ${key} is acknowledged with ${nameOfStamp(result.stamp)}, which nobody gave out`;
      write.acknowledged = { at: this.events, homes: outcome.replicas?.homes ?? [] };
      return this.judgeOrder(id, operation, result.stamp);
    }
    return result.type === 'EventualFound' ? this.judgeRead(id, asked, outcome, result) : undefined;
  }

  private judgeRead(
    id: number,
    { operation, client, at }: AskedOperation,
    { shard, replicas }: Outcome,
    { versions }: Found,
  ): string | undefined {
    const key = decodeUtf8(operation.key);
    const ofKey = this.writes.get(key) ?? new Map<string, StampedWrite>();
    this.reads++;
    const latest = latestOf(versions);
    if (latest !== undefined) this.order.completed(id, operation, latest);
    for (const { stamp, value } of versions) {
      const name = nameOfStamp(stamp);
      const write = ofKey.get(name);
      if (write === undefined) return `a read of ${key} found ${name}, which nobody wrote`;
      if (write.hasFailed) return `a read of ${key} found ${name}, whose write had failed`;
      write.isShown = true;
      this.shown.met(client, key, name, write.seen);
      const text = value === undefined ? undefined : decodeUtf8(value);
      // Of one that has expired only the stamp is left.
      if (text === write.value || (text === undefined && write.deadlineUs !== undefined)) continue;
      return `a read of ${key} found another value than was written at ${name}`;
    }
    if (operation.type !== 'EventualRead' || operation.sloppy) return undefined;
    const homes = replicas?.homes ?? [];
    const shown = {
      stamps: versions.map(({ stamp }) => stamp),
      isLive: versions.some(({ value }) => value !== undefined),
      // A node tells that its limit has risen when its disk has that: what a completed round allows to be purged may be gone before.
      watermarkUs: Math.max(this.watermarksUs.get(shard) ?? 0, this.rounds.watermarkUs(shard)),
    };
    const all = [...ofKey.values()];
    const met = all.filter((write) => this.isMet(key, write, { r: operation.r, homes, at }));
    this.overlaps += met.length;
    const missed = met.find((write) => !isKept(write, shown, all));
    return missed && `a read of ${key}, R + W > N, did not meet ${nameOfStamp(missed.stamp)}, which was written before`;
  }

  /** Whether so many homes have it still, of the same ones, that any R of them meet one: since before the read began. */
  private isMet(
    key: string,
    { stamp, acknowledged }: StampedWrite,
    { r, homes, at }: { readonly r: number; readonly homes: readonly NodeId[]; readonly at: number },
  ): boolean {
    if (acknowledged === undefined || acknowledged.at > at) return false;
    const isSamePlace =
      homes.length === acknowledged.homes.length && homes.every((home) => acknowledged.homes.includes(home));
    return isSamePlace && r + this.copies.homesLeft(key, nameOfStamp(stamp), homes) > homes.length;
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
    { row, timeUs, watermarkUs }: Omit<FinalRow, 'node'>,
    isAsked: (write: StampedWrite) => boolean,
  ): readonly string[] {
    const ofKey = this.writes.get(key) ?? new Map<string, StampedWrite>();
    const writes = [...ofKey.values()];
    const live = liveVersions(row, timeUs);
    const shown = { stamps: row.map(({ stamp }) => stamp), isLive: live.length > 0, watermarkUs };
    const isBack = (write: StampedWrite): boolean =>
      write.isSibling &&
      live.some(({ stamp }) => {
        const earlier = ofKey.get(nameOfStamp(stamp));
        return earlier !== undefined && hasReplaced(write, earlier);
      });
    const acknowledged = writes.filter((write) => write.acknowledged !== undefined && isAsked(write));
    const lost = acknowledged.filter((write) => isBack(write) || !isKept(write, shown, writes));
    const unexcused = lost.filter(({ stamp }) => !this.copies.areGone(key, nameOfStamp(stamp)));
    this.gone.set(key, lost.length - unexcused.length);
    const names = shown.stamps.map(nameOfStamp);
    return [
      ...names.filter((name) => !ofKey.has(name)).map((name) => `${key} holds ${name}, which nobody wrote`),
      ...names
        .filter((name) => ofKey.get(name)?.hasFailed)
        .map((name) => `${key} holds ${name}, whose write had failed`),
      ...unexcused.map((write) => lostText(key, write, shown.isLive)),
    ];
  }
}

type Found = Extract<NonNullable<Extract<Outcome, { status: 'ok' }>['result']>, { type: 'EventualFound' }>;

const latestOf = (versions: readonly { readonly stamp: Stamp }[]): Stamp | undefined =>
  versions
    .map(({ stamp }) => stamp)
    .reduce<Stamp | undefined>((a, b) => (a === undefined ? b : laterStamp(a, b)), undefined);

const lostText = (key: string, { stamp, value }: StampedWrite, isLive: boolean): string =>
  value !== undefined
    ? `the write of ${key} at ${nameOfStamp(stamp)} was acknowledged, and is gone without a newer one`
    : isLive
      ? `${key} was deleted at ${nameOfStamp(stamp)}, and what was there before is back`
      : `${key} was deleted at ${nameOfStamp(stamp)}, and the tombstone is gone before it may be purged`;
