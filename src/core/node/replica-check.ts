import { equalHashes, type Hash64, hashText } from '../base/hash128.ts';
import type { LogIndex, Micros, NodeId, Term } from '../base/ids.ts';
import { judgeRoots, type RootJudgement } from '../merkle/judge-roots.ts';
import { isJoint, membersOf } from '../raft/configuration.ts';
import type { RaftGroup } from '../raft/raft-group.ts';
import type { CheckTimer } from './check-timer.ts';
import type { ReplicaScope } from './replica.ts';
import type { ReplicaEnvironment } from './replica-environment.ts';
import { runRootPass } from './root-pass.ts';
import type { StateMachine } from './state-machine.ts';
import type { CheckVerdict } from './trace-event.ts';
import { encodeCommand } from './write-command.ts';

/** After so many upper election timeouts a check goes by those that have answered. */
const ELECTION_TIMEOUTS_WAITED = 6;
interface UnderWay {
  /** Of the `Check` entry. */
  readonly index: LogIndex;
  readonly term: Term;
  readonly begunUs: Micros;
  readonly configurationIndex: LogIndex;
  readonly roots: Map<NodeId, Hash64>;
}

interface RootAt {
  readonly index: LogIndex;
  readonly root: Hash64;
}

/**
 * The check of a shard (as TiKV's ComputeHash and VerifyHash, CockroachDB's consistency queue): the leader appends a `Check` entry; whoever applies it
 * builds its Merkle root there, of every row and of nothing that was hashed before, and tells the leader; where some root is not the majority's, or not
 * known yet, a `Verdict` entry with the right one follows, and each replica compares it with its own. So whoever is wrong says so itself, also a leader.
 */
export class ReplicaCheck {
  private readonly env: ReplicaEnvironment;
  private readonly raft: RaftGroup;
  private readonly scope: ReplicaScope;
  /** Behind entry `index` this replica held `found`, and a majority `expected`. */
  private readonly onOutvoted: (index: LogIndex, expected: Hash64, found: Hash64) => void;
  private underWay: UnderWay | undefined;
  /** Of the last check that was applied here. */
  private own: RootAt | undefined;
  /** Applied here before the own root of that entry was known. */
  private verdict: RootAt | undefined;
  private repairedAt: LogIndex = 0;
  private readonly timer: CheckTimer;
  /** By the last check of this leader. */
  damaged: readonly NodeId[] = [];

  constructor(
    env: ReplicaEnvironment,
    raft: RaftGroup,
    scope: ReplicaScope,
    timer: CheckTimer,
    onOutvoted: (index: LogIndex, expected: Hash64, found: Hash64) => void,
  ) {
    this.env = env;
    this.raft = raft;
    this.scope = scope;
    this.timer = timer;
    this.onOutvoted = onOutvoted;
  }

  /** Appends a `Check` entry, unless one is on its way, members are changing or leadership is being handed over. */
  begin(): void {
    const { env, raft, scope } = this;
    if (this.underWay?.term === raft.currentTerm || this.isChanging) return;
    const proposed = raft.propose(env.nowUs, env.wallUs, encodeCommand({ type: 'Check' }));
    if (proposed === undefined) return;
    const { configurationIndex } = raft;
    this.timer.begun(env.nowUs);
    this.underWay = { ...proposed, begunUs: env.nowUs, configurationIndex, roots: new Map() };
    env.events.push({ type: 'CheckStarted', shard: scope.shard, index: proposed.index });
  }

  /** A move adds and removes replicas; nothing is to be learnt of those that are on their way. */
  private get isChanging(): boolean {
    const { configuration } = this.raft;
    return isJoint(configuration) || ((configuration.token ?? 0) > 0 && configuration.learners.length > 0);
  }

  /** Of a leader that is not quarantined. */
  heartbeat(): void {
    const { env, raft } = this;
    const { nowUs, limits } = env;
    if (this.timer.lead(raft.currentTerm, nowUs)) this.underWay = undefined;
    const { underWay } = this;
    if (underWay !== undefined) {
      const isOver = nowUs - underWay.begunUs >= ELECTION_TIMEOUTS_WAITED * limits.electionTimeoutUsMax;
      if (isOver) this.settle(underWay);
      else if (raft.appliedIndex >= underWay.index) this.askAgain(underWay);
      return;
    }
    if (this.timer.isDue(env, this.scope.shard) && this.hearsAll) this.begin();
  }

  /** A check by the clock waits for a moment at which everybody could answer it. */
  private get hearsAll(): boolean {
    const { env, raft, scope } = this;
    const sinceUs = env.nowUs - env.limits.electionTimeoutUsMax;
    return membersOf(raft.configuration).every(
      (member) => member === scope.id || (raft.progressOf(member)?.lastAnswerUs ?? 0) > sinceUs,
    );
  }

  private askAgain({ index, roots }: UnderWay): void {
    const { env, raft, scope } = this;
    for (const member of membersOf(raft.configuration)) {
      if (member !== scope.id && !roots.has(member))
        env.outbox.push(member, { type: 'RootAsked', shard: scope.shard, index });
    }
  }

  /** The `Check` entry was applied: nothing behind it is. Whoever replays an old one after a restart has nobody to tell. */
  reached(machine: StateMachine, index: LogIndex): void {
    const { env, raft, scope } = this;
    if (raft.role !== 'leader' && raft.leader === 0) return;
    const pass = machine.startFullRootPass(scope.arc);
    const computed = ({ root }: { readonly root: Hash64 }): void => {
      env.events.push({ type: 'MerkleTreeBuilt', shard: scope.shard, index, ...pass.read });
      if (index <= this.repairedAt || (this.own !== undefined && this.own.index > index)) return;
      this.own = { index, root };
      this.compare();
      if (raft.role === 'leader') this.told(scope.id, index, root);
      else this.tell(raft.leader, index);
    };
    // Without it, it has no word: a snapshot takes the place of what cannot be read.
    env.blocks.run(scope.shard, runRootPass(pass), computed, () => {});
  }

  /** A `Verdict` entry was applied. */
  judged(index: LogIndex, root: Hash64): void {
    this.verdict = { index, root };
    this.compare();
  }

  /** At this entry it was repaired: what it held before says nothing of it any more. */
  repaired(index: LogIndex): void {
    if (this.own !== undefined && this.own.index <= index) this.own = undefined;
    this.repairedAt = index;
  }

  private compare(): void {
    const { own, verdict } = this;
    if (own === undefined || verdict === undefined || own.index !== verdict.index) return;
    this.verdict = undefined;
    if (!equalHashes(own.root, verdict.root)) this.onOutvoted(own.index, verdict.root, own.root);
  }

  /** Says what it held behind entry `index`, if it knows. */
  tell(to: NodeId, index: LogIndex): void {
    const { env, scope, own } = this;
    if (own?.index === index && to !== 0 && to !== scope.id)
      env.outbox.push(to, { type: 'RootTold', shard: scope.shard, index, root: own.root });
  }

  told(from: NodeId, index: LogIndex, root: Hash64): void {
    const { underWay, raft } = this;
    if (underWay?.index !== index || underWay.term !== raft.currentTerm) return;
    underWay.roots.set(from, root);
    if (membersOf(raft.configuration).every((member) => underWay.roots.has(member))) this.settle(underWay);
  }

  private settle({ index, roots, configurationIndex }: UnderWay): void {
    const { env, raft, scope } = this;
    this.underWay = undefined;
    const { voters, learners } = raft.configuration;
    const judgement = judgeRoots(voters, learners, roots);
    const isSame = raft.configurationIndex === configurationIndex && !isJoint(raft.configuration);
    const verdict = isSame ? verdictOf(judgement) : 'incomplete';
    const { root, missing } = judgement;
    this.damaged = isSame ? judgement.damaged : [];
    const told = [...roots].map(([node, each]) => ({ node, root: hashText(each) })).sort((a, b) => a.node - b.node);
    const { damaged } = this;
    env.events.push({ type: 'CheckCompleted', shard: scope.shard, index, verdict, roots: told, damaged, missing });
    if (!isSame || root === undefined || damaged.length + missing.length === 0) return;
    raft.propose(env.nowUs, env.wallUs, encodeCommand({ type: 'Verdict', index, root }));
  }
}

function verdictOf({ root, damaged, isEqual }: RootJudgement<NodeId>): CheckVerdict {
  if (root !== undefined) return damaged.length > 0 ? 'outvoted' : 'equal';
  return isEqual ? 'incomplete' : 'undecided';
}
