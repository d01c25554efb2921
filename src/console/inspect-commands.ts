import { type Command, defineCommand, optional, required } from './command.ts';
import { CONFIG } from './config-command.ts';
import { fetched } from './fetched.ts';
import { NODE, SHARD } from './value-types.ts';

/** What they tell is put together by code that is fetched when it is first asked for. */
export const INSPECT_COMMANDS: readonly Command[] = [
  defineCommand({
    verb: 'STATUS',
    summary: 'Tells the state of every node and shard, the counters, the time and what all of it runs on.',
    example: 'STATUS',
    positionals: {},
    options: {},
    run: async ({ cluster, session }) => (await fetched(import('./show-status.ts'))).showStatus(cluster, session),
  }),
  defineCommand({
    verb: 'LOG',
    summary: "Shows the end of a node's Raft log, of one shard or of all that it holds.",
    example: 'LOG n1 s0',
    positionals: { node: required(NODE), shard: optional(SHARD) },
    options: {},
    run: async (context, args) => (await fetched(import('./show-log.ts'))).showLog(context, args),
  }),
  CONFIG,
];
