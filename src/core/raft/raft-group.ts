import { assert } from '../base/assert.ts';
import { type LogIndex, type Micros, NO_NODE, type NodeId, type Term } from '../base/ids.ts';
import type { Configuration, ConfigurationTarget } from './configuration.ts';
import type { PlacedConfiguration } from './configuration-history.ts';
import { campaign, checkQuorum, countOwnVote } from './election.ts';
import type { Entry, HardState, LogBase, Role } from './entry.ts';
import { acceptSnapshot } from './follower.ts';
import { GroupState } from './group-state.ts';
import { leaseUntil } from './lease.ts';
import type { OutgoingRaftMessage, RaftMessage, SnapshotPiece } from './message.ts';
import type { ProgressView } from './progress.ts';
import type { RaftEvent } from './raft-event.ts';
import { NO_ENTRIES } from './raft-log.ts';
import type { RaftOptions, RecoveredRaft } from './raft-options.ts';
import type { PersistMark, RaftCheckpoint, ReadState, Ready, SnapshotMessage } from './ready.ts';
import {
  type ConfigurationFence,
  type ProposedConfiguration,
  proposeConfiguration,
  releaseLeavers,
} from './reconfigure.ts';
import { maybeCommit, sendAppends, sendHeartbeats, startReadRound } from './replication.ts';
import { appendOwn, becomeFollower, restartElectionTimer } from './role.ts';
import { stepMessage } from './step.ts';
import { endOverdueTransfer, startTransfer } from './transfer.ts';

/**
 * One replica of one Raft group: inputs change its state, and what has to happen outside comes out of `ready` (etcd's Ready with
 * asynchronous storage writes). `nowUs` is always the node's monotonic clock.
 */
export class RaftGroup {
  private readonly state: GroupState;
  /** Term and vote as last handed out to be written; nothing else of the hard state is worth a write of its own. */
  private written: HardState;
  /** A snapshot took the place of the log, or of what was applied, and that is not written yet. */
  private restored = false;

  /** A node always starts as a follower and waits a whole election timeout. */
  constructor(options: RaftOptions, recovered: RecoveredRaft, nowUs: Micros) {
    this.state = new GroupState(options, recovered, nowUs);
    this.written = recovered.hardState;
    becomeFollower(this.state, recovered.hardState.currentTerm, NO_NODE, 'started', NO_NODE);
  }

  /** A message of another replica of this group arrived; it may be in a configuration that this one does not know yet, or has left it. */
  step(nowUs: Micros, from: NodeId, message: RaftMessage): void {
    const { state } = this;
    state.advanceClock(nowUs);
    assert(from !== state.id && from !== NO_NODE, 'messages come from others');
    stepMessage(state, from, message);
  }

  /** To be called when `deadlineUs` has passed; does nothing before. */
  tick(nowUs: Micros): void {
    const { state } = this;
    state.advanceClock(nowUs);
    if (nowUs < state.deadlineUs) return;
    if (state.role === 'leader') checkQuorum(state);
    else campaign(state);
  }

  /** When `tick` has something to do next: an election timeout, or a leader's CheckQuorum. */
  get deadlineUs(): Micros {
    return this.state.deadlineUs;
  }

  /** Leader: the next Ready carries a heartbeat to every peer. Does nothing on others. */
  heartbeat(nowUs: Micros): void {
    const { state } = this;
    state.advanceClock(nowUs);
    if (state.role !== 'leader') return;
    state.heartbeatDue = true;
    endOverdueTransfer(state);
    releaseLeavers(state);
  }

  /**
   * Leadership transfer (dissertation §3.10): no more proposals, until `to` leads or an election timeout has passed. One under way to
   * another is given up. Does nothing unless this replica leads and `to` is another voter.
   */
  transferTo(nowUs: Micros, to: NodeId): void {
    this.state.advanceClock(nowUs);
    startTransfer(this.state, to);
  }

  /**
   * Appends a command to the leader's log. It may yet be lost: only its coming out of `ready().committed` with this term says that it is not.
   * @param wallUs the node's wall clock; the entry's stamp is it, or one more than the last stamp if the clock is behind
   * @returns undefined when this replica is not the leader, or hands its leadership over
   */
  propose(
    nowUs: Micros,
    wallUs: Micros,
    command: Uint8Array,
  ): { readonly term: Term; readonly index: LogIndex } | undefined {
    const { state } = this;
    state.advanceClock(nowUs);
    if (state.role !== 'leader' || state.transfer !== undefined) return undefined;
    const { term, index } = appendOwn(state, 'command', Math.max(wallUs, state.log.lastStampUs + 1), command);
    return { term, index };
  }

  /**
   * Begins a change of members (dissertation §4.3): through a joint configuration if voters change, which the leader leaves by itself. Not
   * taken while another is under way. In force as soon as it is in the log; done when the last entry it makes is committed.
   * @param fence void where the group has gone on since; absent: by hand, whatever is in force
   */
  proposeConfiguration(nowUs: Micros, target: ConfigurationTarget, fence?: ConfigurationFence): ProposedConfiguration {
    this.state.advanceClock(nowUs);
    return proposeConfiguration(this.state, target, fence);
  }

  /**
   * Whether it stands for election only when nobody else has for several election timeouts. Its log is as good as any, so it votes as any other, and
   * what it alone could commit is not lost; but what it serves is not to be trusted.
   */
  set standsLast(standsLast: boolean) {
    this.state.standsLast = standsLast;
    if (standsLast && this.state.role === 'follower') restartElectionTimer(this.state);
  }

  /** In force here, committed or not. */
  get configuration(): Configuration {
    return this.state.configuration;
  }

  /** The latest that is committed. */
  get committedConfiguration(): PlacedConfiguration {
    return this.state.configurations.versionAt(this.state.commitIndex);
  }

  /** Of the entry that put it in force; of the log's base, or 0, where that entry is not in the log. */
  get configurationIndex(): LogIndex {
    return this.state.configurations.currentIndex;
  }

  /** In force at an entry of the log, or at its base: what a snapshot that ends there has to say. */
  configurationAt(index: LogIndex): PlacedConfiguration {
    return this.state.configurations.versionAt(index);
  }

  /**
   * Asks from which index on a read is linearizable; answered by a ReadState with the same context in a later Ready, or never if
   * leadership is lost before (a RoleChanged event says so).
   * @param context strictly increases from call to call
   * @returns false when this replica is not the leader
   */
  readIndex(nowUs: Micros, context: number): boolean {
    const { state } = this;
    state.advanceClock(nowUs);
    if (state.role !== 'leader') return false;
    if (state.hasCommittedInTerm) {
      state.reads.register(context, state.commitIndex);
      startReadRound(state);
    } else {
      state.reads.hold(context);
    }
    return true;
  }

  /**
   * The index from which on a read is linearizable, on the ground of the leader's lease alone (dissertation §6.4.1).
   * @returns undefined when there is no lease now: `readIndex` needs none
   */
  leaseRead(nowUs: Micros): LogIndex | undefined {
    const { state } = this;
    state.advanceClock(nowUs);
    return nowUs < leaseUntil(state) ? state.commitIndex : undefined;
  }

  /** The write of the Ready with this mark, and so every one before it, is durable. `mark` is that Ready's own object. */
  persisted(mark: PersistMark): void {
    const { state } = this;
    const { log } = state;
    const before = log.persistedIndex;
    for (const write of log.pendingWrites.complete(mark)) {
      log.persistedTo(write.durableIndex);
      if (write.mark.hardState !== undefined) countOwnVote(state, write.mark.hardState);
    }
    if (log.persistedIndex === before) return;
    state.events.push({ type: 'EntriesPersisted', lastIndex: log.persistedIndex });
    if (state.role === 'leader') maybeCommit(state);
  }

  /** Every entry up to `index` has been applied to the state machine. */
  appliedTo(index: LogIndex): void {
    const { state } = this;
    assert(index >= state.appliedIndex, 'entries are applied in order');
    assert(index <= state.handedOutIndex, 'only entries handed out as committed are applied');
    state.appliedIndex = index;
  }

  /** Forgets the entries up to `index`, as far as they are applied. The caller has what they did in its own durable storage. */
  compactTo(index: LogIndex): void {
    const { state } = this;
    const to = Math.min(index, state.appliedIndex);
    if (to <= state.log.base.index) return;
    state.log.compactTo(to, state.configurations.versionAt(to));
    state.configurations.compactedTo(to);
    state.events.push({ type: 'LogCompacted', baseIndex: to });
  }

  /** Leader: the follower is owed entries that the log no longer holds. */
  needsSnapshot(follower: NodeId): boolean {
    return this.state.progress.get(follower)?.mode === 'snapshot';
  }

  /** Leader: the next Ready carries this piece of a snapshot. */
  sendSnapshotPiece(to: NodeId, piece: SnapshotPiece): void {
    const { state } = this;
    assert(state.role === 'leader', 'only a leader sends snapshots');
    state.send(to, { type: 'InstallSnapshot', term: state.currentTerm, ...piece });
  }

  /** The next Ready tells the leader from where on the follower wants the snapshot. */
  answerSnapshotPiece(to: NodeId, lastIncludedIndex: LogIndex, offset: number): void {
    this.answerSnapshot(to, lastIncludedIndex, offset, false);
  }

  /** The next Ready tells the leader that what it sent was not what it said. */
  refuseSnapshot(to: NodeId, lastIncludedIndex: LogIndex): void {
    this.answerSnapshot(to, lastIncludedIndex, 0, true);
  }

  private answerSnapshot(to: NodeId, lastIncludedIndex: LogIndex, offset: number, refused: boolean): void {
    const term = this.state.currentTerm;
    this.state.send(to, { type: 'InstallSnapshotResponse', term, lastIncludedIndex, offset, refused });
  }

  /** Whether a snapshot with this last entry says more than the log does. */
  wantsSnapshot({ index, term }: LogBase): boolean {
    const { state } = this;
    return state.role !== 'leader' && index > state.commitIndex && state.log.termAt(index) !== term;
  }

  /**
   * A snapshot has been installed in the caller's own durable storage, where it becomes the replica's state once the next Ready is written: its
   * checkpoint takes the place of the whole log. To be called when nothing is being applied, and `wantsSnapshot` still holds.
   */
  restore(base: LogBase): void {
    const { state } = this;
    assert(this.wantsSnapshot(base), 'a snapshot goes further than what is committed');
    state.resetLog(base);
    state.commitIndex = base.index;
    state.handedOutIndex = base.index;
    state.appliedIndex = base.index;
    this.restored = true;
    acceptSnapshot(state);
  }

  /** What was applied is lost, and the log is not: from here on each heartbeat's answer asks for a snapshot that ends there or behind it. 0: it was brought back. */
  wantSnapshot(from: LogIndex): void {
    this.state.snapshotFrom = from;
  }

  /** Whether a snapshot with this last entry can take the place of what was applied, and leave the log behind it as it is. */
  holds({ index, term }: LogBase): boolean {
    const { state } = this;
    return index >= state.appliedIndex && state.log.termAt(index) === term;
  }

  /** The same as `restore` where the log `holds` the snapshot's last entry, on the disk: what follows it stays, and the next Ready's checkpoint says it again. */
  restoreApplied(base: LogBase): void {
    const { state } = this;
    assert(this.holds(base) && base.index <= this.persistedIndex, 'the log goes on where the snapshot ends');
    state.commitTo(base.index);
    state.handedOutIndex = Math.max(state.handedOutIndex, base.index);
    state.appliedIndex = base.index;
    this.compactTo(base.index);
    this.restored = true;
  }

  /** Everything that this replica has handed out to be written, in its present form; to be called when `ready` has nothing more. */
  checkpoint(): RaftCheckpoint {
    const { log } = this.state;
    assert(
      !this.mustWrite && !this.restored && !log.hasUnwritten,
      'a checkpoint follows what was handed out before it',
    );
    this.written = { ...this.written, commitIndex: this.writableCommitIndex() };
    return { hardState: this.written, base: log.base, entries: log.written };
  }

  /** Takes out what there is to do, see `Ready`. undefined when there is nothing. */
  ready(): Ready | undefined {
    const { state } = this;
    if (state.heartbeatDue) sendHeartbeats(state);
    if (state.appendDue) sendAppends(state);
    if (!this.hasOutput()) return undefined;
    const { log } = state;
    // A checkpoint says again what was handed out before; what is new comes behind it.
    const written = this.restored ? log.written : NO_ENTRIES;
    const entries = log.takeUnwritten();
    const hardState = this.takeHardState(entries.length > 0);
    const checkpoint = this.takeCheckpoint(written);
    const mark: PersistMark = { hardState, lastIndex: log.lastIndex, lastTerm: log.lastTerm };
    if (hardState !== undefined || checkpoint !== undefined || entries.length > 0) log.pendingWrites.issue(mark);
    const { messages, messagesAfterPersist, readStates, snapshotMessages } = state;
    if (messages.length > 0) state.messages = [];
    if (messagesAfterPersist.length > 0) state.messagesAfterPersist = [];
    if (readStates.length > 0) state.readStates = [];
    if (snapshotMessages.length > 0) state.snapshotMessages = [];
    return {
      // A checkpoint says it as well; and a record of its own before it would speak of a replica that no log names yet.
      hardState: checkpoint === undefined ? hardState : undefined,
      checkpoint,
      entries,
      messages: messages.length > 0 ? messages : NO_MESSAGES,
      messagesAfterPersist: messagesAfterPersist.length > 0 ? messagesAfterPersist : NO_MESSAGES,
      committed: this.takeCommitted(),
      readStates: readStates.length > 0 ? readStates : NO_READS,
      snapshotMessages: snapshotMessages.length > 0 ? snapshotMessages : NO_SNAPSHOTS,
      mark,
    };
  }

  /** Everything that happened since the last call, oldest first. */
  takeEvents(): RaftEvent[] {
    const { events } = this.state;
    if (events.length > 0) this.state.events = [];
    return events;
  }

  get role(): Role {
    return this.state.role;
  }

  get currentTerm(): Term {
    return this.state.currentTerm;
  }

  /** NO_NODE = nobody in currentTerm. */
  get votedFor(): NodeId {
    return this.state.votedFor;
  }

  /** NO_NODE = not known. */
  get leader(): NodeId {
    return this.state.leader;
  }

  /** Until when its lease lasts, unless it is renewed; 0 = it has none, MAX_SAFE_INTEGER = the only voter needs nobody's promise. */
  get leaseUntilUs(): Micros {
    return leaseUntil(this.state);
  }

  /** To whom this leader hands its leadership; NO_NODE = to nobody. */
  get transferee(): NodeId {
    return this.state.transfer?.to ?? NO_NODE;
  }

  get commitIndex(): LogIndex {
    return this.state.commitIndex;
  }

  get appliedIndex(): LogIndex {
    return this.state.appliedIndex;
  }

  /** The entry before the first one in the log. */
  get base(): LogBase {
    return this.state.log.base;
  }

  get lastIndex(): LogIndex {
    return this.state.log.lastIndex;
  }

  get lastTerm(): Term {
    return this.state.log.lastTerm;
  }

  /** Of the last entry in the log, committed or not; 0 for an empty log. */
  get lastStampUs(): Micros {
    return this.state.log.lastStampUs;
  }

  get persistedIndex(): LogIndex {
    return this.state.log.persistedIndex;
  }

  /** Of all commands in the log. */
  get commandBytes(): number {
    return this.state.log.commandBytes;
  }

  /** What the leader knows of a follower; undefined on everyone but the leader. */
  progressOf(follower: NodeId): ProgressView | undefined {
    return this.state.progress.get(follower);
  }

  entry(index: LogIndex): Entry | undefined {
    return this.state.log.entry(index);
  }

  termAt(index: LogIndex): Term | undefined {
    return this.state.log.termAt(index);
  }

  private hasOutput(): boolean {
    const { state } = this;
    return (
      state.messages.length > 0 ||
      state.messagesAfterPersist.length > 0 ||
      state.readStates.length > 0 ||
      state.snapshotMessages.length > 0 ||
      this.restored ||
      state.log.hasUnwritten ||
      state.handedOutIndex < this.applicableIndex() ||
      this.mustWrite
    );
  }

  /** An entry is applied only once this node's own record of it is durable: that record is also its write-ahead log. */
  private applicableIndex(): LogIndex {
    return Math.min(this.state.commitIndex, this.state.log.persistedIndex);
  }

  /** Only as far as the log on disk reaches. */
  private writableCommitIndex(): LogIndex {
    return Math.max(this.written.commitIndex, this.applicableIndex());
  }

  /** Term or vote are not those that were handed out last. */
  private get mustWrite(): boolean {
    const { state, written } = this;
    return written.currentTerm !== state.currentTerm || written.votedFor !== state.votedFor;
  }

  private takeCommitted(): readonly Entry[] {
    const { state } = this;
    const from = state.handedOutIndex + 1;
    const to = this.applicableIndex();
    if (to < from) return NO_ENTRIES;
    state.handedOutIndex = to;
    return state.log.slice(from, to);
  }

  private takeCheckpoint(entries: readonly Entry[]): RaftCheckpoint | undefined {
    if (!this.restored) return undefined;
    this.restored = false;
    const { base } = this.state.log;
    this.written = { ...this.written, commitIndex: Math.max(this.written.commitIndex, base.index) };
    return { hardState: this.written, base, entries };
  }

  /** Term and vote always; the commit index rides along with other writes. */
  private takeHardState(hasEntries: boolean): HardState | undefined {
    const { currentTerm, votedFor } = this.state;
    const commitIndex = this.writableCommitIndex();
    if (!this.mustWrite && !(hasEntries && commitIndex > this.written.commitIndex)) return undefined;
    this.written = { currentTerm, votedFor, commitIndex };
    return this.written;
  }
}

const NO_MESSAGES: readonly OutgoingRaftMessage[] = [];
const NO_READS: readonly ReadState[] = [];
const NO_SNAPSHOTS: readonly SnapshotMessage[] = [];
