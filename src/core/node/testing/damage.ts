import { must } from '../../base/assert.ts';
import type { ShardId } from '../../base/ids.ts';
import { shardOfKey, storageIdOfKey } from '../../lsm/internal-key.ts';
import type { LsmEngine } from '../../lsm/lsm-engine.ts';
import { extentKey } from '../../lsm/table-meta.ts';
import type { Replica } from '../replica.ts';
import type { TestNode } from './test-cluster.ts';

/** A block of a table, by its place. */
export interface BlockPlace {
  readonly fileNumber: number;
  readonly extent: number;
  readonly block: number;
  readonly keyspace: number;
  readonly storageId: number;
}

interface Inside {
  readonly started: { readonly env: { readonly engine: LsmEngine }; readonly replicas: readonly Replica[] };
}

const inside = (node: TestNode): Inside['started'] => (must(node.node, 'it runs') as unknown as Inside).started;

export const engineOf = (node: TestNode): LsmEngine => inside(node).env.engine;

export const replicaIn = (node: TestNode, shard: ShardId): Replica =>
  must(
    inside(node).replicas.find(({ scope }) => scope.shard === shard),
    'it has the replica',
  );

/** Those of one shard's replicas, of the tables in use, by number and place. */
export function blocksOf(node: TestNode, shard: ShardId): readonly BlockPlace[] {
  return engineOf(node)
    .version.tables.toSorted((a, b) => a.meta.fileNumber - b.meta.fileNumber)
    .flatMap(({ meta: { fileNumber, index } }) =>
      index.flatMap(({ separator: key, handle: { extent } }, block) =>
        shardOfKey(key) === shard
          ? [{ fileNumber, extent, block, keyspace: key[0] as number, storageId: storageIdOfKey(key) }]
          : [],
      ),
    );
}

/** Flips one bit in the middle of the block. */
export function flipBit(node: TestNode, { fileNumber, block }: Pick<BlockPlace, 'fileNumber' | 'block'>): void {
  const table = engineOf(node).version.tables.find(({ meta }) => meta.fileNumber === fileNumber);
  const { extent, offset, length } = must(table?.meta.index[block], 'a block of a table in use').handle;
  const record = must(node.disk.store('sst').get(extentKey(fileNumber, extent)), 'its extent is on the disk');
  const at = offset + (length >> 1);
  record[at] = (record[at] as number) ^ 4;
}
