import type { CompactionPlan, PlannedTable } from './compaction-plan.ts';
import type { CompactionStyle } from './compaction-style.ts';
import { replicaOfKey, type SequenceNumber } from './internal-key.ts';
import { overlaps } from './key-range.ts';
import type { SSTable } from './sstable.ts';
import type { Version } from './version.ts';

export interface DeadTableInput {
  readonly style: CompactionStyle;
  readonly oldestSnapshot: SequenceNumber;
  /** By `replicaNumber`. */
  readonly isDropped: (replica: number) => boolean;
}

/**
 * Tables that can go without being read: all keys of one are of a replica that is gone; or, where nothing is merged (fifo), the oldest holds
 * tombstones and nothing else, and nothing under it that they hide. Never one in which something lives: these tables are a replica's only copy.
 */
export function pickDeadTables(version: Version, input: DeadTableInput): CompactionPlan | undefined {
  const tables = version.levels.flatMap((level, i) => level.map((table): PlannedTable => ({ level: i, table })));
  const dead = tables.filter(
    ({ table }) => isOfDroppedReplica(table, input) || (input.style === 'fifo' && hidesNothing(table, tables, input)),
  );
  const [first] = dead;
  if (first === undefined) return undefined;
  return {
    kind: 'delete',
    style: input.style,
    reason: 'nothing lives',
    level: first.level,
    outputLevel: first.level,
    inputs: dead,
    grandparents: [],
    tableBytesMax: 0,
    pointer: undefined,
  };
}

function isOfDroppedReplica({ meta }: SSTable, { isDropped }: DeadTableInput): boolean {
  const replica = replicaOfKey(meta.smallestKey);
  // Keyspace, shard and replica id are the beginning of a key: equal at both ends, equal in between.
  return meta.smallestKey[0] === meta.largestKey[0] && replica === replicaOfKey(meta.largestKey) && isDropped(replica);
}

function hidesNothing(table: SSTable, tables: readonly PlannedTable[], { oldestSnapshot }: DeadTableInput): boolean {
  const { meta } = table;
  if (meta.tombstones < meta.entries || meta.largestSequence > oldestSnapshot) return false;
  const range = { smallest: meta.smallestKey, largest: meta.largestKey };
  return tables.every(
    ({ table: other }) =>
      other === table || other.meta.smallestSequence > meta.largestSequence || !overlaps(other, range),
  );
}
