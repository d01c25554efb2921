import type { NodeId } from '../base/ids.ts';
import { HashRing } from '../ring/hash-ring.ts';
import { arcShares, expectedArcDeviation, primaryShares, relativeDeviation, type Shares } from '../ring/ownership.ts';
import { type Moved, moduloMoves, placementMoves, ringMoves } from '../ring/placement-moves.ts';

/** Who is on a ring, and what is placed on it. */
export interface Placed {
  readonly nodes: readonly NodeId[];
  /** The one that would join. */
  readonly next: NodeId;
  readonly shards: number;
  readonly replicationFactor: number;
}

/** How even a ring is, and what one more node moves on it. Shares are parts of 1; deviations are relative to the fair share. */
export interface RingSpread {
  readonly vnodes: number;
  /** Of the token space. */
  readonly arcs: Shares;
  readonly arcDeviation: number;
  /** What it comes to over many such rings: √((N−1)/(N·v+1)), nearly 1/√v. */
  readonly expectedArcDeviation: number;
  /** Of the shards, by the first node of their lists. */
  readonly shards: Shares;
  readonly shardDeviation: number;
  /** When `next` joins. */
  readonly join: Moved;
}

/** What the ring of these nodes is like with so many vnodes a node, or would be. Changes nothing. */
export function ringSpread({ nodes, next, shards, replicationFactor }: Placed, vnodes: number): RingSpread {
  const ring = new HashRing(nodes, vnodes, shards, replicationFactor);
  const arcs = arcShares(ring);
  const primaries = primaryShares(ring);
  return {
    vnodes,
    arcs,
    arcDeviation: relativeDeviation(arcs),
    expectedArcDeviation: expectedArcDeviation(nodes.length, vnodes),
    shards: primaries,
    shardDeviation: relativeDeviation(primaries),
    join: ringMoves(ring, new HashRing([...nodes, next], vnodes, shards, replicationFactor)),
  };
}

/** The copies that have another place on the one ring than on the other, for the screen. */
export const copiesMoving = placementMoves;

/** The parts of all copies, and of first ones, that move from the one ring to the other. */
export const partsMoving = ringMoves;

/** The same, by `hash mod N`. */
export const moduloChange = moduloMoves;

/** What the same join would move by `hash mod N`. */
export const moduloJoin = ({ nodes, replicationFactor }: Pick<Placed, 'nodes' | 'replicationFactor'>): Moved =>
  moduloMoves(nodes.length, nodes.length + 1, replicationFactor);
