import { must } from '../base/assert.ts';
import { ByteWriter, crc32 } from '../base/bytes.ts';
import type { LogIndex, Micros, NodeId } from '../base/ids.ts';
import type { LogBase } from '../raft/entry.ts';
import type { InstallSnapshotResponse, SnapshotPiece } from '../raft/message.ts';
import type { RaftGroup } from '../raft/raft-group.ts';
import type { ReplicaScope } from './replica.ts';
import type { ReplicaEnvironment } from './replica-environment.ts';
import { SnapshotRows } from './snapshot-rows.ts';

/** One follower's. */
interface Transfer {
  readonly to: NodeId;
  readonly term: number;
  readonly lastIncluded: LogBase;
  readonly rows: SnapshotRows;
  /** Under way; undefined: the next one is being read. */
  piece: SnapshotPiece | undefined;
  sentUs: Micros;
  ended: boolean;
}

/** How many heartbeats a piece may stay without an answer before it is sent again. */
const HEARTBEATS_UNTIL_RESENT = 2;

/**
 * A leader's snapshots to followers that need entries which its log no longer holds (Figure 13): the replica's rows as they are when the transfer
 * begins, in pieces of whole rows. One piece is under way at a time; its answer says what is wanted next. Another term starts anew.
 */
export class SnapshotSender {
  private readonly env: ReplicaEnvironment;
  private readonly raft: RaftGroup;
  private readonly scope: ReplicaScope;
  private readonly transfers = new Map<NodeId, Transfer>();

  constructor(env: ReplicaEnvironment, raft: RaftGroup, scope: ReplicaScope) {
    this.env = env;
    this.raft = raft;
    this.scope = scope;
  }

  /** Begins what followers need by now, and ends what they no longer do. An entry that is being applied is not in the engine yet, nor in these. */
  update(appliedIndex: LogIndex, logTimeUs: Micros): void {
    const { raft, transfers, scope } = this;
    if (raft.role !== 'leader' && transfers.size === 0) return;
    for (const transfer of transfers.values()) {
      const { to, term, lastIncluded } = transfer;
      const isOver = raft.currentTerm !== term || (raft.progressOf(to)?.matchIndex ?? 0) >= lastIncluded.index;
      if (isOver || !this.isWanted(to)) this.end(transfer);
    }
    for (const replica of scope.replicas) {
      if (this.isWanted(replica) && !transfers.has(replica)) this.begin(replica, appliedIndex, logTimeUs);
    }
  }

  /** The log keeps what follows the snapshots that are on their way; or none would ever be of use where much is written. */
  get keptIndex(): LogIndex {
    let kept = Number.MAX_SAFE_INTEGER;
    for (const { lastIncluded } of this.transfers.values()) kept = Math.min(kept, lastIncluded.index);
    return kept;
  }

  /** One that does not answer is sent nothing, and holds up nothing here. */
  private isWanted(follower: NodeId): boolean {
    const progress = this.raft.progressOf(follower);
    if (progress?.mode !== 'snapshot') return false;
    return this.env.nowUs - progress.lastAnswerUs < this.env.limits.electionTimeoutUsMax;
  }

  answered(from: NodeId, { lastIncludedIndex, offset }: InstallSnapshotResponse): void {
    const transfer = this.transfers.get(from);
    const piece = transfer?.piece;
    if (transfer === undefined || piece === undefined || transfer.lastIncluded.index !== lastIncludedIndex) return;
    if (offset === piece.offset + piece.data.length && !piece.done) this.readPiece(transfer, offset);
    // It knows nothing of what it had: it has been restarted. `update` begins anew.
    else if (offset === 0 && piece.offset > 0) this.end(transfer);
  }

  /** Sends again what has stayed without an answer, also the last piece, until the follower says that the snapshot is installed. */
  heartbeat(): void {
    const { nowUs, limits } = this.env;
    for (const transfer of this.transfers.values()) {
      const isLate = nowUs - transfer.sentUs >= HEARTBEATS_UNTIL_RESENT * limits.heartbeatIntervalUs;
      if (isLate && transfer.piece !== undefined) this.send(transfer, transfer.piece);
    }
  }

  private begin(to: NodeId, appliedIndex: LogIndex, logTimeUs: Micros): void {
    const { env, raft, scope } = this;
    const { shard, replicaId } = scope;
    const term = must(raft.termAt(appliedIndex), 'a log begins at or before what is applied');
    const transfer: Transfer = {
      to,
      term: raft.currentTerm,
      lastIncluded: {
        index: appliedIndex,
        term,
        stampUs: logTimeUs,
        configuration: raft.configurationAt(appliedIndex),
      },
      rows: new SnapshotRows(env.engine, shard, replicaId),
      piece: undefined,
      sentUs: env.nowUs,
      ended: false,
    };
    this.transfers.set(to, transfer);
    env.events.push({ type: 'SnapshotStarted', shard, follower: to, index: appliedIndex });
    this.readPiece(transfer, 0);
  }

  private readPiece(transfer: Transfer, offset: number): void {
    const { env, raft, scope } = this;
    transfer.piece = undefined;
    const writer = new ByteWriter(env.limits.bytesPerAppendMax);
    env.blocks.run(scope.shard, transfer.rows.writeInto(writer, env.limits.bytesPerAppendMax), (done) => {
      if (transfer.ended || raft.role !== 'leader' || raft.currentTerm !== transfer.term) {
        transfer.rows.release();
        return;
      }
      const data = writer.finish();
      const piece = { lastIncluded: transfer.lastIncluded, offset, data, checksum: crc32(data), done };
      transfer.piece = piece;
      this.send(transfer, piece);
    });
  }

  private send(transfer: Transfer, piece: SnapshotPiece): void {
    transfer.sentUs = this.env.nowUs;
    this.raft.sendSnapshotPiece(transfer.to, piece);
  }

  private end(transfer: Transfer): void {
    transfer.ended = true;
    this.transfers.delete(transfer.to);
    // What is being read is released when it has been read.
    if (transfer.piece !== undefined) transfer.rows.release();
  }
}
