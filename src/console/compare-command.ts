import { type Command, defineCommand, optional } from './command.ts';
import { fetched } from './fetched.ts';
import { KEY } from './value-types.ts';

export const COMPARE: Command = defineCommand({
  verb: 'COMPARE',
  summary:
    'Shows one partition and one script in both keyspaces, side by side: who answers, who refuses, what is lost.',
  usage: 'COMPARE [key]',
  example: 'COMPARE',
  notes: [
    'It prints the script and does nothing to the cluster: play it in the view that opens, step by step or at once, or paste its lines.',
    'The node that leads the shard of the key is cut off, together with a client a; a client b is with the others.',
  ],
  positionals: { key: optional(KEY) },
  options: {},
  run: async (context, { key }) => (await fetched(import('./tell-compare.ts'))).tellCompare(context, key),
});
