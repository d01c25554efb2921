import type { HostReport } from '../../console/cluster.ts';
import { showClock } from '../../console/show.ts';
import { type ActorId, NO_NODE, type NodeId, type ShardId, shardId } from '../../core/base/ids.ts';
import { holdersOf } from '../../core/cluster/membership.ts';
import type { RunConfig } from '../../core/cluster/run.ts';
import { nodeName } from '../../core/cluster/snapshot.ts';
import { STANDING_WORDS } from '../../core/cluster/standing-words.ts';
import type { NodeStanding } from '../../core/meta/node-standing.ts';
import type { Role } from '../../core/raft/entry.ts';
import type { HashRing } from '../../core/ring/hash-ring.ts';
import { groupConfiguration } from '../store/group-configuration.ts';
import { nodesShown } from '../store/node-count.ts';
import { nodeDurability } from '../store/node-durability.ts';
import type { MoveView } from '../store/placement-view.ts';
import { standingOf } from '../store/standing.ts';
import { leaderOf, type NodeView, type ViewModel } from '../store/view-model.ts';

export interface NodeRow {
  readonly node: NodeId;
  /** `up`, `recovering`, `frozen`, `down`, `crashed: …`, `starting`; and how wrong its clocks were when CLOCK set them. */
  readonly state: string;
  readonly down: boolean;
  /** It has left for ever. */
  readonly isGone: boolean;
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
  /** Which replica is on its way, and how far. */
  readonly move: string;
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
  const nodes = nodesShown({ run: { config }, model });
  return nodes.map((node) => {
    const view = model.nodes.get(node);
    const links = linksOf(model, node, nodes);
    const standing = standingOf(config, node, model.placement.members);
    return {
      node,
      state: stateText(view, standing),
      frozen: view?.frozen === true,
      isGone: standing === 'left',
      down: view?.state === 'down' || view?.state === 'crashed',
      durability: nodeDurability(model, host, config, node),
      replica: model.shards.get(shard)?.get(node),
      ...links,
    };
  });
}

function stateText(view: NodeView | undefined, standing: NodeStanding): string {
  if (view === undefined) return 'starting';
  const words = STANDING_WORDS[standing];
  const process = view.frozen ? 'frozen' : view.reason === '' ? view.state : `${view.state}: ${view.reason}`;
  const state = words === '' ? process : `${process}, ${words}`;
  return view.clock === undefined ? state : `${state}, clock ${showClock(view.clock)}`;
}

export function shardRows(model: ViewModel, ring: HashRing, shards: number): readonly ShardRow[] {
  return Array.from({ length: shards }, (_, i) => {
    const shard = shardId(i);
    const views = [...(model.shards.get(shard)?.values() ?? [])];
    return {
      shard,
      leader: leaderOf(model, shard),
      replicas: heldBy(model, ring, shard),
      learners: groupConfiguration(model, shard)?.learners ?? [],
      move: moveWords(model.placement.moves.get(shard)),
      term: Math.max(0, ...views.map(({ term }) => term)),
      commitIndex: Math.max(0, ...views.map(({ commitIndex }) => commitIndex)),
    };
  });
}

/** Whoever takes part, first those whom the ring wants to; before anybody has told, these. */
function heldBy(model: ViewModel, ring: HashRing, shard: ShardId): readonly NodeId[] {
  const wanted = ring.replicas(shard);
  const configuration = groupConfiguration(model, shard);
  if (configuration === undefined) return wanted;
  const members = holdersOf(configuration);
  return [...wanted.filter((node) => members.includes(node)), ...members.filter((node) => !wanted.includes(node))];
}

/** `n2 to n4: joint`; a dash where nothing moves. */
function moveWords(move: MoveView | undefined): string {
  if (move === undefined) return '–';
  const way = [move.from, move.to].filter((node) => node !== NO_NODE).map(nodeName);
  return `${way.join(' to ')}: ${move.stage}`;
}

export interface ClientRow {
  readonly name: string;
  /** What it has asked and not been told, or `nothing`. */
  readonly waitsFor: string;
  readonly links: string;
  /** It reaches no node, and none reaches it. */
  readonly isolated: boolean;
}

export function clientRows(model: ViewModel, nodes: readonly NodeId[]): readonly ClientRow[] {
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
function linksOf(model: ViewModel, node: NodeId, nodes: readonly NodeId[]): Pick<NodeRow, 'links' | 'isolated'> {
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

const namesOf = (nodes: readonly NodeId[]): readonly Named[] => nodes.map((node) => [node, nodeName(node)]);
