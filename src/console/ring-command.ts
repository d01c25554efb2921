import { type Command, defineCommand, required } from './command.ts';
import { fetched } from './fetched.ts';
import { KEY, oneOf } from './value-types.ts';

export const RING: Command = defineCommand({
  verb: 'RING',
  summary: 'Tells where a key lives and why, step by step: hash, shard, and the walk over the ring to its replicas.',
  usage: 'RING key [terms=redis|dynamo]',
  example: 'RING user:42',
  notes: [
    'Nothing is asked of a node but who leads: the key need not be there.',
    'terms= says beside it what the same step is called in Redis Cluster or in Dynamo, and what is different there.',
  ],
  positionals: { key: required(KEY) },
  options: { terms: oneOf(['redis', 'dynamo']) },
  run: async (context, { key }, { terms }) => (await fetched(import('./tell-ring.ts'))).tellRing(context, key, terms),
});
