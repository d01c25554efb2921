import type { CompactionPlan, PlannedTable } from './compaction-plan.ts';
import type { CompactionStyle } from './compaction-style.ts';
import { replicaOfKey } from './internal-key.ts';
import type { SSTable } from './sstable.ts';
import type { Version } from './version.ts';

/**
 * Tables all of whose keys are of one replica that is gone: they go without being read. Undefined: there is none.
 * @param isDropped by `replicaNumber`
 */
export function pickDroppedReplicas(
  version: Version,
  style: CompactionStyle,
  isDropped: (replica: number) => boolean,
): CompactionPlan | undefined {
  const tables = version.levels.flatMap((level, i) => level.map((table): PlannedTable => ({ level: i, table })));
  const dropped = tables.filter(({ table }) => isOfDroppedReplica(table, isDropped));
  const [first] = dropped;
  if (first === undefined) return undefined;
  return {
    kind: 'delete',
    style,
    reason: 'replica dropped',
    level: first.level,
    outputLevel: first.level,
    inputs: dropped,
    grandparents: [],
    tableBytesMax: 0,
    pointer: undefined,
  };
}

function isOfDroppedReplica({ meta }: SSTable, isDropped: (replica: number) => boolean): boolean {
  const replica = replicaOfKey(meta.smallestKey);
  // Keyspace, shard and replica id are the beginning of a key: equal at both ends, equal in between.
  return meta.smallestKey[0] === meta.largestKey[0] && replica === replicaOfKey(meta.largestKey) && isDropped(replica);
}
