import { assert, assertNever, must } from '../../base/assert.ts';
import { type NodeId, nodeId, type ShardId } from '../../base/ids.ts';
import { isQuorum, membersOf, votersOf } from '../../raft/configuration.ts';
import { decide } from '../driver.ts';
import {
  type Decision,
  DRIVER_LIMITS,
  type DriverEffect,
  type DriverInput,
  type GroupObservation,
} from '../driver-input.ts';
import { foundMeta } from '../found-meta.ts';
import type { MetaCommand } from '../meta-command.ts';
import { findNode, groupOf, type MetaState, nextNodeId, replicaOn } from '../meta-state.ts';
import { MetaHistory } from './meta-history.ts';
import { SimulatedGroup, SimulatedNode } from './simulated-group.ts';

/** Small groups, a meta log and a driver that forgets everything between two decisions; what is in flight may be lost, doubled and late. */
export class SimulatedCluster {
  readonly history: MetaHistory;
  readonly machines = new Map<NodeId, SimulatedNode>();
  readonly groups: readonly SimulatedGroup[];
  readonly commands: MetaCommand[] = [];
  readonly mail: DriverEffect[] = [];
  readonly dead = new Set<NodeId>();
  /** At which moves were seen. */
  readonly stages = new Set<string>();
  /** What a leader of the meta group knew when it lost touch. */
  private memory: { readonly state: MetaState; readonly input: DriverInput } | undefined;

  constructor(nodes: number, shards: number) {
    const ids = Array.from({ length: nodes }, (_, i) => nodeId(i + 1));
    this.history = new MetaHistory(foundMeta({ nodes: ids, vnodes: 20, shards, replicationFactor: 3 }));
    for (const node of ids) this.machines.set(node, new SimulatedNode(node));
    this.groups = this.state.groups.map(({ shard, report, replicas }) => {
      for (const { node, replicaId } of replicas) this.machine(node).entries.set(replicaId, 0);
      const members = replicas.map(({ node, replicaId }) => [node, replicaId] as const);
      return new SimulatedGroup(shard, this.machines, report.configuration, members);
    });
  }

  get state(): MetaState {
    return this.history.state;
  }

  machine(node: NodeId): SimulatedNode {
    return must(this.machines.get(node), `n${node} is there`);
  }

  group(shard: ShardId): SimulatedGroup {
    return must(
      this.groups.find((group) => group.shard === shard),
      `group ${shard} is there`,
    );
  }

  observe(): DriverInput {
    const observations = this.groups
      .filter(({ hasLeader }) => hasLeader)
      .map(({ shard, report, caughtUp, verified }): GroupObservation => ({ shard, report, caughtUp, verified }));
    const up = [...this.machines.values()].filter(({ isUp }) => isUp);
    const seen = new Map(up.map(({ node, incarnation }) => [node, incarnation]));
    const gone = this.state.retired.filter(({ node, shard, replicaId }) => {
      const machine = this.machines.get(node);
      return machine?.isUp && (machine.tombstones.get(shard) ?? 0) >= replicaId;
    });
    return { observations, seen, dead: this.dead, dropped: new Set(gone.map(({ replicaId }) => replicaId)) };
  }

  remember(): void {
    this.memory = { state: this.state, input: this.observe() };
  }

  /** A leader that was replaced long ago, and does not know it. */
  driveFromMemory(): void {
    if (this.memory !== undefined) this.drive(this.memory.state, this.memory.input);
  }

  drive(state = this.state, input = this.observe()): Decision {
    const decision = decide(state, input, DRIVER_LIMITS);
    this.commands.push(...decision.commands);
    this.mail.push(...decision.effects);
    return decision;
  }

  propose(command: MetaCommand): void {
    this.history.apply(command);
    for (const { move } of this.state.groups) if (move !== undefined) this.stages.add(move.stage);
  }

  join(): void {
    const node = nextNodeId(this.state);
    this.machines.set(node, new SimulatedNode(node));
    this.propose({ type: 'JoinNode', node });
  }

  /** As a nemesis may: at most one replica of a group at a time is without its data. */
  mayWipe(node: NodeId): boolean {
    return this.groups.every((group) => {
      if (!membersOf(group.configuration).includes(node)) return true;
      const holds = (voter: NodeId): boolean => {
        const replicaId = group.members.get(voter);
        return voter !== node && replicaId !== undefined && this.machine(voter).entries.has(replicaId);
      };
      const majorities = isQuorum(group.configuration, holds);
      const voters = [...group.configuration.voters, ...group.configuration.votersOutgoing];
      return majorities && voters.every((voter) => voter === node || holds(voter));
    });
  }

  wipe(node: NodeId): void {
    this.machine(node).wipe();
    for (const group of this.groups) if (group.leader === node) group.leader = nodeId(0);
  }

  deliver(effect: DriverEffect): void {
    switch (effect.type) {
      case 'ChangeConfiguration':
        this.group(effect.shard).change(effect);
        break;
      case 'TransferLeadership':
        this.group(effect.shard).transfer(effect);
        break;
      case 'CompareCopy':
        this.group(effect.shard).compare(effect);
        break;
      case 'CreateReplica':
        this.create(effect);
        break;
      case 'DropReplica':
        this.drop(effect);
        break;
      default:
        assertNever(effect);
    }
  }

  private create({ node, shard, replicaId, incarnation }: Extract<DriverEffect, { type: 'CreateReplica' }>): void {
    const machine = this.machine(node);
    if (!machine.isUp || machine.incarnation !== incarnation) return;
    if ((machine.tombstones.get(shard) ?? 0) >= replicaId || machine.entries.has(replicaId)) return;
    machine.entries.set(replicaId, 0);
  }

  private drop({ node, shard, replicaId }: Extract<DriverEffect, { type: 'DropReplica' }>): void {
    const machine = this.machine(node);
    if (!machine.isUp) return;
    assert(
      !this.group(shard).isVotersReplica(node, replicaId),
      `replica ${replicaId} on n${node} votes, and is deleted`,
    );
    machine.entries.delete(replicaId);
    machine.tombstones.set(shard, Math.max(machine.tombstones.get(shard) ?? 0, replicaId));
  }

  /** One round of a cluster without faults. @returns what was still decided */
  calmRound(): Decision {
    for (const machine of this.machines.values()) machine.isUp = findNode(this.state, machine.node)?.state !== 'left';
    this.dead.clear();
    for (const group of this.groups) {
      for (const voter of votersOf(group.configuration)) if (!group.hasLeader) group.elect(voter);
      group.write(() => true);
    }
    const decision = this.drive();
    for (const command of this.commands.splice(0)) this.propose(command);
    for (const effect of this.mail.splice(0)) this.deliver(effect);
    for (const group of this.groups) group.leaveJoint();
    return decision;
  }

  /** Calm until nothing is left to do. @returns rounds that it took */
  settle(roundsMax: number): number {
    let quiet = 0;
    for (let round = 1; round <= roundsMax; round++) {
      const { commands, effects } = this.calmRound();
      // Two in a row: what groups did in the first one was not heard of yet.
      quiet = commands.length === 0 && effects.length === 0 ? quiet + 1 : 0;
      if (quiet === 2) return round;
    }
    const open = this.state.groups.filter(({ move }) => move !== undefined);
    assert(false, `not at rest after ${roundsMax} rounds: ${JSON.stringify(open)}`);
  }

  /** Everything is where it is meant to be, once, with all data, and nothing else is anywhere. */
  checkSettled(): void {
    for (const { node, state } of this.state.nodes)
      assert(state === 'normal' || state === 'left', `n${node} is ${state} at the end`);
    assert(this.state.retired.length === 0, 'all that was retired is deleted');
    for (const group of this.groups) {
      const meant = groupOf(this.state, group.shard);
      const { configuration, acknowledged, shard } = group;
      assert(meant.move === undefined && !meant.isLost, `s${shard}: nothing moves`);
      assert(
        [...meant.desired].sort((a, b) => a - b).join() === configuration.voters.join(),
        `s${shard}: where it is meant`,
      );
      assert(configuration.learners.length === 0 && configuration.votersOutgoing.length === 0, `s${shard}: settled`);
      for (const voter of configuration.voters) {
        assert(replicaOn(meant, voter)?.replicaId === group.members.get(voter), `s${shard}: n${voter} is who it is`);
        assert((group.held(voter) ?? -1) >= acknowledged, `s${shard}: n${voter} has all data`);
      }
    }
    const known = new Set(this.groups.flatMap(({ members }) => [...members.values()]));
    for (const { node, entries, isUp } of this.machines.values()) {
      const orphans = [...entries.keys()].filter((replicaId) => !known.has(replicaId));
      assert(!isUp || orphans.length === 0, `n${node} keeps ${orphans.length} replicas of nobody`);
    }
  }
}
