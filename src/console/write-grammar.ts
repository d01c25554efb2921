import type { Micros } from '../core/base/ids.ts';
import { bytesOfKeyWrite, keyTwice } from '../core/node/batch.ts';
import { BATCH_BYTES_MAX, BATCH_ITEMS_MAX, TTL_US_MAX, TTL_US_MIN } from '../core/node/config.ts';
import type { KeyWrite } from '../core/node/message.ts';
import { type BlockItem, type BlockType, type Command, required } from './command.ts';
import { failed, type Parsed, parsed } from './result.ts';
import { showBytes } from './show.ts';
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

interface PutArguments {
  readonly key: Uint8Array;
  readonly value: Uint8Array;
}

interface CasArguments {
  readonly key: Uint8Array;
  readonly old: Uint8Array | undefined;
  readonly new: Uint8Array;
}

const ttlOf = (ttlUs: Micros | undefined): { readonly ttlUs?: Micros } => (ttlUs === undefined ? {} : { ttlUs });

export const putOf = ({ key, value }: PutArguments, ttl: Micros | undefined): KeyWrite => ({
  type: 'Put',
  key,
  value,
  ...ttlOf(ttl),
});

export const casOf = (args: CasArguments, ttl: Micros | undefined): KeyWrite => ({
  type: 'Cas',
  key: args.key,
  expected: args.old,
  value: args.new,
  ...ttlOf(ttl),
});

/** Only the BATCH around it is carried out. */
const run: Command['run'] = () => Promise.reject(new Error('a write in a batch is no command of its own'));

/** The writes of a BATCH. */
export const WRITES_BLOCK: BlockType = {
  commands: [
    { ...PUT, options: TTL_OPTION, run },
    { ...DELETE, options: {}, run },
    { ...CAS, options: TTL_OPTION, run },
  ],
  parse: parseWrites,
};

// `bind` only ever passes what the parameters of these commands parsed.
function writeOf({ command, args, options }: BlockItem): KeyWrite {
  const ttl = options.ttl as Micros | undefined;
  if (command.verb === PUT.verb) return putOf(args as unknown as PutArguments, ttl);
  if (command.verb === CAS.verb) return casOf(args as unknown as CasArguments, ttl);
  return { type: 'Delete', key: args.key as Uint8Array };
}

function parseWrites(items: readonly BlockItem[]): Parsed<readonly KeyWrite[]> {
  const writes = items.map(writeOf);
  const tooMany = items[BATCH_ITEMS_MAX];
  if (tooMany !== undefined) {
    const remedy = `A batch has at most ${BATCH_ITEMS_MAX} writes: split it, if it need not be atomic as a whole.`;
    return failed('BatchTooLarge', `The batch has ${items.length} writes`, remedy, tooMany.at);
  }
  const bytes = writes.reduce((sum, write) => sum + bytesOfKeyWrite(write), 0);
  if (bytes > BATCH_BYTES_MAX) {
    const remedy = `Its keys and values have at most ${BATCH_BYTES_MAX} together (1 MiB): it is one log entry.`;
    return failed('BatchTooLarge', `The batch has ${bytes} bytes`, remedy, items[0]?.at);
  }
  const twice = keyTwice(writes);
  if (twice === undefined) return parsed(writes);
  const key = showBytes((writes[twice] as KeyWrite).key);
  const remedy = 'Each key may stand in a batch once: every CAS in it sees what was there before.';
  return failed('BadArgument', `The batch names ${key} twice`, remedy, items[twice]?.at);
}
