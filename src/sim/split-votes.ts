import type { NodeId } from '../core/base/ids.ts';

/**
 * Terms in which more than one replica of a group stood for election (Raft §5.2): each of them has voted for itself, so that of two voters that are left none can win. Timeouts are drawn, and make that
 * rare; how many such terms follow each other only luck bounds.
 */
export class SplitVotes {
  private readonly stoodFirst = new Map<number, NodeId>();
  private readonly split = new Set<number>();

  get count(): number {
    return this.split.size;
  }

  stood(term: number, node: NodeId): void {
    const first = this.stoodFirst.get(term) ?? node;
    this.stoodFirst.set(term, first);
    if (first !== node) this.split.add(term);
  }

  forget(): void {
    this.stoodFirst.clear();
    this.split.clear();
  }
}
