import { type Command, defineCommand, optional, type ValueType } from './command.ts';
import { fetched } from './fetched.ts';
import { failed, parsed } from './result.ts';
import { shorten } from './show.ts';
import { KEY } from './value-types.ts';

/** What they do is fetched when one of them is first given. */
const check = () => fetched(import('./show-check.ts'));

const TO: ValueType<'file'> = {
  accepts: 'file',
  suggest: () => [{ text: 'file', hint: 'a download' }],
  parse: (word) =>
    word.text.toLowerCase() === 'file'
      ? parsed('file')
      : failed(
          'BadOption',
          `A history does not go to ${shorten(word.text)}`,
          'Write to=file, or leave it out.',
          word.at,
        ),
};

export const CHECK_COMMANDS: readonly Command[] = [
  defineCommand({
    verb: 'CHECK',
    summary: 'Judges whether what clients saw is linearizable: as if one copy of the data did one thing at a time.',
    example: 'CHECK user:42',
    notes: ['Each key is judged by itself. unknown: no violation was found, and not everything could be tried.'],
    positionals: { key: optional(KEY) },
    options: {},
    run: async (context, { key }) => (await check()).showCheck(context, key),
  }),
  defineCommand({
    verb: 'HISTORY',
    summary: 'Shows what clients asked and were told, of one key or of all.',
    example: 'HISTORY user:42',
    notes: ['HISTORY to=file saves it as npm run check-history reads it.'],
    positionals: { key: optional(KEY) },
    options: { to: TO },
    run: async (context, { key }, { to }) => (await check()).showHistory(context, key, to),
  }),
];
