import { failed, type Parsed, parsed } from './result.ts';

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
  /** A `#` comment followed: an error may mention it. */
  readonly commented: boolean;
  /** Another command precedes it on the line: an error may mention the `;`. */
  readonly follows: boolean;
}

export interface Line {
  /** From 1. */
  readonly number: number;
  readonly text: string;
  /** A line with a syntax error runs none of its commands. */
  readonly commands: Parsed<readonly CommandText[]>;
}

/** Any newline ends a line, in a quote as well: a pasted script runs line by line. Lines without a command are left out. */
export function splitLines(text: string): readonly Line[] {
  return text
    .split(/\r\n|\n|\r/)
    .map((line, i) => ({ number: i + 1, text: line, commands: tokenizeLine(line) }))
    .filter((line) => !line.commands.ok || line.commands.value.length > 0);
}

/** `VERB args… name=value… # comment`, commands separated by `;`. */
export function tokenizeLine(line: string): Parsed<readonly CommandText[]> {
  const commands: CommandText[] = [];
  let words: Word[] = [];
  let separated = false;
  const finish = (end: number, commented: boolean): void => {
    const first = words[0];
    if (first !== undefined)
      commands.push({ source: line.slice(first.at, end).trimEnd(), words, commented, follows: separated });
    words = [];
  };
  let at = 0;
  while (at < line.length) {
    const char = line[at] as string;
    if (char === '#') {
      finish(at, true);
      return parsed(commands);
    }
    if (char === ';') {
      finish(at, false);
      separated = true;
      at++;
    } else if (isSpace(char)) {
      at++;
    } else {
      const word = readWord(line, at);
      if (!word.ok) return word;
      words.push(word.value.word);
      at = word.value.end;
    }
  }
  finish(line.length, false);
  return parsed(commands);
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
  for (let at = start + 1; at < line.length; at++) {
    const char = line[at];
    if (char === quote) {
      text += line.slice(copied, at);
      const next = line[at + 1];
      if (next === undefined || isSpace(next) || next === ';') return parsed({ text, end: at + 1 });
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

const isQuote = (char: string | undefined): boolean => char === '"' || char === "'";
const isSpace = (char: string): boolean => char <= ' ' || (char > '~' && /\s/.test(char));
