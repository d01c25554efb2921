import type { OperationKind, Value } from './operation.ts';

/** `register`: read, write, CAS. `kv`: delete and TTL as well. */
export type HistoryModel = 'register' | 'kv';
export const HISTORY_MODELS: readonly HistoryModel[] = ['register', 'kv'];

const KINDS: Readonly<Record<HistoryModel, readonly OperationKind[]>> = {
  register: ['read', 'write', 'cas'],
  kv: ['read', 'write', 'cas', 'delete'],
};
const TYPES = ['invoke', 'ok', 'fail', 'info'] as const;

/** Levels of objects and arrays in a field: what judges a value walks through it. */
const DEPTH_MAX = 100;
const EXCERPT_LENGTH = 40;

/** One line, its fields of the right types. */
export interface HistoryLine {
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

/** What is wrong with a line, for whoever wrote it. */
export class Malformed extends Error {}

export function parseLine(source: string, model: HistoryModel): HistoryLine {
  let object: unknown;
  try {
    object = JSON.parse(source);
  } catch {
    throw new Malformed('this is not JSON');
  }
  if (typeof object !== 'object' || object === null || Array.isArray(object)) throw new Malformed('this is no object');
  const { process, type, f, key, value, time, swapped, actual, ttlMs, goneNs } = object as Record<string, unknown>;
  for (const [name, field] of Object.entries({ process, type, f, key, value, actual })) refuseUnfaithful(name, field);
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

/** Numbers are floats of 64 bits: beyond 2^53 different whole numbers become the same one, and beyond all bounds one that JSON cannot write. */
function refuseUnfaithful(name: string, value: unknown, depth = 0): void {
  if (typeof value === 'number' && !(Number.isInteger(value) ? Number.isSafeInteger(value) : Number.isFinite(value)))
    throw new Malformed(
      `${name} holds a number that cannot be told from its neighbours: whole numbers go to ±${Number.MAX_SAFE_INTEGER}; write larger ones as text, in quotes`,
    );
  if (typeof value !== 'object' || value === null) return;
  if (depth === DEPTH_MAX) throw new Malformed(`${name} is nested deeper than ${DEPTH_MAX} levels`);
  for (const member of Object.values(value)) refuseUnfaithful(name, member, depth + 1);
}

/** Equal values have equal texts; the members of objects are taken in the order in which they are written. */
export const jsonValue = (value: unknown): Value => (value === null ? null : JSON.stringify(value));

const shown = (value: unknown): string => (value === undefined ? 'nothing' : excerpt(JSON.stringify(value)));

/** The beginning of what may be long, for a message. */
export const excerpt = (text: string): string => text.slice(0, EXCERPT_LENGTH);
