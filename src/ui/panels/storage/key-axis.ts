import { dataKeyFields } from '../../../core/cluster/data-key.ts';

/**
 * One axis for the keys of all levels, from 0 to 1. It shows order and not distance: each shard has the same room (the nodes' own rows less), and within it each key that
 * begins or ends something has the same room. So what overlaps is drawn over each other, and what is disjoint is not.
 */
export interface KeyAxis {
  readonly segments: readonly KeySegment[];
  /** Where a key stands; both ends are equal where it is none of the keys that the axis was made for. */
  slot(key: Uint8Array): Span;
  /** From the beginning of the smallest key to the end of the largest. */
  span(smallest: Uint8Array, largest: Uint8Array): Span;
}

export interface Span {
  readonly from: number;
  readonly to: number;
}

/** The keys of one shard; `shard` undefined: those of the nodes' own rows, of all shards together. */
export interface KeySegment extends Span {
  readonly shard: number | undefined;
}

/** @param shards the shards that have room on the axis even without a key */
export function keyAxis(keys: readonly Uint8Array[], shards: Iterable<number>): KeyAxis {
  const bySegment = new Map<number, Set<string>>([[SYSTEM, new Set()]]);
  for (const shard of shards) bySegment.set(shard, new Set());
  for (const key of keys) {
    const segment = segmentOf(key);
    const found = bySegment.get(segment) ?? new Set();
    bySegment.set(segment, found.add(byteString(key)));
  }
  const order = [...bySegment.keys()].sort((a, b) => a - b);
  const slots = new Map(order.map((segment) => [segment, [...(bySegment.get(segment) ?? [])].sort(byCodeUnit)]));
  // Where there are few shards their own rows would take half of it.
  const systemWidth = order.length === 1 ? 1 : Math.min(SYSTEM_WIDTH_MAX, 1 / order.length);
  const width = (1 - systemWidth) / Math.max(1, order.length - 1);
  const start = (at: number): number => (at === 0 ? 0 : systemWidth + (at - 1) * width);
  const widthOf = (at: number): number => start(at + 1) - start(at);
  const slot = (key: Uint8Array): Span => {
    const segment = segmentOf(key);
    const at = order.indexOf(segment);
    // A shard that the axis has no room for: at the edge of the next one.
    if (at === -1) return point(start(order.filter((each) => each < segment).length));
    const own = slots.get(segment) ?? [];
    const text = byteString(key);
    const before = firstNotBefore(own, text);
    const step = widthOf(at) / Math.max(1, own.length);
    const from = start(at) + before * step;
    return own[before] === text ? { from, to: from + step } : point(from);
  };
  return {
    segments: order.map((segment, at) => ({
      shard: segment === SYSTEM ? undefined : segment,
      from: start(at),
      to: start(at + 1),
    })),
    slot,
    span: (smallest, largest) => ({ from: slot(smallest).from, to: slot(largest).to }),
  };
}

/** How many of these, which ascend, come before the text. */
function firstNotBefore(ascending: readonly string[], text: string): number {
  let low = 0;
  let high = ascending.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((ascending[middle] as string) < text) low = middle + 1;
    else high = middle;
  }
  return low;
}

const SYSTEM = -1;
const SYSTEM_WIDTH_MAX = 0.12;

function segmentOf(key: Uint8Array): number {
  const fields = dataKeyFields(key);
  return fields === undefined || fields.keyspace === 'system' ? SYSTEM : fields.shard;
}

/** A character per byte: these sort as the bytes do. */
export const byteString = (key: Uint8Array): string => String.fromCharCode(...key);
const byCodeUnit = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);
const point = (at: number): Span => ({ from: at, to: at });

/** As the engine orders data keys: by their bytes. */
export const compareKeys = (a: Uint8Array, b: Uint8Array): number => byCodeUnit(byteString(a), byteString(b));
