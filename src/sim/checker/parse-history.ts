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
  readonly ttlMs: unknown;
  readonly timeNs: number;
}

class Malformed extends Error {}

type Open = Omit<HistoryOperation, 'status' | 'answered' | 'swapped' | 'completed' | 'completedNs'>;

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
  const { process, type, f, key, value, time, swapped, ttlMs } = object as Record<string, unknown>;
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
    ttlMs,
    timeNs: time ?? Number.NaN,
  };
}

function invocation({ process, kind, key, value, ttlMs, timeNs }: Line, line: number, model: HistoryModel): Open {
  const common = { process, kind, key, invoked: line, invokedNs: timeNs, ttlNs: undefined };
  if (ttlMs !== undefined && (model !== 'kv' || kind !== 'write'))
    throw new Malformed('ttlMs belongs to a write in the model kv');
  if (kind === 'read' || kind === 'delete') return { ...common, written: null, expected: null };
  if (kind === 'cas') {
    if (!Array.isArray(value) || value.length !== 2) throw new Malformed('the value of a cas must be [old, new]');
    return { ...common, expected: jsonValue(value[0]), written: jsonValue(value[1]) };
  }
  if (value === undefined) throw new Malformed('a write needs a value');
  return { ...common, expected: null, written: jsonValue(value), ttlNs: ttlOf(ttlMs, timeNs) };
}

function ttlOf(ttlMs: unknown, timeNs: number): number | undefined {
  if (ttlMs === undefined) return undefined;
  if (typeof ttlMs !== 'number' || !(ttlMs > 0)) throw new Malformed('ttlMs must be a number above 0');
  if (Number.isNaN(timeNs)) throw new Malformed('a write with ttlMs needs a time');
  return ttlMs * 1e6;
}

function completion(begun: Open, line: Line, place: number): HistoryOperation {
  const { type, kind, key, value, swapped, timeNs } = line;
  if (kind !== begun.kind || (key !== begun.key && key !== ''))
    throw new Malformed(`process ${begun.process} invoked ${begun.kind} ${begun.key}, and this ends ${kind} ${key}`);
  if (type === 'info') return unknownOutcome(begun);
  const ended = { ...begun, completed: place, completedNs: timeNs, answered: null, swapped: false };
  if (type === 'fail') return { ...ended, status: 'fail' };
  if (kind === 'read') {
    if (value === undefined) throw new Malformed('a read that is ok needs a value; null = absent');
    return { ...ended, status: 'ok', answered: jsonValue(value) };
  }
  if (swapped !== undefined && (kind !== 'cas' || typeof swapped !== 'boolean'))
    throw new Malformed('swapped is true or false, and belongs to a cas');
  return { ...ended, status: 'ok', swapped: swapped !== false };
}

const unknownOutcome = (begun: Open): HistoryOperation => ({
  ...begun,
  status: 'unknown',
  answered: null,
  swapped: false,
  completed: Number.POSITIVE_INFINITY,
  completedNs: Number.POSITIVE_INFINITY,
});

/** Equal values have equal texts; the members of objects are taken in the order in which they are written. */
const jsonValue = (value: unknown): Value => (value === null ? null : JSON.stringify(value));

const shown = (value: unknown): string => (value === undefined ? 'nothing' : JSON.stringify(value).slice(0, 40));
