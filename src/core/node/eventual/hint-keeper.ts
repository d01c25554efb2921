import type { Micros, NodeId, ShardId } from '../../base/ids.ts';
import { type Hint, HintStore } from '../../replication/hints.ts';
import { equalRows, type Row } from '../../replication/row.ts';
import type { Stamp } from '../../replication/stamp.ts';
import type { EventualRows } from './eventual-rows.ts';
import type { EventualWorld } from './eventual-world.ts';

const NEVER: Micros = Number.POSITIVE_INFINITY;

/** What was sent to a home, by the number that its answer names. */
interface Handoff {
  readonly hint: Hint;
  readonly sentUs: Micros;
}

/** Hinted handoff on one node: hints are durable before they count, are handed over in batches when their home seems to be up, and go when it has them. */
export class HintKeeper {
  private readonly world: EventualWorld;
  private readonly rows: EventualRows;
  private readonly nextOp: () => number;
  private readonly store: HintStore;
  private readonly handoffs = new Map<number, Handoff>();
  private nextBatchUs: Micros = NEVER;
  /** The one for which hints were last given to whoever holds their keys. */
  private placementVersion: number;

  /** @param nextOp numbers that this node has never used */
  constructor(world: EventualWorld, rows: EventualRows, nextOp: () => number) {
    this.world = world;
    this.rows = rows;
    this.nextOp = nextOp;
    this.store = new HintStore(world.limits, rows.recoveredHints);
    // Whoever left while this node was down.
    this.placementVersion = -1;
    if (this.store.count > 0) this.nextBatchUs = world.nowUs;
  }

  /** When `tick` is due next. */
  get dueUs(): Micros {
    return this.nextBatchUs;
  }

  get bytes(): number {
    return this.store.bytes;
  }

  /** For whom something waits, ascending. */
  get waiting(): readonly { readonly home: NodeId; readonly hints: number }[] {
    return this.store.homes.map((home) => ({ home, hints: this.store.waitingFor(home) }));
  }

  waitingFor(home: NodeId): number {
    return this.store.waitingFor(home);
  }

  rowFor(home: NodeId, key: Uint8Array): Row {
    return this.store.rowFor(home, key);
  }

  /** Hints of the shard that hold something from before then. */
  countBelow(shard: ShardId, beforeUs: Micros): number {
    return this.store.countBelow(beforeUs, ({ key }) => this.world.shardOfKey(key) === shard);
  }

  /** @param durable the hint is on the disk: it counts. @returns why it is not taken */
  add(
    shard: ShardId,
    hint: Hint,
    written: Stamp,
    from: NodeId,
    durable: () => void,
  ): 'Full' | 'BelowLimit' | undefined {
    const { rows, store, world } = this;
    const { home, key } = hint;
    const before = store.rowFor(home, key);
    const added = store.add(rows.conflicts, rows.memberLimits(shard), hint, written);
    if (added.type !== 'Stored') return added.type;
    if (equalRows(before, added.hint.row)) rows.whenDurable(durable);
    else {
      rows.putHint({ shard, ...added.hint }, durable);
      world.event({ type: 'HintStored', shard, key, home, from, waiting: store.waitingFor(home) });
    }
    this.nextBatchUs = Math.min(this.nextBatchUs, world.nowUs + world.limits.batchIntervalUs);
    return undefined;
  }

  /** Hands over what waits for whoever seems to be up. */
  tick(): void {
    const { world, store } = this;
    if (world.nowUs < this.nextBatchUs) return;
    this.retarget();
    this.forgetOld();
    for (const home of store.homes) {
      if (world.suspects.includes(home)) {
        store.away(home);
        continue;
      }
      const batch = store.nextBatch(world.nowUs, home);
      if (batch.length === 0) continue;
      world.event({ type: 'HintsSent', home, hints: batch.length, waiting: store.waitingFor(home) });
      for (const hint of batch) this.send(hint);
    }
    this.nextBatchUs = store.count === 0 ? NEVER : world.nowUs + world.limits.batchIntervalUs;
  }

  /** Its home has what was sent under this number durably. @returns false: no hint was */
  delivered(op: number): boolean {
    const handoff = this.handoffs.get(op);
    if (handoff === undefined) return false;
    this.handoffs.delete(op);
    const { home, key } = handoff.hint;
    // Something may have been added since; then the hint stays, and goes again.
    if (!this.store.delivered(handoff.hint)) return true;
    const shard = this.world.shardOfKey(key);
    this.rows.deleteHint({ shard, home, key });
    this.world.event({ type: 'HintDelivered', shard, key, home, waiting: this.store.waitingFor(home) });
    return true;
  }

  private send(hint: Hint): void {
    const op = this.nextOp();
    const { home, key, row } = hint;
    const shard = this.world.shardOfKey(key);
    this.handoffs.set(op, { hint, sentUs: this.world.nowUs });
    this.world.send(home, { type: 'RowSent', op, shard, key, home, row, written: undefined, purpose: 'handoff' });
  }

  /** An answer that comes later than this is one of an earlier time: the hint has been sent again since. */
  private forgetOld(): void {
    const { nowUs, limits } = this.world;
    for (const [op, { sentUs }] of this.handoffs) {
      if (nowUs - sentUs < HANDOFF_BATCHES * limits.batchIntervalUs) return;
      this.handoffs.delete(op);
    }
  }

  /** Hints for whoever holds a shard no more go to one that does: the first one clockwise that holds what the other one held. */
  private retarget(): void {
    const { world, rows, store } = this;
    if (world.placementVersion === this.placementVersion) return;
    this.placementVersion = world.placementVersion;
    for (const home of store.homes) {
      const moved = store.retarget(rows.conflicts, home, (key) => {
        const { homes, joiners } = world.placement(world.shardOfKey(key));
        return homes.includes(home) || joiners.includes(home) ? undefined : homes[0];
      });
      for (const hint of moved) {
        const { key } = hint;
        const shard = world.shardOfKey(key);
        // In this order in the log, too: at no moment there is none.
        rows.putHint({ shard, ...hint }, () => {});
        rows.deleteHint({ shard, home, key });
        world.event({ type: 'HintMoved', shard, key, home, to: hint.home });
      }
    }
  }
}

const HANDOFF_BATCHES = 100;
