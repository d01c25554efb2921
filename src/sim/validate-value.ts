/** Checks one untrusted value; `at` says where it stands. @throws SyntaxError */
export type Check = (value: unknown, at: string) => void;

/** @throws SyntaxError always */
export function refuse(at: string, expected: string, found: unknown): never {
  throw new SyntaxError(`${at} must be ${expected}, not ${show(found)}`);
}

export const number =
  (min: number, max: number): Check =>
  (value, at) => {
    if (typeof value !== 'number' || !(value >= min && value <= max))
      refuse(at, `a number from ${min} to ${max}`, value);
  };

export const integer =
  (min: number, max: number): Check =>
  (value, at) => {
    if (!Number.isInteger(value) || (value as number) < min || (value as number) > max)
      refuse(at, min === max ? `${min}` : `a whole number from ${min} to ${max}`, value);
  };

export const BOOLEAN: Check = (value, at) => {
  if (typeof value !== 'boolean') refuse(at, 'true or false', value);
};

export const matching =
  (pattern: RegExp, expected: string): Check =>
  (value, at) => {
    if (typeof value !== 'string' || !pattern.test(value)) refuse(at, expected, value);
  };

export const oneOf =
  (allowed: readonly (string | number)[]): Check =>
  (value, at) => {
    if (!allowed.includes(value as string | number)) refuse(at, `one of ${allowed.join(', ')}`, value);
  };

export const bytes =
  (min: number, max: number): Check =>
  (value, at) => {
    if (!(value instanceof Uint8Array) || value.length < min || value.length > max)
      refuse(at, `${min} to ${max} bytes`, value);
  };

interface OptionalCheck extends Check {
  readonly optional?: true;
}

/** The field may be missing. */
export const optional = (check: Check): OptionalCheck =>
  Object.assign((value: unknown, at: string) => check(value, at), { optional: true as const });

export const arrayOf =
  (check: Check): Check =>
  (value, at) => {
    if (!Array.isArray(value)) refuse(at, 'a list', value);
    (value as unknown[]).forEach((item, i) => {
      check(item, `${at}[${i}]`);
    });
  };

/** A check for every field of T. */
export type Every<T> = { readonly [name in keyof Required<T>]: OptionalCheck };

type Fields = Readonly<Record<string, OptionalCheck>>;

/** Exactly these fields: one that nobody knows would still enter the digest. */
export const record =
  <T = Readonly<Record<string, unknown>>>(fields: Every<T>): Check =>
  (value, at) => {
    const found = asFields(value, at);
    for (const name of Object.keys(found)) {
      if (!Object.hasOwn(fields, name)) throw new SyntaxError(`${at} has an unknown field ${show(name)}`);
    }
    for (const [name, check] of Object.entries<OptionalCheck>(fields)) {
      const present = Object.hasOwn(found, name) && found[name] !== undefined;
      if (present || check.optional !== true) check(found[name], `${at}.${name}`);
    }
  };

/** A union told apart by `type`. */
export const tagged =
  (variants: Readonly<Record<string, Fields>>): Check =>
  (value, at) => {
    const { type } = asFields(value, at);
    const names = Object.keys(variants);
    if (typeof type !== 'string' || !names.includes(type)) refuse(`${at}.type`, `one of ${names.join(', ')}`, type);
    record({ ...variants[type as string], type: oneOf([type as string]) })(value, at);
  };

function asFields(value: unknown, at: string): Readonly<Record<string, unknown>> {
  if (typeof value !== 'object' || value === null || Array.isArray(value) || value instanceof Uint8Array)
    refuse(at, 'an object', value);
  return value as Record<string, unknown>;
}

function show(value: unknown): string {
  if (value === undefined) return 'missing';
  if (value instanceof Uint8Array) return `${value.length} bytes`;
  if (typeof value === 'object' && value !== null) return Array.isArray(value) ? 'a list' : 'an object';
  const text = typeof value === 'string' ? JSON.stringify(value) : String(value);
  return text.length <= 60 ? text : `${text.slice(0, 60)}…`;
}
