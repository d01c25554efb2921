import type { Micros, NodeId } from '../core/base/ids.ts';

/**
 * Terms in which more than one replica of a group stood for election and nobody won (Raft §5.2): each of them has voted for itself. Timeouts are drawn, and make that rare; how many such terms
 * follow each other only luck bounds.
 */
export class SplitVotes {
  /** By term, who stood and when first. */
  private readonly stood = new Map<number, Map<NodeId, Micros>>();
  private readonly ended = new Set<number>();

  /** @param of only they stand in each other's way */
  countSince(timeUs: Micros, of: readonly NodeId[]): number {
    const isSplit = (candidates: ReadonlyMap<NodeId, Micros>): boolean =>
      of.filter((node) => (candidates.get(node) ?? -1) >= timeUs).length > 1;
    return [...this.stood].filter(([term, candidates]) => !this.ended.has(term) && isSplit(candidates)).length;
  }

  stands(term: number, node: NodeId, timeUs: Micros): void {
    const candidates = this.stood.get(term) ?? new Map<NodeId, Micros>();
    this.stood.set(term, candidates);
    if (!candidates.has(node)) candidates.set(node, timeUs);
  }

  won(term: number): void {
    this.ended.add(term);
  }
}
