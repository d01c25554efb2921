import { assert, must } from '../base/assert.ts';
import type { DiskRoutine } from '../base/disk.ts';
import {
  type ClientActorId,
  type LogIndex,
  type Micros,
  NO_NODE,
  type NodeId,
  type ShardId,
  type Term,
} from '../base/ids.ts';
import type { TokenArc } from '../merkle/leaves.ts';
import { type ConfigurationTarget, membersOf, votersOf } from '../raft/configuration.ts';
import type { Entry } from '../raft/entry.ts';
import { type InstallSnapshot, isOfLeader, type RaftMessage } from '../raft/message.ts';
import type { RaftGroup } from '../raft/raft-group.ts';
import type { Ready } from '../raft/ready.ts';
import { GroupPlacement } from './group-placement.ts';
import { Integrity } from './integrity.ts';
import { needlessIndex } from './kept-entries.ts';
import { lateNode } from './late-node.ts';
import { encodeCheckpoint } from './log-record.ts';
import type { LogOwner } from './log-trimmer.ts';
import { LogWrites } from './log-writes.ts';
import { isMismatch, type ReplyBody, type ShardRequest } from './message.ts';
import { PeerReplicas } from './peer-replicas.ts';
import type { LogWriter } from './physical-log.ts';
import type { QuarantineReason } from './quarantine.ts';
import type { ReadIndexMessage } from './read-index-message.ts';
import { Reads } from './reads.ts';
import type { ReplicaEnvironment } from './replica-environment.ts';
import { type ReplicaRead, ReplicaReads } from './replica-reads.ts';
import { ReplicaReports } from './replica-reports.ts';
import { type ReplicaRoot, readRoot } from './replica-root.ts';
import type { SnapshotInstaller } from './snapshot-installer.ts';
import type { SnapshotSender } from './snapshot-sender.ts';
import type { Applied, ApplyOutcome, StateMachine } from './state-machine.ts';
import { wantsSnapshot } from './wants-snapshot.ts';
import { encodeCommand } from './write-command.ts';
import { LEADERSHIP_LOST } from './write-reply.ts';
import { Writes } from './writes.ts';

export interface ReplicaScope {
  readonly id: NodeId;
  readonly shard: ShardId;
  /** The shard's, of the ring. */
  readonly arc: TokenArc;
  /** Of this replica alone, in its group and for all time. */
  readonly replicaId: number;
  /** Under which its rows lie here; another one from each snapshot on. */
  storageId: number;
}

/** One shard's replica on this node: carries out what its Raft group asks for, applies what it commits, answers clients. */
export class Replica implements LogWriter, LogOwner {
  readonly scope: ReplicaScope;
  readonly raft: RaftGroup;
  machine: StateMachine;
  private readonly env: ReplicaEnvironment;
  private readonly reads: Reads;
  private readonly ownReads: ReplicaReads;
  private readonly logWrites: LogWrites;
  /** Committed, durable and not yet applied; in log order. The first one is being applied while `isApplying`. */
  private readonly applyQueue: Entry[] = [];
  private isApplying = false;
  /** The first one waits until flush and compaction have caught up. */
  isHeldBack = false;
  private readonly writes: Writes;
  /** The term in which this replica last was seen to lead, 0 = it does not lead. */
  private ledTerm: Term = 0;
  readonly peers: PeerReplicas;
  /** Its part in what the meta group's leader wants of the group. */
  readonly placement: GroupPlacement;
  private readonly reports: ReplicaReports;
  /** Whether it holds what it should. */
  readonly integrity: Integrity;
  /** Undefined until a follower needs a snapshot, and until this replica is sent one. */
  private sender: SnapshotSender | undefined;
  private installer: SnapshotInstaller | undefined;
  /** Those whose place was taken, in that order; each is dropped when the log names the one that took it. */
  private readonly replacedIds: number[] = [];
  /** When a leader last said something to it. */
  private ledUs: Micros;
  /** It is to be deleted: it takes no part any more, and waits for what is under way to end. */
  private isClosed = false;
  /** In the node's list of replicas to advance at the end of this step. */
  isTouched = false;
  private readonly onApplied = (applied: Applied): void => this.applied(applied);
  /** It came to a block that cannot be read: nothing of the entry is in the engine, and what the machine keeps in memory is not to be used any more. */
  private readonly onApplyFailed = (): void => {
    this.isApplying = false;
    this.enterQuarantine('corrupt block');
  };

  /** @param isQuarantined as its disk says */
  constructor(
    env: ReplicaEnvironment,
    scope: ReplicaScope,
    raft: RaftGroup,
    machine: StateMachine,
    isQuarantined: boolean,
  ) {
    this.env = env;
    this.scope = scope;
    this.raft = raft;
    this.machine = machine;
    this.ledUs = env.nowUs;
    this.reads = new Reads(env, raft, scope, (read, body) => this.answer(read.client, read.requestId, body));
    this.ownReads = new ReplicaReads(env, raft, scope, (read, body) => this.answer(read.client, read.requestId, body));
    this.writes = new Writes(env, raft, scope, (client, requestId, body) => this.answer(client, requestId, body));
    this.logWrites = new LogWrites(env, raft, this);
    this.peers = new PeerReplicas(env, raft, scope);
    this.placement = new GroupPlacement(env, raft, scope);
    this.reports = new ReplicaReports(env, scope.shard, raft);
    this.integrity = new Integrity(env, raft, scope, this, isQuarantined);
  }

  get isOpen(): boolean {
    return !this.isClosed;
  }

  /** To be dropped as soon as `isIdle`. */
  close(): void {
    this.isClosed = true;
    this.applyQueue.length = this.isApplying ? 1 : 0;
    this.integrity.close();
    this.serveNobody();
    this.env.quarantine.forget(this.scope.shard);
  }

  /** What it holds cannot be read: until a snapshot takes its place it serves nobody, applies nothing, and leads only until another can. */
  enterQuarantine(reason: QuarantineReason): void {
    if (this.isClosed || !this.env.quarantine.enter(this.scope.shard, reason)) return;
    this.serveNobody();
  }

  /** Of what it holds something cannot be read. */
  private get isDamaged(): boolean {
    return this.env.quarantine.has(this.scope.shard);
  }

  /** What it holds is not to be believed: it cannot be read, or is not what the others hold. */
  get isQuarantined(): boolean {
    return this.isDamaged || this.integrity.isQuarantined;
  }

  private serveNobody(): void {
    this.sender?.endAll();
    this.writes.abandon();
    for (const { client, requestId } of this.reads.takeAll()) this.refuse(client, requestId);
    for (const { client, requestId } of this.ownReads.takeAll()) this.refuse(client, requestId);
  }

  /** Nothing of it is on its way to or from the disk. */
  get isIdle(): boolean {
    const { installer, logWrites, isApplying } = this;
    if (installer?.isBusy === true && !installer.isInstalled) return false;
    return !isApplying && logWrites.isIdle && !this.env.blocks.isWaitingFor(this.scope.shard);
  }

  /** Deletes all that is stored of it. @returns the last number under which its rows lay */
  drop(): number {
    const { scope, env } = this;
    const installed = this.installer?.discard() ?? 0;
    for (const replicaId of [...this.replacedIds, scope.storageId])
      env.installs.drop({ shard: scope.shard, replicaId });
    return Math.max(scope.storageId, installed);
  }

  /** Everything in its log: what it decides now rests on all that it has ever proposed. */
  get hasAppliedAll(): boolean {
    return this.leads && this.machine.appliedIndex === this.raft.lastIndex;
  }

  /** No leader has said anything to it for so long. */
  isForsaken(forUs: Micros): boolean {
    return !this.isClosed && !this.leads && this.env.nowUs - this.ledUs >= forUs;
  }

  /**
   * Whether it knows of itself that it is a member, from an entry of its log that is no earlier than `confVer`: whoever says of an earlier moment that
   * it is none says nothing of this one.
   */
  isMemberSince(confVer: LogIndex): boolean {
    const { raft, scope } = this;
    const isMember = membersOf(raft.configuration).includes(scope.id);
    return this.leads || (isMember && raft.configurationIndex >= confVer);
  }

  /** It waits for `advance`. */
  get isInstalled(): boolean {
    return this.installer?.isInstalled === true;
  }

  /** It has something to say of its group: it is a member of it, or knows who leads it. */
  get belongs(): boolean {
    const { raft, scope } = this;
    return raft.leader !== NO_NODE || membersOf(raft.configuration).includes(scope.id);
  }

  get leads(): boolean {
    return this.raft.role === 'leader';
  }

  receive(from: NodeId, message: RaftMessage): void {
    if (isOfLeader(message)) {
      this.ledUs = this.env.nowUs;
      this.ownReads.heardLeader();
    }
    // Back-pressure: as if the network had lost it. The leader sends it again with its heartbeats, and commits no faster than a quorum applies.
    if (message.type === 'AppendEntries' && message.entries.length > 0 && this.hasApplyBacklog) {
      const backlog = this.raft.commitIndex - this.machine.appliedIndex;
      this.env.events.push({ type: 'AppendHeldOff', shard: this.scope.shard, from, backlog });
      return;
    }
    this.raft.step(this.env.nowUs, from, message);
  }

  request(client: ClientActorId, request: ShardRequest): void {
    const { requestId, body } = request;
    if (body.type === 'ReplicaGet') {
      this.replicaGet({ client, requestId, body });
      return;
    }
    const isHedge = body.type === 'Get' && body.hedge === true;
    if ((!this.leads && !isHedge) || this.isQuarantined) {
      this.refuse(client, requestId);
      return;
    }
    if (body.type === 'Get' || body.type === 'Scan') {
      this.keepTime();
      if (this.hasReadsEnough) this.answer(client, requestId, { type: 'Busy', queue: 'reads' });
      else if (!this.leads && !this.reads.ask({ client, requestId, body })) this.refuse(client, requestId);
      else if (this.leads && !this.reads.start({ client, requestId, body })) this.refuse(client, requestId);
      else this.reads.serve(this.machine);
      return;
    }
    if (!this.writes.ask(client, { requestId, body }, this.hasApplyBacklog)) this.refuse(client, requestId);
  }

  private replicaGet(read: ReplicaRead): void {
    const { client, requestId } = read;
    // One that was made for a group and has not been told who is in it cannot say whether it counts.
    if (this.raft.configuration.voters.length === 0 || this.isQuarantined) this.refuse(client, requestId);
    else if (this.hasReadsEnough) this.answer(client, requestId, { type: 'Busy', queue: 'reads' });
    else this.ownReads.start(read, this.machine);
  }

  private get hasReadsEnough(): boolean {
    return this.reads.underWay + this.ownReads.underWay >= this.env.limits.pendingReadsMax;
  }

  /** When the first of the reads that wait here has waited long enough. */
  get dueUs(): Micros {
    return this.ownReads.dueUs;
  }

  refuseOverdueReads(): void {
    this.ownReads.advance(this.machine);
  }

  /** About a read that a replica serves which does not lead: this one asks, or that one. */
  receiveReadIndex(from: NodeId, message: ReadIndexMessage): void {
    if (message.type === 'ReadIndexTold') this.reads.told(message);
    else if (this.leads && !this.isQuarantined && !this.hasReadsEnough) {
      this.keepTime();
      this.reads.asked(from, message);
    }
    this.reads.serve(this.machine);
  }

  /** Other voters and learners, through a joint configuration. */
  reconfigure(target: ConfigurationTarget): void {
    const { env, raft, scope } = this;
    const { voters } = target;
    const reachable = !this.leads || voters.length === 0 || this.placement.hearsMajority(voters);
    const proposed = reachable
      ? raft.proposeConfiguration(env.nowUs, target)
      : ({ ok: false, code: 'QuorumUnreachable' } as const);
    if (proposed.ok) return;
    const { ok, ...refusal } = proposed;
    env.events.push({ type: 'ReconfigurationRefused', shard: scope.shard, ...refusal });
  }

  /**
   * A leader on whose clock the shard's earliest deadline has passed appends a time entry, so that what is due expires on every replica although
   * nobody writes. Asked at every heartbeat, and whenever a read has to wait for it. Not while an entry stamped at or after the deadline is on
   * its way already: so there is never more than one of them in the log that is not applied for each round of replication.
   */
  keepTime(): void {
    const { nowUs, wallUs } = this.env;
    const { earliestDeadlineUs } = this.machine;
    if (!this.leads || this.isQuarantined || earliestDeadlineUs > wallUs || this.raft.lastStampUs >= earliestDeadlineUs)
      return;
    this.raft.propose(nowUs, wallUs, TIME_COMMAND);
  }

  private get hasApplyBacklog(): boolean {
    return this.raft.commitIndex - this.machine.appliedIndex >= this.env.limits.applyBacklogMax;
  }

  /** A leader's, when the node beats. */
  heartbeat(): void {
    this.raft.heartbeat(this.env.nowUs);
    if (this.isQuarantined) this.handOver();
    this.keepTime();
    this.sender?.heartbeat();
    this.integrity.heartbeat();
  }

  /** What it holds is wrong: nobody is to be told or sent any of it. */
  quarantined(): void {
    this.sender?.endAll();
    this.writes.abandon();
    for (const { client, requestId } of this.reads.takeAll()) this.refuse(client, requestId);
  }

  /** To the voter with the most complete log that has answered and holds what it has applied. Asked at each heartbeat, until one of them leads. */
  private handOver(): void {
    const { raft, env, scope } = this;
    if (raft.transferee !== NO_NODE) return;
    const since = env.nowUs - env.limits.electionTimeoutUsMax;
    let [best, bestMatch] = [NO_NODE, 0];
    for (const voter of raft.configuration.voters) {
      const progress = voter === scope.id ? undefined : raft.progressOf(voter);
      if (progress?.mode !== 'replicate' || progress.snapshotFrom > 0 || progress.lastAnswerUs <= since) continue;
      if (progress.matchIndex > bestMatch) [best, bestMatch] = [voter, progress.matchIndex];
    }
    if (best !== NO_NODE) raft.transferTo(env.nowUs, best);
  }

  /** Carries out everything that the group wants done. */
  advance(): void {
    if (this.isClosed) return;
    if (!this.isApplying) this.takeOver();
    if (this.isDamaged) this.raft.wantSnapshot(this.machine.appliedIndex);
    else if (!this.isQuarantined) this.updateSnapshots();
    for (let ready = this.raft.ready(); ready !== undefined; ready = this.raft.ready()) {
      this.reports.tell(this.raft.takeEvents());
      this.carryOut(ready);
    }
    this.reports.tell(this.raft.takeEvents());
    this.reports.deadline();
    this.reports.lease();
    this.noticeLeadership();
    const unanswered = this.reads.takeUnanswered(this.env.limits.electionTimeoutUsMax);
    for (const { client, requestId } of unanswered) this.refuse(client, requestId);
    this.ownReads.advance(this.machine);
    if (this.leads) this.writes.answerAppended();
  }

  private updateSnapshots(): void {
    const { env, raft, scope, machine } = this;
    if (this.sender === undefined) {
      const isNeeded =
        this.leads && membersOf(raft.configuration).some((member) => wantsSnapshot(env, raft, member, 1));
      if (!isNeeded) return;
      this.sender = new (lateNode.get().SnapshotSender)(env, raft, scope);
    }
    this.sender.update(machine);
  }

  private receiveSnapshot(from: NodeId, piece: InstallSnapshot): void {
    const { env, raft, scope } = this;
    this.installer ??= new (lateNode.get().SnapshotInstaller)(env, raft, scope);
    this.installer.receiver.receive(from, piece);
  }

  /** What was installed becomes this replica. */
  private takeOver(): void {
    const taken = this.installer?.take();
    if (taken === undefined) return;
    const { env, scope, raft } = this;
    const { lastIncluded, machine } = taken;
    const { shard } = scope;
    const { index, term } = lastIncluded;
    const { keys, stateHash } = machine;
    this.replacedIds.push(scope.storageId);
    scope.storageId = machine.replicaId;
    this.machine = machine;
    this.isHeldBack = false;
    env.mix(index);
    env.mix(stateHash);
    if (raft.wantsSnapshot(lastIncluded)) {
      this.applyQueue.length = 0;
      raft.restore(lastIncluded);
      const { configuration } = raft;
      env.events.push({ type: 'SnapshotInstalled', shard, index, term, configuration, keys, stateHash });
    } else {
      const behind = this.applyQueue.filter((entry) => entry.index > index);
      this.applyQueue.splice(0, this.applyQueue.length, ...behind);
      raft.restoreApplied(lastIncluded);
      env.events.push({ type: 'StateRestored', shard, index, term, keys, stateHash });
    }
    raft.wantSnapshot(0);
    env.quarantine.leave(shard);
    if (machine.meta !== undefined) env.events.push({ type: 'MetaFound', index, state: machine.meta.state });
    this.integrity.replaced(index);
  }

  /** What `ready` wrote, or waited for, is durable. */
  released(ready: Ready): void {
    if (ready.checkpoint !== undefined) {
      const replicaId = must(this.replacedIds.shift(), 'a checkpoint comes with a replica that is replaced');
      this.env.installs.drop({ shard: this.scope.shard, replicaId });
    }
    this.logWrites.released(ready);
    if (this.isClosed) return;
    this.raft.persisted(ready.mark);
    this.sendAll(ready.messagesAfterPersist);
  }

  /** Behind what is applied, and only what is in the tables: until then the log is what it is replayed from. */
  compactLog(): void {
    const { env, scope } = this;
    const flushedIndex = env.engine.appliedIndex(scope.shard, scope.storageId);
    this.integrity.flushed(flushedIndex);
    const { appliedIndex } = this.machine;
    const covered = { appliedIndex, flushedIndex, snapshotIndex: this.sender?.keptIndex ?? Number.MAX_SAFE_INTEGER };
    this.raft.compactTo(needlessIndex(this.raft, covered, env.limits.logKeptEntries));
    this.reports.tell(this.raft.takeEvents());
  }

  /** What this replica comes to at its applied index: built of every row, and by the tree that is kept. */
  root(): DiskRoutine<ReplicaRoot> {
    const { machine, scope } = this;
    const { shard, arc } = scope;
    return readRoot(shard, machine.startFullRootPass(arc), machine.startRootPass(arc));
  }

  get checkpointBytes(): number {
    const { base, lastIndex, commandBytes } = this.raft;
    return commandBytes + (lastIndex - base.index) * ENTRY_HEADER_BYTES;
  }

  checkpoint(): Uint8Array {
    return encodeCheckpoint(this.scope.shard, this.scope.storageId, this.raft.checkpoint());
  }

  private carryOut(ready: Ready): void {
    this.sendAll(ready.messages);
    this.logWrites.write(ready);
    for (const entry of ready.committed) this.applyQueue.push(entry);
    for (const state of ready.readStates) this.reads.confirm(state);
    for (const { from, message } of ready.snapshotMessages) {
      if (message.type === 'InstallSnapshot') this.receiveSnapshot(from, message);
      else this.sender?.answered(from, message);
    }
    this.applyNext();
    this.reads.serve(this.machine);
  }

  private applyNext(): void {
    while (!this.isApplying && !this.isInstalled && !this.integrity.isHolding && !this.isDamaged) {
      const entry = this.applyQueue[0];
      if (entry === undefined) return;
      this.isHeldBack = !this.env.gate.admits(entry.command.length);
      if (this.isHeldBack) return;
      assert(this.logWrites.isDurable(entry.index), 'an entry is applied only when its own record is durable here');
      this.isApplying = true;
      this.env.blocks.run(this.scope.shard, this.machine.apply(entry), this.onApplied, this.onApplyFailed);
    }
  }

  private applied({ outcome, expired, expiredSessions }: Applied): void {
    const entry = this.applyQueue.shift() as Entry;
    this.isApplying = false;
    if (this.isClosed) return;
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
      ...(outcome.type === 'written' ? { wrote: true } : {}),
    });
    this.reports.expired(entry.index, expired, expiredSessions);
    if (outcome.type === 'compare') this.placement.readCopy(machine, outcome.token, entry.index);
    else if (outcome.type === 'meta' || outcome.type === 'metaRefused') this.reportMeta(entry.index, outcome);
    else this.integrity.applied(outcome, entry.index);
    // More may have come due since that entry was stamped.
    if (this.reads.pending > 0) this.keepTime();
    this.writes.applied(entry, outcome);
  }

  private reportMeta(index: LogIndex, outcome: Extract<ApplyOutcome, { type: 'meta' | 'metaRefused' }>): void {
    const { state } = must(this.machine.meta, 'the meta group applies such commands');
    const refusal = outcome.type === 'meta' ? undefined : outcome.refusal;
    this.env.events.push({ type: 'MetaApplied', index, command: outcome.command, refusal, state });
  }

  /** Called when a routine of this replica went on after a block read: later entries and reads may follow. */
  resume(): void {
    if (this.isClosed) return;
    this.applyNext();
    this.reads.serve(this.machine);
  }

  private noticeLeadership(): void {
    const term = this.leads ? this.raft.currentTerm : 0;
    if (term === this.ledTerm) return;
    this.ledTerm = term;
    this.writes.abandon();
    for (const { client, requestId } of this.reads.takeAll()) this.refuse(client, requestId);
  }

  private refuse(client: ClientActorId, requestId: number): void {
    const { leader: known, currentTerm, transferee } = this.raft;
    // A quarantined leader sends to whom it hands over, if it does so already.
    const leader = known === this.scope.id ? transferee : known;
    const isHeld = this.isQuarantined && !this.isClosed;
    this.answer(client, requestId, isHeld ? this.quarantinedReply(leader) : notLeader(leader, currentTerm));
  }

  /** What is said instead of what it holds. */
  private quarantinedReply(leader: NodeId): ReplyBody {
    const { raft, scope, isDamaged } = this;
    const isAlone = votersOf(raft.configuration).every((voter) => voter === scope.id);
    const reason = isDamaged ? 'corrupt block' : 'outvoted';
    return { type: 'Quarantined', reason, isAlone, leader, term: raft.currentTerm };
  }

  private answer(client: ClientActorId, requestId: number, said: ReplyBody): void {
    const { shard } = this.scope;
    // A read that was under way, or a write whose answer tells of what was there before.
    const body = this.isQuarantined ? this.withoutContent(said) : said;
    const mismatch = body.type === 'Written' && isMismatch(body.answer);
    const isValue = body.type === 'Value' || body.type === 'ReplicaValue';
    const isMissing = isValue && body.value === undefined;
    const outcome = mismatch ? 'Mismatch' : isMissing ? 'NoValue' : body.type;
    const queue = body.type === 'Busy' ? { queue: body.queue } : {};
    this.env.events.push({ type: 'RequestAnswered', shard, client, requestId, outcome, ...queue });
    this.env.reply(client, requestId, shard, body);
  }

  /** What is left of an answer when what it rests on is not to be believed. */
  private withoutContent(body: ReplyBody): ReplyBody {
    if (body.type === 'Written') return LEADERSHIP_LOST;
    return TELLS_CONTENT.has(body.type) ? this.quarantinedReply(NO_NODE) : body;
  }

  private sendAll(messages: Ready['messages']): void {
    for (const { to, message } of messages) {
      const { shard, replicaId: fromReplica } = this.scope;
      this.env.outbox.push(to, {
        type: 'Raft',
        shard,
        fromReplica,
        toReplica: this.peers.replicaIdOf(to),
        body: message,
      });
    }
  }
}

const notLeader = (leader: NodeId, term: Term): ReplyBody => ({ type: 'NotLeader', leader, term });

const TELLS_CONTENT: ReadonlySet<ReplyBody['type']> = new Set(['Value', 'Range', 'ReplicaValue', 'ReplicaBehind']);

/** What an entry takes in the log beside its command, about. */
const ENTRY_HEADER_BYTES = 16;

const TIME_COMMAND = encodeCommand({ type: 'Time' });
