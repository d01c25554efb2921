import { type Command, defineCommand, optional, type Suggestion, type ValueType } from './command.ts';
import { type Parsed, succeed } from './result.ts';

/** HELP needs the registry that it is part of: the registry hands itself in. */
export function createHelpCommand(texts: {
  all(): string;
  verb(name: string, at: number): Parsed<string>;
  verbs(): readonly Suggestion[];
}): Command {
  const VERB_HELP: ValueType<string> = {
    accepts: 'a command such as PUT',
    suggest: () => texts.verbs(),
    parse: (word) => texts.verb(word.text, word.at),
  };
  return defineCommand({
    verb: 'HELP',
    summary: 'Lists the commands, or explains one of them.',
    example: 'HELP PUT',
    positionals: { verb: optional(VERB_HELP) },
    options: {},
    run: async (_, { verb }) => succeed(verb ?? texts.all()),
  });
}
