import { assert } from '../../../base/assert.ts';
import type { DiskRoutine } from '../../../base/disk.ts';
import type { Micros, ShardId } from '../../../base/ids.ts';
import { UNPLACED_LEAF } from '../../../merkle/leaves.ts';
import { applyRow } from '../../../replication/apply-row.ts';
import type { Conflicts } from '../../../replication/choices.ts';
import { NO_LIMITS, type PurgeLimits, raiseFence, raiseWatermark } from '../../../replication/purge-limits.ts';
import { decodeRow, encodeRow, NO_ROW, type Row } from '../../../replication/row.ts';
import type {
  ArrivedRow,
  EventualRows,
  RowScan,
  RowsStanding,
  StoredHint,
  TakenRow,
  TreeBuild,
} from '../eventual-rows.ts';

/** What outlasts a crash. */
export interface MemoryRowsDisk {
  readonly rows: Map<string, Uint8Array>;
  readonly hints: Map<string, StoredHint>;
  readonly fences: Map<ShardId, PurgeLimits>;
  boundUs: Micros;
}

export const emptyRowsDisk = (): MemoryRowsDisk => ({
  rows: new Map(),
  hints: new Map(),
  fences: new Map(),
  boundUs: 0,
});

interface Unsynced {
  readonly write: (disk: MemoryRowsDisk) => void;
  readonly durable: () => void;
}

const nameOf = (shard: ShardId, key: Uint8Array): string => `${shard}/${key.join('.')}`;

/** Rows in memory that come to a disk in the order of the calls, with each `sync`: the log of a node without its engine. */
export class MemoryRows implements EventualRows {
  conflicts: Conflicts = 'lww';
  onBegunAnew: (shard: ShardId) => void = () => {};
  readonly standings = new Map<ShardId, RowsStanding>();
  readonly clockBoundUs: Micros;
  readonly recoveredHints: readonly StoredHint[];
  /** What is to be durable with the next sync. */
  readonly unsynced: Unsynced[] = [];
  /** Rows wait for a block: what is asked meanwhile is done when it is here, in order. */
  private waits: (() => void)[] | undefined;
  private readonly disk: MemoryRowsDisk;
  private readonly rows: Map<string, Uint8Array>;
  private readonly fences: Map<ShardId, PurgeLimits>;

  constructor(disk: MemoryRowsDisk, standings: ReadonlyMap<ShardId, RowsStanding>) {
    this.disk = disk;
    this.rows = new Map(disk.rows);
    this.fences = new Map(disk.fences);
    this.recoveredHints = [...disk.hints.values()];
    this.clockBoundUs = disk.boundUs;
    for (const [shard, standing] of standings) this.standings.set(shard, standing);
  }

  sync(records = this.unsynced.length): void {
    const synced = this.unsynced.splice(0, records);
    for (const { write } of synced) write(this.disk);
    for (const { durable } of synced) durable();
  }

  hold(): void {
    this.waits ??= [];
  }

  letGo(): void {
    const waits = this.waits ?? [];
    this.waits = undefined;
    for (const run of waits) run();
  }

  /** As a replica that a move has made, and that has copied all that another one holds. */
  copy(from: MemoryRows): void {
    this.rows.clear();
    for (const [name, row] of from.rows) this.rows.set(name, row);
  }

  replicaId(): number {
    return 0;
  }

  standing(shard: ShardId): RowsStanding {
    return this.standings.get(shard) ?? 'none';
  }

  rowOf(shard: ShardId, key: Uint8Array): Row {
    const bytes = this.rows.get(nameOf(shard, key));
    return bytes === undefined ? NO_ROW : decodeRow(bytes);
  }

  read(shard: ShardId, key: Uint8Array, done: (row: Row | undefined) => void): void {
    this.inTurn(() => done(this.isHere(shard) ? this.rowOf(shard, key) : undefined));
  }

  apply(shard: ShardId, { key, row, written }: ArrivedRow, done: (taken: TakenRow) => void, durable: () => void): void {
    this.inTurn(() => {
      if (!this.isHere(shard)) {
        done({ type: 'NotHere' });
        return;
      }
      const before = this.rowOf(shard, key);
      const applied = applyRow(this.conflicts, this.limits(shard), before, row, written);
      if (applied.type === 'BelowLimit') {
        done(applied);
        return;
      }
      const bytes = encodeRow(applied.row);
      this.rows.set(nameOf(shard, key), bytes);
      done({ ...applied, before });
      this.log((disk) => void disk.rows.set(nameOf(shard, key), bytes), durable);
    });
  }

  // biome-ignore lint/correctness/useYield: nothing here is on a disk that has to be waited for
  *peek(shard: ShardId, key: Uint8Array): DiskRoutine<Row | undefined> {
    return this.isHere(shard) ? this.rowOf(shard, key) : undefined;
  }

  limits(shard: ShardId): PurgeLimits {
    return this.standing(shard) === 'complete' ? this.memberLimits(shard) : NO_LIMITS;
  }

  memberLimits(shard: ShardId): PurgeLimits {
    return this.fences.get(shard) ?? NO_LIMITS;
  }

  raiseFence(shard: ShardId, toUs: Micros, durable: () => void): void {
    this.setLimits(shard, raiseFence(this.memberLimits(shard), toUs), durable);
  }

  raiseWatermark(shard: ShardId, toUs: Micros, durable: () => void): void {
    this.setLimits(shard, raiseWatermark(this.memberLimits(shard), toUs), durable);
  }

  putHint(hint: StoredHint, durable: () => void): void {
    this.log((disk) => void disk.hints.set(`${hint.home}/${nameOf(hint.shard, hint.key)}`, hint), durable);
  }

  deleteHint({ home, shard, key }: Omit<StoredHint, 'row'>): void {
    this.log(
      (disk) => void disk.hints.delete(`${home}/${nameOf(shard, key)}`),
      () => {},
    );
  }

  raiseClockBound(toUs: Micros, durable: () => void): void {
    this.log((disk) => {
      disk.boundUs = toUs;
    }, durable);
  }

  whenDurable(durable: () => void): void {
    if (this.unsynced.length === 0) durable();
    else this.log(() => {}, durable);
  }

  scan(): RowScan {
    return assert(false, 'nothing here compares trees') as never;
  }

  buildTree(): TreeBuild {
    return assert(false, 'nothing here compares trees') as never;
  }

  leafOf(): number {
    return UNPLACED_LEAF;
  }

  hasRows(): boolean {
    return this.rows.size > 0;
  }

  close(shard: ShardId): void {
    this.standings.delete(shard);
  }

  completeCopy(): void {
    assert(false, 'nothing here copies');
  }

  discard(): void {
    assert(false, 'nothing here copies');
  }

  purge(): void {
    assert(false, 'nothing here purges');
  }

  private isHere(shard: ShardId): boolean {
    const standing = this.standing(shard);
    return standing === 'complete' || standing === 'copying';
  }

  private inTurn(run: () => void): void {
    if (this.waits === undefined) run();
    else this.waits.push(run);
  }

  private setLimits(shard: ShardId, limits: PurgeLimits, durable: () => void): void {
    this.fences.set(shard, limits);
    this.log((disk) => void disk.fences.set(shard, limits), durable);
  }

  private log(write: (disk: MemoryRowsDisk) => void, durable: () => void): void {
    this.unsynced.push({ write, durable });
  }
}
