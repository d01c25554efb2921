import { assert, must } from '../base/assert.ts';
import {
  type ClientActorId,
  type LogIndex,
  type Micros,
  NO_NODE,
  type NodeId,
  type ShardId,
  type Term,
} from '../base/ids.ts';
import { type ConfigurationTarget, votersOf } from '../raft/configuration.ts';
import type { Entry, LogBase } from '../raft/entry.ts';
import type { RaftMessage } from '../raft/message.ts';
import { majority } from '../raft/quorum.ts';
import type { RaftEvent } from '../raft/raft-event.ts';
import type { RaftGroup } from '../raft/raft-group.ts';
import type { Ready } from '../raft/ready.ts';
import { encodeCommand } from './command.ts';
import { LOG_KEPT_BYTES_MAX, LOG_KEPT_FOR_SNAPSHOTS_BYTES_MAX } from './config.ts';
import { encodeCheckpoint, encodeEntries, encodeHardState } from './log-record.ts';
import type { LogOwner } from './log-trimmer.ts';
import {
  type ClientRequest,
  deadlineOfWrite,
  isMismatch,
  keyWritesOf,
  type NodeQueue,
  type ReplyBody,
  type WriteOp,
} from './message.ts';
import { PendingProposals } from './pending-proposals.ts';
import type { LogSync, LogWriter } from './physical-log.ts';
import { Reads } from './reads.ts';
import type { ReplicaEnvironment } from './replica-environment.ts';
import type { ExpiredSessions } from './session-table.ts';
import { type ReceivedSnapshot, SnapshotReceiver } from './snapshot-receiver.ts';
import { SnapshotSender } from './snapshot-sender.ts';
import { type Applied, type ApplyOutcome, StateMachine } from './state-machine.ts';

export interface ReplicaScope {
  readonly id: NodeId;
  readonly shard: ShardId;
  /** Another one from each snapshot on. */
  replicaId: number;
  /** The nodes that hold a copy of the shard. Which of them vote says the group's configuration. */
  readonly replicas: readonly NodeId[];
}

const ROLE_NUMBERS = { follower: 0, precandidate: 1, candidate: 2, leader: 3 };

/** One shard's replica on this node: carries out what its Raft group asks for, applies what it commits, answers clients. */
export class Replica implements LogWriter, LogOwner {
  readonly scope: ReplicaScope;
  readonly raft: RaftGroup;
  machine: StateMachine;
  private readonly env: ReplicaEnvironment;
  private readonly reads: Reads;
  /** The newest sync that holds something of this replica. */
  private lastSync: LogSync | undefined;
  /** First index of each write of entries that is not durable yet, in issue order. */
  private readonly undurableFrom: LogIndex[] = [];
  /** Committed, durable and not yet applied; in log order. The first one is being applied while `isApplying`. */
  private readonly applyQueue: Entry[] = [];
  private isApplying = false;
  /** The first one waits until flush and compaction have caught up. */
  isHeldBack = false;
  /** By index. Empty unless leader. */
  private readonly proposals = new PendingProposals();
  /** The term in which this replica last was seen to lead, 0 = it does not lead. */
  private ledTerm: Term = 0;
  /** What the last DeadlineSet said; undefined: the role changed since, or there was none. */
  private reportedDeadlineUs: Micros | undefined;
  /** What the last LeaseSet said; 0: no lease. */
  private reportedLeaseUs: Micros = 0;
  private readonly sender: SnapshotSender;
  private readonly receiver: SnapshotReceiver;
  /** A snapshot that is in the tables, and is to take this replica's place. */
  private installed: { readonly lastIncluded: LogBase; readonly machine: StateMachine } | undefined;
  /** Those whose place was taken, in that order; each is dropped when the log names the one that took it. */
  private readonly replacedIds: number[] = [];
  /** In the node's list of replicas to advance at the end of this step. */
  isTouched = false;
  private readonly onApplied = (applied: Applied): void => this.applied(applied);

  constructor(env: ReplicaEnvironment, scope: ReplicaScope, raft: RaftGroup, machine: StateMachine) {
    this.env = env;
    this.scope = scope;
    this.raft = raft;
    this.machine = machine;
    this.reads = new Reads(env, raft, scope, (read, body) => this.answer(read.client, read.requestId, body));
    this.sender = new SnapshotSender(env, raft, scope);
    this.receiver = new SnapshotReceiver(raft, (snapshot) => this.install(snapshot));
  }

  /** It waits for `advance`. */
  get isInstalled(): boolean {
    return this.installed !== undefined;
  }

  get leads(): boolean {
    return this.raft.role === 'leader';
  }

  receive(from: NodeId, message: RaftMessage): void {
    // Back-pressure: as if the network had lost it. The leader sends it again with its heartbeats, and commits no faster than a quorum applies.
    if (message.type === 'AppendEntries' && message.entries.length > 0 && this.hasApplyBacklog) {
      const backlog = this.raft.commitIndex - this.machine.appliedIndex;
      this.env.events.push({ type: 'AppendHeldOff', shard: this.scope.shard, from, backlog });
      return;
    }
    this.raft.step(this.env.nowUs, from, message);
  }

  request(client: ClientActorId, request: ClientRequest): void {
    const { requestId, body } = request;
    if (!this.leads) {
      this.refuse(client, requestId);
      return;
    }
    if (body.type === 'Get' || body.type === 'Scan') {
      this.keepTime();
      const isFull = this.reads.underWay >= this.env.limits.pendingReadsMax;
      if (isFull) this.answer(client, requestId, { type: 'Busy', queue: 'reads' });
      else if (!this.reads.start({ client, requestId, body })) this.refuse(client, requestId);
      else this.reads.serve(this.machine);
      return;
    }
    const joined = this.proposals.join(client, requestId, body);
    if (joined !== undefined) {
      this.reportProposed(client, request, joined, true);
      return;
    }
    const { transferee: to, currentTerm: term } = this.raft;
    if (to !== NO_NODE) {
      this.answer(client, requestId, { type: 'TransferUnderWay', to, term });
      return;
    }
    const queue = this.fullQueue();
    if (queue !== undefined) {
      this.answer(client, requestId, { type: 'Busy', queue });
      return;
    }
    const command = encodeCommand(body);
    const proposed = this.raft.propose(this.env.nowUs, this.env.wallUs, command);
    if (proposed === undefined) {
      this.refuse(client, requestId);
      return;
    }
    this.proposals.add(proposed.index, proposed.term, client, requestId, body, command.length);
    this.reportProposed(client, request, proposed, false);
  }

  /** Other voters and learners, through a joint configuration. */
  reconfigure(target: ConfigurationTarget): void {
    const { env, raft, scope } = this;
    const { voters } = target;
    const reachable = !this.leads || voters.length === 0 || this.hearsMajority(voters);
    const proposed = reachable
      ? raft.proposeConfiguration(env.nowUs, target)
      : ({ ok: false, code: 'QuorumUnreachable' } as const);
    if (proposed.ok) return;
    const { ok, ...refusal } = proposed;
    env.events.push({ type: 'ReconfigurationRefused', shard: scope.shard, ...refusal });
  }

  /** A group that is about to rest on voters that do not answer would stand still, and could not even go back. */
  private hearsMajority(voters: readonly NodeId[]): boolean {
    const { env, raft, scope } = this;
    const since = env.nowUs - env.limits.electionTimeoutUsMax;
    const heard = voters.filter((voter) => voter === scope.id || (raft.progressOf(voter)?.lastAnswerUs ?? 0) > since);
    return heard.length >= majority(voters.length);
  }

  private reportProposed(
    client: ClientActorId,
    { requestId, body }: ClientRequest,
    { term, index }: { readonly term: Term; readonly index: LogIndex },
    joined: boolean,
  ): void {
    const { shard } = this.scope;
    const { stampUs } = must(this.raft.entry(index), 'a proposed entry is in the log');
    const deadlineUs = body.type === 'Write' ? earliestDeadline(body.write, stampUs) : undefined;
    const { configuration } = this.raft;
    const entry = { term, index, joined, configuration, deadlineUs };
    this.env.events.push({ type: 'RequestProposed', shard, client, requestId, ...entry });
  }

  /**
   * A leader on whose clock the shard's earliest deadline has passed appends a time entry, so that what is due expires on every replica although
   * nobody writes. Asked at every heartbeat, and whenever a read has to wait for it. Not while an entry stamped at or after the deadline is on
   * its way already: so there is never more than one of them in the log that is not applied for each round of replication.
   */
  keepTime(): void {
    const { nowUs, wallUs } = this.env;
    const { earliestDeadlineUs } = this.machine;
    if (!this.leads || earliestDeadlineUs > wallUs || this.raft.lastStampUs >= earliestDeadlineUs) return;
    this.raft.propose(nowUs, wallUs, TIME_COMMAND);
  }

  /** What has no room for another write. Everything that one goes through is bounded here, where its client can be told. */
  private fullQueue(): NodeQueue | undefined {
    const { limits, gate, log } = this.env;
    if (gate.isStopped) return 'engine';
    if (this.proposals.size >= limits.pendingProposalsMax) return 'proposals';
    if (this.proposals.bytes >= limits.pendingProposalBytesMax) return 'proposal bytes';
    if (log.pendingBytes >= limits.logQueueBytesMax) return 'log';
    return this.hasApplyBacklog ? 'apply' : undefined;
  }

  private get hasApplyBacklog(): boolean {
    return this.raft.commitIndex - this.machine.appliedIndex >= this.env.limits.applyBacklogMax;
  }

  /** A leader's, when the node beats. */
  heartbeat(): void {
    this.raft.heartbeat(this.env.nowUs);
    this.keepTime();
    this.sender.heartbeat();
  }

  /** Carries out everything that the group wants done. */
  advance(): void {
    if (!this.isApplying) this.takeOver();
    this.sender.update(this.machine.appliedIndex, this.machine.logTimeUs);
    for (let ready = this.raft.ready(); ready !== undefined; ready = this.raft.ready()) {
      this.report(this.raft.takeEvents());
      this.carryOut(ready);
    }
    this.report(this.raft.takeEvents());
    this.reportDeadline();
    this.reportLease();
    this.noticeLeadership();
  }

  /** Under a replica id that was never used, so that a crash leaves the one or the other. */
  private install({ lastIncluded, rows }: ReceivedSnapshot): void {
    const { env, scope } = this;
    const { shard } = scope;
    const replicaId = env.installs.unusedReplicaId(shard, scope.replicaId);
    const done = (): void => {
      const machine = new StateMachine(env.engine, shard, replicaId, env.limits);
      env.blocks.run(shard, machine.recover(), () => {
        this.installed = { lastIncluded, machine };
      });
    };
    env.installs.install({ applied: { shard, replicaId, appliedIndex: lastIncluded.index }, rows, done });
  }

  /** What was installed becomes this replica, unless its own log has come as far meanwhile. */
  private takeOver(): void {
    const { installed, env, scope, raft } = this;
    if (installed === undefined) return;
    const { lastIncluded, machine } = installed;
    const { shard } = scope;
    this.installed = undefined;
    this.receiver.reset();
    if (!raft.wantsSnapshot(lastIncluded)) {
      env.installs.drop({ shard, replicaId: machine.replicaId });
      return;
    }
    this.replacedIds.push(scope.replicaId);
    scope.replicaId = machine.replicaId;
    this.machine = machine;
    this.applyQueue.length = 0;
    this.isHeldBack = false;
    raft.restore(lastIncluded);
    env.mix(lastIncluded.index);
    env.mix(machine.stateHash);
    const { index, term } = lastIncluded;
    const { keys, stateHash } = machine;
    const { configuration } = raft;
    env.events.push({ type: 'SnapshotInstalled', shard, index, term, configuration, keys, stateHash });
  }

  /** What `ready` wrote, or waited for, is durable. */
  released(ready: Ready): void {
    if (ready.checkpoint !== undefined) {
      const replicaId = must(this.replacedIds.shift(), 'a checkpoint comes with a replica that is replaced');
      this.env.installs.drop({ shard: this.scope.shard, replicaId });
    }
    if (ready.entries.length > 0) this.undurableFrom.shift();
    this.raft.persisted(ready.mark);
    this.sendAll(ready.messagesAfterPersist);
  }

  /** Behind what is applied, and only what is in the tables: until then the log is what it is replayed from. */
  compactLog(): void {
    const { env, scope } = this;
    const flushedIndex = env.engine.appliedIndex(scope.shard, scope.replicaId);
    const index = Math.min(flushedIndex, this.needlessIndex());
    const { keptIndex } = this.sender;
    const keeps = keptIndex < index && this.bytesBetween(keptIndex, index) <= LOG_KEPT_FOR_SNAPSHOTS_BYTES_MAX;
    this.raft.compactTo(keeps ? keptIndex : index);
    this.report(this.raft.takeEvents());
  }

  /** Of the commands behind the first index, up to and including the second; those that the log still holds. */
  private bytesBetween(from: LogIndex, to: LogIndex): number {
    let bytes = 0;
    for (let index = from + 1; index <= to; index++) bytes += this.raft.entry(index)?.command.length ?? 0;
    return bytes;
  }

  /** What is applied but for the entries kept for followers that lag: so many, and so many bytes. */
  private needlessIndex(): LogIndex {
    const { raft, machine, env } = this;
    const { appliedIndex } = machine;
    const first = Math.max(raft.base.index, appliedIndex - env.limits.logKeptEntries);
    let index = appliedIndex;
    let bytes = 0;
    while (index > first && bytes <= LOG_KEPT_BYTES_MAX) {
      bytes += must(raft.entry(index), 'what is behind the base is in the log').command.length;
      index--;
    }
    return index;
  }

  get checkpointBytes(): number {
    const { base, lastIndex, commandBytes } = this.raft;
    return commandBytes + (lastIndex - base.index) * ENTRY_HEADER_BYTES;
  }

  checkpoint(): Uint8Array {
    return encodeCheckpoint(this.scope.shard, this.scope.replicaId, this.raft.checkpoint());
  }

  private carryOut(ready: Ready): void {
    this.sendAll(ready.messages);
    this.write(ready);
    for (const entry of ready.committed) this.applyQueue.push(entry);
    for (const state of ready.readStates) this.reads.confirm(state);
    for (const { from, message } of ready.snapshotMessages) {
      if (message.type === 'InstallSnapshot') this.receiver.receive(from, message);
      else this.sender.answered(from, message);
    }
    this.applyNext();
    this.reads.serve(this.machine);
  }

  private write(ready: Ready): void {
    const { hardState, checkpoint, entries } = ready;
    const { shard, replicaId } = this.scope;
    const records: Uint8Array[] = [];
    if (hardState !== undefined) {
      const reach = entries[0]?.index ?? this.raft.lastIndex + 1;
      assert(hardState.commitIndex < reach, 'a crash between the two records leaves no commit index beyond the log');
      records.push(encodeHardState(shard, replicaId, hardState));
      this.env.mix(hardState.currentTerm);
      this.env.mix(hardState.votedFor);
    }
    if (checkpoint !== undefined) records.push(encodeCheckpoint(shard, replicaId, checkpoint));
    if (entries.length > 0) {
      records.push(encodeEntries(shard, replicaId, entries));
      this.undurableFrom.push((entries[0] as Entry).index);
    }
    if (this.env.breaks.has('skip-fsync')) {
      if (records.length > 0)
        this.lastSync = this.env.log.write(records, { scope: this.scope, released: ignore }, ready);
      this.released(ready);
    } else if (records.length > 0) {
      this.lastSync = this.env.log.write(records, this, ready);
    } else if (this.lastSync !== undefined && !this.lastSync.durable) {
      // Rests on an earlier write of this replica that is still under way.
      if (ready.messagesAfterPersist.length > 0) this.lastSync.releases.push({ writer: this, ready });
    } else {
      this.released(ready);
    }
  }

  private applyNext(): void {
    while (!this.isApplying && this.installed === undefined) {
      const entry = this.applyQueue[0];
      if (entry === undefined) return;
      this.isHeldBack = !this.env.gate.admits(entry.command.length);
      if (this.isHeldBack) return;
      assert(this.isDurable(entry.index), 'an entry is applied only when its own record is durable here');
      this.isApplying = true;
      this.env.blocks.run(this.scope.shard, this.machine.apply(entry), this.onApplied);
    }
  }

  private isDurable(index: LogIndex): boolean {
    for (const from of this.undurableFrom) if (from <= index) return false;
    return true;
  }

  private applied({ outcome, expired, expiredSessions }: Applied): void {
    const entry = this.applyQueue.shift() as Entry;
    this.isApplying = false;
    const { machine, env, scope } = this;
    this.raft.appliedTo(entry.index);
    env.mix(entry.index);
    env.mix(machine.stateHash);
    env.events.push({
      type: 'EntryApplied',
      shard: scope.shard,
      index: entry.index,
      term: entry.term,
      stateHash: machine.stateHash,
      keys: machine.keys,
      duplicate: outcome.type === 'duplicate',
    });
    if (expired.length > 0) {
      const shown = expired.slice(0, EXPIRED_TOLD);
      const { shard } = scope;
      env.events.push({ type: 'KeysExpired', shard, index: entry.index, count: expired.length, keys: shown });
    }
    this.reportExpired(entry.index, expiredSessions);
    // More may have come due since that entry was stamped.
    if (this.reads.pending > 0) this.keepTime();
    const proposal = this.proposals.take(entry.index);
    if (proposal === undefined) return;
    const { client, requestId } = proposal;
    this.answer(client, requestId, proposal.term === entry.term ? this.reply(entry, outcome) : LEADERSHIP_LOST);
  }

  private reportExpired(index: LogIndex, { idle, crowdedOut }: ExpiredSessions): void {
    const all = [...idle, ...crowdedOut];
    if (all.length === 0) return;
    const { shard } = this.scope;
    const sessions = all.slice(0, EXPIRED_TOLD);
    const counts = { idle: idle.length, crowdedOut: crowdedOut.length };
    this.env.events.push({ type: 'SessionsExpired', shard, index, ...counts, sessions });
  }

  /** Called when a routine of this replica went on after a block read: later entries and reads may follow. */
  resume(): void {
    this.applyNext();
    this.reads.serve(this.machine);
  }

  private reply(entry: Entry, outcome: ApplyOutcome): ReplyBody {
    switch (outcome.type) {
      case 'registered':
        return { type: 'Registered', session: outcome.session, term: entry.term, index: entry.index };
      case 'sessionExpired':
        return SESSION_EXPIRED;
      // Whether the forgotten write was applied is not known here: the one answer that promises nothing.
      case 'stale':
      case 'time':
      case 'noop':
        return LEADERSHIP_LOST;
      default: {
        const { answer, term, index } = outcome;
        const voters = votersOf(this.raft.configuration);
        const acks = this.holders(voters, index);
        return {
          type: 'Written',
          answer,
          term,
          index,
          acks,
          voters: voters.length,
          duplicate: outcome.type === 'duplicate',
        };
      }
    }
  }

  /** Voters known to hold the entry on disk. */
  private holders(voters: readonly NodeId[], index: LogIndex): number {
    let holders = 0;
    for (const voter of voters) {
      const matchIndex = voter === this.scope.id ? this.raft.persistedIndex : this.raft.progressOf(voter)?.matchIndex;
      if (matchIndex !== undefined && matchIndex >= index) holders++;
    }
    return holders;
  }

  private reportDeadline(): void {
    const { deadlineUs } = this.raft;
    if (deadlineUs === this.reportedDeadlineUs) return;
    const isNever = deadlineUs === Number.MAX_SAFE_INTEGER;
    const wasTold = this.reportedDeadlineUs !== undefined;
    this.reportedDeadlineUs = deadlineUs;
    if (isNever && !wasTold) return;
    const waitUs = isNever ? 0 : deadlineUs - this.env.nowUs;
    this.env.events.push({ type: 'DeadlineSet', shard: this.scope.shard, waitUs });
  }

  private reportLease(): void {
    // The only voter's lasts for ever: it rests on no promise, and is not told.
    const leaseUntilUs = this.raft.leaseUntilUs === Number.MAX_SAFE_INTEGER ? 0 : this.raft.leaseUntilUs;
    if (leaseUntilUs === this.reportedLeaseUs) return;
    this.reportedLeaseUs = leaseUntilUs;
    const waitUs = Math.max(0, leaseUntilUs - this.env.nowUs);
    this.env.events.push({ type: 'LeaseSet', shard: this.scope.shard, waitUs });
  }

  private noticeLeadership(): void {
    const term = this.leads ? this.raft.currentTerm : 0;
    if (term === this.ledTerm) return;
    this.ledTerm = term;
    for (const { client, requestId } of this.proposals.takeAll()) this.answer(client, requestId, LEADERSHIP_LOST);
    for (const { client, requestId } of this.reads.takeAll()) this.refuse(client, requestId);
  }

  private refuse(client: ClientActorId, requestId: number): void {
    const { leader, currentTerm } = this.raft;
    this.answer(client, requestId, { type: 'NotLeader', leader, term: currentTerm });
  }

  private answer(client: ClientActorId, requestId: number, body: ReplyBody): void {
    const { shard } = this.scope;
    const mismatch = body.type === 'Written' && isMismatch(body.answer);
    const isMissing = body.type === 'Value' && body.value === undefined;
    const outcome = mismatch ? 'Mismatch' : isMissing ? 'NoValue' : body.type;
    const queue = body.type === 'Busy' ? { queue: body.queue } : {};
    this.env.events.push({ type: 'RequestAnswered', shard, client, requestId, outcome, ...queue });
    this.env.outbox.push(client, { type: 'ClientReply', requestId, shard, body });
  }

  private sendAll(messages: Ready['messages']): void {
    for (const { to, message } of messages) {
      this.env.outbox.push(to, { type: 'Raft', shard: this.scope.shard, body: message });
    }
  }

  private report(events: readonly RaftEvent[]): void {
    const { shard } = this.scope;
    for (const event of events) {
      if (event.type === 'RoleChanged') {
        this.env.mix(ROLE_NUMBERS[event.role]);
        this.env.mix(event.term);
        this.reportedDeadlineUs = undefined;
        this.reportedLeaseUs = 0;
      } else if (event.type === 'CommitAdvanced') {
        this.env.mix(event.commitIndex);
      } else if (event.type === 'ConfigurationChanged') {
        this.env.mix(event.index);
      }
      this.env.events.push(stampShard(event, shard));
    }
  }
}

/** Of what the write writes. */
function earliestDeadline(write: WriteOp, stampUs: Micros): Micros | undefined {
  const deadlines = keyWritesOf(write).flatMap((each) => deadlineOfWrite(each, stampUs) ?? []);
  return deadlines.length === 0 ? undefined : Math.min(...deadlines);
}

/** The event is this node's alone by now: it becomes the node's own, no copy is needed. */
function stampShard(event: RaftEvent & { shard?: ShardId }, shard: ShardId): RaftEvent & { readonly shard: ShardId } {
  event.shard = shard;
  return event as typeof event & { readonly shard: ShardId };
}

/** Of a write that nothing waits for. */
const ignore = (): void => {};

/** What an entry takes in the log beside its command, about. */
const ENTRY_HEADER_BYTES = 16;

/** Of the keys, or sessions, that expire with one entry; all are counted. */
const EXPIRED_TOLD = 3;

const TIME_COMMAND = encodeCommand({ type: 'Time' });

const LEADERSHIP_LOST: ReplyBody = { type: 'LeadershipLost' };
const SESSION_EXPIRED: ReplyBody = { type: 'SessionExpired' };
