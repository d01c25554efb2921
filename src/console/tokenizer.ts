import { type CommandError, failed, type Parsed, parsed } from './result.ts';

/** A piece of text as the command means it, quotes and escapes resolved. */
export interface Literal {
  readonly text: string;
  /** It stood in quotes: never a keyword such as `nil`, `*` or `|`. */
  readonly quoted: boolean;
  /** Offset into the line, UTF-16 units. */
  readonly at: number;
}

export interface Word extends Literal {
  /** Set when the word could be read as `name=value`; whether it is one, the arity of the verb decides. */
  readonly option: { readonly name: string; readonly value: Literal } | undefined;
}

export interface CommandText {
  /** As typed, without the comment. */
  readonly source: string;
  /** The verb first; never empty. */
  readonly words: readonly Word[];
  /** Commands in braces behind the verb; absent: there are no braces. */
  readonly block?: Block;
  /** A `#` comment followed: an error may mention it. */
  readonly commented: boolean;
  /** Another command precedes it on the line: an error may mention the `;`. */
  readonly follows: boolean;
}

/** `{ command; command }`, over several lines where it likes. */
export interface Block {
  /** Offsets of the opening brace, and behind the closing one. */
  readonly at: number;
  readonly end: number;
  readonly commands: readonly CommandText[];
}

export interface Line {
  /** From 1; of a line that goes on in braces, the first. */
  readonly number: number;
  /** Without the newline that ends it; those within braces are in it. */
  readonly text: string;
  /** A line with a syntax error runs none of its commands. */
  readonly commands: Parsed<readonly CommandText[]>;
}

/** A newline ends a line, in a quote as well, but not within braces: a pasted script runs line by line. Lines without a command are left out. */
export function splitLines(text: string): readonly Line[] {
  const lines: Line[] = [];
  let rest = text;
  let number = 1;
  for (;;) {
    const { commands, end } = readLine(rest);
    const line = rest.slice(0, end);
    if (!commands.ok || commands.value.length > 0) lines.push({ number, text: line, commands });
    const newline = NEWLINE.exec(rest.slice(end, end + 2))?.[0];
    if (newline === undefined) return lines;
    number += line.split(NEWLINE).length;
    rest = rest.slice(end + newline.length);
  }
}

/** `VERB args… name=value… # comment`, commands separated by `;` or a newline. */
export function tokenizeLine(text: string): Parsed<readonly CommandText[]> {
  const commands: CommandText[] = [];
  for (const line of splitLines(text)) {
    if (!line.commands.ok) return line.commands;
    commands.push(...line.commands.value);
  }
  return parsed(commands);
}

/** The lines of a script, each as a single line can hold it. */
export const scriptLines = (text: string): readonly string[] => splitLines(text).map(inOneLine);

/** The same without newlines and comments; a broken one stays as it is. */
function inOneLine({ text, commands }: Line): string {
  if (!commands.ok || !NEWLINE.test(text)) return text.trim();
  return commands.value.map(commandInOneLine).join('; ');
}

function commandInOneLine({ source, words: [first], block }: CommandText): string {
  if (block === undefined || first === undefined) return source;
  const inside = block.commands.map((inner) => inner.source).join('; ');
  return `${source.slice(0, block.at - first.at)}{ ${inside} }${source.slice(block.end - first.at)}`;
}

const NEWLINE = /\r\n|\n|\r/;
/** Verbs whose first argument is a block, and what may stand before them. */
const BLOCK_VERB = /^(explain )?batch$/i;

const opensBlock = (words: readonly Word[]): boolean =>
  words.length <= 2 && BLOCK_VERB.test(words.map(({ text }) => text).join(' '));

/** Up to the newline that ends the first line, or the end of the text. */
function readLine(text: string): { readonly commands: Parsed<readonly CommandText[]>; readonly end: number } {
  const read = readCommands(text, 0, undefined);
  if (read.ok) return { commands: parsed(read.value.commands), end: read.value.end };
  return { commands: read, end: endOfBroken(text, read.error) };
}

/** None of a broken block runs, so that a write in it is not done alone: it ends where its braces do, or with the text. */
function endOfBroken(text: string, { at = 0, block }: CommandError & { readonly block?: number }): number {
  let from = at;
  if (block !== undefined) {
    const close = /(^|[\s;])\}(?=[\s;]|$)/g;
    close.lastIndex = at;
    const found = close.exec(text);
    if (found === null) return text.length;
    from = found.index + 1;
  }
  const newline = text.slice(from).search(NEWLINE);
  return newline < 0 ? text.length : from + newline;
}

type Broken = { readonly ok: false; readonly error: CommandError & { readonly block?: number } };

/**
 * @param opened offset of the brace whose block this is; undefined: no block
 * @returns `end`: at the newline behind the line, or behind the closing brace
 */
function readCommands(
  text: string,
  start: number,
  opened: number | undefined,
): { readonly ok: true; readonly value: { commands: readonly CommandText[]; end: number } } | Broken {
  const commands: CommandText[] = [];
  let words: Word[] = [];
  let block: Block | undefined;
  let separated = false;
  const finish = (end: number, commented: boolean): void => {
    const first = words[0];
    const braces = block === undefined ? {} : { block };
    if (first !== undefined)
      commands.push({ source: text.slice(first.at, end).trimEnd(), words, ...braces, commented, follows: separated });
    words = [];
    block = undefined;
  };
  const inBlock = (error: CommandError): Broken => ({
    ok: false,
    error: opened === undefined ? error : { ...error, block: opened },
  });
  let at = start;
  while (at < text.length) {
    const char = text[at] as string;
    if (char === '#') {
      finish(at, true);
      while (at < text.length && !isNewline(text[at])) at++;
    } else if (isNewline(char)) {
      finish(at, false);
      if (opened === undefined) return { ok: true, value: { commands, end: at } };
      at++;
    } else if (char === ';') {
      finish(at, false);
      separated = true;
      at++;
    } else if (isSpace(char)) {
      at++;
    } else if (char === '}' && opened !== undefined && endsWord(text[at + 1])) {
      finish(at, false);
      return { ok: true, value: { commands, end: at + 1 } };
    } else if (char === '{' && opened === undefined && block === undefined && opensBlock(words)) {
      const inner = readCommands(text, at + 1, at);
      if (!inner.ok) return inner;
      const { commands: inside, end } = inner.value;
      block = { at, end, commands: inside };
      at = end;
    } else {
      const word = readWord(text, at);
      if (!word.ok) return inBlock(word.error);
      words.push(word.value.word);
      at = word.value.end;
    }
  }
  finish(text.length, false);
  if (opened === undefined) return { ok: true, value: { commands, end: at } };
  const remedy = 'Close it with a } that stands alone, with a space before it; quote a "}" that is data.';
  return inBlock({ code: 'UnterminatedBlock', problem: 'The { is never closed', remedy, at: opened });
}

/** Quotes open only at the start of a word or right after `name=`: `don't` and `{"a":1}` need none. */
function readWord(line: string, at: number): Parsed<{ word: Word; end: number }> {
  if (isQuote(line[at])) {
    const quoted = readQuoted(line, at);
    if (!quoted.ok) return quoted;
    const { text, end } = quoted.value;
    return parsed({ word: { text, quoted: true, at, option: undefined }, end });
  }
  let end = at;
  while (end < line.length && !isSpace(line[end] as string) && line[end] !== ';') {
    if (line[end] === '=' && isQuote(line[end + 1]) && OPTION_NAME.test(line.slice(at, end)))
      return readQuotedOption(line, at, end);
    end++;
  }
  const text = line.slice(at, end);
  const equals = text.indexOf('=');
  const name = equals < 0 ? '' : text.slice(0, equals);
  const option = OPTION_NAME.test(name)
    ? { name, value: { text: text.slice(equals + 1), quoted: false, at: at + equals + 1 } }
    : undefined;
  return parsed({ word: { text, quoted: false, at, option }, end });
}

function readQuotedOption(line: string, at: number, equals: number): Parsed<{ word: Word; end: number }> {
  const quoted = readQuoted(line, equals + 1);
  if (!quoted.ok) return quoted;
  const { text, end } = quoted.value;
  const name = line.slice(at, equals);
  const option = { name, value: { text, quoted: true, at: equals + 1 } };
  return parsed({ word: { text: `${name}=${text}`, quoted: false, at, option }, end });
}

const OPTION_NAME = /^[A-Za-z][A-Za-z0-9.]{0,30}$/;
const ESCAPES: Readonly<Record<string, string>> = { '"': '"', "'": "'", '\\': '\\', n: '\n', r: '\r', t: '\t' };

/** `end` is the offset behind the closing quote. */
function readQuoted(line: string, start: number): Parsed<{ text: string; end: number }> {
  const quote = line[start] as string;
  let text = '';
  let copied = start + 1;
  for (let at = start + 1; at < line.length && !isNewline(line[at]); at++) {
    const char = line[at];
    if (char === quote) {
      text += line.slice(copied, at);
      const next = line[at + 1];
      if (endsWord(next)) return parsed({ text, end: at + 1 });
      return failed(
        'BadQuote',
        'Text follows a closing quote directly',
        `Put a space behind it, or write \\${quote} for a quote inside.`,
        at + 1,
      );
    }
    if (char === '\\') {
      const escaped = readEscape(line, at);
      if (!escaped.ok) return escaped;
      text += line.slice(copied, at) + escaped.value.text;
      copied = escaped.value.end;
      at = copied - 1;
    }
  }
  const remedy = `Close it with ${quote} on the same line; \\n writes a new line inside quotes.`;
  return failed('UnterminatedQuote', `The quote ${quote} is never closed`, remedy, start);
}

function readEscape(line: string, at: number): Parsed<{ text: string; end: number }> {
  const simple = ESCAPES[line[at + 1] ?? ''];
  if (simple !== undefined) return parsed({ text: simple, end: at + 2 });
  const match = /^\\u\{([0-9a-fA-F]{1,6})\}/.exec(line.slice(at, at + 12));
  const point = match === null ? -1 : Number.parseInt(match[1] as string, 16);
  const isCharacter = match !== null && point <= 0x10ffff && (point < 0xd800 || point > 0xdfff);
  if (isCharacter) return parsed({ text: String.fromCodePoint(point), end: at + match[0].length });
  const shown = match === null ? line.slice(at, at + 2) : match[0];
  return failed(
    'BadEscape',
    `${shown} is not an escape`,
    'Inside quotes write \\" \\\' \\\\ \\n \\r \\t or \\u{1F600}.',
    at,
  );
}

const isNewline = (char: string | undefined): boolean => char === '\n' || char === '\r';
const endsWord = (char: string | undefined): boolean => char === undefined || isSpace(char) || char === ';';
const isQuote = (char: string | undefined): boolean => char === '"' || char === "'";
const isSpace = (char: string): boolean => char <= ' ' || (char > '~' && /\s/.test(char));
