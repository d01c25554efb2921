import { EXPIRY_BOUNDS, type Expiry, expiryWithin } from './expiry.ts';
import type { HistoryOperation, OperationKind, Value } from './operation.ts';

/** `register`: read, write, CAS. `kv`: delete and TTL as well. */
export type HistoryModel = 'register' | 'kv';
export const HISTORY_MODELS: readonly HistoryModel[] = ['register', 'kv'];

export type ParsedHistory =
  | { readonly ok: true; readonly operations: readonly HistoryOperation[] }
  /** Line numbers from 1. */
  | { readonly ok: false; readonly line: number; readonly text: string };

const KINDS: Readonly<Record<HistoryModel, readonly OperationKind[]>> = {
  register: ['read', 'write', 'cas'],
  kv: ['read', 'write', 'cas', 'delete'],
};
const TYPES = ['invoke', 'ok', 'fail', 'info'] as const;

interface Line {
  readonly process: string;
  readonly type: (typeof TYPES)[number];
  readonly kind: OperationKind;
  readonly key: string;
  /** Undefined: not given. */
  readonly value: unknown;
  readonly swapped: unknown;
  readonly actual: unknown;
  readonly ttlMs: unknown;
  readonly goneNs: unknown;
  readonly timeNs: number;
}

class Malformed extends Error {}

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
    for (const source of text.split('\n')) {
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
    if (operations.length === 0) throw new Malformed('there is no operation in it');
  } catch (error) {
    if (!(error instanceof Malformed)) throw error;
    return { ok: false, line, text: error.message };
  }
  return { ok: true, operations: operations.sort((a, b) => a.invoked - b.invoked) };
}

function parseLine(source: string, model: HistoryModel): Line {
  let object: unknown;
  try {
    object = JSON.parse(source);
  } catch {
    throw new Malformed('this is not JSON');
  }
  if (typeof object !== 'object' || object === null || Array.isArray(object)) throw new Malformed('this is no object');
  const { process, type, f, key, value, time, swapped, actual, ttlMs, goneNs } = object as Record<string, unknown>;
  if (typeof process !== 'number' && typeof process !== 'string')
    throw new Malformed('process must be a number or a string');
  const known = TYPES.find((each) => each === type);
  if (known === undefined) throw new Malformed(`type must be one of ${TYPES.join(', ')}, not ${shown(type)}`);
  const kind = KINDS[model].find((each) => each === f);
  if (kind === undefined)
    throw new Malformed(`f must be one of ${KINDS[model].join(', ')} in the model ${model}, not ${shown(f)}`);
  if (key !== undefined && typeof key !== 'string' && typeof key !== 'number')
    throw new Malformed('key must be a string or a number');
  if (time !== undefined && (typeof time !== 'number' || !Number.isFinite(time)))
    throw new Malformed('time must be a number of nanoseconds');
  return {
    process: String(process),
    type: known,
    kind,
    key: key === undefined ? '' : String(key),
    value,
    swapped,
    actual,
    ttlMs,
    goneNs,
    timeNs: time ?? Number.NaN,
  };
}

function invocation(invoked: Line, line: number, model: HistoryModel): Open {
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
  if (ttlMs === undefined || typeof fromNs !== 'number' || (typeof byNs !== 'number' && byNs !== null))
    throw new Malformed(
      'goneNs is [from, by] in nanoseconds, by = null: nobody knows, and belongs to what has a ttlMs',
    );
  return [fromNs, byNs ?? Number.POSITIVE_INFINITY];
}

function completion(begun: Open, line: Line, place: number): HistoryOperation {
  const { type, kind, key, value, swapped, actual, timeNs } = line;
  if (kind !== begun.kind || (key !== begun.key && key !== ''))
    throw new Malformed(`process ${begun.process} invoked ${begun.kind} ${begun.key}, and this ends ${kind} ${key}`);
  if (type === 'info') return unknownOutcome(begun);
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

/** Equal values have equal texts; the members of objects are taken in the order in which they are written. */
const jsonValue = (value: unknown): Value => (value === null ? null : JSON.stringify(value));

const shown = (value: unknown): string => (value === undefined ? 'nothing' : JSON.stringify(value).slice(0, 40));
