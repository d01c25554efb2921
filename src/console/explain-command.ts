import type { BoundCommand, Command } from './command.ts';
import { DATA_COMMANDS } from './data-commands.ts';
import { fetched } from './fetched.ts';

/** Needs no parameters of its own: what it wraps is bound as `inner`. */
export const EXPLAIN: Command = {
  verb: 'EXPLAIN',
  summary: 'Carries out an operation and tells its path step by step; alone, the path of the last operation.',
  usage: 'EXPLAIN [operation]',
  example: 'EXPLAIN PUT user:42 ada',
  notes: [
    'An operation is one of PUT, GET, DELETE, CAS, BATCH and SCAN, with their arguments and options.',
    'Times are virtual, since the client began. At full speed only an explained operation is observed step by step.',
  ],
  wraps: DATA_COMMANDS,
  positionals: {},
  options: {},
  // Fetched when it is first given: few visits ever ask.
  run: async (context, { inner }) => {
    const { explainInner, explainLast } = await fetched(import('./explain-path.ts'));
    return inner === undefined ? explainLast(context) : explainInner(context, inner as BoundCommand);
  },
};
