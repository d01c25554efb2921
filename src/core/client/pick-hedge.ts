import { type Micros, NO_NODE, type NodeId } from '../base/ids.ts';
import type { Call } from './call.ts';
import type { LeaderCache } from './leader-cache.ts';
import type { PlacementCache } from './placement-cache.ts';
import type { Suspicions } from './suspicions.ts';

/** A read is sent through another replica as well. */
export interface Hedge {
  readonly suspected: NodeId;
  /** Who says so; itself: it is silent to this client. */
  readonly by: NodeId;
  readonly through: NodeId;
}

/** What the client knows. */
interface Known {
  readonly leaders: LeaderCache;
  readonly placement: PlacementCache;
  readonly suspicions: Suspicions;
}

/**
 * A read whose leader, as far as the client knows, or whoever is asked instead (`to`), is suspected is sent through another replica as well: that one asks the
 * leader that it knows for the index, and serves the read itself. Whichever answers first is right.
 */
export function hedgeOf({ shard }: Call, to: NodeId, nowUs: Micros, known: Known): Hedge | undefined {
  const { leaders, placement, suspicions } = known;
  const leader = leaders.leader(shard);
  const suspected = suspicions.of(nowUs, to) !== undefined || leader === NO_NODE ? to : leader;
  const by = suspicions.of(nowUs, suspected);
  if (by === undefined) return undefined;
  const isOther = (node: NodeId): boolean => node !== to && node !== suspected;
  const through = placement.replicas(shard).find((node) => isOther(node) && suspicions.of(nowUs, node) === undefined);
  return through === undefined ? undefined : { suspected, by, through };
}

/** R=1, and the replica that was asked is slow: the next one is asked as well, and whichever answers first has answered. */
export function anotherReplica(call: Call, slow: NodeId, nowUs: Micros, known: Known): Hedge | undefined {
  const through = call.nextTarget(NO_NODE, known.suspicions.last(nowUs, known.placement.replicas(call.shard)));
  return through === undefined ? undefined : { suspected: slow, by: slow, through };
}
