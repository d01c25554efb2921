/** A size of cluster to start from. */
export interface Preset {
  readonly nodes: number;
  readonly shards: number;
  readonly name: string;
}

export const PRESETS: readonly Preset[] = [
  { nodes: 3, shards: 1, name: 'One Raft group' },
  { nodes: 3, shards: 8, name: 'Standard' },
  { nodes: 5, shards: 16, name: 'Five nodes' },
  { nodes: 9, shards: 64, name: 'Large' },
];

export function sizeText({ nodes, shards }: { readonly nodes: number; readonly shards: number }): string {
  return `${nodes} ${nodes === 1 ? 'node' : 'nodes'} × ${shards} ${shards === 1 ? 'shard' : 'shards'}`;
}
