import type { Micros } from '../core/base/ids.ts';

/** What a command gives back: the line on screen, and the same for programs. Stable: scripts, lessons and tests build on it. */
export interface CommandResult {
  readonly ok: boolean;
  /** Exactly what the console shows; may be several lines. */
  readonly text: string;
  /** The read value or null, a SCAN's pairs, STATUS's snapshot … as each verb documents; absent where there is nothing to give. */
  readonly value?: unknown;
  /** What the answer does not promise, in a few words, such as `may be lost`; absent where it promises all that its command does. */
  readonly caution?: string;
  /** A stable name for what went wrong; absent when `ok`. README.md lists them; the cluster may add its own. */
  readonly code?: string;
  /** The command with a misspelled name put right, one for each name that may be meant; absent where none is near. */
  readonly corrections?: readonly string[];
  /** `text` by lines, where it has more than one. */
  readonly lines?: readonly string[];
  /** The keys that `text` names; absent where there are none. */
  readonly keys?: readonly KeyMention[];
  /** The moments that `text` names, at which the trace has an event; absent where there are none. */
  readonly moments?: readonly MomentMention[];
}

/** A time as it stands in a text. */
export interface MomentMention {
  /** Offset into the text and length, UTF-16 units. */
  readonly at: number;
  readonly length: number;
  readonly timeUs: Micros;
}

/** A key as it stands in a text, in quotes and perhaps cut. */
export interface KeyMention {
  /** Offset into the text and length, UTF-16 units. */
  readonly at: number;
  readonly length: number;
  /** All of it, as it was given. */
  readonly key: string;
}

/** Why a command was not carried out, found before anything was asked of the cluster. */
export type ErrorCode =
  | 'UnknownVerb'
  | 'UnknownNode'
  | 'UnknownShard'
  | 'UnknownOption'
  | 'BadOption'
  | 'BadArgument'
  | 'MissingArgument'
  | 'ExtraArgument'
  | 'UnterminatedQuote'
  | 'UnterminatedBlock'
  | 'BadQuote'
  | 'BadEscape'
  | 'EmptyKey'
  | 'KeyTooLarge'
  | 'ValueTooLarge'
  | 'BatchTooLarge'
  | 'AlreadyDown'
  | 'AlreadyUp'
  | 'NothingToDo'
  | 'NoReplica'
  | 'NotReached'
  | 'BadFile'
  | 'DigestMismatch'
  | 'NotAvailable'
  | 'StrongOnly'
  | 'EventualOnly'
  | 'Internal';

export interface CommandError {
  readonly code: ErrorCode;
  /** What is wrong, as a sentence without its full stop. */
  readonly problem: string;
  /** What to do instead, as a sentence. */
  readonly remedy: string;
  /** Where, as an offset into the line (UTF-16 units); undefined = the command as a whole. */
  readonly at?: number | undefined;
  /** The misspelled name at `at`, and what may be meant. */
  readonly misspelled?: Misspelled | undefined;
}

export interface Misspelled {
  readonly name: string;
  readonly meant: readonly string[];
}

export type Parsed<T> = { readonly ok: true; readonly value: T } | { readonly ok: false; readonly error: CommandError };

export const parsed = <T>(value: T): Parsed<T> => ({ ok: true, value });

export const failed = (
  code: ErrorCode,
  problem: string,
  remedy: string,
  at?: number,
  misspelled?: Misspelled,
): { ok: false; error: CommandError } => ({
  ok: false,
  error: { code, problem, remedy, at, misspelled },
});

/** A success. Without `value` the result has none. */
export function succeed(text: string, value?: unknown): CommandResult {
  return { ok: true, text, ...(value === undefined ? {} : { value }), ...byLines(text) };
}

/** A refusal that has no place in the line. */
export function refuse(code: string, text: string): CommandResult {
  return { ok: false, text, code, ...byLines(text) };
}

/** `line` gives the place its column, and where it goes on in braces its line; `lineNumber` is named only when the text had several lines. */
export function errorResult(error: CommandError, line: string, lineNumber: number | undefined): CommandResult {
  const before = line.slice(0, error.at ?? 0).split(/\r\n|\n|\r/);
  const column = error.at === undefined ? undefined : codePoints(before.at(-1) as string) + 1;
  const row = lineNumber && lineNumber + before.length - 1;
  const place = [row && `line ${row}`, column && `column ${column}`].filter(Boolean).join(', ');
  return refuse(error.code, `${error.problem}${place === '' ? '' : ` (${place})`}. ${error.remedy}`);
}

const byLines = (text: string): { lines?: readonly string[] } =>
  text.includes('\n') ? { lines: text.split('\n') } : {};

/** Columns count characters as a person does, not UTF-16 units. */
function codePoints(text: string): number {
  let count = 0;
  for (const _ of text) count++;
  return count;
}
