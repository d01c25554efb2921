import type { DiskRoutine } from '../base/disk.ts';
import type { LogIndex } from '../base/ids.ts';
import type { MerkleHashes } from '../merkle/merkle-hashes.ts';
import type { MerklePass, RowSource } from '../merkle/merkle-pass.ts';
import type { ReplicaContent } from './replica-content.ts';
import type { ReplicaRow, ReplicaRows } from './replica-rows.ts';

/** What a slice reads when nobody waits for its rows. */
const SLICE = { rows: 4096, bytes: 64 * 1024 };

/**
 * Reads a replica's rows as they were at one applied index, and comes to its Merkle tree there. By `slice`, or by `next` where the rows are wanted
 * as well. To be released.
 */
export class RootPass {
  readonly appliedIndex: LogIndex;
  /** Read so far. */
  readonly read = { rows: 0, bytes: 0 };
  private readonly content: ReplicaContent;
  private readonly rows: ReplicaRows;
  private readonly pass: MerklePass;
  private readonly source: RowSource;

  /** @param rows as they are now, with this index applied and nothing beyond it */
  constructor(content: ReplicaContent, rows: ReplicaRows, appliedIndex: LogIndex) {
    this.content = content;
    this.rows = rows;
    this.appliedIndex = appliedIndex;
    this.pass = content.begin();
    const { read } = this;
    this.source = {
      *next() {
        const row = yield* rows.next();
        if (row === undefined) return undefined;
        read.rows++;
        read.bytes += row.key.length + row.value.length;
        return content.rowOf(row);
      },
    };
  }

  /** The next row, which counts as read. Undefined: there is none left. */
  *next(): DiskRoutine<ReplicaRow | undefined> {
    const row = yield* this.rows.next();
    if (row !== undefined) this.pass.add(this.content.rowOf(row));
    return row;
  }

  /** @returns whether no row is left */
  *slice(): DiskRoutine<boolean> {
    return yield* this.pass.slice(this.source, SLICE);
  }

  /** All rows were read. */
  end(): MerkleHashes {
    return this.pass.end();
  }

  release(): void {
    this.rows.release();
  }
}

/** All slices, one after the other, and the end. Where a block has to be read the node does something else meanwhile. */
export function* runRootPass(pass: RootPass): DiskRoutine<MerkleHashes> {
  try {
    while (!(yield* pass.slice()));
    return pass.end();
  } finally {
    pass.release();
  }
}
