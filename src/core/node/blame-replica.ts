import type { ShardId } from '../base/ids.ts';
import type { CorruptBlock } from '../lsm/corrupt-store.ts';
import { shardOfKey, storageIdOfKey } from '../lsm/internal-key.ts';
import type { CorruptBlockFinder } from './block-reads.ts';
import type { NodeRows } from './eventual/node-rows.ts';
import { EVENTUAL_KEYSPACE } from './keyspace.ts';
import type { Replica } from './replica.ts';
import type { ReplicaEnvironment } from './replica-environment.ts';

/**
 * A block that cannot be read is of one replica. If that is here, it is quarantined; of its eventual rows, these alone are lost. What is gone, or not here
 * yet, nobody needs.
 * @returns the replica that was quarantined, for it to go on
 */
export function blameReplica(
  env: ReplicaEnvironment,
  replicas: ReadonlyMap<ShardId, Replica>,
  rows: NodeRows,
  damage: CorruptBlock,
  foundBy: CorruptBlockFinder,
): Replica | undefined {
  if (!env.engine.noteDamage(damage)) return undefined;
  const { fileNumber, extent, block, key } = damage;
  const shard = shardOfKey(key) as ShardId;
  const place = { type: 'BlockCorrupt', shard, fileNumber, extent, block, foundBy } as const;
  if (key[0] === EVENTUAL_KEYSPACE) {
    const isServed = rows.holds(key);
    env.events.push({ ...place, isServed });
    if (isServed) rows.lose(shard);
    return undefined;
  }
  const replica = replicas.get(shard);
  const isServed = replica?.isOpen === true && replica.scope.storageId === storageIdOfKey(key);
  env.events.push({ ...place, isServed });
  if (!isServed) return undefined;
  replica.enterQuarantine('corrupt block');
  return replica;
}
