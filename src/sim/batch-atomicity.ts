import type { Micros } from '../core/base/ids.ts';
import type { HistoryOperation, Value } from './checker/operation.ts';

/** The rule's name. */
export const BATCHES = 'BatchAtomicity';

/** A batch that was applied, as its client saw it. */
export interface AppliedBatch {
  readonly invoked: number;
  /** By key: what it put there, null where it deleted. */
  readonly writes: ReadonlyMap<string, { readonly value: Value; readonly expires: boolean }>;
}

/** What one scan said of keys that it covered. */
export interface SeenState {
  readonly completed: number;
  readonly completedUs: Micros;
  readonly found: ReadonlyMap<string, Value>;
  readonly covers: (key: string) => boolean;
}

/** A scan that saw a part of a batch. */
export interface TornBatch {
  readonly text: string;
  /** When the scan was answered. */
  readonly timeUs: Micros;
}

/**
 * All or nothing: whoever sees one write of a batch sees the others, or what came after them. The keys of a batch live in one shard, and a scan
 * reads each shard as it is at one moment; so a scan that finds what a batch put under one key must not find, under another key of it, what was
 * there before. A value tells who wrote it; where several wrote the same, nothing is concluded.
 *
 * A batch and a scan are judged when both are over, of a history that goes on as well: what begins later was seen by neither, and an operation that
 * is under way counts as one that may have happened.
 */
export class BatchAtomicity {
  /** In the order of their ends, as far as they are judged. */
  private batches = 0;
  private scans = 0;
  /** By key and value that it put there. */
  private readonly byWrite = new Map<string, Set<AppliedBatch>>();
  /** How often a scan that saw one write of a batch was asked for another one. */
  compared = 0;

  /**
   * Judges what is new.
   * @param batches all of the history so far, in the order of their ends; the scans as well
   * @param operations all of the history so far
   */
  judge(
    batches: readonly AppliedBatch[],
    scans: readonly SeenState[],
    operations: readonly HistoryOperation[],
  ): readonly TornBatch[] {
    const fresh = batches.slice(this.batches);
    const seen = scans.slice(0, this.scans);
    const unseen = scans.slice(this.scans);
    this.batches = batches.length;
    this.scans = scans.length;
    if (fresh.length + unseen.length === 0) return [];
    for (const batch of fresh) this.register(batch);
    const history = new Writers(operations);
    const torn: TornBatch[] = [];
    for (const batch of fresh) {
      // A scan that ended before the batch began saw nothing of it.
      for (let i = seen.length - 1; i >= 0 && (seen[i] as SeenState).completed > batch.invoked; i--)
        this.compare(batch, seen[i] as SeenState, history, torn);
    }
    for (const scan of unseen) {
      const candidates = [...scan.found].flatMap(([key, value]) => [...(this.byWrite.get(nameOf(key, value)) ?? [])]);
      for (const batch of new Set(candidates)) this.compare(batch, scan, history, torn);
    }
    return torn;
  }

  private register(batch: AppliedBatch): void {
    for (const [key, { value }] of batch.writes) {
      const name = nameOf(key, value);
      const known = this.byWrite.get(name);
      if (known === undefined) this.byWrite.set(name, new Set([batch]));
      else known.add(batch);
    }
  }

  private compare(batch: AppliedBatch, scan: SeenState, history: Writers, torn: TornBatch[]): void {
    const seen = [...batch.writes].find(
      ([key, { value }]) => value !== null && scan.found.get(key) === value && history.of(key, value).length === 1,
    );
    if (seen === undefined) return;
    for (const [key, write] of batch.writes) {
      if (key === seen[0] || !scan.covers(key)) continue;
      this.compared++;
      const found = scan.found.get(key) ?? null;
      if (found === write.value || history.mayStandAfter(key, found, batch, scan, write.expires)) continue;
      const text = `a scan found what a batch put at ${seen[0]}, and at ${key} ${found ?? 'nothing'}, as before it`;
      torn.push({ text, timeUs: scan.completedUs });
    }
  }
}

const nameOf = (key: string, value: Value): string => JSON.stringify([key, value]);

/** Who wrote what, of all that may have happened. */
class Writers {
  private readonly byKey = new Map<string, HistoryOperation[]>();

  constructor(operations: readonly HistoryOperation[]) {
    for (const operation of operations) {
      const { kind, status, swapped, key } = operation;
      if (kind === 'read' || status === 'fail' || (kind === 'cas' && status === 'ok' && !swapped)) continue;
      const ofKey = this.byKey.get(key);
      if (ofKey === undefined) this.byKey.set(key, [operation]);
      else ofKey.push(operation);
    }
  }

  of(key: string, value: Value): readonly HistoryOperation[] {
    return (this.byKey.get(key) ?? []).filter(({ written }) => written === value);
  }

  /** Whether the key may hold this once the batch is applied: somebody who was not done before it began put it there, or took it away. */
  mayStandAfter(key: string, value: Value, batch: AppliedBatch, scan: SeenState, expires: boolean): boolean {
    if (value === null && expires) return true;
    return (this.byKey.get(key) ?? []).some(
      ({ written, expiry, invoked, completed }) =>
        completed > batch.invoked &&
        invoked < scan.completed &&
        (written === value || (value === null && expiry !== undefined)),
    );
  }
}
