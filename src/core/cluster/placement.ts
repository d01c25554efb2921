import type { NodeId, ShardId } from '../base/ids.ts';
import { encodeUtf8 } from '../base/utf8.ts';
import { HashRing, keyToken } from '../ring/hash-ring.ts';
import { locateKey } from '../ring/locate-key.ts';
import { foundingNodes } from './node-list.ts';
import type { RunConfig } from './run.ts';

/** Where a key sits on the ring, 0 … 2^32 − 1. */
export const tokenOfKey = keyToken;

/** The steps by which a key is placed, for the screen: the very walk that nodes and clients take. */
export const placeOfKey = locateKey;

export const REPLICATION_FACTOR = 3;

export const replicationFactorOf = ({ replicationFactor }: Pick<RunConfig, 'replicationFactor'>): number =>
  replicationFactor ?? REPLICATION_FACTOR;

/** Where everything is in a cluster of this configuration: the same pure function in nodes, clients and on screen. */
export const placementOf = (config: RunConfig): HashRing =>
  new HashRing(foundingNodes(config), config.vnodes, config.shards, replicationFactorOf(config));

/** Where everything is meant to be when these nodes are on the ring, with so many points each. */
export const placementAmong = (config: RunConfig, nodes: readonly NodeId[], vnodes: number): HashRing =>
  new HashRing(nodes, vnodes, config.shards, replicationFactorOf(config));

/** The shard of a key that is written as text. */
export const shardOfName = (ring: HashRing, key: string): ShardId => ring.shardOfKey(encodeUtf8(key));
