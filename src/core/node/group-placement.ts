import type { Hash64 } from '../base/hash128.ts';
import { type LogIndex, NO_NODE, type NodeId } from '../base/ids.ts';
import type { DriverEffect, GroupObservation } from '../meta/driver-input.ts';
import { membersOf } from '../raft/configuration.ts';
import { majority } from '../raft/quorum.ts';
import type { RaftGroup } from '../raft/raft-group.ts';
import { type ComparedCopy, CopyComparison } from './copy-comparison.ts';
import type { MetaMessage } from './meta-message.ts';
import type { ReplicaScope } from './replica.ts';
import type { ReplicaEnvironment } from './replica-environment.ts';
import { runRootPass } from './root-pass.ts';
import type { StateMachine } from './state-machine.ts';
import { encodeCommand } from './write-command.ts';

/** A learner that lacks no more than this has caught up: what is written meanwhile is always on its way. */
const CAUGHT_UP_ENTRIES = 64;

/** What the leader of a group tells the meta group's leader, and does for it. A learner only tells what it holds. */
export class GroupPlacement {
  private readonly env: ReplicaEnvironment;
  private readonly raft: RaftGroup;
  private readonly scope: ReplicaScope;
  private readonly comparison = new CopyComparison();

  constructor(env: ReplicaEnvironment, raft: RaftGroup, scope: ReplicaScope) {
    this.env = env;
    this.raft = raft;
    this.scope = scope;
  }

  /** What the meta group's leader wants to know of a group that this replica leads. */
  observe(): GroupObservation {
    const { raft, scope, comparison } = this;
    const { index: confVer, configuration } = raft.committedConfiguration;
    const { voters, votersOutgoing, learners, token = 0 } = configuration;
    const report = { confVer, configuration: { voters, votersOutgoing, learners }, token };
    return {
      shard: scope.shard,
      report: { ...report, term: raft.currentTerm, leader: scope.id },
      caughtUp: learners.filter((learner) => this.hasCaughtUp(learner)),
      verified: comparison.verified,
    };
  }

  /** What `observe` says, in short: whoever heard it need not hear it again. */
  get standing(): string {
    const { raft, comparison } = this;
    const { index, configuration } = raft.committedConfiguration;
    const caughtUp = configuration.learners.filter((learner) => this.hasCaughtUp(learner));
    return `${raft.currentTerm}/${index}/${caughtUp.join(' ')}/${comparison.verified?.token ?? 0}`;
  }

  private hasCaughtUp(learner: NodeId): boolean {
    const progress = this.raft.progressOf(learner);
    return progress?.mode === 'replicate' && progress.matchIndex + CAUGHT_UP_ENTRIES >= this.raft.lastIndex;
  }

  /**
   * A group that is about to rest on voters that do not answer would stand still, and could not even go back. One that confirmed no entry to this
   * leader has not answered it, however young the leadership is.
   */
  hearsMajority(voters: readonly NodeId[]): boolean {
    const { env, raft, scope } = this;
    const since = env.nowUs - env.limits.electionTimeoutUsMax;
    const hears = (voter: NodeId): boolean => {
      const { matchIndex = 0, lastAnswerUs = 0 } = raft.progressOf(voter) ?? {};
      return matchIndex > 0 && lastAnswerUs > since;
    };
    const heard = voters.filter((voter) => voter === scope.id || hears(voter));
    return heard.length >= majority(voters.length);
  }

  /** The members are to change, unless the group has gone on since that was wanted. */
  changeConfiguration(order: Extract<DriverEffect, { type: 'ChangeConfiguration' }>): void {
    const { target, confVer, token, replicaId } = order;
    const { raft, env } = this;
    if (!this.hearsMajority(target.voters)) return;
    const members = membersOf(raft.configuration);
    const arriving = target.learners.filter((node) => !members.includes(node)).map((node) => ({ node, replicaId }));
    raft.proposeConfiguration(env.nowUs, target, { expectedIndex: confVer, token, arriving });
  }

  /** Is what the learner holds what this leader holds? Asked by an entry of the log, so that both say it of the same moment. */
  compare(token: number, learner: NodeId): void {
    const { raft, env, comparison } = this;
    const sinceUs = env.nowUs - env.limits.electionTimeoutUsMax;
    if (comparison.verified?.token === token || comparison.isUnderWay(token, raft.currentTerm, sinceUs)) return;
    const proposed = raft.propose(env.nowUs, env.wallUs, encodeCommand({ type: 'Compare', token }));
    if (proposed !== undefined) comparison.begin({ token, learner, ...proposed, begunUs: env.nowUs });
  }

  /** A learner's root behind the entry that asked for it. */
  copyRead(from: NodeId, { token, index, root }: Extract<MetaMessage, { type: 'CopyRead' }>): void {
    this.reportCompared(this.comparison.readTheirs(from, token, index, root));
  }

  /** Entry `index` has just been applied, and asks for it. */
  readCopy(machine: StateMachine, token: number, index: LogIndex): void {
    const { env, scope, raft } = this;
    const leads = (): boolean => raft.role === 'leader';
    // A copy is of both keyspaces. Where a part is missing nothing is said, and the comparison is begun anew.
    if (!leads() && !(raft.configuration.learners.includes(scope.id) && env.holdsAllRows(scope.shard))) return;
    const tell = ({ root }: { readonly root: Hash64 }): void => {
      if (leads()) this.reportCompared(this.comparison.readOwn(index, root));
      else if (raft.leader !== NO_NODE)
        env.outbox.push(raft.leader, { type: 'CopyRead', shard: scope.shard, token, index, root });
    };
    // Where a block cannot be read nothing is said, and the comparison is begun anew.
    env.blocks.run(scope.shard, runRootPass(machine.startRootPass(scope.arc)), tell, () => undefined);
  }

  private reportCompared(compared: ComparedCopy | undefined): void {
    if (compared === undefined) return;
    const { learner, copy, isEqual } = compared;
    this.env.events.push({ type: 'CopyCompared', shard: this.scope.shard, learner, index: copy.index, isEqual });
  }
}
