import { type LogIndex, type Micros, NO_NODE, type NodeId, type ShardId } from '../base/ids.ts';
import { encodeMetaCommand } from '../meta/command-codec.ts';
import { decide } from '../meta/driver.ts';
import { DRIVER_LIMITS, type DriverEffect, type DriverInput, type GroupObservation } from '../meta/driver-input.ts';
import type { MetaCommand } from '../meta/meta-command.ts';
import { findGroup, findNode, type GroupRecord, groupOf, META_GROUP, type MetaState } from '../meta/meta-state.ts';
import { isRetired } from '../meta/replica-standing.ts';
import { decodeMetaState, encodeMetaState } from '../meta/state-codec.ts';
import { votersOf } from '../raft/configuration.ts';
import type { NodeConfig } from './config.ts';
import type { HeldBy, Holders, Placement } from './message.ts';
import type { MetaMessage } from './meta-message.ts';
import type { NodeGossip } from './node-gossip.ts';
import type { Replica } from './replica.ts';
import type { ReplicaEnvironment } from './replica-environment.ts';
import { encodeCommand } from './write-command.ts';

/** The groups of which this node has a replica. */
export interface HostedGroups {
  /** Undefined: none that takes part. */
  replica(shard: ShardId): Replica | undefined;
  readonly replicas: readonly Replica[];
  /** Does what is asked of a replica here, or of this node. */
  carryOut(order: DriverEffect): void;
  touch(replica: Replica): void;
}

/** What one node last said of itself. */
interface Heard {
  readonly atUs: Micros;
  readonly incarnation: number;
  readonly observations: readonly GroupObservation[];
}

const NEVER: Micros = Number.POSITIVE_INFINITY;
/** The meta group's leader asks all nodes so often. */
const HEARTBEATS_PER_ROUND = 10;
/** A replica to which no leader has said anything for so many election timeouts may be one that its group no longer counts. */
const ELECTION_TIMEOUTS_FORSAKEN = 4;
/** Who has not answered for so many rounds does not answer. */
const ROUNDS_SEEN = 4;

/**
 * A node's part in what is meant to be: it knows the meta group's state, as far as it has heard of it; it tells the meta group's leader of the groups that
 * it leads; and while it is that leader itself, it decides what happens next and has it done.
 */
export class MetaHost {
  private readonly env: ReplicaEnvironment;
  private readonly config: NodeConfig;
  private readonly incarnation: number;
  private readonly groups: HostedGroups;
  private readonly gossip: Pick<NodeGossip, 'sawRingEpoch' | 'remove'>;
  private index: LogIndex = 0;
  private known: MetaState;
  /** The leader of the meta group, as far as this node knows: who asked last. */
  private asker: NodeId = NO_NODE;
  private isReportDue = false;
  /** What was last seen of each group that is led here, in short. */
  private readonly seen = new Map<ShardId, string>();
  /** Replicas that were to be dropped and are durably gone; told with the next report. */
  private readonly gone = new Set<number>();
  private nextAskUs: Micros = NEVER;
  private nextJoinUs: Micros = NEVER;
  private nextFetchUs: Micros = 0;
  /** How often it has asked for its forsaken replicas; each time another node. */
  private searches = 0;
  private nextSearchUs: Micros = 0;

  // While it leads the meta group.
  private ledSinceUs: Micros | undefined;
  private isDecisionDue = false;
  private readonly heard = new Map<NodeId, Heard>();
  private readonly dropped = new Set<number>();
  private readonly joining = new Set<NodeId>();
  /** Sent since the last round: none is sent twice in one. */
  private readonly ordered = new Set<string>();

  /** @param gossip is told of each later epoch of the ring, and of whoever has left */
  constructor(
    env: ReplicaEnvironment,
    config: NodeConfig,
    founded: MetaState,
    groups: HostedGroups,
    gossip: Pick<NodeGossip, 'sawRingEpoch' | 'remove'>,
  ) {
    this.env = env;
    this.config = config;
    this.incarnation = config.incarnation;
    this.known = founded;
    this.groups = groups;
    this.gossip = gossip;
    if (!config.nodes.includes(config.id)) this.nextJoinUs = env.nowUs;
  }

  get state(): MetaState {
    return this.known;
  }

  /** When `tick` is due next. */
  get dueUs(): Micros {
    return Math.min(this.nextAskUs, this.nextJoinUs);
  }

  tick(): void {
    const { nowUs } = this.env;
    if (nowUs >= this.nextAskUs) this.ask();
    if (nowUs >= this.nextJoinUs) this.askToJoin();
  }

  /** Something happened to this replica: the meta group may want to know, or went on. */
  noticed(replica: Replica): void {
    const { shard } = replica.scope;
    if (shard === META_GROUP) this.metaNoticed(replica);
    if (!replica.leads) {
      this.seen.delete(shard);
      return;
    }
    const now = replica.placement.standing;
    if (this.seen.get(shard) === now) return;
    this.seen.set(shard, now);
    this.isReportDue = true;
  }

  /** A replica that was to be dropped is gone. */
  confirmDropped(replicaId: number): void {
    this.gone.add(replicaId);
    this.isReportDue = true;
  }

  /** At the end of each step, when every replica has done what it had to do. @returns whether it touched a replica */
  advance(): boolean {
    if (this.isReportDue && this.asker !== NO_NODE) this.report();
    const meta = this.groups.replica(META_GROUP);
    if (meta === undefined || !this.isDecisionDue || this.ledSinceUs === undefined || !meta.hasAppliedAll) return false;
    this.isDecisionDue = false;
    return this.decide(meta);
  }

  receive(from: NodeId, message: MetaMessage): void {
    switch (message.type) {
      case 'GroupStatusAsked':
        this.asker = from;
        if (message.metaIndex > this.index) this.fetch(from);
        this.report();
        return;
      case 'GroupsReported':
        this.hear(from, message);
        return;
      case 'MetaOrdered':
        this.groups.carryOut(message.order);
        return;
      case 'JoinAsked':
        this.joinAsked(from);
        return;
      case 'MetaFetched':
        if (this.index > message.newerThan)
          this.env.outbox.push(from, { type: 'MetaTold', index: this.index, state: encodeMetaState(this.known) });
        return;
      case 'MetaTold':
        if (message.index <= this.index) return;
        this.learn(message.index, decodeMetaState(message.state));
        this.dropOrphans();
        return;
      case 'CopyRead': {
        const replica = this.groups.replica(message.shard);
        if (replica === undefined) return;
        replica.placement.copyRead(from, message);
        this.groups.touch(replica);
        return;
      }
    }
  }

  /**
   * Nobody orders a node that has left to delete anything, and one that was away when it was removed has everything still. So a replica that hears
   * of no leader makes its node ask the others, one after the other, how far the meta group has come.
   */
  search(): void {
    const { env, groups } = this;
    const { nowUs, limits } = env;
    const forUs = ELECTION_TIMEOUTS_FORSAKEN * limits.electionTimeoutUsMax;
    if (nowUs < this.nextSearchUs || !groups.replicas.some((replica) => replica.isForsaken(forUs))) return;
    this.nextSearchUs = nowUs + HEARTBEATS_PER_ROUND * limits.heartbeatIntervalUs;
    const others = this.others;
    const to = others[this.searches++ % Math.max(1, others.length)];
    if (to !== undefined) env.outbox.push(to, { type: 'MetaFetched', newerThan: this.index });
  }

  /**
   * Replicas here that their groups count no longer, as the state says that was told last, go without an order. A group's own configuration is
   * the fact: one that says of itself, from a later entry than the state rests on, that it is a member stays.
   */
  private dropOrphans(): void {
    const { known, config } = this;
    for (const replica of [...this.groups.replicas]) {
      const { shard, replicaId } = replica.scope;
      if (!replica.isOpen || !isRetired(known, shard, config.id, replicaId)) continue;
      if (replica.isMemberSince(groupOf(known, shard).report.confVer)) continue;
      this.groups.carryOut({ type: 'DropReplica', node: config.id, shard, replicaId });
    }
  }

  /** Gossip told of a later ring. Whoever told it knows it, or knows who does. */
  heardOfEpoch(from: NodeId, ringEpoch: number): void {
    if (ringEpoch > this.known.ringEpoch) this.fetch(from);
  }

  /** Who holds a group, for whoever asks the wrong node. */
  heldBy(shard: ShardId): HeldBy {
    const group = findGroup(this.known, shard);
    return { metaIndex: this.index, holders: group === undefined ? NOBODY : holdersOf(group) };
  }

  /** Who holds every shard. */
  placement(): Placement {
    const { ringEpoch, nodes, groups } = this.known;
    const present = nodes.filter(({ state }) => state !== 'left').map(({ node }) => node);
    const shards = groups.filter(({ shard }) => shard !== META_GROUP).map(holdersOf);
    return { metaIndex: this.index, ringEpoch, nodes: present, shards };
  }

  private fetch(from: NodeId): void {
    const { nowUs, outbox, limits } = this.env;
    if (nowUs < this.nextFetchUs) return;
    this.nextFetchUs = nowUs + limits.heartbeatIntervalUs;
    outbox.push(from, { type: 'MetaFetched', newerThan: this.index });
  }

  private learn(index: LogIndex, state: MetaState): void {
    const before = this.known;
    this.index = index;
    this.known = state;
    this.env.ringEpoch = state.ringEpoch;
    if (state.ringEpoch !== before.ringEpoch) {
      this.gossip.sawRingEpoch(state.ringEpoch);
      this.env.events.push({ type: 'RingEpochSeen', epoch: state.ringEpoch });
    }
    for (const { node, state: is } of state.nodes)
      if (is === 'left' && findNode(before, node)?.state !== 'left') this.gossip.remove(node);
    if (findNode(state, this.config.id) !== undefined) this.nextJoinUs = NEVER;
  }

  private metaNoticed(replica: Replica): void {
    const { appliedIndex, meta } = replica.machine;
    if (meta !== undefined && appliedIndex > this.index) {
      if (meta.state !== this.known) this.isDecisionDue = true;
      this.learn(appliedIndex, meta.state);
    }
    if (!replica.leads) {
      this.ledSinceUs = undefined;
      this.nextAskUs = NEVER;
      return;
    }
    if (this.ledSinceUs !== undefined) return;
    this.ledSinceUs = this.env.nowUs;
    this.heard.clear();
    this.dropped.clear();
    this.joining.clear();
    this.nextAskUs = this.env.nowUs;
  }

  /** All others, and itself. */
  private ask(): void {
    const { env, config } = this;
    const { nowUs, limits } = env;
    this.nextAskUs = nowUs + HEARTBEATS_PER_ROUND * limits.heartbeatIntervalUs;
    this.ordered.clear();
    this.asker = config.id;
    for (const { node, state } of this.known.nodes) {
      if (node !== config.id && state !== 'left')
        env.outbox.push(node, { type: 'GroupStatusAsked', metaIndex: this.index });
    }
    this.report();
  }

  private askToJoin(): void {
    const { env } = this;
    this.nextJoinUs = env.nowUs + env.limits.gossipIntervalUs;
    for (const node of this.others) env.outbox.push(node, { type: 'JoinAsked' });
  }

  /** Whoever may know more than this node: those that it knows of, and those that there were when it started, for all of the former may be gone. */
  private get others(): readonly NodeId[] {
    const { known, config } = this;
    const nodes = new Set([...known.nodes.map(({ node }) => node), ...config.contacts]);
    return [...nodes].filter((node) => node !== config.id && findNode(known, node)?.state !== 'left');
  }

  private joinAsked(from: NodeId): void {
    if (this.ledSinceUs !== undefined) {
      this.joining.add(from);
      this.isDecisionDue = true;
    } else if (this.index > 0) {
      // Whoever reads this knows whom to ask next time: those that founded the cluster may have left it since.
      this.env.outbox.push(from, { type: 'MetaTold', index: this.index, state: encodeMetaState(this.known) });
    }
  }

  private report(): void {
    this.isReportDue = false;
    const { asker, config, incarnation } = this;
    const observations = this.groups.replicas
      .filter((replica) => replica.leads)
      .map((replica) => replica.placement.observe());
    const message = { type: 'GroupsReported', incarnation, observations, dropped: [...this.gone] } as const;
    this.gone.clear();
    if (asker === config.id) this.hear(asker, message);
    else this.env.outbox.push(asker, message);
  }

  private hear(from: NodeId, report: Extract<MetaMessage, { type: 'GroupsReported' }>): void {
    if (this.ledSinceUs === undefined) return;
    const { incarnation, observations, dropped } = report;
    this.heard.set(from, { atUs: this.env.nowUs, incarnation, observations });
    for (const replicaId of dropped) this.dropped.add(replicaId);
    this.isDecisionDue = true;
  }

  private decide(meta: Replica): boolean {
    const { known } = this;
    const { commands, effects } = decide(known, this.input(), {
      ...DRIVER_LIMITS,
      restoresVoters: false,
      balancesLeaders: known.ringEpoch > 1,
    });
    const joins = [...this.joining].filter((node) => findNode(known, node) === undefined);
    this.joining.clear();
    for (const node of joins) this.append(meta, { type: 'JoinNode', node });
    for (const command of commands) {
      if (!this.append(meta, command)) break;
      if (command.type === 'ConfirmDropped') this.dropped.delete(command.replicaId);
    }
    for (const effect of effects) this.order(effect);
    if (joins.length + commands.length > 0) this.groups.touch(meta);
    return true;
  }

  private input(): DriverInput {
    const { nowUs, limits, downAfterUs } = this.env;
    const sinceUs = nowUs - ROUNDS_SEEN * HEARTBEATS_PER_ROUND * limits.heartbeatIntervalUs;
    const observations = new Map<ShardId, GroupObservation>();
    const seen = new Map<NodeId, number>();
    const dead = new Set<NodeId>();
    for (const { node, state } of this.known.nodes) {
      const heard = this.heard.get(node);
      const heardUs = Math.max(heard?.atUs ?? 0, this.ledSinceUs ?? nowUs);
      if (state !== 'left' && nowUs - heardUs >= downAfterUs) dead.add(node);
      if (heard === undefined || heard.atUs < sinceUs) continue;
      seen.set(node, heard.incarnation);
      for (const each of heard.observations) {
        const other = observations.get(each.shard);
        if (other === undefined || isLater(each, other)) observations.set(each.shard, each);
      }
    }
    const retired = new Set(this.known.retired.map(({ replicaId }) => replicaId));
    for (const replicaId of this.dropped) if (!retired.has(replicaId)) this.dropped.delete(replicaId);
    return { observations: [...observations.values()], seen, dead, dropped: this.dropped };
  }

  private order(order: DriverEffect): void {
    const name = nameOf(order);
    if (this.ordered.has(name)) return;
    this.ordered.add(name);
    const to = 'leader' in order ? order.leader : order.node;
    if (to === this.config.id) this.groups.carryOut(order);
    else this.env.outbox.push(to, { type: 'MetaOrdered', order });
  }

  /** To the log of the meta group. @returns false: this node does not lead it, or hands it over */
  private append({ raft }: Replica, command: MetaCommand): boolean {
    const { nowUs, wallUs } = this.env;
    const bytes = encodeCommand({ type: 'Meta', command: encodeMetaCommand(command) });
    return raft.propose(nowUs, wallUs, bytes) !== undefined;
  }

  /** @returns whether it could be asked for here */
  propose(command: MetaCommand): boolean {
    const meta = this.groups.replica(META_GROUP);
    if (meta === undefined || !this.append(meta, command)) return false;
    this.groups.touch(meta);
    return true;
  }
}

const NOBODY: Holders = { replicas: [], leader: NO_NODE, term: 0 };

function holdersOf({ report, desired }: GroupRecord): Holders {
  const { leader, term, configuration } = report;
  const voters = votersOf(configuration);
  return { replicas: [...new Set([...voters, ...desired])], leader: voters.includes(leader) ? leader : NO_NODE, term };
}

const isLater = (a: GroupObservation, b: GroupObservation): boolean =>
  a.report.term > b.report.term || (a.report.term === b.report.term && a.report.confVer > b.report.confVer);

const nameOf = (order: DriverEffect): string => {
  const about = 'token' in order ? order.token : order.replicaId;
  const to = 'leader' in order ? order.leader : order.node;
  return `${order.type}/${order.shard}/${about}/${to}`;
};
