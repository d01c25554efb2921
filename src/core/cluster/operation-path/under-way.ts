import { isClient, type NodeId } from '../../base/ids.ts';
import type { OperationPath } from './operation-path.ts';

/** What a node is busy with for an operation, in two or three words. */
export interface BusyNode {
  readonly node: NodeId;
  readonly words: string;
}

/** Which nodes an unfinished operation waits for, and with what; messages under way are no node's. Empty when it is complete. */
export function busyNodes(path: OperationPath): readonly BusyNode[] {
  if (path.completedUs !== undefined) return [];
  const busy = new Map<NodeId, string>();
  const { quorum } = path;
  if (quorum !== undefined && quorum.committedUs === undefined && !gaveUp(path, quorum.leader))
    busy.set(quorum.leader, waitsText(quorum));
  for (const { state, to, actor, kind } of path.steps) {
    if (state !== 'waiting' || to !== undefined || isClient(actor)) continue;
    busy.set(actor as NodeId, WORDS[kind] ?? kind);
  }
  return [...busy].map(([node, words]) => ({ node, words }));
}

const WORDS: Partial<Record<OperationPath['steps'][number]['kind'], string>> = {
  apply: 'applies',
  ReadIndex: 'asks a quorum',
  'apply wait': 'waits to apply',
  lookup: 'reads blocks',
};

/** `waits for 1 of 2 acks`: of the followers' acknowledgments, how many are still needed. */
export function waitsText({ leader, storedOn, needed, voters }: NonNullable<OperationPath['quorum']>): string {
  const acks = storedOn.filter((node) => node !== leader).length;
  const missing = needed - 1 - acks;
  return missing > 0 ? `waits for ${missing} of ${voters - 1} acks` : 'log sync';
}

const gaveUp = ({ steps }: OperationPath, node: NodeId): boolean =>
  steps.some(({ kind, actor }) => (kind === 'step down' || kind === 'lost') && actor === node);
