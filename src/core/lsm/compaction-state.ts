import type { CompactionStyle } from './compaction-style.ts';
import { DamagedBlocks } from './damaged-blocks.ts';
import { DEFAULT_POLICY, type DropPolicy } from './drop-policy.ts';
import type { SequenceNumber } from './internal-key.ts';

/** What compactions go by beside the tables: set before there is anything to compact. */
export class CompactionState {
  style: CompactionStyle = 'leveled';
  policy: DropPolicy = DEFAULT_POLICY;
  /** Of a table that is still being installed into L0; undefined: there is none. */
  installing: SequenceNumber | undefined;
  /** What could not be read. */
  readonly damaged: DamagedBlocks;

  /** @param isGone whether the key's replica is */
  constructor(isGone: (key: Uint8Array) => boolean) {
    this.damaged = new DamagedBlocks(isGone);
  }
}
