import type { DiskRoutine } from '../base/disk.ts';
import type { LsmEngine } from '../lsm/lsm-engine.ts';
import type { WriteBatch } from '../lsm/write-batch.ts';
import { decodeMetaCommand } from '../meta/command-codec.ts';
import { lateMeta } from '../meta/late-meta.ts';
import type { MetaState } from '../meta/meta-state.ts';
import { decodeMetaState, encodeMetaState } from '../meta/state-codec.ts';
import type { ApplyOutcome } from './state-machine.ts';

/** What the meta group's replica holds beside sessions and summary: one row with the whole state, written in the batch of each entry that changes it. */
export class MetaMachine {
  state: MetaState;
  private readonly row: Uint8Array;

  constructor(founded: MetaState, row: Uint8Array) {
    this.state = founded;
    this.row = row;
  }

  /** No row: nothing has changed since the cluster was founded. */
  *recover(engine: LsmEngine): DiskRoutine<void> {
    const found = yield* engine.get(this.row);
    if (found !== undefined) this.state = decodeMetaState(found);
  }

  apply(bytes: Uint8Array, batch: WriteBatch): ApplyOutcome {
    const command = decodeMetaCommand(bytes);
    const { state, refusal } = lateMeta.get().applyMeta(this.state, command);
    if (refusal !== undefined) return { type: 'metaRefused', command, refusal };
    this.state = state;
    batch.put(this.row, encodeMetaState(state));
    return { type: 'meta', command };
  }
}
