import type { BoundCommand, Command, Topology } from './command.ts';
import { usage } from './describe.ts';
import { type CommandError, failed, type Parsed, parsed } from './result.ts';
import { shorten } from './show.ts';
import { didYouMean, nearestNames } from './suggest.ts';
import type { CommandText, Word } from './tokenizer.ts';

export interface Bound {
  readonly args: Readonly<Record<string, unknown>>;
  readonly options: Readonly<Record<string, unknown>>;
}

/** Positionals bind first, so that `PUT a b=c` stores `b=c`; a word is an option only once the verb's required arguments are there. */
export function bind(command: Command, text: CommandText, topology: Topology): Parsed<Bound> {
  if (command.wraps !== undefined) return bindWrapped(command, command.wraps, text, topology);
  const block = bindBlock(command, text, topology);
  if (!block.ok) return block;
  const sorted = sortWords(command, text);
  if (!sorted.ok) return sorted;
  const args: Record<string, unknown> = { ...block.value };
  const words = sorted.value.positionals;
  for (const [i, [name, positional]] of Object.entries(command.positionals).entries()) {
    const word = words[i];
    if (word === undefined) {
      if (positional.kind !== 'optional') return missing(command, name, text);
      args[name] = undefined;
      continue;
    }
    const value =
      positional.kind === 'rest'
        ? positional.type.parse(words.slice(i), topology)
        : positional.type.parse(word, topology);
    if (!value.ok) return value;
    args[name] = value.value;
  }
  const options = bindOptions(command, sorted.value.options, topology);
  return options.ok ? parsed({ args, options: options.value }) : options;
}

/** `EXPLAIN PUT k v via=n2`: everything behind the first word belongs to the command that the second one names. */
function bindWrapped(outer: Command, wraps: readonly Command[], text: CommandText, topology: Topology): Parsed<Bound> {
  const [, word] = text.words;
  if (word === undefined) return parsed({ args: {}, options: {} });
  const command = commandNamed(wraps, word.text);
  if (command === undefined) {
    const verbs = wraps.map(({ verb }) => verb);
    const remedy = [didYouMean(word.text, verbs), `It takes ${verbs.join(', ')}; alone, it is about the last one.`];
    const problem = `${shorten(word.text)} is nothing to ${outer.verb.toLowerCase()}`;
    return failed('BadArgument', problem, remedy.filter(Boolean).join(' '), word.at);
  }
  const bound = bind(command, { ...text, words: text.words.slice(1) }, topology);
  return bound.ok ? parsed({ args: { inner: { command, ...bound.value } }, options: {} }) : bound;
}

/** Each command in the braces, by the rules for those of its block; nothing for a command that takes no braces. */
function bindBlock(
  command: Command,
  { block }: CommandText,
  topology: Topology,
): Parsed<{ readonly block?: readonly BoundCommand[] }> {
  const { verb, block: commands } = command;
  if (commands === undefined) return parsed({});
  const empty = block === undefined || block.commands.length === 0;
  if (empty) return failed('MissingArgument', `${verb} needs writes in braces`, `Usage: ${usage(command)}.`, block?.at);
  const items: BoundCommand[] = [];
  for (const text of block.commands) {
    const [word] = text.words as [Word];
    const inner = commandNamed(commands, word.text);
    if (inner === undefined) {
      const verbs = commands.map((each) => each.verb);
      const remedy = [didYouMean(word.text, verbs), `It takes ${verbs.join(', ')}.`].filter(Boolean).join(' ');
      const misspelled = { name: word.text, meant: nearestNames(word.text, verbs) };
      return failed('BadArgument', `${shorten(word.text)} cannot stand in a ${verb}`, remedy, word.at, misspelled);
    }
    const bound = bind(inner, text, topology);
    if (!bound.ok) return bound.error.at === undefined ? { ...bound, error: { ...bound.error, at: word.at } } : bound;
    items.push({ command: inner, ...bound.value });
  }
  return parsed({ block: items });
}

const commandNamed = (commands: readonly Command[], name: string): Command | undefined =>
  commands.find(({ verb, aliases }) => verb === name.toUpperCase() || aliases?.includes(name.toUpperCase()));

function sortWords(command: Command, text: CommandText): Parsed<{ positionals: Word[]; options: Word[] }> {
  const kinds = Object.values(command.positionals).map((positional) => positional.kind);
  const arityMin = kinds.filter((kind) => kind !== 'optional').length;
  const arityMax = kinds.includes('rest') ? Number.POSITIVE_INFINITY : kinds.length;
  const positionals: Word[] = [];
  const options: Word[] = [];
  for (const word of text.words.slice(1)) {
    if (word.option !== undefined && positionals.length >= arityMin) {
      options.push(word);
    } else if (options.length === 0 && positionals.length < arityMax) {
      positionals.push(word);
    } else {
      return extra(command, word, positionals, options);
    }
  }
  return parsed({ positionals, options });
}

function bindOptions(command: Command, words: readonly Word[], topology: Topology): Parsed<Record<string, unknown>> {
  const values: Record<string, unknown> = {};
  for (const word of words) {
    const { name, value } = word.option as NonNullable<Word['option']>;
    const known = name.toLowerCase();
    const type = Object.hasOwn(command.options, known) ? command.options[known] : undefined;
    if (type === undefined) return unknownOption(command, word, name);
    if (known in values) return failed('BadOption', `${known}= is given twice`, 'Give each option once.', word.at);
    if (value.text === '') return failed('BadOption', `${known}= has no value`, `Give ${type.accepts}.`, value.at);
    const option = type.parse(value, topology);
    if (!option.ok) return inOption(known, option.error);
    values[known] = option.value;
  }
  return parsed(values);
}

/** The error of a value says which option it belongs to. */
const inOption = (name: string, error: CommandError): Parsed<never> => ({
  ok: false,
  error: { ...error, problem: `${name}=: ${error.problem}` },
});

function unknownOption(command: Command, word: Word, name: string): Parsed<never> {
  const names = Object.keys(command.options);
  const accepted =
    names.length === 0
      ? `${command.verb} takes none.`
      : `${command.verb} takes ${names.map((n) => `${n}=`).join(', ')}.`;
  const isText = Object.values(command.positionals).some((positional) => positional.kind === 'optional');
  const quote = isText ? `If it is an argument, put it in quotes: "${shorten(word.text)}".` : '';
  const remedy = [accepted, didYouMean(name, names), quote].filter(Boolean).join(' ');
  return failed('UnknownOption', `There is no option ${shorten(name)}=`, remedy, word.at, {
    name,
    meant: nearestNames(name, names),
  });
}

function missing(command: Command, name: string, text: CommandText): Parsed<never> {
  const swallowed = text.words
    .slice(1)
    .find((word) => word.option !== undefined && word.option.name in command.options);
  const remedy = [
    `Usage: ${usage(command)}.`,
    swallowed === undefined ? '' : `Options come after the arguments: ${shorten(swallowed.text)} was taken for one.`,
    text.commented ? 'What follows a # is a comment; quote it if it belongs to the command.' : '',
  ];
  return failed('MissingArgument', `${command.verb} needs ${article(name)}`, remedy.filter(Boolean).join(' '));
}

function extra(command: Command, word: Word, positionals: readonly Word[], options: readonly Word[]): Parsed<never> {
  const asOption = Object.hasOwn(command.options, word.text.toLowerCase());
  const swallowed = positionals.find((other) => other.option !== undefined && other.option.name in command.options);
  const remedy = [
    `Usage: ${usage(command)}.`,
    asOption ? `Write the option with its value: ${word.text}=… .` : '',
    swallowed === undefined ? '' : `Options come after the arguments: ${shorten(swallowed.text)} was taken for one.`,
    options.length > 0 && !asOption ? 'Arguments come before options.' : '',
    TYPOGRAPHIC_QUOTES.test(positionals.map((other) => other.text).join('')) ? 'Quotes are written " or \'.' : '',
    !asOption && positionals.length > 0 && options.length === 0 ? 'Text with spaces goes in quotes.' : '',
  ];
  const many = Object.keys(command.positionals).length;
  const takes =
    many === 0 ? `no argument${Object.keys(command.options).length === 0 ? '' : ' without a name'}` : 'fewer arguments';
  return failed(
    'ExtraArgument',
    `${command.verb} takes ${takes}: ${shorten(word.text)} is too much`,
    remedy.filter(Boolean).join(' '),
    word.at,
  );
}

const TYPOGRAPHIC_QUOTES = /[“”„‘’«»]/;
const article = (name: string): string => `${/^[aeio]/.test(name) ? 'an' : 'a'} ${name}`;
