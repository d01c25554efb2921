import { assert } from '../../base/assert.ts';
import { NO_NODE, type NodeId, type ShardId } from '../../base/ids.ts';
import { type Configuration, isJoint, isQuorum, isVoter, membersOf, votersOf } from '../../raft/configuration.ts';
import { invalidTarget, leaveJoint, towards } from '../../raft/configuration-change.ts';
import type { DriverEffect } from '../driver-input.ts';
import type { GroupReport, VerifiedCopy } from '../meta-state.ts';

/** A machine: what is on its disk lasts, unless it is wiped. */
export class SimulatedNode {
  readonly node: NodeId;
  isUp = true;
  incarnation = 1;
  /** Number of entries that each replica holds, by its id. */
  readonly entries = new Map<number, number>();
  /** Per shard the largest replica id that was ever deleted here; outlives everything but a wipe. */
  readonly tombstones = new Map<ShardId, number>();

  constructor(node: NodeId) {
    this.node = node;
  }

  wipe(): void {
    this.entries.clear();
    this.tombstones.clear();
    this.incarnation++;
  }
}

/**
 * A Raft group as far as a driver meets it: who leads, which configuration is committed, how many entries each replica holds and how many were
 * acknowledged. Replicas that are not there neither vote nor acknowledge.
 */
export class SimulatedGroup {
  readonly shard: ShardId;
  private readonly nodes: ReadonlyMap<NodeId, SimulatedNode>;
  configuration: Configuration;
  /** The replica that each member was added as. */
  readonly members: Map<NodeId, number>;
  confVer = 0;
  token = 0;
  term = 0;
  leader: NodeId = NO_NODE;
  acknowledged = 0;
  verified: { readonly token: number; readonly copy: VerifiedCopy } | undefined;

  constructor(
    shard: ShardId,
    nodes: ReadonlyMap<NodeId, SimulatedNode>,
    configuration: Configuration,
    members: Iterable<readonly [NodeId, number]>,
  ) {
    this.shard = shard;
    this.nodes = nodes;
    this.configuration = configuration;
    this.members = new Map(members);
  }

  /** Entries of the member's replica; undefined: it is down, blank, or was never made. */
  held(node: NodeId): number | undefined {
    const machine = this.nodes.get(node);
    const replicaId = this.members.get(node);
    return machine?.isUp && replicaId !== undefined ? machine.entries.get(replicaId) : undefined;
  }

  get hasLeader(): boolean {
    return this.leader !== NO_NODE && this.held(this.leader) !== undefined && isVoter(this.configuration, this.leader);
  }

  get report(): GroupReport {
    const { confVer, configuration, token, term, leader } = this;
    return { confVer, configuration, token, term, leader };
  }

  /** Caught up: it has all that the leader has. */
  get caughtUp(): readonly NodeId[] {
    return this.configuration.learners.filter((node) => this.held(node) === this.held(this.leader));
  }

  /** Stands for election: whoever holds no less than a quorum of the voters wins. */
  elect(candidate: NodeId): void {
    const own = this.held(candidate);
    if (own === undefined || !isVoter(this.configuration, candidate)) return;
    if (!isQuorum(this.configuration, (voter) => (this.held(voter) ?? Number.POSITIVE_INFINITY) <= own)) return;
    this.term++;
    this.leader = candidate;
    assert(own >= this.acknowledged, `s${this.shard}: n${candidate} leads without what was acknowledged`);
  }

  /** The leader appends an entry and sends it, with all that a follower misses, to those in `reached`. */
  write(reached: (node: NodeId) => boolean): void {
    if (!this.hasLeader) return;
    const length = (this.held(this.leader) ?? 0) + 1;
    for (const node of membersOf(this.configuration)) {
      if (node === this.leader || reached(node)) this.hold(node, length);
    }
    if (isQuorum(this.configuration, (voter) => (this.held(voter) ?? -1) >= length)) this.acknowledged = length;
  }

  /** @returns whether the leader took it */
  change(effect: Extract<DriverEffect, { type: 'ChangeConfiguration' }>): boolean {
    const { leader, confVer, token, target, replicaId } = effect;
    if (!this.hasLeader || this.leader !== leader || isJoint(this.configuration)) return false;
    if (confVer !== this.confVer || token < this.token) return false;
    if (invalidTarget(this.configuration, target) !== undefined) return false;
    const next = towards(this.configuration, target);
    if (!isQuorum(next, (voter) => this.held(voter) !== undefined)) return false;
    for (const node of membersOf(next)) if (!this.members.has(node)) this.members.set(node, replicaId);
    this.commit(next);
    this.token = token;
    return true;
  }

  /** A leader leaves a joint configuration by itself. */
  leaveJoint(): void {
    if (!this.hasLeader || !isJoint(this.configuration)) return;
    if (isQuorum(this.configuration, (voter) => this.held(voter) !== undefined))
      this.commit(leaveJoint(this.configuration));
  }

  transfer({ leader, to }: Extract<DriverEffect, { type: 'TransferLeadership' }>): void {
    if (!this.hasLeader || this.leader !== leader || !isVoter(this.configuration, to)) return;
    const length = this.held(leader);
    if (length === undefined || this.held(to) === undefined) return;
    this.hold(to, length);
    this.elect(to);
  }

  compare({ leader, learner, token }: Extract<DriverEffect, { type: 'CompareCopy' }>): void {
    if (this.leader !== leader || !this.hasLeader || !this.caughtUp.includes(learner)) return;
    const length = this.held(learner) ?? 0;
    this.verified = { token, copy: { index: length, root: Uint8Array.of(length % 256) } };
  }

  /** Deleting it would take a vote away from the group. */
  isVotersReplica(node: NodeId, replicaId: number): boolean {
    return votersOf(this.configuration).includes(node) && this.members.get(node) === replicaId;
  }

  private hold(node: NodeId, length: number): void {
    const replicaId = this.members.get(node);
    if (replicaId !== undefined && this.held(node) !== undefined) this.nodes.get(node)?.entries.set(replicaId, length);
  }

  /** A configuration is an entry: whoever agrees to it holds all before it. */
  private commit(next: Configuration): void {
    this.write(() => true);
    this.configuration = next;
    this.write(() => true);
    this.confVer++;
    for (const node of this.members.keys()) if (!membersOf(next).includes(node)) this.members.delete(node);
    if (!isVoter(next, this.leader)) this.leader = NO_NODE;
  }
}
