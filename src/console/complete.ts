import type { Command, KnownNames, Suggestion } from './command.ts';
import { usage } from './describe.ts';
import { findCommand, suggestVerbs } from './registry.ts';
import { type CommandText, tokenizeLine, type Word } from './tokenizer.ts';

export interface Completion {
  /** What a candidate replaces, as offsets into the line (UTF-16 units); `to` is the cursor. */
  readonly from: number;
  readonly to: number;
  /** In the order of HELP and of the cluster; empty when there is nothing left to complete. At most CANDIDATES_MAX. */
  readonly candidates: readonly Candidate[];
  /** How the command at the cursor is written; undefined where there is none. */
  readonly signature: Signature | undefined;
}

/** `PUT key value [timeout=…]` with what the cursor stands in or comes to next. */
export interface Signature {
  readonly words: readonly { readonly text: string; readonly current: boolean }[];
  /** What the current words take; the summary of the command where there is none. */
  readonly accepts: string;
}

export interface Candidate {
  /** Replaces the text from `from` to `to`; an option's name ends with `=`. */
  readonly text: string;
  readonly hint: string;
}

export const CANDIDATES_MAX = 40;
/** Whoever pastes a longer line is not looking for a name. */
const LINE_MAX = 4096;

/** What could stand at the cursor, by the registry and the names known. Never throws, whatever the line. */
export function complete(line: string, cursor: number, known: KnownNames): Completion {
  const none: Completion = { from: cursor, to: cursor, candidates: [], signature: undefined };
  if (line.length > LINE_MAX) return none;
  const place = placeOf(line.slice(0, cursor));
  if (place === undefined) return none;
  const after = line.slice(cursor);
  // Inside a word, or inside a quote that goes on, a candidate would be glued to what follows.
  const open = place.quoted ? after.trim() === '' : /^(\s|;|$)/.test(after);
  const { from, typed, suggestions, signature } = offerAt(place, known);
  return { from, to: cursor, candidates: open ? matching(suggestions, typed, place.quoted) : [], signature };
}

/** The line with the candidate in it, and the cursor behind it. A space follows where the command goes on. */
export function acceptCandidate(
  line: string,
  { from, to }: Completion,
  { text }: Candidate,
  known: KnownNames,
): { line: string; cursor: number } {
  const head = line.slice(0, from) + text;
  const tail = line.slice(to);
  const spaced = `${head} `;
  const next = complete(spaced, spaced.length, known);
  const expects = next.signature?.words.some(({ current }) => current) ?? false;
  const goesOn = tail === '' && !text.endsWith('=') && (next.candidates.length > 0 || expects);
  const start = goesOn ? spaced : head;
  return { line: start + tail, cursor: start.length };
}

interface Place {
  /** The command up to the cursor; the word at the cursor left out. */
  readonly before: readonly Word[];
  /** The word at the cursor as far as it is typed, its option value where it has one. */
  readonly at: number;
  readonly typed: string;
  readonly quoted: boolean;
  readonly option: { readonly name: string; readonly at: number; readonly typed: string } | undefined;
  /** The commands that may stand here, where the cursor is in the braces of another one; undefined: it is not. */
  readonly within: readonly Command[] | undefined;
  /** The command has its braces already. */
  readonly hasBlock: boolean;
}

/** Stands for the cursor: a letter begins or continues any word. */
const CURSOR = 'x';

/** Undefined where no word can stand: in a comment, behind a closing quote, after a syntax error. */
function placeOf(head: string): Place | undefined {
  const commands = tokenizeLine(head + CURSOR);
  if (commands.ok) return placeIn(head, commands.value.at(-1), undefined);
  const { code, at } = commands.error;
  if (code === 'UnterminatedBlock') return placeInBlock(head);
  if (code !== 'UnterminatedQuote' || at === undefined || !/(^|[\s;])$/.test(head.slice(0, at))) return undefined;
  const typed = head.slice(at + 1);
  const place = typed.includes('\\') ? undefined : placeOf(head.slice(0, at));
  return place === undefined ? undefined : { ...place, typed, quoted: true };
}

/** As if the braces were closed behind the cursor. */
function placeInBlock(head: string): Place | undefined {
  const closed = tokenizeLine(`${head}${CURSOR} }`);
  const outer = closed.ok ? closed.value.at(-1) : undefined;
  const within = outer?.words.map(({ text }) => findCommand(text)?.block).findLast(Boolean);
  return placeIn(head, outer?.block?.commands.at(-1), within);
}

function placeIn(
  head: string,
  command: CommandText | undefined,
  within: readonly Command[] | undefined,
): Place | undefined {
  const word = command?.words.at(-1);
  const isCursor = word !== undefined && !word.quoted && word.at + word.text.length === head.length + CURSOR.length;
  if (command === undefined || !isCursor || command.commented) return undefined;
  const value = word.option?.value;
  const option =
    word.option === undefined || value === undefined || value.quoted
      ? undefined
      : { name: word.option.name.toLowerCase(), at: value.at, typed: value.text.slice(0, -CURSOR.length) };
  return {
    before: command.words.slice(0, -1),
    at: word.at,
    typed: word.text.slice(0, -CURSOR.length),
    quoted: false,
    option,
    within,
    hasBlock: command.block !== undefined,
  };
}

interface Offer {
  readonly from: number;
  readonly typed: string;
  readonly suggestions: readonly Suggestion[];
  readonly signature: Signature | undefined;
}

function offerAt(place: Place, known: KnownNames): Offer {
  const [verb] = place.before;
  const word = { from: place.at, typed: place.typed };
  const { within } = place;
  const find = (name: string): Command | undefined =>
    within === undefined ? findCommand(name) : within.find((each) => named(each, name));
  if (verb === undefined) {
    const command = place.quoted ? undefined : find(place.typed);
    const signature = command && signatureOf(command, (text) => text === command.verb, command.summary);
    const verbs = within === undefined ? suggestVerbs() : within.map(verbOf);
    return { ...word, suggestions: place.quoted ? [] : verbs, signature };
  }
  const command = find(verb.text);
  if (command === undefined) return { ...word, suggestions: [], signature: undefined };
  if (command.wraps === undefined) return offerInCommand(command, place, known);
  return offerWrapped(command, command.wraps, { ...place, before: place.before.slice(1) }, known);
}

const verbOf = ({ verb: text, summary: hint }: Command): Suggestion => ({ text, hint });

const named = ({ verb, aliases }: Command, name: string): boolean =>
  [verb, ...(aliases ?? [])].includes(name.toUpperCase());

/** Behind the outer verb stands one of the commands that it takes, with all that belongs to it. */
function offerWrapped(outer: Command, wraps: readonly Command[], place: Place, known: KnownNames): Offer {
  const [verb] = place.before;
  if (verb === undefined) {
    const suggestions = wraps.map(verbOf);
    const signature = signatureOf(outer, (text) => text !== outer.verb, undefined);
    return { from: place.at, typed: place.typed, suggestions: place.quoted ? [] : suggestions, signature };
  }
  const command = findCommand(verb.text);
  if (command !== undefined && wraps.includes(command)) return offerInCommand(command, place, known);
  return { from: place.at, typed: place.typed, suggestions: [], signature: undefined };
}

/** Positionals bind first, as in `bind`. */
function offerInCommand(command: Command, place: Place, known: KnownNames): Offer {
  if (command.block !== undefined && !place.hasBlock) {
    const brace = { text: '{', hint: command.block.map(({ verb }) => verb).join(', ') };
    const suggestions = place.before.length > 1 || place.quoted ? [] : [brace];
    const signature = signatureOf(command, (text) => text !== command.verb && !text.includes('='), undefined);
    return { from: place.at, typed: place.typed, suggestions, signature };
  }
  const positionals = Object.entries(command.positionals);
  const arityMin = positionals.filter(([, { kind }]) => kind !== 'optional').length;
  const endless = positionals.some(([, { kind }]) => kind === 'rest');
  const arityMax = endless ? Number.POSITIVE_INFINITY : positionals.length;
  const words = place.before.slice(1);
  const firstOption = words.findIndex(({ option }, i) => option !== undefined && i >= arityMin);
  const given = firstOption < 0 ? words.length : firstOption;
  const used = words.slice(given).flatMap(({ option }) => (option === undefined ? [] : [option.name.toLowerCase()]));
  const word = { from: place.at, typed: place.typed };

  if (place.option !== undefined && given >= arityMin && !place.quoted) {
    const { name, at, typed } = place.option;
    const type = Object.hasOwn(command.options, name) && !used.includes(name) ? command.options[name] : undefined;
    const signature = signatureOf(command, (text) => isOption(text, name), type?.accepts);
    return { from: at, typed, suggestions: type?.suggest?.(known) ?? [], signature };
  }
  const suggestions: Suggestion[] = [];
  const positional =
    used.length === 0 && given < arityMax ? positionals[Math.min(given, positionals.length - 1)] : undefined;
  suggestions.push(...(positional?.[1].type.suggest?.(known, words) ?? []));
  const left = Object.entries(command.options).filter(([name]) => !used.includes(name));
  if (given >= arityMin && !place.quoted)
    suggestions.push(...left.map(([name, { accepts }]) => ({ text: `${name}=`, hint: accepts })));
  const isCurrent =
    positional === undefined
      ? (text: string) => left.some(([name]) => isOption(text, name))
      : (text: string) => isPositional(command, text, positional[0]);
  return { ...word, suggestions, signature: signatureOf(command, isCurrent, positional?.[1].type.accepts) };
}

const isOption = (text: string, name: string): boolean => text.replace('[', '').startsWith(`${name}=`);

/** Where the command has a usage of its own, all of it but the options writes the arguments. */
function isPositional(command: Command, text: string, name: string): boolean {
  if (command.usage === undefined) return text === name || text === `[${name}]`;
  return text !== command.verb && !text.includes('=');
}

/** The usage as HELP has it, word by word. */
function signatureOf(command: Command, isCurrent: (text: string) => boolean, accepts: string | undefined): Signature {
  const words = usage(command)
    .split(' ')
    .map((text) => ({ text, current: isCurrent(text) }));
  return { words, accepts: accepts ?? command.summary };
}

/** Data matches as it is written, names in any case. What is complete already is no longer offered. */
function matching(suggestions: readonly Suggestion[], typed: string, quoted: boolean): readonly Candidate[] {
  const wanted = typed.toLowerCase();
  const found = suggestions.filter(({ text, literal }) =>
    literal === undefined ? !quoted && text.toLowerCase().startsWith(wanted) : literal.startsWith(typed),
  );
  const isThere = ({ text, literal }: Suggestion): boolean =>
    (literal ?? text.toLowerCase()) === (literal === undefined ? wanted : typed);
  if (found.every(isThere)) return [];
  return found.slice(0, CANDIDATES_MAX).map(({ text, hint }) => ({ text, hint }));
}
