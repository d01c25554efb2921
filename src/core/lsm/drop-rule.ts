import { compareBytes } from '../base/bytes.ts';
import type { DropPolicy } from './drop-policy.ts';
import { type InternalEntry, type SequenceNumber, VALUE_TYPE } from './internal-key.ts';

export interface DropInput {
  /** No reader asks for the state before this; fixed when the compaction begins, whatever snapshots come or go meanwhile. */
  readonly oldestSnapshot: SequenceNumber;
  readonly policy: DropPolicy;
  /** Keys of a replica that is gone. */
  readonly isDropped: (key: Uint8Array) => boolean;
  /** Whether an older version of the key may be anywhere but in this compaction's inputs. */
  readonly olderMayRemain: (key: Uint8Array, sequence: SequenceNumber) => boolean;
}

/** Decides of entries that come in internal order what is written of each. */
export class DropRule {
  private readonly input: DropInput;
  private key: Uint8Array | undefined;
  /** Sequence of the version that came before, newer than the next; undefined at the first of a key (0 is a sequence). */
  private newer: SequenceNumber | undefined;

  constructor(input: DropInput) {
    this.input = input;
  }

  /** The entry, a tombstone in place of an expired value, or nothing. */
  apply(entry: InternalEntry): InternalEntry | undefined {
    const { oldestSnapshot, policy, isDropped, olderMayRemain } = this.input;
    if (this.key === undefined || compareBytes(this.key, entry.key) !== 0) {
      this.key = entry.key;
      this.newer = undefined;
    }
    if (isDropped(entry.key)) return undefined;
    // Whoever may see this version sees the newer one.
    if (this.newer !== undefined && this.newer <= oldestSnapshot) return undefined;
    this.newer = entry.sequence;
    if (entry.sequence > oldestSnapshot) return entry;
    if (entry.type === VALUE_TYPE.put && !policy.hasExpired(entry)) return entry;
    if (entry.type === VALUE_TYPE.tombstone && !policy.mayDropTombstone(entry)) return entry;
    return olderMayRemain(entry.key, entry.sequence) ? tombstoneFor(entry) : undefined;
  }
}

const NO_VALUE = new Uint8Array(0);

const tombstoneFor = ({ key, sequence }: InternalEntry): InternalEntry => ({
  key,
  sequence,
  type: VALUE_TYPE.tombstone,
  value: NO_VALUE,
});
