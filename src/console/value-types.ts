import { compactDuration } from '../core/base/duration.ts';
import { type Micros, type NodeId, type ShardId, shardId } from '../core/base/ids.ts';
import { encodeUtf8, utf8Length } from '../core/base/utf8.ts';
import type { ClientName } from '../core/cluster/action.ts';
import { nodeName, shardName } from '../core/cluster/snapshot.ts';
import { KEY_BYTES_MAX, VALUE_BYTES_MAX } from '../core/node/config.ts';
import { parseContextToken } from '../core/replication/context-token.ts';
import type { KnownNames, Suggestion, Topology, ValueType } from './command.ts';
import { formatWord } from './format-command.ts';
import { failed, type Parsed, parsed } from './result.ts';
import { shorten } from './show.ts';
import { didYouMean, nearestNames } from './suggest.ts';
import type { Literal } from './tokenizer.ts';

const suggestKeys = ({ keys }: KnownNames): readonly Suggestion[] =>
  keys.map((key) => ({ text: formatWord(key), literal: key, hint: 'key' }));

export const suggestNodes = ({ nodes }: KnownNames): readonly Suggestion[] =>
  nodes.map((node) => ({ text: nodeName(node), hint: 'node' }));

export const suggestClients = ({ clients }: KnownNames): readonly Suggestion[] =>
  clients.map((text) => ({ text, hint: 'client' }));

export const KEY: ValueType<Uint8Array> = {
  accepts: `a key of 1 to ${KEY_BYTES_MAX} bytes in UTF-8`,
  suggest: (known) => suggestKeys(known).filter(({ literal }) => literal !== ''),
  parse(word) {
    if (word.text === '') return failed('EmptyKey', 'The key is empty', 'A key has at least one character.', word.at);
    return boundedKey(word);
  },
};

/** Where a SCAN begins: `""` is before every key. */
export const SCAN_BOUND: ValueType<Uint8Array> = {
  accepts: 'a key, or "" for the very beginning',
  suggest: (known) => [{ text: '""', hint: 'the very beginning' }, ...(KEY.suggest?.(known) ?? [])],
  parse: boundedKey,
};

function boundedKey(word: Literal): Parsed<Uint8Array> {
  const bytes = utf8Length(word.text);
  if (bytes <= KEY_BYTES_MAX) return parsed(encodeUtf8(word.text));
  const remedy = `Keys have at most ${KEY_BYTES_MAX} bytes; values may have up to ${VALUE_BYTES_MAX}.`;
  return failed('KeyTooLarge', `The key has ${bytes} bytes`, remedy, word.at);
}

export const VALUE: ValueType<Uint8Array> = {
  accepts: 'a value of at most 1 MiB in UTF-8; in quotes if it has spaces',
  parse(word) {
    const bytes = utf8Length(word.text);
    if (bytes <= VALUE_BYTES_MAX) return parsed(encodeUtf8(word.text));
    const remedy = `Values have at most ${VALUE_BYTES_MAX} bytes (1 MiB): split it over several keys.`;
    return failed('ValueTooLarge', `The value has ${bytes} bytes`, remedy, word.at);
  },
};

const isNil = (word: Literal): boolean => !word.quoted && word.text.toLowerCase() === 'nil';

/** What CAS expects; the keyword nil = that the key is absent. */
export const EXPECTED_VALUE: ValueType<Uint8Array | undefined> = {
  accepts: 'the value that the key must hold, or nil if it must be absent ("nil" in quotes is the text)',
  suggest: () => [{ text: 'nil', hint: 'the key must be absent' }],
  parse: (word, topology) => (isNil(word) ? parsed(undefined) : VALUE.parse(word, topology)),
};

export const NEW_VALUE: ValueType<Uint8Array> = {
  accepts: VALUE.accepts,
  parse(word, topology) {
    if (!isNil(word)) return VALUE.parse(word, topology);
    return failed('BadArgument', 'CAS cannot write nil', 'DELETE removes a key; "nil" in quotes is the text.', word.at);
  },
};

export const NODE: ValueType<NodeId> = { accepts: 'a node such as n2', suggest: suggestNodes, parse: parseNode };

export function parseNode(word: Literal, topology: Topology): Parsed<NodeId> {
  const names = topology.nodes.map(nodeName);
  const found = topology.nodes[names.indexOf(word.text.toLowerCase())];
  if (found !== undefined) return parsed(found);
  const remedy = [`This cluster has ${names.join(', ')}.`, didYouMean(word.text, names)].filter(Boolean).join(' ');
  return failed('UnknownNode', `There is no node ${shorten(word.text)}`, remedy, word.at, {
    name: word.text,
    meant: nearestNames(word.text, names),
  });
}

export const SHARD: ValueType<ShardId> = {
  accepts: 'a shard such as s0',
  suggest: ({ shards }) => Array.from({ length: shards }, (_, i) => ({ text: shardName(shardId(i)), hint: 'shard' })),
  parse(word, { shards }) {
    const match = /^s(0|[1-9]\d{0,3})$/i.exec(word.text);
    const shard = match === null ? -1 : Number(match[1]);
    if (shard >= 0 && shard < shards) return parsed(shardId(shard));
    const remedy = shards === 1 ? 'This cluster has one shard, s0.' : `This cluster has s0 to s${shards - 1}.`;
    return failed('UnknownShard', `There is no shard ${shorten(word.text)}`, remedy, word.at);
  },
};

export const CLIENT: ValueType<ClientName> = {
  accepts: 'a client name: a lower-case letter, then up to 15 letters, digits or -',
  suggest: suggestClients,
  parse(word) {
    const taken = /^[ns]\d+$/.test(word.text);
    if (/^[a-z][a-z0-9-]{0,15}$/.test(word.text) && !taken) return parsed(word.text);
    const why = taken ? `${word.text} names a ${word.text.startsWith('n') ? 'node' : 'shard'}` : 'this is not one';
    return failed(
      'BadOption',
      `A client needs a name of its own; ${why}`,
      `Give ${CLIENT.accepts}, such as a.`,
      word.at,
    );
  },
};

/** '' stands for none. */
export const CONTEXT: ValueType<string> = {
  accepts: 'what a GET printed as context=, or none',
  suggest: () => [{ text: 'none', hint: 'replaces nothing' }],
  parse(word) {
    if (word.text === 'none') return parsed('');
    if (parseContextToken(word.text) !== undefined) return parsed(word.text);
    const remedy = 'Copy all of what GET prints behind context=, or write context=none.';
    return failed('BadOption', `${shorten(word.text)} is no context of this store`, remedy, word.at);
  },
};

const UNITS_US: Readonly<Record<string, number>> = { us: 1, µs: 1, μs: 1, ms: 1000, s: 1_000_000 };

/** A time between two bounds, both included, in whole microseconds. */
export function durationBetween(minUs: Micros, maxUs: Micros): ValueType<Micros> {
  const accepts = `a time from ${compactDuration(minUs)} to ${compactDuration(maxUs)}, such as 80ms or 1.5s`;
  return {
    accepts,
    parse(word) {
      const match = /^(\d{1,12}(?:\.\d{1,6})?)\s?([a-zµμ]*)$/i.exec(word.text);
      if (match === null)
        return failed('BadOption', `${shorten(word.text)} is not a time`, `Give ${accepts}.`, word.at);
      const [, number = '', unit = ''] = match;
      const scale = UNITS_US[unit.toLowerCase()];
      if (unit === '')
        return failed('BadOption', `The time ${number} needs a unit`, `Write ${number}ms or ${number}s.`, word.at);
      if (scale === undefined) {
        return failed('BadOption', `${unit} is not a unit of time`, 'Units are us, ms and s.', word.at);
      }
      const us = Math.round(Number(number) * scale);
      if (us >= minUs && us <= maxUs) return parsed(us);
      return failed('BadOption', `${number}${unit} is out of range`, `Give ${accepts}.`, word.at);
    },
  };
}

/** 0 … 1. A bare `10` or `1` could mean either, and is refused. */
export const CHANCE: ValueType<number> = {
  accepts: 'a chance such as 10% or 0.1',
  parse(word) {
    const match = /^(\d{1,3}(?:\.\d{1,6})?)(%?)$/.exec(word.text);
    if (match === null)
      return failed('BadOption', `${shorten(word.text)} is not a chance`, `Give ${CHANCE.accepts}.`, word.at);
    const [, number = '', percent] = match;
    const value = Number(number);
    if (percent === '' && value >= 1) {
      return failed(
        'BadOption',
        `${number} could be ${number}% or more`,
        `Write ${number}% or a fraction below 1.`,
        word.at,
      );
    }
    const chance = percent === '' ? value : value / 100;
    if (chance <= 1) return parsed(chance);
    return failed('BadOption', `${word.text} is more than always`, 'A chance is at most 100%.', word.at);
  },
};

export function integerBetween(min: number, max: number, code: 'BadArgument' | 'BadOption'): ValueType<number> {
  const accepts = `a whole number from ${min} to ${max}`;
  return {
    accepts,
    parse(word) {
      const value = /^\d{1,15}$/.test(word.text) ? Number(word.text) : -1;
      if (value >= min && value <= max) return parsed(value);
      return failed(code, `${shorten(word.text)} is not ${accepts}`, `Give ${accepts}.`, word.at);
    },
  };
}

/** `8` or `2.5`. */
export function decimalBetween(min: number, max: number): ValueType<number> {
  const accepts = `a number from ${min} to ${max}`;
  return {
    accepts,
    parse(word) {
      const value = /^\d{1,9}(\.\d{1,6})?$/.test(word.text) ? Number(word.text) : Number.NaN;
      if (value >= min && value <= max) return parsed(value);
      return failed('BadOption', `${shorten(word.text)} is not ${accepts}`, `Give ${accepts}.`, word.at);
    },
  };
}

/** One of a few words or numbers; others do not exist yet or never will, and the error lists those that do. @param remark a sentence after that list */
export function oneOf<T extends string | number>(choices: readonly T[], remark = ''): ValueType<T> {
  const names = choices.map(String);
  return {
    accepts: names.join(' or '),
    suggest: () => names.map((text) => ({ text, hint: '' })),
    parse(word) {
      const found = choices[names.indexOf(word.text.toLowerCase())];
      if (found !== undefined) return parsed(found);
      const remedy = [`It takes ${names.join(', ')}.`, remark, didYouMean(word.text, names)].filter(Boolean).join(' ');
      const misspelled = { name: word.text, meant: nearestNames(word.text, names) };
      return failed('BadOption', `${shorten(word.text)} is not available here`, remedy, word.at, misspelled);
    },
  };
}
