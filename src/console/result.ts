/** What a command gives back: the line on screen, and the same for programs. Stable: scripts, lessons and tests build on it. */
export interface CommandResult {
  readonly ok: boolean;
  /** Exactly what the console shows; may be several lines. */
  readonly text: string;
  /** The read value or null, a SCAN's pairs, STATUS's snapshot … as each verb documents; absent where there is nothing to give. */
  readonly value?: unknown;
  /** A stable name for what went wrong; absent when `ok`. README.md lists them; the cluster may add its own. */
  readonly code?: string;
  /** `text` by lines, where it has more than one. */
  readonly lines?: readonly string[];
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
  | 'BadQuote'
  | 'BadEscape'
  | 'EmptyKey'
  | 'KeyTooLarge'
  | 'ValueTooLarge'
  | 'AlreadyDown'
  | 'AlreadyUp'
  | 'NothingToDo'
  | 'NoReplica'
  | 'NotReached'
  | 'BadFile'
  | 'DigestMismatch'
  | 'NotAvailable'
  | 'Internal';

export interface CommandError {
  readonly code: ErrorCode;
  /** What is wrong, as a sentence without its full stop. */
  readonly problem: string;
  /** What to do instead, as a sentence. */
  readonly remedy: string;
  /** Where, as an offset into the line (UTF-16 units); undefined = the command as a whole. */
  readonly at?: number | undefined;
}

export type Parsed<T> = { readonly ok: true; readonly value: T } | { readonly ok: false; readonly error: CommandError };

export const parsed = <T>(value: T): Parsed<T> => ({ ok: true, value });

export const failed = (
  code: ErrorCode,
  problem: string,
  remedy: string,
  at?: number,
): { ok: false; error: CommandError } => ({
  ok: false,
  error: { code, problem, remedy, at },
});

/** A success. Without `value` the result has none. */
export function succeed(text: string, value?: unknown): CommandResult {
  return { ok: true, text, ...(value === undefined ? {} : { value }), ...byLines(text) };
}

/** A refusal that has no place in the line. */
export function refuse(code: string, text: string): CommandResult {
  return { ok: false, text, code, ...byLines(text) };
}

/** `line` gives the place its column; `lineNumber` is named only when the text had several lines. */
export function errorResult(error: CommandError, line: string, lineNumber: number | undefined): CommandResult {
  const column = error.at === undefined ? undefined : codePoints(line.slice(0, error.at)) + 1;
  const place = [lineNumber && `line ${lineNumber}`, column && `column ${column}`].filter(Boolean).join(', ');
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
