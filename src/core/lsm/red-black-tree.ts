import { compareBytes } from '../base/bytes.ts';

/** A node of the tree; `key` never changes, `value` may. */
export interface TreeNode<V> {
  readonly key: Uint8Array;
  value: V;
  readonly red: boolean;
  readonly left: TreeNode<V> | undefined;
  readonly right: TreeNode<V> | undefined;
}

interface Node<V> extends TreeNode<V> {
  red: boolean;
  left: Node<V> | undefined;
  right: Node<V> | undefined;
  parent: Node<V> | undefined;
}

/**
 * A red-black tree that only grows (Cormen et al., chapter 13): a MemTable never removes, it is dropped whole.
 * Invariants: in-order keys ascend; the root is black; a red node has black children; every way down passes equally many black nodes.
 * A node's neighbours stay right while others are inserted, so a reader may stand on a node across writes.
 */
export class RedBlackTree<V> {
  size = 0;
  private rootNode: Node<V> | undefined;

  get root(): TreeNode<V> | undefined {
    return this.rootNode;
  }

  /** Adds the key, or replaces the value that it has. */
  insert(key: Uint8Array, value: V): TreeNode<V> {
    let parent: Node<V> | undefined;
    let at = this.rootNode;
    let order = 0;
    // Bytes that the key shares with the nearest smaller and with the nearest larger key passed. All keys between those two share the fewer
    // of both, so comparing begins behind them: the keys of one replica have a long beginning in common.
    let withSmaller = 0;
    let withLarger = 0;
    while (at !== undefined) {
      const other: Uint8Array = at.key;
      const end = Math.min(key.length, other.length);
      let shared = Math.min(withSmaller, withLarger);
      while (shared < end && key[shared] === other[shared]) shared++;
      order = shared < end ? (key[shared] as number) - (other[shared] as number) : key.length - other.length;
      if (order === 0) {
        at.value = value;
        return at;
      }
      parent = at;
      if (order < 0) {
        withLarger = shared;
        at = at.left;
      } else {
        withSmaller = shared;
        at = at.right;
      }
    }
    const node: Node<V> = { key, value, red: true, left: undefined, right: undefined, parent };
    if (parent === undefined) this.rootNode = node;
    else if (order < 0) parent.left = node;
    else parent.right = node;
    this.size++;
    this.rebalance(node);
    return node;
  }

  /** The first node with a key ≥ `key`. */
  seek(key: Uint8Array): TreeNode<V> | undefined {
    let found: Node<V> | undefined;
    let at = this.rootNode;
    while (at !== undefined) {
      if (compareBytes(at.key, key) >= 0) {
        found = at;
        at = at.left;
      } else {
        at = at.right;
      }
    }
    return found;
  }

  /** The last node with a key ≤ `key`. */
  seekForPrev(key: Uint8Array): TreeNode<V> | undefined {
    let found: Node<V> | undefined;
    let at = this.rootNode;
    while (at !== undefined) {
      if (compareBytes(at.key, key) <= 0) {
        found = at;
        at = at.right;
      } else {
        at = at.left;
      }
    }
    return found;
  }

  first(): TreeNode<V> | undefined {
    return this.rootNode === undefined ? undefined : leftmost(this.rootNode);
  }

  last(): TreeNode<V> | undefined {
    return this.rootNode === undefined ? undefined : rightmost(this.rootNode);
  }

  /** The node after this one in key order. */
  next(node: TreeNode<V>): TreeNode<V> | undefined {
    let at = node as Node<V>;
    if (at.right !== undefined) return leftmost(at.right);
    while (at.parent !== undefined && at === at.parent.right) at = at.parent;
    return at.parent;
  }

  /** The node before this one in key order. */
  prev(node: TreeNode<V>): TreeNode<V> | undefined {
    let at = node as Node<V>;
    if (at.left !== undefined) return rightmost(at.left);
    while (at.parent !== undefined && at === at.parent.left) at = at.parent;
    return at.parent;
  }

  private rebalance(inserted: Node<V>): void {
    let node = inserted;
    while (node.parent?.red) {
      const parent = node.parent;
      const grandparent = parent.parent as Node<V>; // a red node is never the root
      const parentIsLeft = parent === grandparent.left;
      const uncle = parentIsLeft ? grandparent.right : grandparent.left;
      if (uncle?.red) {
        parent.red = false;
        uncle.red = false;
        grandparent.red = true;
        node = grandparent;
        continue;
      }
      const inner = parentIsLeft ? parent.right : parent.left;
      if (node === inner) this.rotate(parent, parentIsLeft);
      const top = node === inner ? node : parent;
      top.red = false;
      grandparent.red = true;
      this.rotate(grandparent, !parentIsLeft);
      break;
    }
    (this.rootNode as Node<V>).red = false;
  }

  /** Moves `node` down to the left (or right); its right (or left) child takes its place. */
  private rotate(node: Node<V>, toLeft: boolean): void {
    const child = (toLeft ? node.right : node.left) as Node<V>;
    const inner = toLeft ? child.left : child.right;
    if (toLeft) node.right = inner;
    else node.left = inner;
    if (inner !== undefined) inner.parent = node;
    child.parent = node.parent;
    if (node.parent === undefined) this.rootNode = child;
    else if (node === node.parent.left) node.parent.left = child;
    else node.parent.right = child;
    if (toLeft) child.left = node;
    else child.right = node;
    node.parent = child;
  }
}

function leftmost<V>(from: Node<V>): Node<V> {
  let at = from;
  while (at.left !== undefined) at = at.left;
  return at;
}

function rightmost<V>(from: Node<V>): Node<V> {
  let at = from;
  while (at.right !== undefined) at = at.right;
  return at;
}
