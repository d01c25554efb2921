import { type Command, defineCommand, optional, required } from './command.ts';
import { fetched } from './fetched.ts';
import { integerBetween, NODE } from './value-types.ts';

/** What they do is fetched when one of them is first given. */
const storage = () => fetched(import('./ask-storage.ts'));

/** A level that can be merged into the one below it. */
const LEVEL = integerBetween(0, 5, 'BadArgument');

export const STORAGE_COMMANDS: readonly Command[] = [
  defineCommand({
    verb: 'FLUSH',
    summary: "Writes a node's MemTable as a table of level 0, full or not.",
    example: 'FLUSH n1',
    positionals: { node: required(NODE) },
    options: {},
    run: async ({ cluster }, { node }) => (await storage()).flush(cluster, node),
  }),
  defineCommand({
    verb: 'COMPACT',
    summary: "Merges a node's tables: one level into the next, or the MemTable and all of them as deep as they go.",
    example: 'COMPACT n1',
    notes: [
      'COMPACT n1 0 merges level 0 into level 1. Universal compaction merges everything, whatever the level.',
      'Fifo compaction merges nothing.',
    ],
    positionals: { node: required(NODE), level: optional(LEVEL) },
    options: {},
    run: async ({ cluster }, { node, level }) => (await storage()).compact(cluster, node, level),
  }),
  defineCommand({
    verb: 'SCRUB',
    summary: "Reads every block of a node's tables from its disk and looks at the checksums.",
    example: 'SCRUB n2',
    notes: [
      'Nodes do this by themselves as well, a little at a time. A block that cannot be read is named, and its replica rebuilt from the others.',
    ],
    positionals: { node: required(NODE) },
    options: {},
    run: async ({ cluster }, { node }) => (await storage()).scrub(cluster, node),
  }),
  defineCommand({
    verb: 'SST',
    summary: "Shows a node's storage engine: MemTable, levels and tables, and what they cost.",
    example: 'SST n1',
    positionals: { node: required(NODE) },
    options: {},
    run: async ({ cluster }, { node }) => (await storage()).showStorage(cluster, node),
  }),
];
