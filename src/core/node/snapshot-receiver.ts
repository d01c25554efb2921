import { must } from '../base/assert.ts';
import { crc32 } from '../base/crc32.ts';
import type { Hash64 } from '../base/hash128.ts';
import type { NodeId, Term } from '../base/ids.ts';
import type { LogBase } from '../raft/entry.ts';
import type { InstallSnapshot } from '../raft/message.ts';
import type { RaftGroup } from '../raft/raft-group.ts';
import type { ReplicaRow } from './replica-rows.ts';
import { readRows } from './snapshot-rows.ts';

/** What has arrived of a leader's snapshot. */
interface Received {
  readonly from: NodeId;
  readonly term: Term;
  readonly lastIncluded: LogBase;
  readonly rows: ReplicaRow[];
  /** Bytes. */
  offset: number;
  done: boolean;
}

/** A whole snapshot. */
export interface ReceivedSnapshot {
  readonly from: NodeId;
  readonly lastIncluded: LogBase;
  /** What its rows must come to where they are installed. */
  readonly root: Hash64;
  /** In the order of internal keys. */
  readonly rows: readonly ReplicaRow[];
}

/** A follower's side of a snapshot: collects the pieces in order, and says after each what it wants next. */
export class SnapshotReceiver {
  private readonly raft: RaftGroup;
  private readonly onWhole: (snapshot: ReceivedSnapshot) => void;
  private received: Received | undefined;

  /** @param onWhole begins to install it; until `reset` no other is taken in */
  constructor(raft: RaftGroup, onWhole: (snapshot: ReceivedSnapshot) => void) {
    this.raft = raft;
    this.onWhole = onWhole;
  }

  get isWhole(): boolean {
    return this.received?.done === true;
  }

  receive(from: NodeId, piece: InstallSnapshot): void {
    const { lastIncluded, offset, data, checksum, done, root, term } = piece;
    // As good as lost: it will be sent again.
    if (crc32(data) !== checksum) return;
    const isSame =
      this.received?.from === from &&
      this.received.term === term &&
      this.received.lastIncluded.index === lastIncluded.index;
    if (!isSame) {
      // What is being installed is let be: if it is of no use any more, the leader is still there to send another.
      if (this.received?.done === true) return;
      this.received = offset === 0 ? { from, term, lastIncluded, rows: [], offset: 0, done: false } : undefined;
    }
    const { received } = this;
    const isNext = received !== undefined && offset === received.offset && !received.done;
    if (isNext) {
      for (const row of readRows(data)) received.rows.push(row);
      received.offset += data.length;
      received.done = done;
    }
    this.raft.answerSnapshotPiece(from, lastIncluded.index, received?.offset ?? 0);
    if (!isNext || !done) return;
    const { rows } = received;
    this.onWhole({ from, lastIncluded, rows, root: must(root, 'the last piece brings the root') });
  }

  /** What was installed, or was not to be, is over. */
  reset(): void {
    this.received = undefined;
  }
}
