import fc from 'fast-check';
import { expect, test } from 'vitest';
import { compareBytes } from '../base/bytes.ts';
import { equalHashes } from '../base/hash128.ts';
import { nodeId } from '../base/ids.ts';
import { purgeRow } from './purge-limits.ts';
import { expireRow, mergeRows, NO_ROW, type Row } from './row.ts';
import { comparedRow, digestRows, type HeldRow, planSync } from './sync-rows.ts';
import type { Version } from './version.ts';

const letter = (key: Uint8Array): string => String.fromCharCode(...key);
const version = (wallUs: number, value: number | undefined, deadlineUs?: number): Version => ({
  stamp: { wallUs, logical: 0, node: nodeId(1) },
  value: value === undefined ? undefined : Uint8Array.of(value),
  deadlineUs,
  clock: undefined,
});
const held = (key: number, ...row: readonly Version[]): HeldRow => ({ key: Uint8Array.of(key), row });
const digests = (rows: readonly HeldRow[], watermarkUs = 0) => digestRows(0, rows, watermarkUs);

test('what one lacks is sent, what the other lacks is asked for, and what differs goes both ways', () => {
  const own = [held(97, version(1, 1)), held(98, version(2, 1)), held(100, version(1, 1)), held(101, version(1, 1))];
  const other = [held(98, version(3, 1)), held(99, version(1, 1)), held(101, version(1, 1)), held(102, version(1, 1))];
  const { send, ask } = planSync(digests(own), digests(other));
  expect([send.map(letter).join(''), ask.map(letter).join('')]).toEqual(['abd', 'bcf']);
  expect(planSync(digests(own), digests(own))).toEqual({ send: [], ask: [] });
});

test('a tombstone is content until it is below the watermark, of either replica', () => {
  const rows = [held(97, version(5, undefined))];
  expect(planSync(digests(rows), [])).toEqual({ send: [Uint8Array.of(97)], ask: [] });
  expect(planSync(digests(rows, 6), digests([], 6))).toEqual({ send: [], ask: [] });
  expect(digests(rows, 5)).toHaveLength(1);
});

test('stamps, values and deadlines are content', () => {
  const hashes = [
    version(1, 1),
    version(2, 1),
    version(1, 2),
    version(1, undefined),
    version(1, 1, 9),
    version(1, 1, 8),
  ].map((each) => digests([held(97, each)])[0]?.hash);
  for (const [i, a] of hashes.entries()) {
    for (const b of hashes.slice(i + 1)) expect(a !== undefined && b !== undefined && equalHashes(a, b)).toBe(false);
  }
});

test('who has dropped an expired value, or purged a tombstone, has the same hash as who has not', () => {
  const versions = fc.record({
    wallUs: fc.nat(9),
    value: fc.option(fc.nat(255), { nil: undefined }),
    deadlineUs: fc.option(fc.nat(12), { nil: undefined }),
  });
  fc.assert(
    fc.property(fc.array(versions, { maxLength: 3 }), fc.nat(12), fc.nat(12), (all, watermarkUs, nowUs) => {
      const row = all.reduce<Row>(
        (merged, { wallUs, value, deadlineUs }) =>
          mergeRows('siblings', merged, [version(wallUs, value, value === undefined ? undefined : deadlineUs)]),
        NO_ROW,
      );
      const swept = purgeRow(expireRow(row, nowUs), watermarkUs);
      const key = Uint8Array.of(97);
      expect(comparedRow(3, { key, row: swept }, watermarkUs)).toEqual(comparedRow(3, { key, row }, watermarkUs));
    }),
  );
});

test('after one exchange both hold the same, whatever they held', () => {
  const content = fc.uniqueArray(fc.tuple(fc.nat(12), fc.nat(3)), { selector: ([key]) => key });
  fc.assert(
    fc.property(content, content, fc.constantFrom('lww' as const, 'siblings' as const), (a, b, conflicts) => {
      const [own, other] = [a, b].map(
        (keys) => new Map(keys.map(([key, wallUs]) => [key, [version(wallUs, 1)] as Row])),
      );
      if (own === undefined || other === undefined) throw new Error('two replicas');
      const listed = (rows: Map<number, Row>) =>
        digests([...rows].map(([key, row]) => held(key, ...row)).sort((x, y) => compareBytes(x.key, y.key)));
      const { send, ask } = planSync(listed(own), listed(other));
      const before = { own: new Map(own), other: new Map(other) };
      const move = (keys: readonly Uint8Array[], from: Map<number, Row>, to: Map<number, Row>): void => {
        for (const [key = 0] of keys) to.set(key, mergeRows(conflicts, to.get(key) ?? NO_ROW, from.get(key) ?? NO_ROW));
      };
      move(send, before.own, other);
      move(ask, before.other, own);
      expect(listed(own)).toEqual(listed(other));
      // Nothing goes over the wire that both have.
      for (const [key = 0] of [...send, ...ask]) {
        expect(before.own.get(key)).not.toEqual(before.other.get(key));
      }
    }),
  );
});
