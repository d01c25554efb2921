import { BREAK } from './break-command.ts';
import { CHECK_COMMANDS } from './check-commands.ts';
import type { Command, Suggestion } from './command.ts';
import { COMPARE } from './compare-command.ts';
import { CONSISTENCY, DATA_COMMANDS } from './data-commands.ts';
import { describeCommand } from './describe.ts';
import { EXPLAIN } from './explain-command.ts';
import { FAULT_COMMANDS } from './fault-commands.ts';
import { createHelpCommand } from './help-command.ts';
import { INSPECT_COMMANDS } from './inspect-commands.ts';
import { USE } from './keyspace-command.ts';
import { MEMBERSHIP_COMMANDS } from './membership-commands.ts';
import { REPAIR } from './repair-command.ts';
import { failed, type Parsed, parsed } from './result.ts';
import { RING } from './ring-command.ts';
import { RUN_COMMANDS } from './run-commands.ts';
import { shorten } from './show.ts';
import { STORAGE_COMMANDS } from './storage-commands.ts';
import { didYouMean, nearestNames } from './suggest.ts';
import type { CommandText } from './tokenizer.ts';
import { TRANSFER } from './transfer-command.ts';
import { TRANSPORT_COMMANDS } from './transport-commands.ts';
import { VOTERS } from './voters-command.ts';
import { LOOK, WHY } from './why-command.ts';

/** In the order in which HELP shows them. */
export const COMMAND_GROUPS: readonly { readonly title: string; readonly commands: readonly Command[] }[] = [
  { title: 'Data', commands: [...DATA_COMMANDS, USE, CONSISTENCY] },
  { title: 'Faults', commands: [...FAULT_COMMANDS, BREAK] },
  { title: 'Cluster', commands: [...MEMBERSHIP_COMMANDS, TRANSFER, VOTERS, REPAIR] },
  { title: 'Time', commands: TRANSPORT_COMMANDS },
  { title: 'Run', commands: RUN_COMMANDS },
  {
    title: 'Look',
    commands: [
      EXPLAIN,
      WHY,
      LOOK,
      RING,
      COMPARE,
      ...INSPECT_COMMANDS,
      ...STORAGE_COMMANDS,
      ...CHECK_COMMANDS,
      createHelpCommand({ all: helpAll, verb: helpVerb, verbs: suggestVerbs }),
    ],
  },
];

const COMMANDS: readonly Command[] = COMMAND_GROUPS.flatMap((group) => group.commands);

const BY_NAME: ReadonlyMap<string, Command> = new Map(
  COMMANDS.flatMap((command) => [command.verb, ...(command.aliases ?? [])].map((name) => [name, command] as const)),
);

export const findCommand = (name: string): Command | undefined => BY_NAME.get(name.toUpperCase());

/** The command that the first word names. */
export function resolveVerb(text: CommandText): Parsed<Command> {
  const [verb] = text.words;
  const command = verb === undefined ? undefined : findCommand(verb.text);
  if (command !== undefined) return parsed(command);
  const separator = text.follows ? 'A ; separates commands: quote text that contains one.' : '';
  return unknownVerb(verb?.text ?? '', verb?.at, separator);
}

function unknownVerb(name: string, at: number | undefined, hint: string): Parsed<never> {
  const verbs = COMMANDS.map((command) => command.verb);
  const meant = nearestNames(name, [...BY_NAME.keys()]);
  const guess = didYouMean(name, [...BY_NAME.keys()]);
  const remedy = [guess, hint, `Commands are ${verbs.join(' ')}; HELP explains them.`].filter(Boolean).join(' ');
  return failed('UnknownVerb', `There is no command ${shorten(name)}`, remedy, at, { name, meant });
}

/** Every command by its own name, not by its aliases. */
export function suggestVerbs(): readonly Suggestion[] {
  return COMMANDS.map(({ verb, summary }) => ({ text: verb, hint: summary }));
}

function helpAll(): string {
  const width = Math.max(...COMMANDS.map((command) => command.verb.length));
  const list = COMMAND_GROUPS.flatMap(({ title, commands }) => [
    title,
    ...commands.map((command) => `  ${command.verb.padEnd(width)}  ${command.summary}`),
  ]);
  return [
    ...list,
    'HELP verb says how to use one. A ; separates commands, # begins a comment, quoted text is literal.',
  ].join('\n');
}

function helpVerb(name: string, at: number): Parsed<string> {
  const command = findCommand(name);
  return command === undefined ? unknownVerb(name, at, '') : parsed(describeCommand(command));
}
