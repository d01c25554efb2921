import { type LogIndex, NO_NODE, type NodeId, type ShardId, type Term } from '../core/base/ids.ts';
import { isWritten } from '../core/client/operation.ts';
import { HEALTHY_DISK } from '../core/cluster/disk-fault.ts';
import {
  type Counters,
  type DiskSnapshot,
  type MoveSnapshot,
  type NodeSnapshot,
  nodeName,
  type ShardSnapshot,
  shardName,
} from '../core/cluster/snapshot.ts';
import type { TraceEvent, WorldEvent } from '../core/cluster/trace-event.ts';
import { groupOf, META_GROUP } from '../core/meta/meta-state.ts';
import { type Configuration, membersOf, simpleConfiguration } from '../core/raft/configuration.ts';
import type { Entry } from '../core/raft/entry.ts';
import type { HashRing } from '../core/ring/hash-ring.ts';
import type { MetaView } from './meta-view.ts';

const SOUND_DISK: DiskSnapshot = { ...HEALTHY_DISK, damage: null, isMendable: false };

const NOTHING_NEW: readonly WorldEvent[] = [];

interface NodeView {
  state: 'up' | 'recovering' | 'down';
  frozen: boolean;
  crashReason: string | null;
  boot: number;
  incarnation: number;
  disk: DiskSnapshot;
}

export interface ReplicaView {
  role: string;
  term: Term;
  commitIndex: LogIndex;
  appliedIndex: LogIndex;
  keys: number;
  isQuarantined: boolean;
  /** In force; undefined: not reported yet. */
  configuration: Configuration | undefined;
  /** The log begins behind this entry. */
  baseIndex: LogIndex;
  readonly entries: Entry[];
  /** It serves nobody. */
  isDamaged: boolean;
}

/** The cluster as its nodes reported it: what snapshots, STATUS, LOG and "run until" are computed from. */
export class ClusterView {
  private readonly ring: HashRing;
  private readonly nodes = new Map<NodeId, NodeView>();
  private readonly replicas = new Map<ShardId, Map<NodeId, ReplicaView>>();
  private writes = 0;
  private reads = 0;
  private elections = 0;
  /** Operations invoked and not yet complete. */
  private readonly openOperations = new Set<number>();
  /** How much of a snapshot each newcomer holds. */
  private readonly copied = new Map<string, number>();

  /** What the meta group has agreed on. */
  readonly meta: MetaView;

  constructor(ring: HashRing, nodes: readonly NodeId[], meta: MetaView) {
    this.ring = ring;
    this.meta = meta;
    for (const node of nodes) this.addNode(node);
  }

  addNode(node: NodeId): void {
    this.nodes.set(node, {
      state: 'down',
      frozen: false,
      crashReason: null,
      boot: 0,
      incarnation: 1,
      disk: SOUND_DISK,
    });
  }

  /** @returns what the meta group turns out to have agreed on */
  apply(event: TraceEvent): readonly WorldEvent[] {
    if (event.type === 'MetaApplied' || event.type === 'MetaFound') return this.meta.learn(event);
    if (event.type === 'ReplicaRecovered' && event.shard === META_GROUP)
      this.meta.recovered(event.baseIndex + event.entries.length);
    this.follow(event);
    return NOTHING_NEW;
  }

  private follow(event: TraceEvent): void {
    switch (event.type) {
      case 'DiskWiped':
        this.setIncarnation(event.node, event.incarnation);
        this.setNode(event.node, { state: 'down', frozen: false });
        return;
      case 'NodeStarted':
        this.setIncarnation(event.node, event.incarnation ?? 1);
        this.setNode(event.node, { state: 'recovering', crashReason: null, boot: event.boot });
        return;
      case 'NodeRecovered':
        this.setNode(event.node, { state: 'up' });
        return;
      case 'NodeKilled':
        this.setNode(event.node, { state: 'down', frozen: false });
        return;
      case 'NodeCrashed':
        this.setNode(event.node, { state: 'down', frozen: false, crashReason: event.reason });
        return;
      case 'NodeFrozen':
        this.setNode(event.node, { frozen: true });
        return;
      case 'NodeThawed':
        this.setNode(event.node, { frozen: false });
        return;
      case 'DiskChanged': {
        const { slowdown, full, failing } = event;
        this.setDisk(event.node, { slowdown, full, failing });
        return;
      }
      case 'DiskDamaged':
        this.damaged(event.node, event.what, event.store === 'sst');
        return;
      case 'ScrubCompleted':
        if (event.bad === 0 && this.nodes.get(event.node)?.disk.isMendable === true)
          this.setDisk(event.node, { damage: null, isMendable: false });
        return;
      case 'OperationInvoked':
        this.openOperations.add(event.id);
        return;
      case 'OperationCompleted':
        this.openOperations.delete(event.id);
        this.count(event.outcome);
        return;
      default:
        if ('shard' in event && 'node' in event) this.applyReplica(event);
    }
  }

  /** What nothing mends is told rather than what is. */
  private damaged(node: NodeId, damage: string, isMendable: boolean): void {
    const disk = this.nodes.get(node)?.disk;
    const isWorse = disk?.damage !== null && disk?.isMendable === false;
    if (!isMendable || !isWorse) this.setDisk(node, { damage, isMendable });
  }

  /** Its process is being started, and has yet to say so: from here on it is not down. */
  starts(node: NodeId, boot: number): void {
    this.setNode(node, { state: 'recovering', frozen: false, crashReason: null, boot });
  }

  private count(outcome: Extract<TraceEvent, { readonly type: 'OperationCompleted' }>['outcome']): void {
    if (outcome.status !== 'ok') return;
    if (isWritten(outcome.result) || outcome.result.type === 'Appended') this.writes++;
    else this.reads++;
  }

  private applyReplica(event: TraceEvent & { readonly shard: ShardId; readonly node: NodeId }): void {
    if (event.type === 'ReplicaDropped') {
      this.replicas.get(event.shard)?.delete(event.node);
      return;
    }
    if (event.type === 'SnapshotProgressed') {
      this.copied.set(`${event.shard}/${event.follower}`, event.bytes);
      return;
    }
    if (event.type === 'ReplicaCreated') this.copied.delete(`${event.shard}/${event.node}`);
    const replica = this.replica(event.shard, event.node);
    switch (event.type) {
      case 'ReplicaRecovered':
        replica.role = event.role;
        replica.term = event.term;
        replica.commitIndex = event.commitIndex;
        replica.appliedIndex = event.appliedIndex;
        if (event.isDamaged !== true) replica.keys = event.keys;
        replica.isQuarantined = event.isQuarantined === true;
        replica.isDamaged = false;
        replica.configuration = event.configuration;
        replica.baseIndex = event.baseIndex;
        replica.entries.splice(0, replica.entries.length, ...event.entries);
        return;
      case 'RoleChanged':
        if (event.role === 'leader' && event.shard !== META_GROUP) this.elections++;
        replica.role = event.role;
        replica.term = event.term;
        return;
      case 'EntriesAppended':
        if (event.truncatedFrom > 0) replica.entries.splice(event.truncatedFrom - 1 - replica.baseIndex);
        for (const entry of event.entries) replica.entries.push(entry);
        return;
      case 'ConfigurationChanged':
        replica.configuration = event.configuration;
        return;
      case 'SnapshotInstalled':
        replica.configuration = event.configuration;
        replica.baseIndex = event.index;
        replica.entries.length = 0;
        replica.commitIndex = event.index;
        replica.appliedIndex = event.index;
        replica.keys = event.keys;
        return;
      case 'ReplicaDamaged':
      case 'ReplicaRebuilt':
        replica.isDamaged = event.type === 'ReplicaDamaged';
        return;
      case 'LogCompacted':
        replica.entries.splice(0, event.baseIndex - replica.baseIndex);
        replica.baseIndex = event.baseIndex;
        return;
      case 'ReplicaQuarantined':
        replica.isQuarantined = true;
        return;
      case 'ReplicaRepaired':
        replica.isQuarantined = false;
        return;
      case 'CommitAdvanced':
        replica.commitIndex = event.commitIndex;
        return;
      case 'EntryApplied':
      case 'StateRestored':
        replica.appliedIndex = event.index;
        replica.keys = event.keys;
        return;
    }
  }

  /** It takes part: its process runs and goes on. */
  isUp(node: NodeId): boolean {
    const view = this.nodes.get(node);
    return view?.state === 'up' && !view.frozen;
  }

  /** Of how many shards it is the leader. */
  shardsLedBy(node: NodeId): number {
    let count = 0;
    for (const shard of this.replicas.keys()) if (shard !== META_GROUP && this.leader(shard) === node) count++;
    return count;
  }

  /** The leader of the highest term among those that take part; undefined when there is none. */
  leader(shard: ShardId): NodeId | undefined {
    let best: NodeId | undefined;
    let bestTerm = -1;
    for (const [node, replica] of this.replicas.get(shard) ?? []) {
      if (replica.role === 'leader' && replica.term > bestTerm && this.isUp(node)) {
        best = node;
        bestTerm = replica.term;
      }
    }
    return best;
  }

  /** All configurations that some replica of the shard goes by, of nodes up and down; before anybody has told, the one with all of them. */
  configurationsInForce(shard: ShardId): readonly Configuration[] {
    const told = [...(this.replicas.get(shard)?.values() ?? [])].flatMap(({ configuration }) => configuration ?? []);
    return told.length === 0 ? [this.configuration(shard)] : told;
  }

  replicaOf(shard: ShardId, node: NodeId): ReplicaView | undefined {
    return this.replicas.get(shard)?.get(node);
  }

  /** As its leader has it; without one, as the replica that went furthest in term does, and before anybody has told, all vote. */
  configuration(shard: ShardId): Configuration {
    const replicas = [...(this.replicas.get(shard)?.values() ?? [])].sort((a, b) => b.term - a.term);
    const leader = this.leader(shard);
    const told = leader === undefined ? replicas[0] : this.replicaOf(shard, leader);
    return (
      told?.configuration ?? simpleConfiguration({ voters: groupOf(this.meta.state, shard).desired, learners: [] })
    );
  }

  everyShardLed(): boolean {
    for (let shard = 0; shard < this.ring.shards; shard++)
      if (this.leader(shard as ShardId) === undefined) return false;
    return true;
  }

  /** No operation is open, every shard is led, and every live replica has applied all that its leader holds. */
  quiet(): boolean {
    if (this.openOperations.size > 0 || !this.everyShardLed()) return false;
    for (let shard = 0; shard < this.ring.shards; shard++) {
      const leader = this.replicaOf(shard as ShardId, this.leader(shard as ShardId) as NodeId);
      const lastIndex = leader && leader.baseIndex + leader.entries.length;
      // One that has left keeps what it had.
      const members = membersOf(this.configuration(shard as ShardId));
      for (const [node, replica] of this.replicas.get(shard as ShardId) ?? []) {
        if (members.includes(node) && this.isUp(node) && replica.appliedIndex !== lastIndex) return false;
      }
    }
    return true;
  }

  /** Without what no event tells. */
  nodeSnapshots(): Omit<NodeSnapshot, 'durability' | 'clock' | 'incarnation' | 'membership'>[] {
    return [...this.nodes].map(([node, view]) => ({
      id: nodeName(node),
      state: view.state === 'down' ? 'down' : view.frozen ? 'frozen' : 'up',
      recovering: view.state === 'recovering',
      crashReason: view.crashReason,
      boot: view.boot,
      disk: view.disk,
      unreadable: this.unreadableOn(node),
    }));
  }

  private unreadableOn(node: NodeId): readonly string[] {
    const shards = [...this.replicas.keys()].filter((shard) => this.replicaOf(shard, node)?.isDamaged === true);
    return shards.sort((a, b) => a - b).map(shardName);
  }

  shardSnapshots(): ShardSnapshot[] {
    return Array.from({ length: this.ring.shards }, (_, i) => {
      const shard = i as ShardId;
      const leader = this.leader(shard);
      const replicas = [...(this.replicas.get(shard)?.values() ?? [])];
      const { voters, votersOutgoing, learners } = this.configuration(shard);
      return {
        id: shardName(shard),
        leader: leader === undefined ? null : nodeName(leader),
        term: replicas.reduce((most, replica) => Math.max(most, replica.term), 0),
        commitIndex: replicas.reduce((most, replica) => Math.max(most, replica.commitIndex), 0),
        replicas: this.holders(shard).map(nodeName),
        desired: groupOf(this.meta.state, shard).desired.map(nodeName),
        move: this.move(shard),
        voters: voters.map(nodeName),
        votersOutgoing: votersOutgoing.map(nodeName),
        learners: learners.map(nodeName),
        ...this.quarantined(shard),
      };
    });
  }

  /** The nodes that are meant to have a copy, then those that have one besides. */
  private holders(shard: ShardId): readonly NodeId[] {
    const { voters, votersOutgoing, learners } = this.configuration(shard);
    const members = [...voters, ...votersOutgoing, ...learners];
    const { desired } = groupOf(this.meta.state, shard);
    return [...new Set([...desired.filter((node) => members.includes(node)), ...members])];
  }

  isMoving(shard: ShardId): boolean {
    return this.move(shard) !== null;
  }

  private quarantined(shard: ShardId): Pick<ShardSnapshot, 'quarantined'> {
    const members = this.holders(shard).filter((node) => this.replicaOf(shard, node)?.isQuarantined === true);
    return members.length === 0 ? {} : { quarantined: members.map(nodeName) };
  }

  private move(shard: ShardId): MoveSnapshot | null {
    const { move } = groupOf(this.meta.state, shard);
    if (move === undefined) return null;
    const named = (node: NodeId): string | null => (node === NO_NODE ? null : nodeName(node));
    const copiedBytes = this.copied.get(`${shard}/${move.to}`) ?? 0;
    return { to: named(move.to), from: named(move.from), stage: move.stage, copiedBytes };
  }

  counters(): Counters {
    let keys = 0;
    for (const replicas of this.replicas.values()) {
      let ahead = { appliedIndex: -1, keys: 0 };
      for (const replica of replicas.values()) if (replica.appliedIndex > ahead.appliedIndex) ahead = replica;
      keys += ahead.keys;
    }
    return { writes: this.writes, reads: this.reads, keys, elections: this.elections };
  }

  /** Counters go on where an earlier page of the same run left them; keys are counted by the nodes. */
  restoreCounters(counters: Counters): void {
    this.writes = counters.writes;
    this.reads = counters.reads;
    this.elections = counters.elections;
  }

  /** What it had on another disk it has no more. */
  private setIncarnation(node: NodeId, incarnation: number): void {
    if (this.nodes.get(node)?.incarnation === incarnation) return;
    for (const replicas of this.replicas.values()) replicas.delete(node);
    this.setNode(node, { incarnation, disk: SOUND_DISK });
  }

  private setNode(node: NodeId, change: Partial<NodeView>): void {
    const view = this.nodes.get(node);
    if (view !== undefined) Object.assign(view, change);
  }

  private setDisk(node: NodeId, change: Partial<DiskSnapshot>): void {
    const view = this.nodes.get(node);
    if (view !== undefined) view.disk = { ...view.disk, ...change };
  }

  private replica(shard: ShardId, node: NodeId): ReplicaView {
    let replicas = this.replicas.get(shard);
    if (replicas === undefined) {
      replicas = new Map();
      this.replicas.set(shard, replicas);
    }
    let replica = replicas.get(node);
    if (replica === undefined) {
      replica = {
        role: 'follower',
        term: 0,
        commitIndex: 0,
        appliedIndex: 0,
        keys: 0,
        isQuarantined: false,
        configuration: undefined,
        baseIndex: 0,
        entries: [],
        isDamaged: false,
      };
      replicas.set(node, replica);
    }
    return replica;
  }
}
