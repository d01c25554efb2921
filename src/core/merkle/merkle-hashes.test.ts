import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { equalHashes, hashText } from '../base/hash128.ts';
import { LEAVES, leafOfToken, TOKEN_LEAVES, UNPLACED_LEAF } from './leaves.ts';
import { hashRow } from './merkle-row.ts';
import { MerkleTree } from './merkle-tree.ts';
import { cellOf, contentOf, hashesOf, keyOf, leafOfKey, rowsOf } from './testing/content.ts';

const row = (leaf: number, key: string, value: string) => ({
  leaf,
  key: new TextEncoder().encode(key),
  value: new TextEncoder().encode(value),
});

describe('leaves', () => {
  const ARC = { from: 1_073_741_824, to: 2_147_483_648 };

  test('are equal ranges of the arc, the first and the last token in the first and the last one', () => {
    expect(leafOfToken(ARC, ARC.from)).toBe(0);
    expect(leafOfToken(ARC, ARC.to - 1)).toBe(TOKEN_LEAVES - 1);
    const width = (ARC.to - ARC.from) / TOKEN_LEAVES;
    expect(leafOfToken(ARC, ARC.from + 7 * width)).toBe(7);
    expect(leafOfToken(ARC, ARC.from + 7 * width - 1)).toBe(6);
    expect(leafOfToken({ from: 0, to: 4_294_967_296 }, 4_294_967_295)).toBe(TOKEN_LEAVES - 1);
  });

  test('of another shard are refused', () => {
    expect(() => leafOfToken(ARC, ARC.to)).toThrow('arc of its shard');
    expect(() => leafOfToken(ARC, ARC.from - 1)).toThrow('arc of its shard');
  });
});

describe('hashes of a tree', () => {
  // Every replica of every build must come to these: whoever changes how a row or a node is hashed makes two builds disagree.
  test('known answers: nothing at all, and one row', () => {
    expect(hashText(hashesOf([]).root)).toBe('ee9c0b8d7f75da1a');
    expect(hashText(hashesOf([row(3, 'k', 'v')]).root)).toBe('84d3d0052a925ff1');
  });

  test('equal content has an equal root, in whatever order its rows come', () => {
    fc.assert(
      fc.property(contentOf, fc.infiniteStream(fc.nat()), (content, order) => {
        const rows = rowsOf(content);
        const shuffled = rows
          .map((each) => ({ each, at: order.next().value as number }))
          .sort((a, b) => a.at - b.at)
          .map(({ each }) => each);
        expect(hashesOf(shuffled).differingLeaves(hashesOf(rows))).toEqual([]);
        expect(hashesOf(shuffled).root).toEqual(hashesOf(rows).root);
      }),
    );
  });

  test('one key more, one value or one deadline that differs: just its leaf differs, and so does the root', () => {
    fc.assert(
      fc.property(contentOf, keyOf, cellOf, (content, key, cell) => {
        const before = content.get(key);
        fc.pre(before?.value !== cell.value || before.deadlineUs !== cell.deadlineUs);
        const one = hashesOf(rowsOf(content));
        const other = hashesOf(rowsOf(new Map([...content, [key, cell]])));
        expect(one.differingLeaves(other)).toEqual([leafOfKey(key)]);
        expect(other.differingLeaves(one)).toEqual([leafOfKey(key)]);
        expect(equalHashes(one.root, other.root)).toBe(false);
      }),
    );
  });

  test('all leaves that differ are told, the one of rows without a token among them', () => {
    const leaves = [0, 31, 32, 500, TOKEN_LEAVES - 1, UNPLACED_LEAF];
    const all = hashesOf(leaves.map((leaf) => row(leaf, 'k', 'v')));
    expect(all.differingLeaves(hashesOf([]))).toEqual(leaves);
    expect(new MerkleTree().dirtyLeaves).toBe(LEAVES);
  });

  test('nothing cancels out: not a row that is there twice, not two rows that swap their values', () => {
    const twice = hashesOf([row(5, 'a', 'v'), row(5, 'a', 'v')]);
    expect(twice.differingLeaves(hashesOf([]))).toEqual([5]);
    expect(twice.differingLeaves(hashesOf([row(5, 'a', 'v')]))).toEqual([5]);
    const one = hashesOf([row(5, 'a', 'v'), row(5, 'b', 'w')]);
    expect(one.differingLeaves(hashesOf([row(5, 'a', 'w'), row(5, 'b', 'v')]))).toEqual([5]);
    // The same rows in two other leaves.
    const swapped = hashesOf([row(5, 'a', 'v'), row(6, 'b', 'w')]);
    expect(swapped.differingLeaves(hashesOf([row(6, 'a', 'v'), row(5, 'b', 'w')]))).toEqual([5, 6]);
  });
});

test('no byte passes from the key to the value without another hash', () => {
  const hashes = [row(0, 'ab', 'c'), row(0, 'a', 'bc'), row(0, 'abc', ''), row(0, '', 'abc'), row(0, 'a', 'c')];
  expect(new Set(hashes.map((each) => hashText(hashRow(each)))).size).toBe(hashes.length);
});

test('of a million rows that differ in a bit or two no two have one hash', { timeout: 60_000 }, () => {
  const seen = new Set<string>();
  const bytes = new Uint8Array(16);
  const view = new DataView(bytes.buffer);
  for (let i = 0; i < 1_000_000; i++) {
    view.setUint32(0, i);
    view.setUint32(8, i ^ (i << 7));
    const { high, low } = hashRow({ leaf: 0, key: bytes, value: bytes.subarray(0, i & 1) });
    seen.add(String.fromCharCode(high >>> 16, high & 0xffff, low >>> 16, low & 0xffff));
  }
  expect(seen.size).toBe(1_000_000);
});
