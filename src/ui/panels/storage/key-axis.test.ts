import { expect, test } from 'vitest';
import { encodeUtf8 } from '../../../core/base/utf8.ts';
import { dataKey } from '../../../core/lsm/internal-key.ts';
import { keyAxis } from './key-axis.ts';

const user = (shard: number, text: string): Uint8Array => dataKey(1, shard, 1, encodeUtf8(text));
const system = (shard: number): Uint8Array => dataKey(0, shard, 1, encodeUtf8('summary'));

test('shards have equal room in the order of their keys, the nodes’ own rows before them', () => {
  const axis = keyAxis([user(4, 'a')], [0, 1]);
  expect(axis.segments.map(({ shard }) => shard)).toEqual([undefined, 0, 1, 4]);
  const widths = axis.segments.map(({ from, to }) => to - from);
  expect(widths[0]).toBeCloseTo(0.12);
  for (const width of widths.slice(1)) expect(width).toBeCloseTo(0.88 / 3);
  expect([axis.segments[0]?.from, axis.segments.at(-1)?.to]).toEqual([0, 1]);
});

test('disjoint ranges never overlap, overlapping ones do', () => {
  const axis = keyAxis([user(0, 'a'), user(0, 'c'), user(0, 'd'), user(0, 'f'), user(0, 'b')], [0]);
  const first = axis.span(user(0, 'a'), user(0, 'c'));
  const second = axis.span(user(0, 'd'), user(0, 'f'));
  const across = axis.span(user(0, 'b'), user(0, 'd'));
  expect(first.to).toBeLessThanOrEqual(second.from);
  expect(across.from).toBeLessThan(first.to);
  expect(across.to).toBeGreaterThan(second.from);
});

test('keys sort as bytes, not as text: é after z, and a prefix before what it begins', () => {
  const keys = ['é', 'z', 'za', ''].map((text) => user(0, text));
  const axis = keyAxis(keys, []);
  const at = (text: string): number => axis.slot(user(0, text)).from;
  for (const [i, text] of ['', 'z', 'za', 'é'].entries()) expect(at(text)).toBeCloseTo(0.12 + i * 0.22);
});

test('a range over all shards reaches from the first row to the last key', () => {
  const axis = keyAxis([system(0), user(7, 'z')], [0, 7]);
  expect(axis.span(system(0), user(7, 'z'))).toEqual({ from: 0, to: 1 });
});

test('a key that the axis was not made for is a point between its neighbours', () => {
  const axis = keyAxis([user(0, 'a'), user(0, 'c')], []);
  const { from, to } = axis.slot(user(0, 'b'));
  expect([from, to]).toEqual([axis.slot(user(0, 'c')).from, axis.slot(user(0, 'a')).to]);
  expect(axis.slot(user(9, 'b'))).toEqual({ from: 1, to: 1 });
});
