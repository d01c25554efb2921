import { nodeName, shardName } from '../core/cluster/snapshot.ts';
import type { HashRing } from '../core/ring/hash-ring.ts';
import type { KeyPlace } from '../core/ring/locate-key.ts';
import { REDIS_SLOTS, redisSlot } from '../core/ring/redis-slot.ts';

export type Terms = 'redis' | 'dynamo';

interface TermsTold {
  readonly lines: readonly string[];
  readonly value: { readonly redisSlot?: number; readonly ownList?: readonly string[] };
}

export const hexToken = (token: number): string => token.toString(16).padStart(8, '0');

/** The placement of a key in another system's words, and what is not the same there. `leader`: null = nobody leads. */
export function ringTerms(
  terms: Terms,
  ring: HashRing,
  key: Uint8Array,
  place: KeyPlace,
  leader: string | null,
  vnodes: number,
): TermsTold {
  return terms === 'redis' ? redisTerms(ring, key, place, leader) : dynamoTerms(ring, place, leader, vnodes);
}

/** After the Redis Cluster specification. */
function redisTerms({ shards }: HashRing, key: Uint8Array, place: KeyPlace, leader: string | null): TermsTold {
  const slot = redisSlot(key);
  const shard = shardName(place.shard);
  const hint = leader === null ? '' : `, now ${leader}`;
  const lines = told("in Redis Cluster's terms", {
    slot: `CRC16 mod ${REDIS_SLOTS} = ${slot}. Redis has ${REDIS_SLOTS} slots, this cluster ${shards}: its shards. The {hash tag} is the same rule`,
    owner:
      'there a table, which its nodes tell each other by gossip, says who serves a slot; here the walk computes it from the list of nodes',
    copies: `there a master, and replicas that follow it asynchronously: a failover may lose acknowledged writes; here ${names(place)} are one Raft group`,
    MOVED: `there "MOVED ${slot} address" from a node that does not serve the slot; here NotLeader from a replica of ${shard} that does not lead, with the leader that it knows${hint}, and WrongShard or StaleEpoch, with who holds it, from a node without ${shard}`,
    ASK: `there "ASK ${slot} address" while a slot moves, for a key that has left already: this once, ask there; nothing is like it here, because no key changes its shard and a group serves while its members change`,
  });
  return { lines, value: { redisSlot: slot } };
}

/** After DeCandia et al., SOSP 2007. */
function dynamoTerms(ring: HashRing, place: KeyPlace, leader: string | null, vnodes: number): TermsTold {
  const shard = shardName(place.shard);
  const ownList = ring.walkFrom(place.token).flatMap(({ vnode, taken }) => (taken ? [nodeName(vnode.node)] : []));
  const lines = told("in Dynamo's terms", {
    position: 'MD5 on a ring of 2^128 there; murmur3 and 2^32 here',
    partition: `${shard} is one of ${ring.shards} equal partitions; the nodes' ${vnodes} tokens each only place them: strategy 2 of its §6.2, which walks from a partition's end, not its start`,
    'preference list': `${names(place)}, the same for every key of ${shard}. §4.3 walks from the key's own token: ${ownList.join(' ')}`,
    coordinator: `there any node of the list, and with those down the next healthy ones, which keep hints (sloppy quorum); here so in the eventual keyspace; in the strong one only who leads the Raft group of ${shard}, ${leader === null ? 'nobody just now' : `now ${leader}`}`,
    versions:
      'there concurrent writes may both stand, and who reads reconciles them; here so in the eventual keyspace with CONFIG conflicts=siblings; in the strong one a log puts them in order',
  });
  return { lines, value: { ownList } };
}

const names = ({ replicas }: KeyPlace): string => replicas.map(nodeName).join(' ');

function told(title: string, rows: Readonly<Record<string, string>>): readonly string[] {
  const width = Math.max(...Object.keys(rows).map((name) => name.length)) + 2;
  return [title, ...Object.entries(rows).map(([name, text]) => `  ${name.padEnd(width)}${text}`)];
}
