import type { HostReport } from '../../console/cluster.ts';
import { showClock } from '../../console/show.ts';
import { type ActorId, type NodeId, nodeId, type ShardId, shardId } from '../../core/base/ids.ts';
import type { RunConfig } from '../../core/cluster/run.ts';
import { nodeName } from '../../core/cluster/snapshot.ts';
import type { Role } from '../../core/raft/entry.ts';
import type { HashRing } from '../../core/ring/hash-ring.ts';
import { groupConfiguration } from '../store/group-configuration.ts';
import { nodeDurability } from '../store/node-durability.ts';
import { leaderOf, type NodeView, type ViewModel } from '../store/view-model.ts';

export interface NodeRow {
  readonly node: NodeId;
  /** `up`, `recovering`, `frozen`, `down`, `crashed: …`, `starting`; and how wrong its clocks were when CLOCK set them. */
  readonly state: string;
  readonly down: boolean;
  readonly frozen: boolean;
  /** What its writes outlive. */
  readonly durability: HostReport['durability'];
  /** Of the shard in view; undefined: it holds no copy of it. A node that is down shows what it last reported. */
  readonly replica:
    | {
        readonly role: Role;
        readonly learns: boolean;
        readonly term: number;
        readonly commitIndex: number;
        readonly appliedIndex: number;
      }
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
  /** Those of them that have no vote, as the leader has it. */
  readonly learners: readonly NodeId[];
  /** The highest that any replica knows. */
  readonly term: number;
  readonly commitIndex: number;
}

export function nodeRows(
  model: ViewModel,
  host: Pick<HostReport, 'durability'>,
  config: Pick<RunConfig, 'nodes' | 'disk'>,
  shard: ShardId,
): readonly NodeRow[] {
  return ids(config.nodes).map((node) => {
    const view = model.nodes.get(node);
    const links = linksOf(model, node, config.nodes);
    return {
      node,
      state: stateText(view),
      frozen: view?.frozen === true,
      down: view?.state === 'down' || view?.state === 'crashed',
      durability: nodeDurability(model, host, config, node),
      replica: model.shards.get(shard)?.get(node),
      ...links,
    };
  });
}

function stateText(view: NodeView | undefined): string {
  if (view === undefined) return 'starting';
  const state = view.frozen ? 'frozen' : view.reason === '' ? view.state : `${view.state}: ${view.reason}`;
  return view.clock === undefined ? state : `${state}, clock ${showClock(view.clock)}`;
}

export function shardRows(model: ViewModel, ring: HashRing, shards: number): readonly ShardRow[] {
  return Array.from({ length: shards }, (_, i) => {
    const shard = shardId(i);
    const views = [...(model.shards.get(shard)?.values() ?? [])];
    return {
      shard,
      leader: leaderOf(model, shard),
      replicas: ring.replicas(shard),
      learners: groupConfiguration(model, shard)?.learners ?? [],
      term: Math.max(0, ...views.map(({ term }) => term)),
      commitIndex: Math.max(0, ...views.map(({ commitIndex }) => commitIndex)),
    };
  });
}

export interface ClientRow {
  readonly name: string;
  /** What it has asked and not been told, or `nothing`. */
  readonly waitsFor: string;
  readonly links: string;
  /** It reaches no node, and none reaches it. */
  readonly isolated: boolean;
}

export function clientRows(model: ViewModel, nodes: number): readonly ClientRow[] {
  return [...model.clients].map(([client, name]) => {
    const texts = [...model.operations.values()].flatMap((each) => (each.client === client ? [each.text] : []));
    const { words, all } = cutWith(model, client, namesOf(nodes));
    return {
      name,
      waitsFor: texts.length === 0 ? 'nothing' : texts.length === 1 ? `${texts[0]}` : `${texts.length} answers`,
      links: all ? 'cut: all nodes' : linksText(words),
      isolated: all,
    };
  });
}

/** `all whole`, or in words which directions are cut; ISOLATE leaves a node its clients, and so it is told. */
function linksOf(model: ViewModel, node: NodeId, nodes: number): Pick<NodeRow, 'links' | 'isolated'> {
  const others = cutWith(
    model,
    node,
    namesOf(nodes).filter(([other]) => other !== node),
  );
  const clients = cutWith(model, node, [...model.clients]);
  if (!others.all) return { links: linksText([...others.words, ...clients.words]), isolated: false };
  const reached = clients.words.length === 0 ? '; clients reach it' : '';
  return { links: linksText(['all nodes', ...clients.words]) + reached, isolated: true };
}

type Named = readonly [actor: ActorId, name: string];

const linksText = (words: readonly string[]): string => (words.length === 0 ? 'all whole' : `cut: ${words.join(', ')}`);

/** Which of the links with `others` are cut, in words, and whether all are, both ways. */
function cutWith({ cuts }: ViewModel, actor: ActorId, others: readonly Named[]): { words: string[]; all: boolean } {
  let both = 0;
  const words = others.flatMap(([other, name]) => {
    const [to, from] = [cuts.has(`${actor}>${other}`), cuts.has(`${other}>${actor}`)];
    if (to && from) both++;
    if (to && from) return [`${name} both ways`];
    return to ? [`to ${name}`] : from ? [`from ${name}`] : [];
  });
  return { words, all: others.length > 0 && both === others.length };
}

const namesOf = (nodes: number): readonly Named[] => ids(nodes).map((node) => [node, nodeName(node)]);
const ids = (nodes: number): readonly NodeId[] => Array.from({ length: nodes }, (_, i) => nodeId(i + 1));
