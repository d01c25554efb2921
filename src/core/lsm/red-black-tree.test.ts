import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { compareBytes } from '../base/bytes.ts';
import { RedBlackTree, type TreeNode } from './red-black-tree.ts';

/** Black nodes on every way down; throws where an invariant is broken. */
function blackHeight(node: TreeNode<unknown> | undefined): number {
  if (node === undefined) return 1;
  if (node.red && (node.left?.red || node.right?.red)) throw new Error('a red node has a red child');
  const left = blackHeight(node.left);
  if (left !== blackHeight(node.right)) throw new Error('black heights differ');
  return left + (node.red ? 0 : 1);
}

function keysOf(tree: RedBlackTree<number>): Uint8Array[] {
  const keys: Uint8Array[] = [];
  for (let node = tree.first(); node !== undefined; node = tree.next(node)) keys.push(node.key);
  return keys;
}

/** Many with a long beginning in common, many that are the beginning of another, and some of any bytes. */
const keyArb = fc.oneof(fc.uint8Array({ maxLength: 8, max: 1 }), fc.uint8Array({ maxLength: 3 }));

describe('RedBlackTree', () => {
  test('holds its invariants and its order after any insertions', () => {
    fc.assert(
      fc.property(fc.array(keyArb, { maxLength: 80 }), keyArb, (keys, sought) => {
        const tree = new RedBlackTree<number>();
        keys.forEach((key, i) => {
          tree.insert(key, i);
          expect(tree.root?.red).toBe(false);
          blackHeight(tree.root);
        });
        const sorted = [...new Map(keys.map((key) => [key.join(), key])).values()].sort(compareBytes);
        expect(keysOf(tree)).toEqual(sorted);
        expect(tree.size).toBe(sorted.length);
        expect(tree.seek(sought)?.key).toEqual(sorted.find((key) => compareBytes(key, sought) >= 0));
      }),
      { numRuns: 200 },
    );
  });

  test('stays shallow for ascending keys', () => {
    const tree = new RedBlackTree<number>();
    for (let i = 0; i < 4096; i++) tree.insert(new Uint8Array([i >> 8, i]), i);
    expect(blackHeight(tree.root)).toBeLessThanOrEqual(13);
    expect(keysOf(tree).length).toBe(4096);
  });

  test('a reader may stand on a node while others are inserted', () => {
    const tree = new RedBlackTree<number>();
    const first = tree.insert(new Uint8Array([10]), 0);
    for (let i = 0; i < 100; i++) tree.insert(new Uint8Array([i + 20]), i);
    tree.insert(new Uint8Array([11]), 1);
    expect(tree.next(first)?.key).toEqual(new Uint8Array([11]));
  });
});
