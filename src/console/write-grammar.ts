import type { Micros } from '../core/base/ids.ts';
import { TTL_US_MAX, TTL_US_MIN } from '../core/node/config.ts';
import type { KeyWrite } from '../core/node/message.ts';
import { type Command, required } from './command.ts';
import { durationBetween, EXPECTED_VALUE, KEY, NEW_VALUE, VALUE } from './value-types.ts';

/** How a write of one key is written: alone, and in a batch. */
export const PUT = {
  verb: 'PUT',
  aliases: ['SET'],
  summary: 'Stores a value under a key.',
  example: 'PUT user:42 ada',
  positionals: { key: required(KEY), value: required(VALUE) },
};

export const DELETE = {
  verb: 'DELETE',
  aliases: ['DEL'],
  summary: 'Removes a key.',
  example: 'DELETE user:42',
  positionals: { key: required(KEY) },
};

export const CAS = {
  verb: 'CAS',
  summary: 'Compare and swap: writes the new value only if the key holds the old one.',
  example: 'CAS user:42 ada grace',
  positionals: { key: required(KEY), old: required(EXPECTED_VALUE), new: required(NEW_VALUE) },
};

export const TTL_OPTION = { ttl: durationBetween(TTL_US_MIN, TTL_US_MAX) };

export interface PutArguments {
  readonly key: Uint8Array;
  readonly value: Uint8Array;
}

export interface CasArguments {
  readonly key: Uint8Array;
  readonly old: Uint8Array | undefined;
  readonly new: Uint8Array;
}

type KeyWriteOf<T extends KeyWrite['type']> = Extract<KeyWrite, { readonly type: T }>;

const ttlOf = (ttlUs: Micros | undefined): { readonly ttlUs?: Micros } => (ttlUs === undefined ? {} : { ttlUs });

export const putOf = ({ key, value }: PutArguments, ttl: Micros | undefined): KeyWriteOf<'Put'> => ({
  type: 'Put',
  key,
  value,
  ...ttlOf(ttl),
});

export const casOf = (args: CasArguments, ttl: Micros | undefined): KeyWriteOf<'Cas'> => ({
  type: 'Cas',
  key: args.key,
  expected: args.old,
  value: args.new,
  ...ttlOf(ttl),
});

/** Only the BATCH around it is carried out. */
const run: Command['run'] = () => Promise.reject(new Error('a write in a batch is no command of its own'));

/** The writes of a BATCH. */
export const BATCH_WRITES: readonly Command[] = [
  { ...PUT, options: TTL_OPTION, run },
  { ...DELETE, options: {}, run },
  { ...CAS, options: TTL_OPTION, run },
];
