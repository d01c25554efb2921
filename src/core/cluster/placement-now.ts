import type { HashRing } from '../ring/hash-ring.ts';
import { isOnRing } from './on-ring.ts';
import { placementAmong } from './placement.ts';
import type { RunConfig } from './run.ts';
import { type ClusterSnapshot, nodeNamed } from './snapshot.ts';

/** Where everything is meant to be at the moment of the snapshot: by whoever is on the ring then, with as many points as it has then. */
export const placementNow = (
  config: RunConfig,
  { nodes, vnodes }: Pick<ClusterSnapshot, 'nodes' | 'vnodes'>,
): HashRing =>
  placementAmong(
    config,
    nodes.filter(({ membership }) => isOnRing(membership)).map(({ id }) => nodeNamed(id)),
    vnodes,
  );
