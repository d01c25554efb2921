import type { LogIndex, Micros, NodeId } from '../base/ids.ts';
import { META_GROUP } from '../meta/meta-state.ts';
import type { RaftGroup } from '../raft/raft-group.ts';
import type { CheckMessage } from './check-message.ts';
import { CheckTimer } from './check-timer.ts';
import { lateNode } from './late-node.ts';
import type { ReplicaScope } from './replica.ts';
import type { ReplicaEnvironment } from './replica-environment.ts';
import type { CheckedReplica, ReplicaIntegrity } from './replica-integrity.ts';
import type { ApplyOutcome } from './state-machine.ts';

const NEVER: Micros = Number.POSITIVE_INFINITY;

/** Whether a replica holds what it should, as of one that nobody has asked yet: sound, and without anything to do. The rest is made when somebody asks. */
export class Integrity {
  private readonly env: ReplicaEnvironment;
  private readonly raft: RaftGroup;
  private readonly scope: ReplicaScope;
  private readonly replica: CheckedReplica;
  private readonly timer = new CheckTimer();
  private made: ReplicaIntegrity | undefined;

  constructor(
    env: ReplicaEnvironment,
    raft: RaftGroup,
    scope: ReplicaScope,
    replica: CheckedReplica,
    wasQuarantined: boolean,
  ) {
    this.env = env;
    this.raft = raft;
    this.scope = scope;
    this.replica = replica;
    if (wasQuarantined) this.make(true);
  }

  private make(wasQuarantined: boolean): ReplicaIntegrity {
    const { env, raft, scope, replica, timer } = this;
    this.made ??= new (lateNode.get().ReplicaIntegrity)(env, raft, scope, replica, timer, wasQuarantined);
    return this.made;
  }

  get isQuarantined(): boolean {
    return this.made?.isQuarantined === true;
  }

  /** Nothing is to be applied. */
  get isHolding(): boolean {
    return this.made?.isHolding === true;
  }

  /** When `tick` is due. */
  get dueUs(): Micros {
    return this.made?.dueUs ?? NEVER;
  }

  tick(): void {
    this.made?.tick();
  }

  /** Somebody wants to know. */
  begin(): void {
    this.make(false).begin();
  }

  receive(from: NodeId, message: CheckMessage): void {
    this.make(false).receive(from, message);
  }

  /** Entry `index` was applied just now. */
  applied(outcome: ApplyOutcome, index: LogIndex): void {
    const { type } = outcome;
    if (type === 'check' || type === 'verdict' || type === 'repair') this.make(false).applied(outcome, index);
  }

  /** A leader's. */
  heartbeat(): void {
    const { env, raft, scope, timer } = this;
    if (this.made === undefined && scope.shard !== META_GROUP) {
      timer.lead(raft.currentTerm, env.nowUs);
      if (timer.isDue(env, scope.shard)) this.make(false);
    }
    this.made?.heartbeat();
  }

  /** A snapshot of a sound leader took the place of everything. */
  replaced(index: LogIndex): void {
    this.made?.replaced(index);
  }

  /** The tables cover so much. */
  flushed(appliedIndex: LogIndex): void {
    this.made?.flushed(appliedIndex);
  }

  close(): void {
    this.made?.close();
  }
}
