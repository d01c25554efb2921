import type { NodeId } from '../../core/base/ids.ts';
import { shardId } from '../../core/base/ids.ts';
import type { ViewModel } from '../store/view-model.ts';

const LETTER = { leader: 'L', follower: 'F', candidate: 'C', precandidate: 'C' } as const;

/** For each node one letter a shard, in the order of the nodes, as one string, so that a change of anything else draws nothing anew. */
export function rolesText(model: ViewModel, nodes: number, shards: number): string {
  const rows = Array.from({ length: nodes }, () => new Array<string>(shards).fill('-'));
  for (let shard = 0; shard < shards; shard++)
    for (const [node, { role }] of model.shards.get(shardId(shard)) ?? []) {
      const row = rows[node - 1];
      if (row !== undefined) row[shard] = LETTER[role];
    }
  return rows.map((row) => row.join('')).join(' ');
}

export const rolesOf = (text: string, node: NodeId): string => text.split(' ')[node - 1] ?? '';

export const countLed = (roles: string): number => [...roles].filter((letter) => letter === 'L').length;
