import { type Micros, type NodeId, nodeId, type ShardId, shardId } from '../core/base/ids.ts';
import type { Topology } from './command.ts';
import { findCommand } from './registry.ts';
import type { KeyMention, MomentMention } from './result.ts';
import { type CommandText, tokenizeLine } from './tokenizer.ts';
import { KEY, SCAN_BOUND } from './value-types.ts';

/** A name in a text, with what it names: what a click on it can be about. */
export type Mention = Span & Named;

interface Span {
  /** Offset into the text and length, UTF-16 units. */
  readonly at: number;
  readonly length: number;
}

export type Named =
  | { readonly kind: 'node'; readonly node: NodeId }
  | { readonly kind: 'shard'; readonly shard: ShardId }
  | { readonly kind: 'key'; readonly key: string }
  | { readonly kind: 'verb'; readonly verb: string }
  | { readonly kind: 'moment'; readonly timeUs: Micros };

/** A text with more names is a listing that nobody clicks through; the rest of it stays plain. */
const MENTIONS_MAX = 400;

/**
 * The nodes, shards, keys and commands that a reply names, in the order of the text. Nodes and shards only as far as the cluster has them;
 * what stands in quotes is data, and names nothing but where the reply itself says that it is a key.
 */
export function mentionsInReply(
  text: string,
  keys: readonly KeyMention[],
  topology: Topology,
  moments: readonly MomentMention[] = [],
): readonly Mention[] {
  const found: Mention[] = [
    ...keys.map(({ at, length, key }) => ({ at, length, kind: 'key', key }) as const),
    ...moments.map((moment) => ({ ...moment, kind: 'moment' }) as const),
  ];
  for (const match of text.matchAll(NAMES)) {
    if (found.length >= MENTIONS_MAX) break;
    const named = nameOf(match[0], topology);
    if (named !== undefined) found.push({ at: match.index, length: match[0].length, ...named });
  }
  return found.slice(0, MENTIONS_MAX).sort((a, b) => a.at - b.at);
}

/** The nodes, shards and keys that a typed line names. Which word is a key, the command says; values of data name nothing. */
export function mentionsInLine(line: string, topology: Topology): readonly Mention[] {
  const commands = tokenizeLine(line);
  if (!commands.ok) return [];
  return commands.value.flatMap((text) => mentionsInCommand(line, text, topology)).slice(0, MENTIONS_MAX);
}

function mentionsInCommand(
  line: string,
  { words, source, block }: CommandText,
  topology: Topology,
): readonly Mention[] {
  if (block !== undefined) return block.commands.flatMap((inner) => mentionsInCommand(line, inner, topology));
  const [verb, ...args] = words;
  const command = verb === undefined ? undefined : findCommand(verb.text);
  if (command === undefined) return [];
  const positionals = Object.values(command.positionals);
  const required = positionals.filter(({ kind }) => kind !== 'optional').length;
  const ofData = positionals.some(({ type }) => type === KEY);
  // The ends of a SCAN are keys that need not be there.
  const isRange = positionals.some(({ type }) => type === SCAN_BOUND);
  const end = (verb?.at ?? 0) + source.length;
  return args.flatMap((word, i): readonly Mention[] => {
    // The word as it stands there, quotes and escapes included.
    const shown = line.slice(word.at, args[i + 1]?.at ?? end).trimEnd();
    const type = positionals[i]?.type;
    const isArgument = i < required || (word.option === undefined && i < positionals.length);
    if (isArgument && type === KEY && !isRange && word.text !== '')
      return [{ at: word.at, length: shown.length, kind: 'key', key: word.text }];
    if (word.quoted || (isArgument && ofData)) return [];
    return mentionsInReply(shown, [], topology)
      .filter(({ kind }) => kind !== 'verb')
      .map((mention) => ({ ...mention, at: word.at + mention.at }));
  });
}

/** Quoted text, or a word that may be a name. A word behind a colon, a dot or a letter is a part of something else. */
const NAMES = /"(?:[^"\\]|\\.)*"|(?<![\w:.])(?:[ns](?:0|[1-9]\d{0,3})|[A-Z]{2,12})(?!\w)/g;

function nameOf(word: string, { nodes, shards }: Topology): Named | undefined {
  const number = Number(word.slice(1));
  if (/^n\d/.test(word)) return nodes.includes(nodeId(number)) ? { kind: 'node', node: nodeId(number) } : undefined;
  if (/^s\d/.test(word)) return number < shards ? { kind: 'shard', shard: shardId(number) } : undefined;
  const command = findCommand(word);
  return command === undefined ? undefined : { kind: 'verb', verb: command.verb };
}
