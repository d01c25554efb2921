import type { Micros, NodeId } from '../core/base/ids.ts';

/**
 * Terms in which more than one replica of a group stood for election (Raft §5.2): each of them has voted for itself, so that of two voters that are left none can win. Timeouts are drawn, and make that
 * rare; how many such terms follow each other only luck bounds.
 */
export class SplitVotes {
  private readonly stoodFirst = new Map<number, NodeId>();
  /** When a second one stood. */
  private readonly splitUs = new Map<number, Micros>();

  countSince(timeUs: Micros): number {
    return [...this.splitUs.values()].filter((each) => each >= timeUs).length;
  }

  stood(term: number, node: NodeId, timeUs: Micros): void {
    const first = this.stoodFirst.get(term) ?? node;
    this.stoodFirst.set(term, first);
    if (first !== node && !this.splitUs.has(term)) this.splitUs.set(term, timeUs);
  }
}
