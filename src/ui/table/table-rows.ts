import { type ActorId, type NodeId, nodeId, type ShardId, shardId } from '../../core/base/ids.ts';
import { nodeName } from '../../core/cluster/snapshot.ts';
import type { Role } from '../../core/raft/entry.ts';
import type { HashRing } from '../../core/ring/hash-ring.ts';
import { leaderOf, type ViewModel } from '../store/view-model.ts';

export interface NodeRow {
  readonly node: NodeId;
  /** `up`, `recovering`, `down`, `crashed: …`, `starting`. */
  readonly state: string;
  readonly down: boolean;
  /** Of the shard in view; undefined: it holds no copy of it. A node that is down shows what it last reported. */
  readonly replica:
    | { readonly role: Role; readonly term: number; readonly commitIndex: number; readonly appliedIndex: number }
    | undefined;
  readonly links: string;
  /** No other node reaches it, and it reaches none: what ISOLATE does. */
  readonly isolated: boolean;
}

export interface ShardRow {
  readonly shard: ShardId;
  /** 0 = none. */
  readonly leader: NodeId;
  readonly replicas: readonly NodeId[];
  /** The highest that any replica knows. */
  readonly term: number;
  readonly commitIndex: number;
}

export function nodeRows(model: ViewModel, nodes: number, shard: ShardId): readonly NodeRow[] {
  return ids(nodes).map((node) => {
    const view = model.nodes.get(node);
    const links = linksOf(model, node, nodes);
    return {
      node,
      state: view === undefined ? 'starting' : view.reason === '' ? view.state : `${view.state}: ${view.reason}`,
      down: view?.state === 'down' || view?.state === 'crashed',
      replica: model.shards.get(shard)?.get(node),
      ...links,
    };
  });
}

export function shardRows(model: ViewModel, ring: HashRing, shards: number): readonly ShardRow[] {
  return Array.from({ length: shards }, (_, i) => {
    const shard = shardId(i);
    const views = [...(model.shards.get(shard)?.values() ?? [])];
    return {
      shard,
      leader: leaderOf(model, shard),
      replicas: ring.replicas(shard),
      term: Math.max(0, ...views.map(({ term }) => term)),
      commitIndex: Math.max(0, ...views.map(({ commitIndex }) => commitIndex)),
    };
  });
}

/** `all whole`, or in words which directions are cut. */
function linksOf({ cuts, clients }: ViewModel, node: NodeId, nodes: number): Pick<NodeRow, 'links' | 'isolated'> {
  const isCut = (from: ActorId, to: ActorId): boolean => cuts.has(`${from}>${to}`);
  const words = (other: ActorId, name: string): readonly string[] => {
    const [to, from] = [isCut(node, other), isCut(other, node)];
    if (to && from) return [`${name} both ways`];
    return to ? [`to ${name}`] : from ? [`from ${name}`] : [];
  };
  const others = ids(nodes).filter((other) => other !== node);
  const isolated = others.length > 0 && others.every((other) => isCut(node, other) && isCut(other, node));
  const parts = [
    ...(isolated ? ['all nodes'] : others.flatMap((other) => words(other, nodeName(other)))),
    ...[...clients].flatMap(([client, name]) => words(client, name)),
  ];
  return { links: parts.length === 0 ? 'all whole' : `cut: ${parts.join(', ')}`, isolated };
}

const ids = (nodes: number): readonly NodeId[] => Array.from({ length: nodes }, (_, i) => nodeId(i + 1));
