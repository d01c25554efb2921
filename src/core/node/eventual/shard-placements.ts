import { must } from '../../base/assert.ts';
import type { NodeId, ShardId } from '../../base/ids.ts';
import { groupOf, isBlank, type MetaState, ringNodes } from '../../meta/meta-state.ts';
import { isJoint, votersOf } from '../../raft/configuration.ts';
import { HashRing } from '../../ring/hash-ring.ts';
import type { ShardPlacement } from './eventual-world.ts';
import type { SyncPlacement } from './sync-world.ts';

/** Indexes of configurations are smaller. */
const EPOCHS = 2 ** 32;

/** Whom the eventual keyspace asks, as far as this node knows what the meta group has agreed on: ownership is a matter of consensus in both keyspaces. */
export class ShardPlacements {
  /** Another number with each other state. */
  version = 0;
  private readonly shards: number;
  private state: MetaState;
  private readonly known = new Map<ShardId, ShardPlacement>();
  private readonly knownForSync = new Map<ShardId, SyncPlacement>();
  /** All nodes on the ring, by shard number, clockwise from its start. */
  private clockwise: readonly (readonly NodeId[])[] = [];

  constructor(shards: number, state: MetaState) {
    this.shards = shards;
    this.state = state;
    this.lookAt(state);
  }

  of(state: MetaState, shard: ShardId): ShardPlacement {
    this.update(state);
    const known = this.known.get(shard);
    if (known !== undefined) return known;
    const placement = this.place(shard);
    this.known.set(shard, placement);
    return placement;
  }

  /** The same for syncs and rounds of purging: who is a member, and whether anybody comes or goes. */
  forSync(state: MetaState, shard: ShardId): SyncPlacement {
    const { homes, joiners, retired } = this.of(state, shard);
    const known = this.knownForSync.get(shard);
    if (known !== undefined) return known;
    const { report, move, replicas } = groupOf(state, shard);
    const blank = replicas.filter((replica) => isBlank(state, replica)).map(({ node }) => node);
    const leavers = state.retired
      .filter(({ shard: of, node }) => of === shard && !homes.includes(node) && !joiners.includes(node))
      .map(({ node }) => node);
    const members = state.nodes.filter(({ state: is }) => is !== 'left').map(({ node }) => node);
    const isMoving = move !== undefined || isJoint(report.configuration) || joiners.length > 0;
    // The ring's number grows with every change of its members, the configuration's with every change of the group's.
    const epoch = state.ringEpoch * EPOCHS + report.confVer;
    const placement = {
      ...{ homes, blank, joiners, leavers: [...new Set(leavers)], retired, members, epoch, isMoving },
      nextReplicaId: state.nextReplicaId,
    };
    this.knownForSync.set(shard, placement);
    return placement;
  }

  update(state: MetaState): void {
    if (state !== this.state) this.lookAt(state);
  }

  private lookAt(state: MetaState): void {
    this.state = state;
    this.version++;
    this.known.clear();
    this.knownForSync.clear();
    const nodes = ringNodes(state);
    const ring = nodes.length === 0 ? undefined : new HashRing(nodes, state.vnodes, this.shards, nodes.length);
    this.clockwise = Array.from({ length: this.shards }, (_, shard) => ring?.replicas(shard as ShardId) ?? []);
  }

  private place(shard: ShardId): ShardPlacement {
    const { report, move } = groupOf(this.state, shard);
    const { configuration } = report;
    const order = must(this.clockwise[shard], 'each shard has a place on the ring');
    // One that leaves is on the ring no more and still a home.
    const inOrder = (nodes: readonly NodeId[]): readonly NodeId[] => [
      ...order.filter((node) => nodes.includes(node)),
      ...nodes.filter((node) => !order.includes(node)),
    ];
    const homes = inOrder(votersOf(configuration));
    const coming = move === undefined || move.stage === 'rollBack' || move.to === 0 ? [] : [move.to];
    const joiners = inOrder([...new Set([...configuration.learners, ...coming])]).filter(
      (node) => !homes.includes(node),
    );
    const fallbacks = order.filter((node) => !homes.includes(node) && !joiners.includes(node));
    const retired = this.state.retired.filter((replica) => replica.shard === shard).map(({ replicaId }) => replicaId);
    return { homes, joiners, fallbacks, retired };
  }
}
