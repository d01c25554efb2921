import type { KnownNames } from '../../console/command.ts';
import type { Candidate, Completion } from '../../console/complete.ts';
import type { Grammar } from '../grammar.ts';
import { searchHistory } from './history.ts';

/** The command line as a function of what was typed and pressed; the component only shows it. */
export interface EditorState {
  readonly line: string;
  /** UTF-16 units from the start of the line. */
  readonly caret: number;
  /** Rises whenever the caret was put where it is by the program and not by hand: the input must follow. */
  readonly placed: number;
  readonly mode: Mode;
  /** Escape closed the list: Tab leaves the input until something is typed. */
  readonly dismissed: boolean;
  /** How many lines back in the history `line` comes from; 0 = it was typed. */
  readonly back: number;
  /** What was typed before the history was gone through. */
  readonly draft: string;
}

export type Mode =
  | { readonly type: 'plain' }
  /** Candidates are listed. One that is active already stands in the line; `line` is what the line was without it. */
  | { readonly type: 'list'; readonly line: string; readonly completion: Completion; readonly active: number }
  /** The history is searched for what stands in the line; `saved` is the line to come back to. */
  | { readonly type: 'search'; readonly saved: string; readonly found: readonly string[]; readonly active: number };

/** What the keys act upon besides the line itself. */
export interface EditorContext {
  readonly known: KnownNames;
  /** Undefined: it is not there yet, and nothing is offered. */
  readonly grammar: Pick<Grammar, 'complete' | 'acceptCandidate'> | undefined;
  /** Lines that were run, oldest first. */
  readonly history: readonly string[];
  /** Shown in the empty line for Tab to take and Enter to run. */
  readonly waiting?: string | undefined;
}

/** No candidate is active: the list only shows what there is. */
export const NONE = -1;
const PLAIN: Mode = { type: 'plain' };

export const EMPTY_EDITOR: EditorState = {
  line: '',
  caret: 0,
  placed: 0,
  mode: PLAIN,
  dismissed: false,
  back: 0,
  draft: '',
};

/** A line that the program put there, with the caret at `caret` or behind it. */
function place(state: EditorState, line: string, change: Partial<EditorState> = {}): EditorState {
  return { ...state, line, caret: line.length, placed: state.placed + 1, mode: PLAIN, ...change };
}

/** Lists the candidates at the caret, if there are any. */
function list(state: EditorState, { known, grammar }: EditorContext, active: number = NONE): EditorState {
  const completion = grammar?.complete(state.line, state.caret, known);
  if (completion === undefined || completion.candidates.length === 0) return { ...state, mode: PLAIN };
  return { ...state, mode: { type: 'list', line: state.line, completion, active } };
}

/** The input has changed: `line` and `caret` are what it holds now. */
export function typed(state: EditorState, line: string, caret: number, context: EditorContext): EditorState {
  const next = { ...state, line, caret, dismissed: false };
  if (state.mode.type === 'search')
    return { ...next, mode: { ...state.mode, found: searchHistory(context.history, line), active: 0 } };
  return line.trim() === '' ? { ...next, mode: PLAIN } : list(next, context);
}

/** The caret was moved by hand: a list belonged to where it was. */
export function caretMoved(state: EditorState, caret: number): EditorState {
  if (caret === state.caret) return state;
  return { ...state, caret, mode: state.mode.type === 'list' ? PLAIN : state.mode };
}

/** Candidate `active` of the list stands in the line; NONE = the line as it was typed. */
function preview(state: EditorState, mode: Extract<Mode, { type: 'list' }>, active: number): EditorState {
  const { from, to, candidates } = mode.completion;
  const candidate = candidates[active];
  if (candidate === undefined) return place(state, mode.line, { caret: to, mode: { ...mode, active: NONE } });
  const head = mode.line.slice(0, from) + candidate.text;
  return place(state, head + mode.line.slice(to), { caret: head.length, mode: { ...mode, active } });
}

function accept(state: EditorState, mode: Extract<Mode, { type: 'list' }>, index: number, context: EditorContext) {
  const candidate = mode.completion.candidates[index];
  const { grammar, known } = context;
  if (candidate === undefined || grammar === undefined) return state;
  const { line, cursor } = grammar.acceptCandidate(mode.line, mode.completion, candidate, known);
  return list(place(state, line, { caret: cursor }), context);
}

/** The waiting line is what the empty input shows. */
function isWaiting(
  { line, mode }: EditorState,
  context: EditorContext,
): context is EditorContext & { readonly waiting: string } {
  return context.waiting !== undefined && line === '' && mode.type === 'plain';
}

/** A click on a candidate, or on a line that was found. */
export function choose(state: EditorState, index: number, context: EditorContext): EditorState {
  const { mode } = state;
  if (mode.type === 'list') return accept(state, mode, index, context);
  if (mode.type === 'search' && mode.found[index] !== undefined) return place(state, mode.found[index]);
  return state;
}

/** One candidate is taken at once; of several each Tab shows the next in the line. Undefined: there is nothing to complete, Tab leaves. */
export function tab(state: EditorState, step: 1 | -1, context: EditorContext): EditorState | undefined {
  if (state.mode.type === 'search') return choose(state, state.mode.active, context);
  if (isWaiting(state, context) && step === 1) return place(state, context.waiting);
  const isActive = state.mode.type === 'list' && state.mode.active !== NONE;
  if (state.dismissed || state.line.trim() === '' || (step === -1 && !isActive)) return undefined;
  const { mode } = state.mode.type === 'list' ? state : list(state, context);
  if (mode.type !== 'list') return undefined;
  const count = mode.completion.candidates.length;
  if (count === 1) return accept(state, mode, 0, context);
  return preview(state, mode, (mode.active + step + count) % count);
}

/** Up (-1) and down (1): into the list and through it, through what was searched for, else through the history. */
export function arrow(state: EditorState, step: 1 | -1, { history }: EditorContext): EditorState {
  const { mode } = state;
  if (mode.type === 'search') {
    const last = Math.max(0, mode.found.length - 1);
    return { ...state, mode: { ...mode, active: Math.max(0, Math.min(last, mode.active + step)) } };
  }
  if (mode.type === 'list' && (mode.active !== NONE || step === 1)) {
    const last = mode.completion.candidates.length - 1;
    return preview(state, mode, Math.max(NONE, Math.min(last, mode.active + step)));
  }
  const back = Math.max(0, Math.min(history.length, state.back - step));
  if (back === state.back) return state;
  const draft = state.back === 0 ? state.line : state.draft;
  return place(state, back === 0 ? draft : (history[history.length - back] ?? ''), { back, draft });
}

/** Ends the search, leaves the list, closes it. Undefined: there is nothing open. */
export function leave(state: EditorState): EditorState | undefined {
  const { mode } = state;
  if (mode.type === 'search') return place(state, mode.saved);
  if (mode.type !== 'list') return undefined;
  if (mode.active === NONE) return { ...state, mode: PLAIN, dismissed: true };
  return place(state, mode.line, { caret: mode.completion.to, dismissed: true });
}

/** Enter takes what is active in a list, or gives the line to run. */
export function enter(
  state: EditorState,
  context: EditorContext,
): { readonly state: EditorState; readonly run?: string } {
  const { mode, line } = state;
  if (mode.type === 'search') return { state: choose(state, mode.active, context) };
  if (mode.type === 'list' && mode.active !== NONE) return { state: accept(state, mode, mode.active, context) };
  const empty = place(state, '', { back: 0, draft: '', dismissed: false });
  if (isWaiting(state, context)) return { state: empty, run: context.waiting };
  return line.trim() === '' ? { state: empty } : { state: empty, run: line };
}

/** Ctrl-R: begins to search, then goes to what was run before that. */
export function search(state: EditorState, { history }: EditorContext): EditorState {
  const { mode } = state;
  if (mode.type !== 'search') {
    const saved = mode.type === 'list' ? mode.line : state.line;
    return place(state, '', { mode: { type: 'search', saved, found: searchHistory(history, ''), active: 0 }, back: 0 });
  }
  return { ...state, mode: { ...mode, active: (mode.active + 1) % Math.max(1, mode.found.length) } };
}

/** Asks for the list where it does not open by itself: of all commands in an empty line. */
export function openList(state: EditorState, context: EditorContext): EditorState {
  return state.mode.type === 'search' ? state : { ...list(state, context), dismissed: false };
}

export const closeList = (state: EditorState): EditorState =>
  state.mode.type === 'list' ? { ...state, mode: PLAIN } : state;

/** Puts a line into the input to be changed and run; one that ends with a space waits for its next word. */
export function put(state: EditorState, line: string, context: EditorContext): EditorState {
  const next = place(state, line, { back: 0, draft: '', dismissed: false });
  return line.endsWith(' ') ? list(next, context) : next;
}

export interface Choices {
  readonly label: string;
  readonly candidates: readonly Candidate[];
  readonly active: number;
}

/** What is offered above the input; undefined: nothing. */
export function choicesOf({ mode }: EditorState): Choices | undefined {
  if (mode.type === 'list')
    return { label: 'Completions', candidates: mode.completion.candidates, active: mode.active };
  if (mode.type === 'plain' || mode.found.length === 0) return undefined;
  return { label: 'Lines run before', candidates: mode.found.map((text) => ({ text, hint: '' })), active: mode.active };
}
