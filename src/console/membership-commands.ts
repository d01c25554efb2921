import { type NodeId, type ShardId, shardId } from '../core/base/ids.ts';
import { nodeName, shardName } from '../core/cluster/snapshot.ts';
import { META_GROUP } from '../core/meta/meta-state.ts';
import type { Cluster } from './cluster.ts';
import { type Command, defineCommand, required, type ValueType } from './command.ts';
import { type CommandResult, parsed, refuse, succeed } from './result.ts';
import { showTime } from './show.ts';
import { NODE, oneOf, SHARD } from './value-types.ts';

/** A shard, or the group that says where all shards are. */
const GROUP: ValueType<ShardId> = {
  accepts: 'a shard such as s0, or meta',
  suggest: (topology) => [
    ...(SHARD.suggest?.(topology) ?? []),
    { text: 'meta', hint: 'the group that places all others' },
  ],
  parse: (word, topology) => (/^meta$/i.test(word.text) ? parsed(shardId(META_GROUP)) : SHARD.parse(word, topology)),
};

export const MEMBERSHIP_COMMANDS: readonly Command[] = [
  defineCommand({
    verb: 'ADD',
    summary: 'Adds a node: it asks to join, gets its points on the ring and, one after the other, its replicas.',
    example: 'ADD',
    notes: [
      'Each replica comes by the same steps: a learner, a snapshot, equal Merkle roots, a joint configuration.',
      'STATUS shows what is on its way; CANCEL undoes a move that has not changed the voters yet.',
    ],
    positionals: {},
    options: {},
    run: ({ cluster }) => add(cluster),
  }),
  defineCommand({
    verb: 'REMOVE',
    summary: 'Takes a node off the ring: its replicas move to others, and then it has left for ever.',
    example: 'REMOVE n2',
    notes: ['A node that is down can be removed as well. No number is used again.'],
    positionals: { node: required(NODE) },
    options: {},
    run: ({ cluster }, { node }) => remove(cluster, node),
  }),
  defineCommand({
    verb: 'WIPE',
    summary: 'Empties a node’s disk and starts it: a known node that holds nothing.',
    example: 'WIPE n3',
    notes: [
      'It neither votes nor acknowledges until a change of configuration has put new replicas in the place of those that it lost.',
      'Refused where a shard would lose its majority; force=yes gives such a shard up.',
    ],
    positionals: { node: required(NODE) },
    options: { force: oneOf(['yes', 'no']) },
    run: ({ cluster }, { node }, { force }) => wipe(cluster, node, force === 'yes'),
  }),
  defineCommand({
    verb: 'CANCEL',
    summary: 'Undoes the move of a shard’s replica, as long as there is a way back.',
    example: 'CANCEL s3',
    notes: ['Where the ring still wants the replica elsewhere, another move begins.'],
    positionals: { group: required(GROUP) },
    options: {},
    run: ({ cluster }, { group }) => cancel(cluster, group),
  }),
];

async function add(cluster: Cluster): Promise<CommandResult> {
  const result = await cluster.act({ type: 'Add' });
  if (result.type === 'Refused') return refuse(result.code, `${sentence(result.text)}.`);
  const { nodes } = await cluster.snapshot();
  return succeed(`${nodes.at(-1)?.id ?? 'a node'} is started and asks to join · at ${showTime(result.timeUs)}`);
}

async function remove(cluster: Cluster, node: NodeId): Promise<CommandResult> {
  const result = await cluster.act({ type: 'Remove', node });
  if (result.type === 'Refused') return refuse(result.code, `${sentence(result.text)}.`);
  return succeed(`${nodeName(node)} is to leave: its replicas move away · at ${showTime(result.timeUs)}`);
}

async function wipe(cluster: Cluster, node: NodeId, force: boolean): Promise<CommandResult> {
  const result = await cluster.act({ type: 'Wipe', node, force });
  if (result.type === 'Refused') return refuse(result.code, `${sentence(result.text)}.`);
  return succeed(`${nodeName(node)} has an empty disk and starts as a blank node · at ${showTime(result.timeUs)}`);
}

async function cancel(cluster: Cluster, shard: ShardId): Promise<CommandResult> {
  const result = await cluster.act({ type: 'CancelMove', shard });
  if (result.type === 'Refused') return refuse(result.code, `${sentence(result.text)}.`);
  return succeed(`the move of ${shardName(shard)} is to be undone · at ${showTime(result.timeUs)}`);
}

const sentence = (text: string): string => text.charAt(0).toUpperCase() + text.slice(1);
