import { BREAK_NAMES, type BreakName, findBreak } from '../core/cluster/break.ts';
import { defineCommand, optional, type ValueType } from './command.ts';
import { fetched } from './fetched.ts';
import { parsed } from './result.ts';
import { oneOf } from './value-types.ts';

const NAMES = oneOf(BREAK_NAMES);

/** As `oneOf`, with or without the hyphens. */
const BREAK_NAME: ValueType<BreakName> = {
  ...NAMES,
  parse(word, topology) {
    const found = findBreak(word.text);
    return found === undefined ? NAMES.parse(word, topology) : parsed(found);
  },
};

export const BREAK = defineCommand({
  verb: 'BREAK',
  summary: 'Leaves out a rule of the protocol on purpose, to see what it is for; alone it lists them.',
  usage: 'BREAK [name on | off]',
  example: 'BREAK commit-by-count on',
  notes: [
    'A mark on the screen says what is broken, for as long as it is. What went wrong meanwhile stays wrong: RESET begins anew.',
  ],
  positionals: { name: optional(BREAK_NAME), state: optional(oneOf(['on', 'off'])) },
  options: {},
  // Fetched when it is first given.
  run: async ({ cluster }, { name, state }) => {
    const { breakRule, listBreaks } = await fetched(import('./break-rule.ts'));
    return name === undefined ? listBreaks(cluster) : breakRule(cluster, name, state);
  },
});
