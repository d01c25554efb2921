import type { ActorName } from '../core/cluster/action.ts';
import { separatedBy } from '../core/cluster/partition-groups.ts';
import { nodeName } from '../core/cluster/snapshot.ts';
import type { KnownNames, RestType, Suggestion, Topology, ValueType } from './command.ts';
import { failed, type Parsed, parsed } from './result.ts';
import { shorten } from './show.ts';
import type { Literal } from './tokenizer.ts';
import { CLIENT, parseNode, SHARD, suggestClients, suggestNodes } from './value-types.ts';

/** A directed link, or both directions of one. At least one end is a node: clients do not talk to each other. */
export interface LinkEnds {
  readonly from: ActorName;
  readonly to: ActorName;
  readonly bothWays: boolean;
}

const suggestActors = (known: KnownNames): readonly Suggestion[] => [...suggestNodes(known), ...suggestClients(known)];

export const ACTOR: ValueType<ActorName> = {
  accepts: 'a node such as n2, or a client by its name',
  suggest: suggestActors,
  parse: parseActor,
};

function parseActor(word: Literal, topology: Topology): Parsed<ActorName> {
  const name = word.text.toLowerCase();
  if (/^n?\d+$/.test(name)) {
    const node = parseNode(word, topology);
    return node.ok ? parsed(name) : node;
  }
  if (CLIENT.parse({ ...word, text: name }, topology).ok) return parsed(name);
  const shard = SHARD.parse(word, topology).ok;
  const problem = shard ? `${name} is a shard, not a node` : `There is no node ${shorten(word.text)}`;
  return failed('UnknownNode', problem, `Give ${ACTOR.accepts}.`, word.at);
}

export const LINK: ValueType<LinkEnds> = {
  accepts: 'a link: n1>n2 one way, n1-n2 or n1<>n2 both ways',
  suggest: suggestLinks,
  parse: parseLink,
};

/** Between nodes: one way each, then both ways each. */
function suggestLinks({ nodes }: KnownNames): readonly Suggestion[] {
  const names = nodes.map(nodeName);
  const pairs = names.flatMap((from) => names.filter((to) => to !== from).map((to) => ({ from, to })));
  const halves = names.flatMap((from, i) => names.slice(i + 1).map((to) => `${from}-${to}`));
  return [
    ...pairs.map(({ from, to }) => ({ text: `${from}>${to}`, hint: 'one way' })),
    ...halves.map((text) => ({ text, hint: 'both ways' })),
  ];
}

/** `undefined` = every link. */
export const LINK_OR_ALL: ValueType<LinkEnds | undefined> = {
  accepts: `${LINK.accepts}, or * for all links`,
  suggest: (known) => [{ text: '*', hint: 'every link' }, ...suggestLinks(known)],
  parse: (word, topology) => (word.text === '*' && !word.quoted ? parsed(undefined) : parseLink(word, topology)),
};

function parseLink(word: Literal, topology: Topology): Parsed<LinkEnds> {
  const split = splitLink(word.text);
  if (split === undefined)
    return failed('BadArgument', `${shorten(word.text)} is not a link`, `Give ${LINK.accepts}.`, word.at);
  const from = parseActor({ ...word, text: split.from }, topology);
  if (!from.ok) return from;
  const to = parseActor({ ...word, text: split.to, at: word.at + (word.quoted ? 0 : split.toAt) }, topology);
  if (!to.ok) return to;
  if (from.value === to.value)
    return failed('BadArgument', `${from.value} needs no link to itself`, 'Name two ends.', word.at);
  if (!isNodeName(from.value) && !isNodeName(to.value)) {
    return failed('BadArgument', 'Clients do not talk to each other', 'One end of a link is a node.', word.at);
  }
  return parsed({ from: from.value, to: to.value, bothWays: split.bothWays });
}

export const isNodeName = (name: string): boolean => /^n\d+$/.test(name);

/** One actor with all its links, or one link. */
export type ActorOrLink = ActorName | LinkEnds;

export const ACTOR_OR_LINK: ValueType<ActorOrLink> = {
  accepts: `${ACTOR.accepts}, or ${LINK.accepts}`,
  suggest: (known) => [...suggestActors(known), ...suggestLinks(known)],
  parse: (word, topology) => (isLinkText(word.text) ? parseLink(word, topology) : parseActor(word, topology)),
};

/** `app-1` is a client's name; `app-n1` and `n1-app` name a node, and so a link. */
const isLinkText = (text: string): boolean => /[<>]|^n?\d+-|-n\d+$/i.test(text);

/** Client names may hold a `-`, so that `n1-my-app` is split where a node's name is. */
function splitLink(text: string): { from: string; to: string; toAt: number; bothWays: boolean } | undefined {
  const match =
    /^([^<>]+?)(<>|<->|->|>)([^<>]+)$/.exec(text) ?? /^(n?\d+)(-)(.+)$/i.exec(text) ?? /^(.+)(-)(n?\d+)$/i.exec(text);
  if (match === null) return undefined;
  const [, from = '', arrow = '', to = ''] = match;
  return { from, to, toAt: from.length + arrow.length, bothWays: arrow !== '>' && arrow !== '->' };
}

/** `n1 n2 | n3 a`, or `n1,n2 | n3,a`. Who is in two groups is a bridge between them. Nodes that are named nowhere are one more group. */
export const GROUPS: RestType<readonly (readonly ActorName[])[]> = {
  accepts: 'groups of nodes and clients, | between them',
  suggest(known, before) {
    const pieces = before.flatMap(splitGroups).map(({ text }) => text.toLowerCase());
    const actors = suggestActors(known).filter(({ text }) => !pieces.includes(text));
    const mayEnd = pieces.length > 0 && pieces.at(-1) !== '|' && actors.length > 0;
    const last = pieces.lastIndexOf('|');
    const bridges = suggestNodes(known)
      .filter(({ text }) => pieces.slice(0, Math.max(0, last)).includes(text) && !pieces.includes(text, last))
      .map(({ text }) => ({ text, hint: 'a bridge: reaches both sides' }));
    return [...(mayEnd ? [{ text: '|', hint: 'the other side' }] : []), ...actors, ...bridges];
  },
  parse(words, topology) {
    const groups: ActorName[][] = [[]];
    for (const piece of words.flatMap(splitGroups)) {
      const group = groups.at(-1) as ActorName[];
      if (piece.text === '|' && !piece.quoted) {
        if (group.length === 0) return emptyGroup(piece.at);
        groups.push([]);
        continue;
      }
      const actor = parseActor(piece, topology);
      if (!actor.ok) return actor;
      if (group.includes(actor.value)) {
        const remedy = 'Name it once in each group that it reaches.';
        return failed('BadArgument', `${actor.value} is named twice in a group`, remedy, piece.at);
      }
      group.push(actor.value);
    }
    if (groups.at(-1)?.length === 0) return emptyGroup(words.at(-1)?.at);
    const inside = groups.find((group, i) =>
      groups.some((other, j) => i !== j && group.every((x) => other.includes(x))),
    );
    if (inside !== undefined) {
      const remedy = 'A bridge has others beside it in each of its groups: PARTITION n1 n2 | n2 n3.';
      return failed('BadArgument', `The group ${inside.join(' ')} is part of another one`, remedy);
    }
    if (separatedBy(groups, topology.nodes.map(nodeName)).length > 0) return parsed(groups);
    const problem = groups.length === 1 ? 'All nodes are in one group' : 'Each two of them share a group';
    return failed('NothingToDo', problem, 'Put a | between the sides: PARTITION n1 | n2 n3.');
  },
};

const emptyGroup = (at: number | undefined): Parsed<never> =>
  failed('BadArgument', 'A group is empty', 'Name somebody on each side of every |: PARTITION n1 | n2 n3.', at);

/** `n1|n2` without spaces is three words, and `n1,n2` two. */
function splitGroups(word: Literal): readonly Literal[] {
  if (word.quoted) return [word];
  return [...word.text.matchAll(/\||[^|,]+/g)].map((m) => ({ text: m[0], quoted: false, at: word.at + m.index }));
}
