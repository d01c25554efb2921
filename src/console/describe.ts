import type { Command } from './command.ts';

/** `PUT key value [timeout=…] [via=…]`, from the command's parameters. */
export function usage(command: Command): string {
  return [command.usage ?? `${command.verb}${positionalList(command)}`, optionList(command)].filter(Boolean).join(' ');
}

/** `[timeout=…] [via=…]`; empty when the verb has no options beside those that its own usage names. */
const optionList = (command: Command): string =>
  Object.keys(command.options)
    .filter((name) => command.usage?.includes(`${name}=`) !== true)
    .map((name) => `[${name}=…]`)
    .join(' ');

function positionalList(command: Command): string {
  return Object.entries(command.positionals)
    .map(([name, { kind }]) => (kind === 'optional' ? ` [${name}]` : ` ${name}`))
    .join('');
}

/** What HELP shows of one verb. */
export function describeCommand(command: Command): string {
  const parameters = [
    ...Object.entries(command.positionals).map(([name, { type }]) => [name, type.accepts] as const),
    ...Object.entries(command.options).map(([name, type]) => [`${name}=`, type.accepts] as const),
  ];
  const width = Math.max(0, ...parameters.map(([name]) => name.length));
  return [
    usage(command),
    command.summary,
    ...parameters.map(([name, accepts]) => `  ${name.padEnd(width)}  ${accepts}`),
    ...(command.block?.map((inner) => `  ${usage(inner)}`) ?? []),
    ...(command.notes ?? []),
    ...(command.aliases === undefined ? [] : [`Also: ${command.aliases.join(', ')}`]),
    `Example: ${command.example}`,
  ].join('\n');
}
