import { nodeId, type ShardId } from '../base/ids.ts';
import { encodeUtf8 } from '../base/utf8.ts';
import { HashRing, keyToken } from '../ring/hash-ring.ts';
import type { RunConfig } from './run.ts';

/** Where a key sits on the ring, 0 … 2^32 − 1. */
export const tokenOfKey = keyToken;

export const REPLICATION_FACTOR = 3;

export const replicationFactorOf = ({ replicationFactor }: Pick<RunConfig, 'replicationFactor'>): number =>
  replicationFactor ?? REPLICATION_FACTOR;

/** Where everything is in a cluster of this configuration: the same pure function in nodes, clients and on screen. */
export const placementOf = (config: RunConfig): HashRing =>
  new HashRing(
    Array.from({ length: config.nodes }, (_, i) => nodeId(i + 1)),
    config.vnodes,
    config.shards,
    replicationFactorOf(config),
  );

/** The shard of a key that is written as text. */
export const shardOfName = (ring: HashRing, key: string): ShardId => ring.shardOfKey(encodeUtf8(key));
