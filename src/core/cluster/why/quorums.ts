import type { LogIndex, NodeId, ShardId } from '../../base/ids.ts';
import { type Configuration, isJoint, votersOf } from '../../raft/configuration.ts';
import { majority } from '../../raft/quorum.ts';
import { shardName } from '../snapshot.ts';
import type { TraceEvent } from '../trace-event.ts';
import { type Evidence, namesOf } from './circumstances.ts';

/** Who was to vote at a moment. */
export interface Configurations {
  /** In force on this replica: it counts by no other. */
  of(node: NodeId): Configuration;
  /** The one that came last. */
  readonly newest: Configuration;
}

/** At the evidence's `nowUs`. */
export function configurationsOf(shard: ShardId, { events, nowUs, replicas, configuration }: Evidence): Configurations {
  const own = new Map<NodeId, Held>();
  for (const event of events) {
    if (event.timeUs > nowUs) break;
    const held = heldAfter(event, shard);
    if (held !== undefined) own.set(held.node, held);
  }
  const newest = replicas.reduce<Held | undefined>((best, node) => {
    const held = own.get(node);
    return held !== undefined && held.index > (best?.index ?? -1) ? held : best;
  }, undefined);
  return {
    of: (node) => own.get(node)?.configuration ?? configuration,
    newest: newest?.configuration ?? configuration,
  };
}

/** A replica's configuration and the place of its entry, or of what its log begins behind. */
interface Held {
  readonly node: NodeId;
  readonly index: LogIndex;
  readonly configuration: Configuration;
}

function heldAfter(event: TraceEvent, shard: ShardId): Held | undefined {
  if (!('shard' in event) || event.shard !== shard) return undefined;
  switch (event.type) {
    case 'ReplicaRecovered': {
      const { node, configuration, baseIndex, entries } = event;
      return {
        node,
        configuration,
        index: entries.findLast(({ kind }) => kind === 'configuration')?.index ?? baseIndex,
      };
    }
    case 'ConfigurationChanged':
    case 'SnapshotInstalled':
      return event;
    default:
      return undefined;
  }
}

/** `2`; while joint `2 of n1, n2 and n3, and 2 of n1, n4 and n5`. */
export function neededText(configuration: Configuration): string {
  const { voters, votersOutgoing } = configuration;
  const half = (nodes: readonly NodeId[]): string => `${majority(nodes.length)} of ${namesOf(nodes)}`;
  return isJoint(configuration) ? `${half(voters)}, and ${half(votersOutgoing)}` : `${majority(voters.length)}`;
}

/** `the 3 replicas of s1`, where all of them vote; else `the 2 voters of s1, n1 and n3,`. */
export function electorate(configuration: Configuration, shard: ShardId, replicas: readonly NodeId[]): string {
  const voters = votersOf(configuration);
  const all = voters.length === replicas.length && !isJoint(configuration);
  const name = shardName(shard);
  return all
    ? `the ${plural(voters.length, 'replica')} of ${name}`
    : `the ${plural(voters.length, 'voter')} of ${name}, ${namesOf(voters)},`;
}

/** How the votes of these are enough: `2 of 3 with itself`. */
export function countedText({ voters, votersOutgoing }: Configuration, granted: readonly NodeId[]): string {
  const half = (nodes: readonly NodeId[]): number => nodes.filter((node) => granted.includes(node)).length;
  if (votersOutgoing.length === 0) return `${half(voters)} of ${voters.length} with itself`;
  const [incoming, outgoing] = [voters, votersOutgoing].map((nodes) => `${half(nodes)} of ${namesOf(nodes)}`);
  return `with itself ${incoming}, and ${outgoing}`;
}

const plural = (count: number, noun: string): string => `${count} ${noun}${count === 1 ? '' : 's'}`;
