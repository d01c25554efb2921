import type { NodeId, ShardId } from '../../../core/base/ids.ts';
import { shardOfName } from '../../../core/cluster/placement.ts';
import type { HashRing } from '../../../core/ring/hash-ring.ts';
import type { IntegrityView } from '../../store/integrity-view.ts';
import { leaderOf, takesPart, type ViewModel } from '../../store/view-model.ts';

/** Keys of a shard that the page knows of, each once, the latest first: those of operations, and those that were not the same. */
export function keysOfShard(
  { recent }: Pick<ViewModel, 'recent'>,
  { tampered, walks }: IntegrityView,
  ring: HashRing,
  shard: ShardId,
): readonly Uint8Array[] {
  const keys = [
    ...recent.map(({ key }) => key).toReversed(),
    ...(tampered === undefined ? [] : [tampered]),
    ...walks.toReversed().flatMap(({ rows }) => rows.flatMap(({ key }) => key ?? [])),
  ].filter((key) => key.length > 0 && ring.shardOfKey(key) === shard);
  const seen = new Set<string>();
  return keys.filter((key) => !seen.has(String(key)) && seen.add(String(key)));
}

/** A key of the shard that nobody has named yet. */
export function freshKey(ring: HashRing, shard: ShardId): string {
  for (let i = 1; ; i++) {
    const key = `sample:${i}`;
    if (shardOfName(ring, key) === shard) return key;
  }
}

/** Whose row is best damaged: a replica that runs and does not lead. Undefined: there is none. */
export function victimOf(model: ViewModel, shard: ShardId): NodeId | undefined {
  const leader = leaderOf(model, shard);
  const replicas = [...(model.shards.get(shard)?.keys() ?? [])].sort((a, b) => a - b);
  return replicas.find((node) => node !== leader && takesPart(model.nodes.get(node)));
}
