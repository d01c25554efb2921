import { must } from '../base/assert.ts';
import { ByteWriter } from '../base/byte-writer.ts';
import { equalHashes, type Hash64, murmur3Hash64 } from '../base/hash128.ts';
import { FAN_OUT, INNER_NODES, LEAVES } from './leaves.ts';

const INNER_SEED = 0x6e6f6465;
const ROOT_SEED = 0x726f6f74;

/** The hashes of a tree as of one moment, which do not change any more. */
export class MerkleHashes {
  readonly root: Hash64;
  private readonly leaves: LeafSums;
  private readonly inner: readonly Hash64[];

  /** @param leaves the caller's no longer */
  constructor(leaves: LeafSums) {
    this.leaves = leaves;
    this.inner = Array.from({ length: INNER_NODES }, (_, node) => hashOf(childrenOf(node, leaves), INNER_SEED));
    this.root = rootOf(this.inner);
  }

  leaf(leaf: number): Hash64 {
    return this.leaves.get(leaf);
  }

  /** The leaves in which the two differ, ascending; under inner nodes that are equal nothing is compared. */
  differingLeaves(other: MerkleHashes): readonly number[] {
    if (equalHashes(this.root, other.root)) return [];
    const differing: number[] = [];
    for (let node = 0; node < INNER_NODES; node++) {
      if (equalHashes(this.innerHash(node), other.innerHash(node))) continue;
      for (let leaf = node * FAN_OUT; leaf < lastOf(node); leaf++) {
        if (!equalHashes(this.leaf(leaf), other.leaf(leaf))) differing.push(leaf);
      }
    }
    return differing;
  }

  innerHash(node: number): Hash64 {
    return must(this.inner[node], 'an inner node is one of 33');
  }
}

/**
 * Per leaf the sum of its rows' hashes, word by word modulo 2^32: the order of the rows does not count, and, other than with XOR, a row that is
 * there twice does not cancel itself out.
 */
export class LeafSums {
  private readonly words: Uint32Array;

  constructor(words: Uint32Array = new Uint32Array(2 * LEAVES)) {
    this.words = words;
  }

  get(leaf: number): Hash64 {
    const { words } = this;
    return { high: words[2 * leaf] as number, low: words[2 * leaf + 1] as number };
  }

  add(leaf: number, { high, low }: Hash64): void {
    const { words } = this;
    words[2 * leaf] = (words[2 * leaf] as number) + high;
    words[2 * leaf + 1] = (words[2 * leaf + 1] as number) + low;
  }

  clear(leaf: number): void {
    this.words.fill(0, 2 * leaf, 2 * leaf + 2);
  }

  copy(): LeafSums {
    return new LeafSums(this.words.slice());
  }
}

/** Behind the last leaf of an inner node. */
export const lastOf = (node: number): number => Math.min((node + 1) * FAN_OUT, LEAVES);

/** Of all inner nodes in their order. */
export const rootOf = (inner: readonly Hash64[]): Hash64 => hashOf(inner, ROOT_SEED);

function childrenOf(node: number, leaves: LeafSums): Hash64[] {
  const children: Hash64[] = [];
  for (let leaf = node * FAN_OUT; leaf < lastOf(node); leaf++) children.push(leaves.get(leaf));
  return children;
}

/** Of the children in their order. */
function hashOf(children: readonly Hash64[], seed: number): Hash64 {
  const writer = new ByteWriter(8 * children.length);
  for (const { high, low } of children) writer.u32(high).u32(low);
  return murmur3Hash64(writer.view(), seed);
}
