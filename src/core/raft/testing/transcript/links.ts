import type { RaftMessage } from '../../message.ts';
import type { Packet } from '../network.ts';
import type { Arguments } from './arguments.ts';
import { nodeText } from './message-text.ts';
import type { Stage } from './stage.ts';

/** A directed link; ids as in `Network.cut`. */
export interface Link {
  readonly from: number;
  readonly to: number;
}

/** What a transcript may name although none of it is under way. */
const MESSAGE_TYPES: readonly RaftMessage['type'][] = [
  'RequestVote',
  'RequestVoteResponse',
  'AppendEntries',
  'AppendEntriesResponse',
  'Heartbeat',
  'HeartbeatResponse',
  'TimeoutNow',
  'InstallSnapshot',
  'InstallSnapshotResponse',
];

export const LINKS_USAGE = '<link…>, a link being n1>n2, n1>*, *>n2 or * (both ways, everywhere)';
export const MESSAGES_USAGE = `${LINKS_USAGE} [a type of message] [first|last|a number]`;

/** All the links that the next words name, each once. */
export function takeLinks(stage: Stage, args: Arguments): Link[] {
  const links = new Map<string, Link>();
  do {
    for (const link of linksOf(stage, args, args.take('a link'))) links.set(linkText(link), link);
  } while (/[>*]/.test(args.peek()));
  return [...links.values()];
}

/**
 * The messages under way that the next words name, oldest first: on these links, of this type, and of what is left on each link the
 * first, last or n-th one. Says so if there is none.
 */
export function takePackets(stage: Stage, args: Arguments): Packet[] {
  const { packets } = stage.net;
  const links = takeLinks(stage, args);
  const types = [...new Set([...MESSAGE_TYPES, ...packets.map(({ message }) => message.type)])];
  const type = /^[A-Z]/.test(args.peek()) ? args.oneOf('message', args.take('a message'), types) : undefined;
  const which = args.isEmpty ? 'all' : args.take('which');
  args.end();
  const chosen = new Set<Packet>();
  for (const { from, to } of links) {
    const here = packets.filter(
      (one) => one.from === from && one.to === to && (type ?? one.message.type) === one.message.type,
    );
    for (const packet of pick(args, here, which)) chosen.add(packet);
  }
  if (chosen.size === 0) stage.say('there is no such message under way');
  return packets.filter((packet) => chosen.has(packet));
}

export const linkText = ({ from, to }: Link): string => `${nodeText(from)}>${nodeText(to)}`;

function pick(args: Arguments, packets: readonly Packet[], which: string): readonly Packet[] {
  if (which === 'all') return packets;
  if (which === 'first') return packets.slice(0, 1);
  if (which === 'last') return packets.slice(-1);
  const position = args.number('which message', which, 1);
  return packets.slice(position - 1, position);
}

function linksOf(stage: Stage, args: Arguments, word: string): Link[] {
  const ids = stage.net.hosts.map(({ id }) => id as number);
  const [from = '', to = '', more] = word === '*' ? ['*', '*'] : word.split('>');
  if (from === '' || to === '' || more !== undefined) args.fail(`"${word}" is no link.`);
  const side = (name: string): number[] => (name === '*' ? ids : [stage.named(args, name).id]);
  return side(from).flatMap((a) => side(to).flatMap((b) => (a === b ? [] : [{ from: a, to: b }])));
}
