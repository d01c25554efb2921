import type { HistoryOperation, Value } from './checker/operation.ts';

/** A batch that was applied, as its client saw it. */
export interface AppliedBatch {
  readonly invoked: number;
  /** By key: what it put there, null where it deleted. */
  readonly writes: ReadonlyMap<string, { readonly value: Value; readonly expires: boolean }>;
}

/** What one scan said of keys that it covered. */
export interface SeenState {
  readonly completed: number;
  readonly found: ReadonlyMap<string, Value>;
  readonly covers: (key: string) => boolean;
}

export interface AtomicityReport {
  /** In words. */
  readonly violations: readonly string[];
  /** How often a scan that saw one write of a batch was asked for another one. */
  readonly compared: number;
}

/**
 * All or nothing: whoever sees one write of a batch sees the others, or what came after them. The keys of a batch live in one shard, and a scan
 * reads each shard as it is at one moment; so a scan that finds what a batch put under one key must not find, under another key of it, what was
 * there before. A value tells who wrote it; where several wrote the same, nothing is concluded.
 */
export function checkBatches(
  batches: readonly AppliedBatch[],
  scans: readonly SeenState[],
  operations: readonly HistoryOperation[],
): AtomicityReport {
  const history = new Writers(operations);
  const violations: string[] = [];
  let compared = 0;
  for (const batch of batches) {
    const own = [...batch.writes].filter(([key, { value }]) => value !== null && history.of(key, value).length === 1);
    for (const scan of scans) {
      const seen = own.find(([key, { value }]) => scan.found.get(key) === value);
      if (seen === undefined) continue;
      for (const [key, write] of batch.writes) {
        if (key === seen[0] || !scan.covers(key)) continue;
        compared++;
        const found = scan.found.get(key) ?? null;
        if (found === write.value || history.mayStandAfter(key, found, batch, scan, write.expires)) continue;
        violations.push(
          `BatchAtomicity: a scan found what a batch put at ${seen[0]}, and at ${key} ${found ?? 'nothing'}, as before it`,
        );
      }
    }
  }
  return { violations, compared };
}

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
