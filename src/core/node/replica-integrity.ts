import { type Hash64, hashText } from '../base/hash128.ts';
import { type LogIndex, type Micros, NO_NODE, type NodeId } from '../base/ids.ts';
import { META_GROUP } from '../meta/meta-state.ts';
import { votersOf } from '../raft/configuration.ts';
import type { RaftGroup } from '../raft/raft-group.ts';
import type { CheckMessage } from './check-message.ts';
import type { CheckTimer } from './check-timer.ts';
import { RepairSource } from './repair-source.ts';
import type { ReplicaScope } from './replica.ts';
import { ReplicaCheck } from './replica-check.ts';
import type { ReplicaEnvironment } from './replica-environment.ts';
import { type Repaired, ReplicaRepair } from './replica-repair.ts';
import type { ApplyOutcome, StateMachine } from './state-machine.ts';

/** What the replica does for it. */
export interface CheckedReplica {
  readonly machine: StateMachine;
  /** Nothing that was asked of it is to be answered from what it holds. */
  quarantined(): void;
  /** Applying may go on. */
  resume(): void;
}

/**
 * Whether a replica holds what it should: checks, the quarantine of one that does not, its repair.
 *
 * A quarantined replica answers nothing from what it holds and hands a leadership over; it stands for election last of all. Its log is what everybody's
 * is: it votes, acknowledges entries and counts for what is committed. That it is quarantined is on its disk, until what repaired it is there as well.
 */
export class ReplicaIntegrity {
  readonly check: ReplicaCheck;
  private readonly env: ReplicaEnvironment;
  private readonly raft: RaftGroup;
  private readonly scope: ReplicaScope;
  private readonly replica: CheckedReplica;
  private readonly source: RepairSource;
  private readonly repair: ReplicaRepair;
  private quarantine: boolean;
  private isClosed = false;
  /** That it is quarantined is on its way to the disk, or there. */
  private record: { readonly durable: boolean } = { durable: true };
  /** It is sound, and the disk will say so when the tables cover more than this. */
  private soundBehind: LogIndex | undefined;

  constructor(
    env: ReplicaEnvironment,
    raft: RaftGroup,
    scope: ReplicaScope,
    replica: CheckedReplica,
    timer: CheckTimer,
    wasQuarantined: boolean,
  ) {
    this.env = env;
    this.raft = raft;
    this.scope = scope;
    this.replica = replica;
    this.check = new ReplicaCheck(env, raft, scope, timer, (...of) => this.outvoted(...of));
    this.source = new RepairSource(env, raft, scope);
    this.repair = new ReplicaRepair(
      env,
      raft,
      scope,
      { machine: () => replica.machine, isRecorded: () => this.record.durable },
      (repaired) => this.ended(repaired),
    );
    this.quarantine = wasQuarantined;
    if (!wasQuarantined) return;
    raft.standsLast = true;
    this.repair.begin();
  }

  get isQuarantined(): boolean {
    return this.quarantine;
  }

  /** Nothing is to be applied. */
  get isHolding(): boolean {
    return this.repair.isHolding;
  }

  private get leads(): boolean {
    return this.raft.role === 'leader';
  }

  /** Somebody wants to know. Of the leader; the meta group is not looked at. */
  begin(): void {
    if (this.leads && !this.quarantine && this.scope.shard !== META_GROUP) this.check.begin();
  }

  /** Entry `index` was applied just now. */
  applied(outcome: ApplyOutcome, index: LogIndex): void {
    const { replica, scope, quarantine } = this;
    if (outcome.type === 'check') this.check.reached(replica.machine, index);
    else if (outcome.type === 'verdict') this.check.judged(outcome.index, outcome.root);
    else if (outcome.type !== 'repair') return;
    else if (outcome.replicaId === scope.replicaId) this.repair.reached(index);
    else if (this.leads && !quarantine) this.source.reached(replica.machine, index, outcome.replicaId);
  }

  receive(from: NodeId, message: CheckMessage): void {
    switch (message.type) {
      case 'RootAsked':
        this.check.tell(from, message.index);
        return;
      case 'RootTold':
        this.check.told(from, message.index, message.root);
        return;
      case 'RepairAsked':
        if (this.leads && !this.quarantine) this.source.asked(message);
        return;
      case 'MerkleAsked':
        this.source.answer(from, message);
        return;
      case 'MerkleTold':
        this.repair.told(from, message);
        return;
    }
  }

  /** A leader's. */
  heartbeat(): void {
    if (this.quarantine) this.handOver();
    else if (this.scope.shard !== META_GROUP) this.check.heartbeat();
  }

  /** When `tick` is due. */
  get dueUs(): Micros {
    return Math.min(this.source.dueUs, this.repair.dueUs);
  }

  tick(): void {
    this.source.tick();
    this.repair.tick();
  }

  /** A snapshot of a sound leader took the place of everything: what was wrong is gone with it. */
  replaced(index: LogIndex): void {
    this.source.release();
    this.repair.stop();
    if (!this.quarantine) return;
    this.env.events.push({
      type: 'ReplicaRepaired',
      shard: this.scope.shard,
      index,
      ...{ by: 'snapshot', leaves: 0, hashes: 0, keys: 0, written: 0 },
    });
    // The tables cover a snapshot before it takes the place.
    this.release(index - 1);
  }

  /** The tables cover so much. A flush may have begun before a repair and end behind it: only a later entry says that the repair is in them. */
  flushed(appliedIndex: LogIndex): void {
    if (this.soundBehind === undefined || appliedIndex <= this.soundBehind) return;
    this.soundBehind = undefined;
    this.env.keepQuarantine(this.scope.shard, false);
  }

  close(): void {
    this.isClosed = true;
    this.source.release();
    this.repair.stop();
  }

  private outvoted(index: LogIndex, expected: Hash64, found: Hash64): void {
    const { env, raft, scope } = this;
    if (this.quarantine || this.isClosed) return;
    this.quarantine = true;
    this.soundBehind = undefined;
    this.record = env.keepQuarantine(scope.shard, true);
    env.mix(index);
    const roots = { expected: hashText(expected), found: hashText(found) };
    env.events.push({ type: 'ReplicaQuarantined', shard: scope.shard, index, ...roots });
    raft.standsLast = true;
    this.source.release();
    this.replica.quarantined();
    if (this.leads) this.handOver();
    this.repair.begin();
  }

  /** To the one of the others that has most of the log, whoever else is damaged. */
  private handOver(): void {
    const { raft, scope, check } = this;
    if (raft.transferee !== NO_NODE) return;
    const matchOf = (voter: NodeId): LogIndex => raft.progressOf(voter)?.matchIndex ?? 0;
    const others = votersOf(raft.configuration).filter((voter) => voter !== scope.id);
    const sound = others.filter((voter) => !check.damaged.includes(voter));
    const [to] = (sound.length > 0 ? sound : others).sort((a, b) => matchOf(b) - matchOf(a) || a - b);
    if (to !== undefined) raft.transferTo(this.env.nowUs, to);
  }

  private ended(repaired: Repaired | undefined): void {
    if (repaired !== undefined) {
      this.env.events.push({ type: 'ReplicaRepaired', shard: this.scope.shard, ...repaired });
      this.release(repaired.index);
    }
    this.replica.resume();
  }

  private release(index: LogIndex): void {
    this.quarantine = false;
    this.raft.standsLast = false;
    this.soundBehind = index;
    this.check.repaired(index);
    this.env.mix(index);
  }
}
