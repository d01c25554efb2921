import type { DiskRoutine, StoreName } from '../base/disk.ts';
import type { BlockCache } from './block-cache.ts';
import { corrupt } from './corrupt-store.ts';
import { LEVELS } from './levels.ts';
import type { Manifest } from './manifest.ts';
import { SSTable } from './sstable.ts';
import { decodeTableMeta, fileNumberOfExtentKey, firstExtentKey, type TableMeta } from './table-meta.ts';
import { Version } from './version.ts';
import type { TableRecord } from './version-edit.ts';

/** Records of sstmeta are large: a whole block index and Bloom filter each. */
const META_READ_LIMIT = 16;

export interface RecoveredTables {
  readonly version: Version;
  /** File numbers that have records and are in no manifest: what a crash left of a table that was never published. Ascending. */
  readonly orphans: readonly number[];
}

/** Loads the meta of every table that the manifest lists; a listed table without it, or one that does not fit, throws CorruptStore. */
export function* recoverTables(manifest: Manifest, cache: BlockCache): DiskRoutine<RecoveredTables> {
  const listed = new Map(manifest.tables.map((table) => [table.fileNumber, table]));
  const orphans = new Set<number>();
  const metas = yield* loadMetas(manifest, listed, orphans);
  const added = manifest.tables.map((record) => {
    const meta = metas.get(record.fileNumber);
    if (meta === undefined)
      throw corrupt(`table ${record.fileNumber}`, 'listed in the manifest, but its sstmeta is missing');
    if (meta.entries !== record.entries || meta.dataBytes !== record.bytes || record.level >= LEVELS) {
      throw corrupt(`table ${record.fileNumber}`, 'manifest and sstmeta disagree');
    }
    return { level: record.level, table: new SSTable(meta, cache) };
  });
  yield* findOrphanExtents([...listed.keys()].sort(ascending), orphans);
  return { version: Version.empty.with(added, []), orphans: [...orphans].sort(ascending) };
}

function* loadMetas(
  manifest: Manifest,
  listed: ReadonlyMap<number, TableRecord>,
  orphans: Set<number>,
): DiskRoutine<Map<number, TableMeta>> {
  const metas = new Map<number, TableMeta>();
  let from = 0;
  for (;;) {
    const records = yield read('sstmeta', from, META_READ_LIMIT);
    for (const { key, value } of records) {
      // A table's sstmeta and the edit that lists it are one transaction: this one proves an edit that is not there.
      if (key >= manifest.nextFileNumber) throw corrupt(`table ${key}`, 'published by a manifest edit that is missing');
      if (listed.has(key)) metas.set(key, decodeTableMeta(value, key));
      else orphans.add(key);
      from = key + 1;
    }
    if (records.length < META_READ_LIMIT) return metas;
  }
}

/** Looks only between the listed tables: one read per gap and per orphan, none for adjacent file numbers. */
function* findOrphanExtents(listed: readonly number[], orphans: Set<number>): DiskRoutine<void> {
  let from = 0;
  for (const fileNumber of [...listed, Number.POSITIVE_INFINITY]) {
    while (from < fileNumber) {
      const to = fileNumber === Number.POSITIVE_INFINITY ? Number.MAX_SAFE_INTEGER : firstExtentKey(fileNumber);
      const [record] = yield { type: 'getRange', store: 'sst', from: firstExtentKey(from), to, limit: 1 };
      if (record === undefined) break;
      const orphan = fileNumberOfExtentKey(record.key);
      orphans.add(orphan);
      from = orphan + 1;
    }
    from = fileNumber + 1;
  }
}

const read = (store: StoreName, from: number, limit: number) =>
  ({ type: 'getRange', store, from, to: Number.MAX_SAFE_INTEGER, limit }) as const;

const ascending = (a: number, b: number): number => a - b;
