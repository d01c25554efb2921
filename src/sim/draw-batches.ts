import { createRandomStream, type RandomStream } from '../core/base/random.ts';
import { encodeUtf8 } from '../core/base/utf8.ts';
import type { Operation } from '../core/client/operation.ts';
import type { KeyWrite } from '../core/node/message.ts';

const TAGS = 3;
const KEYS_OF_TAG = 6;
const ITEMS_MAX = 5;

/** Operations on keys with hash tags, as `drawBatches` gives them. */
export interface DrawnOperation {
  /** 0 … 1: where in the run it stands. */
  readonly share: number;
  /** Who asks, of so many clients. */
  readonly client: number;
  readonly operation: Operation;
}

/**
 * Batches of 2 … 5 keys with one tag, and what meets them: reads, writes, deletions and scans of the same keys. From a stream of their own.
 * Values are unique, and none is one of another operation: they begin with `b`.
 */
export function drawBatches(seed: number, count: number, clients: number): readonly DrawnOperation[] {
  const draw = createRandomStream(seed, 'schedule', 'batches', 0);
  return Array.from({ length: count }, (_, number) => ({
    share: draw.between(0, 999_999) / 1_000_000,
    client: draw.between(0, clients - 1),
    operation: drawOperation(draw, number),
  }));
}

function drawOperation(draw: RandomStream, number: number): Operation {
  const tag = `b{t${draw.between(0, TAGS - 1)}}`;
  const kind = draw.between(0, 99);
  if (kind < 45) return { type: 'Batch', items: drawItems(draw, tag, number) };
  // `~` is behind every digit: all keys of the tag.
  if (kind < 75) return { type: 'Scan', from: encodeUtf8(tag), to: encodeUtf8(`${tag}~`), limit: 2 * KEYS_OF_TAG };
  const key = draw.between(0, KEYS_OF_TAG - 1);
  if (kind < 85) return { type: 'Get', key: encodeUtf8(`${tag}${key}`) };
  return drawWrite(draw, `${tag}${key}`, number, key);
}

function drawItems(draw: RandomStream, tag: string, number: number): readonly KeyWrite[] {
  const first = draw.between(0, KEYS_OF_TAG - 1);
  const items = draw.between(2, ITEMS_MAX);
  // Neighbours on a circle of keys: each batch names a key once, and meets others.
  return Array.from({ length: items }, (_, i) => {
    const key = (first + i) % KEYS_OF_TAG;
    return drawWrite(draw, `${tag}${key}`, number, key);
  });
}

function drawWrite(draw: RandomStream, name: string, number: number, place: number): KeyWrite {
  const key = encodeUtf8(name);
  const value = encodeUtf8(`b${number}.${place}`);
  const kind = draw.between(0, 99);
  if (kind < 75) return { type: 'Put', key, value, ...(kind < 10 ? { ttlUs: draw.between(10_000, 2_000_000) } : {}) };
  if (kind < 90) return { type: 'Delete', key };
  const earlier = `b${Math.max(0, number - draw.between(1, 8))}.${place}`;
  return { type: 'Cas', key, expected: draw.chance(0.5) ? undefined : encodeUtf8(earlier), value };
}
