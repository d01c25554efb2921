import { must } from '../../base/assert.ts';
import { NO_BREAKS } from '../../base/breaks.ts';
import type { Micros, NodeId } from '../../base/ids.ts';
import { decodeUtf8, encodeUtf8 } from '../../base/utf8.ts';
import { applyRow } from '../apply-row.ts';
import type { ReadContext } from '../context-token.ts';
import { type Hint, HintStore } from '../hints.ts';
import { HybridClock } from '../hybrid-clock.ts';
import type { Ask } from '../preference-walk.ts';
import { NO_LIMITS, type PurgeLimits, purgeRow, raiseFence, raiseWatermark } from '../purge-limits.ts';
import { ReadCoordinator, type ReadEffect, type ReadOutcome } from '../read-coordinator.ts';
import { equalRows, expireRow, latestStamp, NO_ROW, type Row } from '../row.ts';
import type { Stamp } from '../stamp.ts';
import { digestRows, type HeldRow, planSync } from '../sync-rows.ts';
import { PurgeRound, type PurgeRoundEffect } from '../tombstone-gc.ts';
import type { Version } from '../version.ts';
import { EMPTY_VECTOR } from '../version-vector.ts';
import { WriteCoordinator, type WriteEffect, type WriteOutcome } from '../write-coordinator.ts';
import { writeRow } from '../write-row.ts';
import type { ClusterMessage } from './cluster-message.ts';
import { type ClusterOptions, MS } from './cluster-options.ts';

/** What a node stands on. */
export interface NodeWorld {
  readonly options: ClusterOptions;
  readonly homes: readonly NodeId[];
  readonly fallbacks: readonly NodeId[];
  readonly members: readonly NodeId[];
  nowUs(node: NodeId): Micros;
  send(from: NodeId, to: NodeId, message: ClusterMessage): void;
  after(node: NodeId, delayUs: Micros, what: () => void): void;
  suspects(node: NodeId, other: NodeId): boolean;
  purged(versions: readonly Version[]): void;
  synced(node: NodeId, peer: NodeId): void;
}

/** What a crash leaves. */
export interface NodeDisk {
  boundUs: Micros;
  limits: PurgeLimits;
  readonly rows: Map<string, Row>;
  readonly hints: Map<string, Hint>;
}

export const emptyDisk = (): NodeDisk => ({ boundUs: 0, limits: NO_LIMITS, rows: new Map(), hints: new Map() });

export interface WriteRequest {
  readonly key: string;
  readonly value: string | undefined;
  readonly ttlUs?: Micros;
  readonly context?: ReadContext;
  readonly w: number;
}

/** Of one round at most; rounds are numbered from 1. */
const EXCHANGES = 100;
const DISK_US = 2 * MS;
const OVERDUE_US = 40 * MS;
const TIMEOUT_US = 200 * MS;

/** One node that does nothing but replicate: the machines of this layer, hosted as a node would, on a disk that keeps what was flushed. */
export class ClusterNode {
  readonly rows: Map<string, Row>;
  readonly hints: HintStore;
  limits: PurgeLimits;
  readonly clock: HybridClock;
  round: { readonly number: number; readonly machine: PurgeRound; readonly watermarkUs: Micros } | undefined;
  private readonly id: NodeId;
  private readonly world: NodeWorld;
  private readonly disk: NodeDisk;
  private readonly bootUs: Micros;
  private readonly writes = new Map<number, WriteCoordinator>();
  private readonly reads = new Map<number, ReadCoordinator>();
  private operations = 0;
  /** What the next flush makes durable, and whom it makes answer. */
  private unflushed: { readonly apply: (disk: NodeDisk) => void; readonly done: () => void }[] = [];

  constructor(id: NodeId, world: NodeWorld, disk: NodeDisk) {
    const { clockMode: mode, clockAheadMaxUs, conflicts: _, hintLimits } = world.options;
    this.id = id;
    this.world = world;
    this.disk = disk;
    this.bootUs = disk.boundUs;
    this.clock = new HybridClock({ node: id, mode, clockAheadMaxUs, boundStepUs: 100 * MS }, disk.boundUs);
    this.rows = new Map(disk.rows);
    this.hints = new HintStore(hintLimits, [...disk.hints.values()]);
    this.limits = disk.limits;
  }

  get timeUs(): Micros {
    return this.clock.timeUs(this.nowUs);
  }

  write(request: WriteRequest, onAnswer: (outcome: WriteOutcome) => void): Version | undefined {
    const { world, id, limits } = this;
    const { conflicts, isSloppy } = world.options;
    const { key, value, ttlUs, context, w } = request;
    if (context !== undefined) this.clock.observe(this.nowUs, context.stamp);
    const stamp = this.clock.now(this.nowUs);
    this.disk.boundUs = this.clock.boundUs;
    const isHome = world.homes.includes(id);
    const held = isHome ? (this.rows.get(key) ?? NO_ROW) : NO_ROW;
    const made = writeRow(
      conflicts,
      held,
      {
        stamp,
        value: value === undefined ? undefined : encodeUtf8(value),
        deadlineUs: ttlUs === undefined || value === undefined ? undefined : stamp.wallUs + ttlUs,
        context: context?.vector ?? EMPTY_VECTOR,
      },
      { node: id, continuesFromUs: Math.max(this.bootUs, limits.watermarkUs) },
    );
    const fail = (): void => onAnswer({ status: 'fail', code: 'NotEnoughReplicas' });
    if (made.type !== 'Row') {
      fail();
      return undefined;
    }
    if (isHome && !this.apply(key, made.row, stamp)) {
      fail();
      return undefined;
    }
    const operation = ++this.operations;
    const { homes, fallbacks } = world;
    const coordinator = new WriteCoordinator({ homes, fallbacks, isSloppy, w, joiners: [], isHeld: isHome });
    this.writes.set(operation, coordinator);
    const run = (effects: readonly WriteEffect[]): void => {
      for (const effect of effects) {
        if (effect.type === 'Answer') onAnswer(effect.outcome);
        else {
          const ask = { to: effect.to, home: effect.home };
          this.send(effect.to, { type: 'Write', operation, ask, key, row: made.row, written: stamp });
        }
      }
    };
    this.runWrite.set(operation, run);
    run(coordinator.start((node) => world.suspects(id, node)));
    const later = (): void => {
      run(coordinator.overdue());
      if (!coordinator.isOver) world.after(id, OVERDUE_US, later);
    };
    world.after(id, OVERDUE_US, later);
    world.after(id, TIMEOUT_US, () => run(coordinator.expired()));
    return made.written;
  }

  read(key: string, r: number, onAnswer: (outcome: ReadOutcome) => void): void {
    const { world, id } = this;
    const { conflicts, isSloppy } = world.options;
    const operation = ++this.operations;
    const { homes, fallbacks } = world;
    const coordinator = new ReadCoordinator({ homes, fallbacks, isSloppy, r, conflicts });
    this.reads.set(operation, coordinator);
    const run = (effects: readonly ReadEffect[]): void => {
      for (const effect of effects) {
        if (effect.type === 'Answer') onAnswer(effect.outcome);
        else if (effect.type === 'Repair') this.send(effect.to, { type: 'Repair', key, row: effect.row });
        else this.send(effect.to, { type: 'Read', operation, ask: { to: effect.to, home: effect.home }, key });
      }
    };
    this.runRead.set(operation, run);
    run(coordinator.start((node) => world.suspects(id, node)));
    world.after(id, OVERDUE_US, () => run(coordinator.overdue()));
    world.after(id, TIMEOUT_US, () => run(coordinator.expired()));
  }

  /** @param exchange of a round of purging; 0 = of none */
  startSync(peer: NodeId, exchange = 0): void {
    const { watermarkUs } = this.limits;
    this.send(peer, { type: 'SyncOpen', exchange, watermarkUs, digests: this.digests(watermarkUs) });
  }

  startPurge(number: number, watermarkUs: Micros, epoch: number): void {
    const { homes, members } = this.world;
    const machine = new PurgeRound({ watermarkUs, epoch, conductor: this.id, homes, members, breaks: NO_BREAKS });
    this.round = { number, machine, watermarkUs };
    this.runPurge(machine.ask());
  }

  /** What a compaction does: values that have expired go. */
  sweep(): void {
    for (const [key, row] of this.rows) this.put(key, expireRow(row, this.timeUs));
  }

  /** What must not be done: tombstones go because they are old. */
  forgetTombstones(): void {
    for (const [key, row] of this.rows) this.put(key, purgeRow(row, this.timeUs));
  }

  receive(from: NodeId, message: ClusterMessage): void {
    switch (message.type) {
      case 'Write': {
        const answer = (isDurable: boolean): void =>
          this.send(from, { type: 'WriteAnswer', operation: message.operation, ask: message.ask, isDurable });
        const taken =
          // Its own replica has held the row since before it was sent.
          (from === this.id && message.ask.home === this.id) ||
          (message.ask.home === this.id
            ? this.apply(message.key, message.row, message.written)
            : this.takeHint(message.ask, message.key, message.row, message.written));
        if (taken) this.flush(() => answer(true));
        else answer(false);
        return;
      }
      case 'WriteAnswer': {
        const write = this.writes.get(message.operation);
        if (write === undefined) return;
        const effects = message.isDurable ? write.acknowledged(message.ask) : write.refused(message.ask, true);
        must(this.runWrite.get(message.operation), 'it runs')(effects);
        return;
      }
      case 'Read': {
        const { operation, ask, key } = message;
        const row =
          ask.home === this.id ? (this.rows.get(key) ?? NO_ROW) : this.hints.rowFor(ask.home, encodeUtf8(key));
        this.send(from, { type: 'ReadAnswer', operation, ask, row });
        return;
      }
      case 'ReadAnswer': {
        const { operation, ask, row } = message;
        const read = this.reads.get(operation);
        if (read === undefined || !this.believes(row)) return;
        must(this.runRead.get(operation), 'it runs')(read.answered(ask, row));
        return;
      }
      case 'Repair':
        this.apply(message.key, message.row, undefined);
        return;
      case 'Hint':
        if (this.apply(message.key, message.row, undefined)) {
          this.flush(() => this.send(from, { type: 'HintTaken', key: message.key, row: message.row }));
        }
        return;
      case 'HintTaken': {
        const hint = { home: from, key: encodeUtf8(message.key), row: message.row };
        if (this.hints.delivered(hint)) this.log((disk) => void disk.hints.delete(`${from}/${message.key}`));
        return;
      }
      default:
        this.receiveRepair(from, message);
    }
  }

  private receiveRepair(from: NodeId, message: ClusterMessage): void {
    switch (message.type) {
      case 'SyncOpen': {
        const { exchange } = message;
        this.raise(message.watermarkUs);
        const { watermarkUs } = this.limits;
        const { send, ask } = planSync(this.digests(watermarkUs), message.digests);
        this.send(from, { type: 'SyncPush', exchange, watermarkUs, rows: this.held(send), ask });
        return;
      }
      case 'SyncPush': {
        const { exchange } = message;
        this.raise(message.watermarkUs);
        if (!this.applyAll(message.rows)) return;
        this.flush(() => this.send(from, { type: 'SyncReturn', exchange, rows: this.held(message.ask) }));
        return;
      }
      case 'SyncReturn': {
        const { exchange } = message;
        if (this.applyAll(message.rows)) this.flush(() => this.send(from, { type: 'SyncDone', exchange }));
        return;
      }
      case 'SyncDone':
        this.world.synced(this.id, from);
        if (this.round === undefined || Math.floor(message.exchange / EXCHANGES) !== this.round.number) return;
        this.runPurge(this.round.machine.synced(message.exchange % EXCHANGES, this.world.options.epoch()));
        return;
      case 'Fence': {
        const { round, toUs } = message;
        const fence: Stamp = { wallUs: toUs, logical: 0, node: from };
        if (this.clock.observe(this.nowUs, fence) !== undefined) return;
        this.disk.boundUs = this.clock.boundUs;
        this.setLimits(raiseFence(this.limits, toUs));
        this.flush(() => {
          this.send(from, { type: 'Fenced', round, hintsBelow: this.hints.countBelow(toUs, () => true) });
        });
        return;
      }
      case 'Fenced':
        if (this.round?.number !== message.round) return;
        this.runPurge(this.round.machine.fenced(from, this.world.options.epoch(), message.hintsBelow));
        return;
      case 'Watermark':
        this.raise(message.toUs);
        return;
    }
  }

  /** Whatever a node does now and then, from when it runs. */
  everyTick(): void {
    const { world, id } = this;
    world.after(id, 50 * MS, () => {
      this.sendHints();
      this.runPurge(this.round?.machine.ask() ?? []);
      this.everyTick();
    });
  }

  private sendHints(): void {
    for (const home of this.hints.homes) {
      for (const { key, row } of this.hints.nextBatch(this.nowUs, home)) {
        this.send(home, { type: 'Hint', key: decodeUtf8(key), row });
      }
    }
  }

  private readonly runWrite = new Map<number, (effects: readonly WriteEffect[]) => void>();
  private readonly runRead = new Map<number, (effects: readonly ReadEffect[]) => void>();

  private runPurge(effects: readonly PurgeRoundEffect[]): void {
    for (const effect of effects) {
      const { number: round, watermarkUs: toUs } = must(this.round, 'a round is under way');
      if (effect.type === 'Fence') this.send(effect.to, { type: 'Fence', round, toUs });
      else if (effect.type === 'RaiseWatermark') this.send(effect.to, { type: 'Watermark', toUs });
      else this.startSync(effect.with, round * EXCHANGES + effect.exchange);
    }
  }

  private get nowUs(): Micros {
    return this.world.nowUs(this.id);
  }

  /** Whether it is on this node now, or was already; durable with the next flush. */
  private apply(key: string, row: Row, written: Stamp | undefined): boolean {
    if (!this.believes(row)) return false;
    const { conflicts, rule } = this.world.options;
    if (rule === 'apply without comparing') {
      this.put(key, row);
      return true;
    }
    const limits = rule === 'take what is old' ? NO_LIMITS : this.limits;
    const applied = applyRow(conflicts, limits, this.rows.get(key) ?? NO_ROW, row, written);
    if (applied.type === 'BelowLimit') return false;
    if (applied.isChanged) this.put(key, applied.row);
    return true;
  }

  private applyAll(rows: readonly HeldRow[]): boolean {
    return rows.every(({ key, row }) => this.apply(decodeUtf8(key), row, undefined));
  }

  private takeHint({ home }: Ask, key: string, row: Row, written: Stamp): boolean {
    if (!this.believes(row)) return false;
    const hint = { home, key: encodeUtf8(key), row };
    const added = this.hints.add(this.world.options.conflicts, this.limits, hint, written);
    if (added.type !== 'Stored') return false;
    this.log((disk) => void disk.hints.set(`${home}/${key}`, added.hint));
    return true;
  }

  private believes(row: Row): boolean {
    const isBelieved = row.length === 0 || this.clock.observe(this.nowUs, latestStamp(row)) === undefined;
    this.disk.boundUs = this.clock.boundUs;
    return isBelieved;
  }

  private raise(toUs: Micros): void {
    if (toUs <= this.limits.watermarkUs) return;
    this.setLimits(raiseWatermark(this.limits, toUs));
    for (const [key, row] of this.rows) {
      const left = purgeRow(row, this.limits.watermarkUs);
      this.world.purged(row.filter((version) => !left.includes(version)));
      this.put(key, left);
    }
  }

  private setLimits(limits: PurgeLimits): void {
    this.limits = limits;
    this.log((disk) => {
      disk.limits = limits;
    });
  }

  private put(key: string, row: Row): void {
    if (equalRows(row, this.rows.get(key) ?? NO_ROW)) return;
    const keep = (rows: Map<string, Row>): void => void (row.length === 0 ? rows.delete(key) : rows.set(key, row));
    keep(this.rows);
    this.log((disk) => keep(disk.rows));
  }

  private digests(watermarkUs: Micros) {
    return digestRows(0, this.held([...this.rows.keys()].sort().map(encodeUtf8)), watermarkUs);
  }

  private held(keys: readonly Uint8Array[]): readonly HeldRow[] {
    return keys.map((key) => ({ key, row: this.rows.get(decodeUtf8(key)) ?? NO_ROW }));
  }

  private send(to: NodeId, message: ClusterMessage): void {
    this.world.send(this.id, to, message);
  }

  private log(apply: (disk: NodeDisk) => void): void {
    this.unflushed.push({ apply, done: () => {} });
    this.scheduleFlush();
  }

  private flush(done: () => void): void {
    this.unflushed.push({ apply: () => {}, done });
    this.scheduleFlush();
  }

  private isFlushing = false;

  private scheduleFlush(): void {
    if (this.isFlushing) return;
    this.isFlushing = true;
    this.world.after(this.id, DISK_US, () => {
      this.isFlushing = false;
      const batch = this.unflushed;
      this.unflushed = [];
      for (const { apply } of batch) apply(this.disk);
      for (const { done } of batch) done();
    });
  }
}
