import type { NodeId } from '../../core/base/ids.ts';
import { foundingNodes } from '../../core/cluster/node-list.ts';
import { isOnRing } from '../../core/cluster/on-ring.ts';
import { placementAmong } from '../../core/cluster/placement.ts';
import type { RunConfig } from '../../core/cluster/run.ts';
import type { HashRing } from '../../core/ring/hash-ring.ts';
import type { Members, RingView } from './placement-view.ts';

/** Whose points are on the ring, ascending. */
export function ringNodesOf(config: Pick<RunConfig, 'nodes'>, members: Members): readonly NodeId[] {
  const known = new Set([...foundingNodes(config), ...members.keys()]);
  return [...known].filter((node) => isOnRing(members.get(node) ?? 'normal')).sort((a, b) => a - b);
}

const rings = new WeakMap<RingView, readonly [RunConfig, HashRing]>();

/** The ring of an epoch, by the function that nodes and clients place by. */
export function ringOf(config: RunConfig, ring: RingView): HashRing {
  const known = rings.get(ring);
  if (known?.[0] === config) return known[1];
  const made = placementAmong(config, ringNodesOf(config, ring.members), ring.vnodes ?? config.vnodes);
  rings.set(ring, [config, made]);
  return made;
}
