/** What `formatCommand` takes for an argument: text is data and stays literal; null is the keyword `nil`. */
export type FormattedArgument = string | null;

/**
 * The one canonical spelling of a command, as buttons and lessons write it into the console: parsing it gives back the verb, the arguments
 * and the options. Quotes only where they are needed.
 */
export function formatCommand(
  verb: string,
  args: readonly FormattedArgument[] = [],
  options: Readonly<Record<string, string>> = {},
): string {
  const words = args.map((arg) => (arg === null ? 'nil' : formatWord(arg)));
  const named = Object.entries(options).map(([name, value]) => `${name}=${isPlainValue(value) ? value : quote(value)}`);
  return [verb.toUpperCase(), ...words, ...named].join(' ');
}

/** A command whose first argument is a block of others, each as `formatCommand` wrote it. */
export const formatBlock = (
  verb: string,
  commands: readonly string[],
  options?: Readonly<Record<string, string>>,
): string => `${verb.toUpperCase()} { ${commands.join('; ')} }${formatCommand('', [], options)}`;

/** Text as one argument that stays literal, in quotes where it must. */
export const formatWord = (text: string): string => (isPlain(text) ? text : quote(text));

// Option-shaped text, `nil` and lone braces are quoted even where the arity would make them literal: a reader should not have to count.
const isPlain = (text: string): boolean => isPlainValue(text) && !/^(#|[A-Za-z][A-Za-z0-9.]*=|(nil|[{}])$)/i.test(text);
const isPlainValue = (text: string): boolean => text !== '' && !/^["']/.test(text) && !NEEDS_QUOTES.test(text);

// Space, `;` and whatever cannot be seen. \s holds the spaces of other scripts; \p{C} the controls, format marks and lone surrogates.
const NEEDS_QUOTES = /[\s;\p{Cc}\p{Cf}]/u;

const quote = (text: string): string =>
  `"${text.replace(/["\\\p{Cc}\u2028\u2029\u202a-\u202e\u2066-\u2069\ufeff]/gu, escapeChar)}"`;

function escapeChar(char: string): string {
  if (char === '"' || char === '\\') return `\\${char}`;
  if (char === '\n') return '\\n';
  if (char === '\t') return '\\t';
  return `\\u{${(char.codePointAt(0) as number).toString(16)}}`;
}
