import { crc32 } from '../base/bytes.ts';
import type { NodeId, Term } from '../base/ids.ts';
import type { LogBase } from '../raft/entry.ts';
import type { InstallSnapshot } from '../raft/message.ts';
import type { RaftGroup } from '../raft/raft-group.ts';
import { readRows, type SnapshotRow } from './snapshot-rows.ts';

/** What has arrived of a leader's snapshot. */
interface Received {
  readonly from: NodeId;
  readonly term: Term;
  readonly lastIncluded: LogBase;
  readonly rows: SnapshotRow[];
  /** Bytes. */
  offset: number;
  done: boolean;
}

/** A whole snapshot. */
export interface ReceivedSnapshot {
  readonly lastIncluded: LogBase;
  /** In the order of internal keys. */
  readonly rows: readonly SnapshotRow[];
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

  receive(from: NodeId, piece: InstallSnapshot): void {
    const { lastIncluded, offset, data, checksum, done, term } = piece;
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
    if (isNext && done) this.onWhole(received);
  }

  /** What was installed, or was not to be, is over. */
  reset(): void {
    this.received = undefined;
  }
}
