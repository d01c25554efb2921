import fc from 'fast-check';
import { ByteWriter } from '../../base/byte-writer.ts';
import { encodeUtf8 } from '../../base/utf8.ts';
import { LEAVES } from '../leaves.ts';
import type { RowSource } from '../merkle-pass.ts';
import type { MerkleRow } from '../merkle-row.ts';
import { MerkleTree } from '../merkle-tree.ts';

/** What a replica holds, by key: value and deadline. */
export type Content = ReadonlyMap<string, { readonly value: string; readonly deadlineUs: number }>;

/** Few enough keys that a leaf has several of them, and that they are written again. */
export const KEYS = Array.from({ length: 12 }, (_, i) => `k${i}`);
export const leafOfKey = (key: string): number => (Number(key.slice(1)) * 341) % LEAVES;

export const keyOf = fc.constantFrom(...KEYS);
export const cellOf = fc.record({ value: fc.string({ maxLength: 4 }), deadlineUs: fc.constantFrom(0, 1, 5_000_000) });
export const contentOf: fc.Arbitrary<Content> = fc
  .array(fc.tuple(keyOf, cellOf), { maxLength: 20 })
  .map((cells) => new Map(cells));

export const rowsOf = (content: Content): MerkleRow[] =>
  [...content].map(([key, { value, deadlineUs }]) => ({
    leaf: leafOfKey(key),
    key: encodeUtf8(key),
    value: new ByteWriter().varint(deadlineUs).raw(encodeUtf8(value)).finish(),
  }));

/** Gives the rows one by one and counts them. */
export function sourceOf(rows: readonly MerkleRow[]): RowSource & { taken: number } {
  return {
    taken: 0,
    // biome-ignore lint/correctness/useYield: all of it is in memory
    *next() {
      return rows[this.taken++];
    },
  };
}

/** From nothing, in one go. */
export function hashesOf(rows: readonly MerkleRow[]) {
  const pass = new MerkleTree().begin();
  for (const row of rows) pass.add(row);
  return pass.end();
}
