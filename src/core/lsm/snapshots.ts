import { assert } from '../base/assert.ts';
import type { SequenceNumber } from './internal-key.ts';

/** A moment of the store that stays readable until it is released. Sequence 0 is the empty store, and a snapshot like any other. */
export interface Snapshot {
  readonly sequence: SequenceNumber;
}

/** The snapshots that are held. A flush and a compaction keep what any of them may still ask for. */
export class Snapshots {
  /** In the order of their taking, which is that of their sequences. */
  private readonly held = new Set<Snapshot>();

  take(sequence: SequenceNumber): Snapshot {
    const snapshot = { sequence };
    this.held.add(snapshot);
    return snapshot;
  }

  release(snapshot: Snapshot): void {
    assert(this.held.delete(snapshot), 'a snapshot is released once, by the engine that took it');
  }

  /** Ascending, each once. */
  get sequences(): readonly SequenceNumber[] {
    return [...new Set([...this.held].map((snapshot) => snapshot.sequence))];
  }

  /** Undefined if none is held. */
  get oldest(): SequenceNumber | undefined {
    for (const snapshot of this.held) return snapshot.sequence;
    return undefined;
  }
}
