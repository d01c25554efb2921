import type { Breaks } from '../../base/breaks.ts';
import { compareBytes } from '../../base/bytes.ts';
import type { DiskRoutine } from '../../base/disk.ts';
import type { Micros, NodeId, ShardId } from '../../base/ids.ts';
import type { RandomStream } from '../../base/random.ts';
import type { PurgeLimits } from '../../replication/purge-limits.ts';
import { encodeRow, latestStamp, NO_ROW, type Row } from '../../replication/row.ts';
import type { HeldRow } from '../../replication/sync-rows.ts';
import type { BlockReads } from '../block-reads.ts';
import type { DurableClock } from './durable-clock.ts';
import type { EventualRows, RowScan } from './eventual-rows.ts';
import { EventualSync } from './eventual-sync.ts';
import type { EventualWorld } from './eventual-world.ts';
import type { HintKeeper } from './hint-keeper.ts';
import type { SyncEvent } from './sync-event.ts';
import type { KeyRange, SyncPlacement, SyncRows, SyncWorld } from './sync-world.ts';

/** Between two slices of a pass over many rows the node does something else. */
const SLICE_PAUSE_US: Micros = 1000;
const NEVER: Micros = Number.POSITIVE_INFINITY;

/** What syncs need of their node beside what the rest of the eventual keyspace needs. */
export interface SyncSurroundings {
  readonly blocks: Pick<BlockReads, 'run'>;
  readonly random: RandomStream;
  readonly breaks: Breaks;
  readonly heartbeatIntervalUs: Micros;
  readonly electionTimeoutUsMax: Micros;
  /** The present one. */
  readonly checkIntervalUs: Micros;
  syncPlacement(shard: ShardId): SyncPlacement;
  report(event: SyncEvent): void;
}

/** The syncs of a node on its rows, its clock and its hints. */
export class HostedSync {
  readonly sync: EventualSync;
  private readonly world: EventualWorld;
  private readonly rows: EventualRows;
  private readonly around: SyncSurroundings;
  private readonly clock: DurableClock;
  private readonly shards = new Map<ShardId, HostedShardRows>();
  /** What goes on in the next input. */
  private readonly slices: (() => void)[] = [];
  private nextSliceUs: Micros = NEVER;
  private suspects: readonly NodeId[] = [];
  /** When `sync` is due, as of the placement with this version; undefined: something has happened since. */
  private known: { readonly dueUs: Micros; readonly version: number } | undefined;

  constructor(
    world: EventualWorld,
    around: SyncSurroundings,
    rows: EventualRows,
    clock: DurableClock,
    hints: HintKeeper,
  ) {
    this.world = world;
    this.around = around;
    this.rows = rows;
    this.clock = clock;
    this.sync = new EventualSync(this.syncWorld(hints));
  }

  /** When `tick` is due. */
  get dueUs(): Micros {
    const { placementVersion: version } = this.world;
    if (this.known?.version !== version) this.known = { dueUs: this.sync.dueUs, version };
    return Math.min(this.known.dueUs, this.nextSliceUs);
  }

  tick(): void {
    if (this.world.nowUs >= this.nextSliceUs) {
      this.slices.shift()?.();
      this.nextSliceUs = this.slices.length > 0 ? this.world.nowUs + SLICE_PAUSE_US : NEVER;
    }
    this.sync.tick();
    this.happened();
  }

  /** To be called after whatever is asked of `sync`. */
  happened(): void {
    this.known = undefined;
  }

  /** Whoever is suspected no more has been away. Cheap: to be called after each input. */
  noticeSuspects(): void {
    const { suspects } = this.world;
    if (suspects === this.suspects) return;
    const before = this.suspects;
    this.suspects = suspects;
    for (const node of before) if (!suspects.includes(node)) this.sync.returned(node);
    this.happened();
  }

  private syncWorld(hints: HintKeeper): SyncWorld {
    const { world, rows, around, clock } = this;
    const slice = (what: () => void): void => {
      this.happened();
      this.slices.push(what);
      this.nextSliceUs = Math.min(this.nextSliceUs, world.nowUs + SLICE_PAUSE_US);
    };
    const limits = (shard: ShardId): PurgeLimits =>
      rows.standing(shard) === 'complete' ? rows.limits(shard) : rows.memberLimits(shard);
    return {
      id: world.id,
      bootEpoch: world.epoch,
      random: around.random,
      breaks: around.breaks,
      heartbeatIntervalUs: around.heartbeatIntervalUs,
      electionTimeoutUsMax: around.electionTimeoutUsMax,
      get nowUs() {
        return world.nowUs;
      },
      get timeUs() {
        return clock.timeUs;
      },
      get checkIntervalUs() {
        return around.checkIntervalUs;
      },
      placement: (shard) => around.syncPlacement(shard),
      suspects: (node) => world.suspects.includes(node),
      rows: (shard) => {
        const standing = rows.standing(shard);
        if (standing === 'none' || standing === 'lost') return undefined;
        const known = this.shards.get(shard);
        if (known !== undefined) return known;
        const made = new HostedShardRows(shard, { world, rows, around, clock, slice });
        this.shards.set(shard, made);
        return made;
      },
      limits,
      raiseLimits: (shard, { fenceUs, watermarkUs }, done) => {
        const before = limits(shard).watermarkUs;
        rows.raiseFence(shard, Math.max(fenceUs, watermarkUs), () => {});
        rows.raiseWatermark(shard, watermarkUs, done);
        if (watermarkUs > before) rows.purge(shard, clock.timeUs, () => {});
      },
      hintsBelow: (shard, watermarkUs) => hints.countBelow(shard, watermarkUs),
      observe: (wallUs) => {
        if (clock.observe({ wallUs, logical: 0, node: world.id }) !== undefined) return false;
        clock.keep();
        return true;
      },
      // All that goes on while nobody asks says something to somebody.
      send: (to, message) => {
        this.happened();
        world.send(to, message);
      },
      report: (event) => {
        this.happened();
        around.report(event);
      },
    };
  }
}

interface HostedShardInit {
  readonly world: EventualWorld;
  readonly rows: EventualRows;
  readonly around: SyncSurroundings;
  readonly clock: DurableClock;
  readonly slice: (what: () => void) => void;
}

class HostedShardRows implements SyncRows {
  private readonly shard: ShardId;
  private readonly init: HostedShardInit;
  /** By the last tree. Undefined: none was built yet. */
  private tombstones: number | undefined;

  constructor(shard: ShardId, init: HostedShardInit) {
    this.shard = shard;
    this.init = init;
  }

  get replicaId(): number {
    return this.init.rows.replicaId(this.shard);
  }

  get isIncomplete(): boolean {
    return this.init.rows.standing(this.shard) === 'copying';
  }

  get isEmpty(): boolean {
    return !this.init.rows.hasRows(this.shard);
  }

  isPurgeable(): boolean {
    return (this.tombstones ?? 1) > 0 && !this.isEmpty;
  }

  /** A walk may go on when a block of what it compares turns out to be bad. */
  private get isHere(): boolean {
    const standing = this.init.rows.standing(this.shard);
    return standing === 'copying' || standing === 'complete';
  }

  sweep(): void {
    const { rows, clock } = this.init;
    rows.purge(this.shard, clock.timeUs, () => {});
  }

  tree(watermarkUs: Micros, done: Parameters<SyncRows['tree']>[1], failed: () => void): void {
    const { rows, around, slice } = this.init;
    if (!this.isHere) {
      failed();
      return;
    }
    const build = rows.buildTree(this.shard, watermarkUs);
    const give = (): void => {
      build.release();
      failed();
    };
    const next = (): void => {
      // Whoever asked is told of it by the life that follows.
      if (build.isVoid) build.release();
      else around.blocks.run(this.shard, build.slice(), went, give);
    };
    const went = (isLast: boolean): void => {
      if (build.isVoid) build.release();
      else if (!isLast) slice(next);
      else {
        const { hashes, keys, hashed, counts } = build.end();
        build.release();
        this.tombstones = counts.tombstones;
        done({ hashes, keys, scanned: hashed });
      }
    };
    next();
  }

  scan(
    leaves: ReadonlySet<number>,
    { after, upTo }: KeyRange,
    max: { readonly rows: number; readonly bytes: number },
    done: Parameters<SyncRows['scan']>[3],
    failed: () => void,
  ): void {
    const { rows, around } = this.init;
    if (!this.isHere) {
      failed();
      return;
    }
    const scan = rows.scan(this.shard, undefined, after);
    const ended = ({ found, scanned, last }: ScannedPiece): void => {
      const { isVoid } = scan;
      scan.release();
      if (!isVoid) done({ rows: found, scanned, upTo: last ?? upTo });
    };
    around.blocks.run(this.shard, scanPiece(scan, leaves, upTo, max), ended, () => {
      scan.release();
      failed();
    });
  }

  get(key: Uint8Array, done: Parameters<SyncRows['get']>[1], failed: () => void): void {
    this.init.rows.read(this.shard, key, (row) => (row === undefined ? failed() : done(row)));
  }

  leafOf(key: Uint8Array): number {
    return this.init.rows.leafOf(this.shard, key);
  }

  /** A stamp that is not believed is refused, with its row: it may come again later. */
  take({ key, row }: HeldRow, _isCopy: boolean, done: Parameters<SyncRows['take']>[2]): void {
    const { rows, clock, world } = this.init;
    const ahead = clock.observe(latestStamp(row));
    if (ahead !== undefined) {
      const { aheadUs, maxUs } = ahead;
      world.event({ type: 'ClockRefused', shard: this.shard, from: latestStamp(row).node, aheadUs, maxUs });
      done({ refused: 'for now' });
      return;
    }
    clock.keep();
    const arrived = { key, row, written: undefined };
    let now: Row = NO_ROW;
    rows.apply(
      this.shard,
      arrived,
      (taken) => {
        if (taken.type === 'Applied') now = taken.row;
        else done({ refused: taken.type === 'BelowLimit' ? 'below' : 'for now' });
      },
      () => done(now),
    );
  }

  discard(key: Uint8Array, watermarkUs: Micros, done: () => void): void {
    this.init.rows.discard(this.shard, key, watermarkUs, done);
  }

  complete(limits: PurgeLimits, done: () => void): void {
    // What was copied may be lost again before its end.
    if (this.isHere) this.init.rows.completeCopy(this.shard, limits, done);
  }

  forget(): void {
    this.init.rows.close(this.shard);
  }
}

interface ScannedPiece {
  readonly found: readonly HeldRow[];
  readonly scanned: number;
  /** Where there is more. */
  readonly last: Uint8Array | undefined;
}

function* scanPiece(
  scan: RowScan,
  leaves: ReadonlySet<number>,
  upTo: Uint8Array | undefined,
  max: { readonly rows: number; readonly bytes: number },
): DiskRoutine<ScannedPiece> {
  const found: HeldRow[] = [];
  let bytes = 0;
  for (let scanned = 0; ; scanned++) {
    const next = yield* scan.next();
    if (next === undefined || (upTo !== undefined && compareBytes(next.key, upTo) > 0)) {
      return { found, scanned, last: undefined };
    }
    const { key, row, leaf } = next;
    if (leaves.has(leaf)) found.push({ key, row });
    bytes += key.length + encodeRow(row).length;
    if (scanned + 1 >= max.rows || bytes >= max.bytes) return { found, scanned: scanned + 1, last: key };
  }
}
