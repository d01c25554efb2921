import { assert, assertNever } from '../base/assert.ts';
import { equalHashes, type Hash64 } from '../base/hash128.ts';
import { FAN_OUT, INNER_NODES, UNPLACED_LEAF } from './leaves.ts';
import { lastOf, type MerkleHashes, rootOf } from './merkle-hashes.ts';

/** Inner nodes whose hashes are told: that of the last one follows from the root and theirs. */
const TOLD_NODES = INNER_NODES - 1;

/** What is to be asked of the other tree next. All numbers ascend. */
export type WalkQuestion =
  | { readonly type: 'root' }
  /** Of the first 32 inner nodes. */
  | { readonly type: 'inner' }
  /** Of all leaves of each of these inner nodes. */
  | { readonly type: 'leaves'; readonly nodes: readonly number[] }
  /** The rows of these leaves, in one piece or more. */
  | { readonly type: 'rows'; readonly leaves: readonly number[] };

/** A level of both trees that was compared, in the order in which the other side told it. */
export interface ComparedLevel {
  readonly own: readonly Hash64[];
  readonly theirs: readonly Hash64[];
  /** Of the root 0, of the others the numbers of inner nodes or leaves. The inner node over UNPLACED_LEAF is told of without its hashes. */
  readonly differing: readonly number[];
}

/**
 * Finds where another tree differs from this one by asking for as few of its hashes as can be: the root, the inner hashes, and of inner nodes that
 * differ the leaf hashes (Merkle 1987; as in Dynamo §4.7). A state machine: who has the other tree, and how it is asked, is the caller's.
 */
export class MerkleWalk {
  /** Told by the other side so far. */
  hashes = 0;
  /** Rows told by the other side so far. */
  keys = 0;
  /** By the last answer about hashes. */
  compared: ComparedLevel | undefined;
  private readonly own: MerkleHashes;
  private theirRoot: Hash64 | undefined;
  private next: WalkQuestion | undefined = { type: 'root' };

  constructor(own: MerkleHashes) {
    this.own = own;
  }

  /** Undefined: the walk is over. */
  get question(): WalkQuestion | undefined {
    return this.next;
  }

  /** The answer to a question that is not about rows, as `hashesAsked` gives it. @returns whether that many were asked for */
  hashesTold(hashes: readonly Hash64[]): boolean {
    const { next } = this;
    assert(next !== undefined && next.type !== 'rows', 'hashes are told while they are asked for');
    if (hashes.length !== countOf(next)) return false;
    this.hashes += hashes.length;
    this.next = this.after(next, hashes);
    const own = hashesAsked(this.own, next);
    this.compared = { own, theirs: hashes, differing: this.differing(next.type) };
    return true;
  }

  /** A piece of the answer about rows. */
  rowsTold(count: number, isLast: boolean): void {
    assert(this.next?.type === 'rows', 'rows are told while they are asked for');
    this.keys += count;
    if (isLast) this.next = undefined;
  }

  private after(asked: Exclude<WalkQuestion, { type: 'rows' }>, hashes: readonly Hash64[]): WalkQuestion | undefined {
    switch (asked.type) {
      case 'root':
        this.theirRoot = hashes[0];
        return this.isTheirRoot(this.own.root) ? undefined : { type: 'inner' };
      case 'inner': {
        const nodes = hashes.flatMap((hash, node) => (equalHashes(hash, this.own.innerHash(node)) ? [] : [node]));
        // Theirs of all nodes but the last, and of that one ours: if this makes their root, the last one is equal.
        const isLastEqual = this.isTheirRoot(rootOf([...hashes, this.own.innerHash(TOLD_NODES)]));
        this.unplaced = isLastEqual ? [] : [UNPLACED_LEAF];
        return nodes.length > 0 ? { type: 'leaves', nodes } : this.rowsOf([]);
      }
      case 'leaves': {
        const leaves = asked.nodes.flatMap(leavesOf);
        return this.rowsOf(leaves.filter((leaf, place) => !equalHashes(this.own.leaf(leaf), hashes[place] as Hash64)));
      }
      default:
        return assertNever(asked);
    }
  }

  private differing(asked: WalkQuestion['type']): readonly number[] {
    const { next, unplaced } = this;
    if (next === undefined) return [];
    if (asked === 'root') return [0];
    if (asked !== 'inner') return next.type === 'rows' ? next.leaves : [];
    return [...(next.type === 'leaves' ? next.nodes : []), ...unplaced.map(() => TOLD_NODES)];
  }

  /** The leaf of rows without a token, if it differs. */
  private unplaced: readonly number[] = [];

  private rowsOf(placed: readonly number[]): WalkQuestion | undefined {
    const leaves = [...placed, ...this.unplaced];
    return leaves.length === 0 ? undefined : { type: 'rows', leaves };
  }

  private isTheirRoot(root: Hash64): boolean {
    return this.theirRoot !== undefined && equalHashes(root, this.theirRoot);
  }
}

/** What the side that is asked answers. */
export function hashesAsked(tree: MerkleHashes, question: Exclude<WalkQuestion, { type: 'rows' }>): readonly Hash64[] {
  switch (question.type) {
    case 'root':
      return [tree.root];
    case 'inner':
      return Array.from({ length: TOLD_NODES }, (_, node) => tree.innerHash(node));
    case 'leaves':
      return question.nodes.flatMap(leavesOf).map((leaf) => tree.leaf(leaf));
    default:
      return assertNever(question);
  }
}

/** Whether somebody may ask it: an inner node without leaves of its own is none. */
export function isSoundQuestion(question: WalkQuestion): boolean {
  if (question.type === 'leaves') return question.nodes.every((node) => node < TOLD_NODES);
  return question.type !== 'rows' || question.leaves.every((leaf) => leaf <= UNPLACED_LEAF);
}

function countOf(question: Exclude<WalkQuestion, { type: 'rows' }>): number {
  if (question.type === 'root') return 1;
  return question.type === 'inner' ? TOLD_NODES : question.nodes.length * FAN_OUT;
}

const leavesOf = (node: number): readonly number[] =>
  Array.from({ length: lastOf(node) - node * FAN_OUT }, (_, place) => node * FAN_OUT + place);
