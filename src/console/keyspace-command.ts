import { eventualPromise } from '../core/cluster/eventual-words.ts';
import { replicationFactorOf } from '../core/cluster/placement.ts';
import { defineCommand, optional } from './command.ts';
import { succeed } from './result.ts';
import { EVENTUAL_DEFAULT, type EventualSettings, KEYSPACES } from './session.ts';
import { oneOf } from './value-types.ts';

export const USE = defineCommand({
  verb: 'USE',
  summary: 'Chooses the keyspace of this console: strong, by Raft, or eventual, without a leader; alone it says which.',
  usage: 'USE [strong|eventual]',
  example: 'USE eventual',
  notes: [
    'Each has keys of its own: what was written in one is not seen in the other.',
    'strong: every shard is a Raft group; without a majority of its replicas it refuses.',
    'eventual: any node takes a write for the replicas of its key, on both sides of a partition; they converge when it heals.',
  ],
  positionals: { keyspace: optional(oneOf(KEYSPACES)) },
  options: {},
  run: async ({ cluster, session }, { keyspace }) => {
    session.keyspace = keyspace ?? session.keyspace;
    if (keyspace !== undefined) session.onKeyspace?.(keyspace);
    const used = session.keyspace ?? 'strong';
    if (used === 'strong') return succeed(STRONG, used);
    const { config } = await cluster.run();
    return succeed(eventualText(session.eventual ?? EVENTUAL_DEFAULT, replicationFactorOf(config)), used);
  },
});

const STRONG = 'strong: every shard is a Raft group. CONSISTENCY tells what R and W promise here.';

const eventualText = (dial: EventualSettings, replicas: number): string => {
  const promise = eventualPromise({ ...dial, replicas, sloppy: dial.quorum === 'sloppy' });
  return `eventual: leaderless, on the same shards. ${promise} USE strong goes back.`;
};
