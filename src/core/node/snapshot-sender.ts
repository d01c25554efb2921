import { must } from '../base/assert.ts';
import { ByteWriter } from '../base/byte-writer.ts';
import { crc32 } from '../base/crc32.ts';
import type { LogIndex, Micros, NodeId } from '../base/ids.ts';
import { membersOf } from '../raft/configuration.ts';
import type { LogBase } from '../raft/entry.ts';
import type { InstallSnapshotResponse, SnapshotPiece } from '../raft/message.ts';
import type { RaftGroup } from '../raft/raft-group.ts';
import type { ReplicaScope } from './replica.ts';
import type { ReplicaEnvironment } from './replica-environment.ts';
import type { RootPass } from './root-pass.ts';
import { writeRows } from './snapshot-rows.ts';
import type { StateMachine } from './state-machine.ts';
import { wantsSnapshot } from './wants-snapshot.ts';

/** One follower's. */
interface Transfer {
  readonly to: NodeId;
  readonly term: number;
  readonly lastIncluded: LogBase;
  readonly machine: StateMachine;
  /** Reads the rows, and adds them up on the way: the last piece says what they came to. */
  readonly pass: RootPass;
  /** Under way; undefined: the next one is being read. */
  piece: SnapshotPiece | undefined;
  /** It has been read, and is not sent yet: see SnapshotPace. */
  isWaiting: boolean;
  sentUs: Micros;
  ended: boolean;
}

/** How many heartbeats a piece may stay without an answer before it is sent again. */
const HEARTBEATS_UNTIL_RESENT = 2;

/** For so many election timeouts a snapshot waits for a follower that has become silent, and then goes on where it stood. */
const ELECTION_TIMEOUTS_KEPT = 10;

/**
 * A leader's snapshots to followers that need entries which its log no longer holds (Figure 13), or whose state machine is lost: the replica's rows as they are when the transfer
 * begins, in pieces of whole rows. One piece is under way at a time; its answer says what is wanted next; the node's pace says when it may leave. To a
 * follower that is silent for a while it goes on where it stood. Another leader starts anew: its state is behind another entry, and its pieces are other
 * bytes; so does a follower that was restarted, and one to whom the whole came to another root.
 */
export class SnapshotSender {
  private readonly env: ReplicaEnvironment;
  private readonly raft: RaftGroup;
  private readonly scope: ReplicaScope;
  private readonly transfers = new Map<NodeId, Transfer>();
  /** When a follower last refused a snapshot, where it did. */
  private readonly refusedUs = new Map<NodeId, Micros>();

  constructor(env: ReplicaEnvironment, raft: RaftGroup, scope: ReplicaScope) {
    this.env = env;
    this.raft = raft;
    this.scope = scope;
  }

  /** Begins what followers need by now, and ends what they no longer do. An entry that is being applied is not in the engine yet, nor in the machine. */
  update(machine: StateMachine): void {
    const { raft, transfers } = this;
    if (raft.role !== 'leader' && transfers.size === 0) return;
    // Nothing is applied yet: there is no entry behind which the state could be told.
    if (machine.appliedIndex === 0) return;
    for (const transfer of transfers.values()) {
      const { to, term, lastIncluded } = transfer;
      const { matchIndex = 0, snapshotFrom = 0 } = raft.progressOf(to) ?? {};
      const isDone = snapshotFrom > 0 ? lastIncluded.index < snapshotFrom : matchIndex >= lastIncluded.index;
      const isOver = raft.currentTerm !== term || isDone;
      if (isOver || !wantsSnapshot(this.env, raft, to, ELECTION_TIMEOUTS_KEPT)) this.end(transfer);
    }
    for (const replica of membersOf(raft.configuration)) {
      const { snapshotFrom = 0 } = raft.progressOf(replica) ?? {};
      if (transfers.has(replica) || machine.appliedIndex < snapshotFrom) continue;
      if (wantsSnapshot(this.env, raft, replica, 1) && this.mayBegin(replica)) this.begin(replica, machine);
    }
  }

  /** The replica is gone. */
  endAll(): void {
    for (const transfer of this.transfers.values()) this.end(transfer);
  }

  /** The log keeps what follows the snapshots that are on their way; or none would ever be of use where much is written. */
  get keptIndex(): LogIndex {
    let kept = Number.MAX_SAFE_INTEGER;
    for (const { lastIncluded } of this.transfers.values()) kept = Math.min(kept, lastIncluded.index);
    return kept;
  }

  /** One who refuses again and again is not sent one right after the other: each leaves a replica id behind that is never used again. */
  private mayBegin(follower: NodeId): boolean {
    const refusedUs = this.refusedUs.get(follower);
    return refusedUs === undefined || this.env.nowUs - refusedUs >= this.env.limits.electionTimeoutUsMax;
  }

  answered(from: NodeId, { lastIncludedIndex, offset, refused }: InstallSnapshotResponse): void {
    const transfer = this.transfers.get(from);
    const piece = transfer?.piece;
    if (
      transfer === undefined ||
      piece === undefined ||
      transfer.isWaiting ||
      transfer.lastIncluded.index !== lastIncludedIndex
    )
      return;
    const bytes = piece.offset + piece.data.length;
    if (!refused && offset === bytes) {
      const { shard } = this.scope;
      this.env.events.push({ type: 'SnapshotProgressed', shard, follower: from, index: lastIncludedIndex, bytes });
    }
    if (refused) {
      // The next one is hashed from nothing: it may be the tree kept here that was wrong.
      transfer.machine.distrustRoot();
      this.refusedUs.set(from, this.env.nowUs);
      this.end(transfer);
    } else if (offset === piece.offset + piece.data.length && !piece.done) this.readPiece(transfer, offset);
    // It knows nothing of what it had: it has been restarted. `update` begins anew.
    else if (offset === 0 && piece.offset > 0) this.end(transfer);
  }

  /** Sends again what has stayed without an answer, also the last piece, until the follower says that the snapshot is installed. */
  heartbeat(): void {
    const { nowUs, limits } = this.env;
    for (const transfer of this.transfers.values()) {
      const isLate = nowUs - transfer.sentUs >= HEARTBEATS_UNTIL_RESENT * limits.heartbeatIntervalUs;
      if (transfer.isWaiting || !wantsSnapshot(this.env, this.raft, transfer.to, 1)) continue;
      if (isLate && transfer.piece !== undefined) this.send(transfer, transfer.piece);
    }
  }

  private begin(to: NodeId, machine: StateMachine): void {
    const { env, raft, scope } = this;
    const { shard, arc } = scope;
    const { appliedIndex, logTimeUs } = machine;
    const term = must(raft.termAt(appliedIndex), 'a log begins at or before what is applied');
    const { index: configurationIndex, configuration } = raft.configurationAt(appliedIndex);
    const transfer: Transfer = {
      to,
      term: raft.currentTerm,
      lastIncluded: {
        index: appliedIndex,
        term,
        stampUs: logTimeUs,
        configuration,
        configurationIndex,
      },
      machine,
      pass: machine.startRootPass(arc),
      piece: undefined,
      isWaiting: false,
      sentUs: env.nowUs,
      ended: false,
    };
    this.transfers.set(to, transfer);
    const repairs = (raft.progressOf(to)?.snapshotFrom ?? 0) > 0 ? { repairs: true as const } : {};
    env.events.push({ type: 'SnapshotStarted', shard, follower: to, index: appliedIndex, ...repairs });
    this.readPiece(transfer, 0);
  }

  private readPiece(transfer: Transfer, offset: number): void {
    const { env, raft, scope } = this;
    transfer.piece = undefined;
    const writer = new ByteWriter(env.limits.bytesPerAppendMax);
    const { pass } = transfer;
    const writing = writeRows(() => pass.next(), writer, env.limits.bytesPerAppendMax);
    const read = (done: boolean): void => {
      if (transfer.ended || raft.role !== 'leader' || raft.currentTerm !== transfer.term) {
        pass.release();
        return;
      }
      const data = writer.finish();
      const root = done ? pass.end().root : undefined;
      const piece = { lastIncluded: transfer.lastIncluded, offset, data, checksum: crc32(data), done, root };
      transfer.piece = piece;
      this.offer(transfer, piece);
    };
    // A block cannot be read: this replica is in need of a snapshot itself.
    const failed = (): void => {
      pass.release();
      transfer.ended = true;
      if (this.transfers.get(transfer.to) === transfer) this.transfers.delete(transfer.to);
    };
    env.blocks.run(scope.shard, writing, read, failed);
  }

  /** Sends it, now or when what left before has had its time. */
  private offer(transfer: Transfer, piece: SnapshotPiece): void {
    const { env, scope, raft } = this;
    const waitUs = env.snapshots.waitUs(env.nowUs);
    if (waitUs === 0) {
      this.send(transfer, piece);
      return;
    }
    transfer.isWaiting = true;
    env.snapshots.wait(scope.shard, () => {
      transfer.isWaiting = false;
      if (!transfer.ended && raft.role === 'leader' && raft.currentTerm === transfer.term) this.send(transfer, piece);
    });
    const { to: follower, lastIncluded } = transfer;
    const bytes = piece.data.length;
    env.events.push({ type: 'SnapshotPaced', shard: scope.shard, follower, index: lastIncluded.index, bytes, waitUs });
  }

  private send(transfer: Transfer, piece: SnapshotPiece): void {
    transfer.sentUs = this.env.nowUs;
    this.env.snapshots.sent(this.env.nowUs, piece.data.length);
    this.raft.sendSnapshotPiece(transfer.to, piece);
  }

  private end(transfer: Transfer): void {
    transfer.ended = true;
    this.transfers.delete(transfer.to);
    // What is being read is released when it has been read.
    if (transfer.piece !== undefined) transfer.pass.release();
  }
}
