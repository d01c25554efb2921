import type { Micros, NodeId } from '../base/ids.ts';
import { type AppliedRow, applyRow } from './apply-row.ts';
import type { Conflicts } from './choices.ts';
import type { PurgeLimits } from './purge-limits.ts';
import { encodeRow, equalRows, mergeRows, NO_ROW, type Row } from './row.ts';
import type { Stamp } from './stamp.ts';

/** A row that is kept for somebody else, who was silent when it was written. One for each home and key. */
export interface Hint {
  readonly home: NodeId;
  readonly key: Uint8Array;
  readonly row: Row;
}

export interface HintLimits {
  /** Of all hints together. One more is refused, and then counts for nothing. */
  readonly hintBytesMax: number;
  /** A home that is back is handed so much at a time, and at least one hint. */
  readonly batchBytes: number;
  /** From one batch for a home to the next, and longer where nothing of the last one was taken; what was not acknowledged by then comes again. */
  readonly batchIntervalUs: Micros;
}

export type AddedHint =
  /** To be made durable as it stands here, in place of the one that there was for this home and key; then it may be acknowledged. */
  | { readonly type: 'Stored'; readonly hint: Hint }
  | { readonly type: 'Full'; readonly bytes: number; readonly max: number }
  | Extract<AppliedRow, { type: 'BelowLimit' }>;

/** A home of which nothing comes back is sent the next batch later each time, up to so many intervals. */
const BATCH_INTERVALS_MAX = 32;

/** What a hint takes beside key and row. */
const OVERHEAD_BYTES = 32;

/**
 * The hints that one node keeps for others (hinted handoff, Dynamo §4.6). A hint that was acknowledged may be all there is of a write, so it has no age at which
 * it expires: it goes when its home has it durably, or whoever took that home's place.
 */
export class HintStore {
  /** Of all hints. */
  bytes = 0;
  private readonly limits: HintLimits;
  /** By home, then by the key's bytes as text; in the order in which they were sent last. */
  private readonly byHome = new Map<NodeId, Map<string, Hint>>();
  /** The last batch of a home, and how many intervals after it the next one comes. */
  private readonly batches = new Map<NodeId, { readonly sentUs: Micros; intervals: number }>();

  /** @param hints those that were durable */
  constructor(limits: HintLimits, hints: readonly Hint[]) {
    this.limits = limits;
    for (const hint of hints) this.put(hint);
  }

  get count(): number {
    return [...this.byHome.values()].reduce((sum, hints) => sum + hints.size, 0);
  }

  /** For whom something waits, ascending. */
  get homes(): readonly NodeId[] {
    return [...this.byHome.keys()].sort((a, b) => a - b);
  }

  waitingFor(home: NodeId): number {
    return this.byHome.get(home)?.size ?? 0;
  }

  /** What the hint for that home says of the key, for whoever reads from a fallback. */
  rowFor(home: NodeId, key: Uint8Array): Row {
    return this.byHome.get(home)?.get(keyText(key))?.row ?? NO_ROW;
  }

  /** How many of them `filter` lets pass and hold a version from before then. */
  countBelow(beforeUs: Micros, filter: (hint: Hint) => boolean): number {
    return this.all().filter((hint) => filter(hint) && hint.row.some(({ stamp }) => stamp.wallUs < beforeUs)).length;
  }

  /** @param written see `applyRow` */
  add(conflicts: Conflicts, limits: PurgeLimits, hint: Hint, written: Stamp): AddedHint {
    const { home, key } = hint;
    const held = this.rowFor(home, key);
    const applied = applyRow(conflicts, limits, held, hint.row, written);
    if (applied.type === 'BelowLimit') return applied;
    const stored = { home, key, row: applied.row };
    const bytes = this.bytes + bytesOf(stored) - (held.length === 0 ? 0 : bytesOf({ home, key, row: held }));
    if (bytes > this.limits.hintBytesMax) return { type: 'Full', bytes: this.bytes, max: this.limits.hintBytesMax };
    this.put(stored);
    return { type: 'Stored', hint: stored };
  }

  /** What to send to a home that seems to be back; empty: nothing waits, or the last batch was not long ago. */
  nextBatch(nowUs: Micros, home: NodeId): readonly Hint[] {
    const waiting = this.byHome.get(home);
    if (waiting === undefined) return [];
    const last = this.batches.get(home);
    if (last !== undefined && nowUs < last.sentUs + last.intervals * this.limits.batchIntervalUs) return [];
    const intervals = last === undefined ? 1 : Math.min(BATCH_INTERVALS_MAX, 2 * last.intervals);
    this.batches.set(home, { sentUs: nowUs, intervals });
    const batch: Hint[] = [];
    let bytes = 0;
    for (const hint of waiting.values()) {
      bytes += bytesOf(hint);
      if (batch.length > 0 && bytes > this.limits.batchBytes) break;
      batch.push(hint);
    }
    // One that its home refuses for now is not in the way of those behind it.
    for (const hint of batch) {
      waiting.delete(keyText(hint.key));
      waiting.set(keyText(hint.key), hint);
    }
    return batch;
  }

  /** The home is known to be away: when it is back, hints go at once. */
  away(home: NodeId): void {
    this.batches.delete(home);
  }

  /** Its home has this row durably, and takes more at once. @returns whether the hint is done with: to be deleted. Something may have been added since it was sent */
  delivered({ home, key, row }: Hint): boolean {
    const last = this.batches.get(home);
    if (last !== undefined) last.intervals = 1;
    const hint = this.byHome.get(home)?.get(keyText(key));
    if (hint === undefined || !equalRows(hint.row, row)) return false;
    this.remove(hint);
    return true;
  }

  /**
   * That home has left the ring and will not be back.
   * @param replacementOf who holds the key in its place; undefined: nobody knows yet, and the hint waits
   * @returns the hints as they are kept now, each in place of one for `home`
   */
  retarget(
    conflicts: Conflicts,
    home: NodeId,
    replacementOf: (key: Uint8Array) => NodeId | undefined,
  ): readonly Hint[] {
    const moved: Hint[] = [];
    for (const hint of [...(this.byHome.get(home)?.values() ?? [])]) {
      const to = replacementOf(hint.key);
      if (to === undefined || to === home) continue;
      const row = mergeRows(conflicts, this.rowFor(to, hint.key), hint.row);
      this.remove(hint);
      moved.push({ home: to, key: hint.key, row });
      this.put({ home: to, key: hint.key, row });
    }
    return moved;
  }

  private all(): readonly Hint[] {
    return [...this.byHome.values()].flatMap((hints) => [...hints.values()]);
  }

  private put(hint: Hint): void {
    const text = keyText(hint.key);
    const hints = this.byHome.get(hint.home) ?? new Map<string, Hint>();
    const replaced = hints.get(text);
    this.bytes += bytesOf(hint) - (replaced === undefined ? 0 : bytesOf(replaced));
    hints.set(text, hint);
    this.byHome.set(hint.home, hints);
  }

  private remove(hint: Hint): void {
    const hints = this.byHome.get(hint.home);
    if (hints?.delete(keyText(hint.key)) !== true) return;
    this.bytes -= bytesOf(hint);
    if (hints.size === 0) this.byHome.delete(hint.home);
  }
}

const bytesOf = ({ key, row }: Hint): number => OVERHEAD_BYTES + key.length + encodeRow(row).length;

/** One character for each byte: keys need not be text. */
const keyText = (key: Uint8Array): string => Array.from(key, (byte) => String.fromCharCode(byte)).join('');
