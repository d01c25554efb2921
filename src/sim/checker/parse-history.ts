import { EXPIRY_BOUNDS, type Expiry, expiryWithin } from './expiry.ts';
import { excerpt, type HistoryLine, type HistoryModel, jsonValue, Malformed, parseLine } from './history-line.ts';
import type { HistoryOperation } from './operation.ts';

export type ParsedHistory =
  | { readonly ok: true; readonly operations: readonly HistoryOperation[] }
  /** Line numbers from 1; 0: the file as a whole. */
  | { readonly ok: false; readonly line: number; readonly text: string };

interface Open
  extends Omit<HistoryOperation, 'status' | 'answered' | 'swapped' | 'completed' | 'completedNs' | 'expiry'> {
  readonly ttlNs: number | undefined;
  /** Undefined: it follows from the times. */
  readonly gone: readonly [fromNs: number, byNs: number] | undefined;
}

/**
 * Reads a history: one JSON object a line, `{"process","type","f","key","value","time"}`, in the order in which things happened. What is
 * never completed, or completed as `info`, is unknown. Empty lines are left out; anything else that is not understood refuses the whole.
 */
export function parseHistory(text: string, model: HistoryModel): ParsedHistory {
  const operations: HistoryOperation[] = [];
  const open = new Map<string, Open>();
  let line = 0;
  try {
    // Some editors put a byte-order mark in front of everything.
    for (const source of text.replace(/^\uFEFF/, '').split('\n')) {
      line++;
      if (source.trim() === '') continue;
      const parsed = parseLine(source, model);
      const { process } = parsed;
      const begun = open.get(process);
      if (parsed.type === 'invoke') {
        if (begun !== undefined) throw new Malformed(`process ${process} is still at the operation it invoked before`);
        open.set(process, invocation(parsed, line, model));
      } else {
        if (begun === undefined) throw new Malformed(`process ${process} has nothing under way that could end`);
        open.delete(process);
        operations.push(completion(begun, parsed, line));
      }
    }
    for (const begun of open.values()) operations.push(unknownOutcome(begun));
  } catch (error) {
    if (!(error instanceof Malformed)) throw error;
    return { ok: false, line, text: error.message };
  }
  if (operations.length === 0) return { ok: false, line: 0, text: 'the file holds no operation' };
  return { ok: true, operations: operations.sort((a, b) => a.invoked - b.invoked) };
}

function invocation(invoked: HistoryLine, line: number, model: HistoryModel): Open {
  const { process, kind, key, value, ttlMs, goneNs, timeNs } = invoked;
  if (ttlMs !== undefined && (model !== 'kv' || (kind !== 'write' && kind !== 'cas')))
    throw new Malformed('ttlMs belongs to a write or a cas in the model kv');
  const lasting = { ttlNs: ttlOf(ttlMs, timeNs), gone: goneOf(goneNs, ttlMs) };
  const common = { process, kind, key, invoked: line, invokedNs: timeNs, ...lasting };
  if (kind === 'read' || kind === 'delete') return { ...common, written: null, expected: null };
  if (kind === 'cas') {
    if (!Array.isArray(value) || value.length !== 2) throw new Malformed('the value of a cas must be [old, new]');
    return { ...common, expected: jsonValue(value[0]), written: jsonValue(value[1]) };
  }
  if (value === undefined) throw new Malformed('a write needs a value');
  return { ...common, expected: null, written: jsonValue(value) };
}

function ttlOf(ttlMs: unknown, timeNs: number): number | undefined {
  if (ttlMs === undefined) return undefined;
  if (typeof ttlMs !== 'number' || !(ttlMs > 0)) throw new Malformed('ttlMs must be a number above 0');
  if (Number.isNaN(timeNs)) throw new Malformed('what is written with ttlMs needs a time');
  return ttlMs * 1e6;
}

function goneOf(goneNs: unknown, ttlMs: unknown): Open['gone'] {
  if (goneNs === undefined) return undefined;
  const [fromNs, byNs] = Array.isArray(goneNs) && goneNs.length === 2 ? goneNs : [];
  if (
    ttlMs === undefined ||
    typeof fromNs !== 'number' ||
    !(byNs === null || (typeof byNs === 'number' && fromNs <= byNs))
  )
    throw new Malformed(
      'goneNs is [from, by] in nanoseconds, from no later than by, by = null: nobody knows, and belongs to what has a ttlMs',
    );
  return [fromNs, byNs ?? Number.POSITIVE_INFINITY];
}

function completion(begun: Open, line: HistoryLine, place: number): HistoryOperation {
  const { type, kind, key, value, swapped, actual, timeNs } = line;
  if (kind !== begun.kind || (key !== begun.key && key !== ''))
    throw new Malformed(`process ${begun.process} invoked ${begun.kind} ${begun.key}, and this ends ${kind} ${key}`);
  if (type === 'info') return unknownOutcome(begun);
  refuseOtherValue(begun, value);
  const ended = { ...told(begun, timeNs), completed: place, completedNs: timeNs, answered: undefined, swapped: false };
  if (type === 'fail') return { ...ended, status: 'fail' };
  if (kind === 'read') {
    if (value === undefined) throw new Malformed('a read that is ok needs a value; null = absent');
    return { ...ended, status: 'ok', answered: jsonValue(value) };
  }
  if (swapped !== undefined && (kind !== 'cas' || typeof swapped !== 'boolean'))
    throw new Malformed('swapped is true or false, and belongs to a cas');
  if (actual !== undefined && swapped !== false) throw new Malformed('actual belongs to a cas that did not match');
  const answered = actual === undefined ? undefined : jsonValue(actual);
  return { ...ended, status: 'ok', swapped: kind === 'cas' && swapped !== false, answered };
}

/** What a write or a cas was asked to do is what it did; a completion that says something else is of another operation. */
function refuseOtherValue({ process, kind, expected, written }: Open, value: unknown): void {
  if (value === undefined || (kind !== 'write' && kind !== 'cas')) return;
  const invoked = kind === 'cas' ? `[${expected},${written}]` : `${written}`;
  const ended = JSON.stringify(value);
  if (ended === invoked) return;
  throw new Malformed(
    `process ${process} invoked the ${kind} of ${excerpt(invoked)}, and this ends one of ${excerpt(ended)}; leave the value of a completion out, or repeat that of the invocation`,
  );
}

/** With the expiry that its completion decides. */
function told({ ttlNs, gone, ...begun }: Open, completedNs: number): Omit<Open, 'ttlNs' | 'gone'> & Lasting {
  if (ttlNs === undefined) return { ...begun, expiry: undefined };
  const within = expiryWithin(EXPIRY_BOUNDS, ttlNs, begun.invokedNs, completedNs);
  return { ...begun, expiry: gone === undefined ? within : { ttlNs, fromNs: gone[0], byNs: gone[1] } };
}

interface Lasting {
  readonly expiry: Expiry | undefined;
}

const unknownOutcome = (begun: Open): HistoryOperation => ({
  ...told(begun, Number.POSITIVE_INFINITY),
  status: 'unknown',
  answered: undefined,
  swapped: false,
  completed: Number.POSITIVE_INFINITY,
  completedNs: Number.POSITIVE_INFINITY,
});
