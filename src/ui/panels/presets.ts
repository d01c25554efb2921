import { SIZES } from '../../embed/address.ts';

/** A size of cluster to start from. */
export interface Preset {
  readonly nodes: number;
  readonly shards: number;
  readonly name: string;
}

export const PRESETS: readonly Preset[] = [
  { ...SIZES['3x1'], name: 'One Raft group' },
  { ...SIZES['3x8'], name: 'Standard' },
  { ...SIZES['5x16'], name: 'Five nodes' },
  { ...SIZES['9x64'], name: 'Large' },
];

export function sizeText({ nodes, shards }: { readonly nodes: number; readonly shards: number }): string {
  return `${nodes} ${nodes === 1 ? 'node' : 'nodes'} × ${shards} ${shards === 1 ? 'shard' : 'shards'}`;
}
