import type { Micros, NodeId, ShardId } from '../../core/base/ids.ts';
import type { MoveStage } from '../../core/meta/meta-state.ts';
import type { NodeStanding } from '../../core/meta/node-standing.ts';

/** What the meta group has agreed on, as far as it was told: who is on the ring, and which replicas are on their way. */
export interface PlacementView {
  /** Whoever was told of. A node that the run began with and that is not here is `normal`. */
  readonly members: Members;
  readonly ring: RingView;
  /** The last change of the ring; undefined: it is the one that the run began with. */
  readonly change: RingChangeView | undefined;
  /** Under way. */
  readonly moves: ReadonlyMap<ShardId, MoveView>;
  /** Those that are over, oldest first, at most ENDED_MOVES_KEPT. */
  readonly ended: readonly EndedMoveView[];
  /** The groups of which a node has a copy on its disk, the meta group among them. */
  readonly copies: ReadonlyMap<NodeId, readonly ShardId[]>;
}

export type Members = ReadonlyMap<NodeId, NodeStanding>;

export interface RingView {
  /** Grows with each change; 1 at first. */
  readonly epoch: number;
  /** Undefined: as many as the run began with. */
  readonly vnodes: number | undefined;
  /** As they were when the ring became this one. */
  readonly members: Members;
}

export interface RingChangeView {
  readonly timeUs: Micros;
  /** The ring that it took the place of. */
  readonly before: RingView;
  /** The groups that are meant to have other replicas since, or in another order; the meta group may be one. */
  readonly moving: readonly ShardId[];
}

/** A replica on its way from one node to another. NO_NODE on either side: there is one more, or one less. */
export interface MoveView {
  readonly shard: ShardId;
  readonly to: NodeId;
  readonly from: NodeId;
  readonly stage: MoveStage;
  readonly sinceUs: Micros;
  readonly stageSinceUs: Micros;
  /** Who sends the snapshot; NO_NODE: nobody does yet. */
  readonly source: NodeId;
  /** Bytes of it that the newcomer holds already. */
  readonly bytes: number;
  /** The newcomer's Merkle root and its leader's; undefined: not compared yet. */
  readonly isEqual: boolean | undefined;
}

export interface EndedMoveView extends MoveView {
  readonly outcome: 'finished' | 'rolledBack';
  readonly endedUs: Micros;
  /**
   * What has become of the copy that whoever lost its replica had. `left`: that node has left the cluster with it, and nobody asks it any more. `none`: it
   * had none, or lost it with its disk.
   */
  readonly surplus: 'awaited' | 'dropped' | 'left' | 'none';
  /** When it was deleted; before that, as `endedUs`. */
  readonly overUs: Micros;
}

/** Who has a copy to delete: of a move that went through whoever goes, of one that was undone whoever was to come. NO_NODE: nobody. */
export const loserOf = ({ outcome, from, to }: Pick<EndedMoveView, 'outcome' | 'from' | 'to'>): NodeId =>
  outcome === 'finished' ? from : to;

/** More than the largest cluster moves at once: 256 shards, and their group. */
export const ENDED_MOVES_KEPT = 300;

export const FOUNDED: PlacementView = {
  members: new Map(),
  ring: { epoch: 1, vnodes: undefined, members: new Map() },
  change: undefined,
  moves: new Map(),
  ended: [],
  copies: new Map(),
};
