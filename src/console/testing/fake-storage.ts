import { encodeUtf8 } from '../../core/base/utf8.ts';
import type { TableReport } from '../../core/lsm/engine-report.ts';
import { dataKey } from '../../core/lsm/internal-key.ts';
import { STRONG_KEYSPACE } from '../../core/node/keyspace.ts';
import type { StorageReport } from '../../core/node/storage-report.ts';

const key = (text: string): Uint8Array => dataKey(STRONG_KEYSPACE, 3, 1, encodeUtf8(text));

const table = (level: number, fileNumber: number, change: Partial<TableReport> = {}): TableReport => ({
  fileNumber,
  level,
  bytes: 3277,
  entries: 40,
  tombstones: 0,
  smallestKey: key('a'),
  largestKey: key('user:42'),
  smallestSequence: 1,
  largestSequence: 40,
  createdUs: 1_000_000,
  blocks: 2,
  bloomBits: 400,
  bloomProbes: 7,
  beingCompacted: false,
  ...change,
});

const emptyLevel = (level: number) => ({ level, bytes: 0, bytesTarget: undefined, score: 0, tables: [] });

/** Two tables in level 0, one in level 1, and a MemTable of three entries. */
export const STORAGE: StorageReport = {
  engine: {
    style: 'leveled',
    lastSequence: 123,
    memTable: { entries: 3, keys: 2, bytes: 90, bytesMax: 65_536, tree: [] },
    immutable: undefined,
    levels: [
      {
        level: 0,
        bytes: 6554,
        bytesTarget: undefined,
        score: 0.5,
        tables: [table(0, 9, { tombstones: 1 }), table(0, 8)],
      },
      { level: 1, bytes: 3277, bytesTarget: 262_144, score: 1.25, tables: [table(1, 5, { beingCompacted: true })] },
      ...[2, 3, 4, 5, 6].map(emptyLevel),
    ],
    manifest: { editNumber: 5, editsSinceSnapshot: 5 },
    stall: 'none',
    statistics: {
      bytesWritten: 10_240,
      flushes: 3,
      bytesFlushed: 9831,
      compactions: 1,
      tablesMoved: 0,
      bytesCompactedRead: 9831,
      bytesCompactedWritten: 3277,
      entriesDropped: 80,
      delays: 0,
      stops: 0,
      writeAmplification: 1.28,
      readAmplification: 4,
      spaceAmplification: 3,
      cache: { blocks: 1, bytes: 4096, bytesMax: 8_388_608, hits: 9, misses: 1, evictions: 0 },
      reads: {
        gets: 9,
        fromMemTables: 4,
        bloomChecks: 5,
        bloomNegatives: 3,
        bloomFalsePositives: 0,
        blocksSearched: 2,
        blocksRead: 1,
      },
    },
  },
  log: { records: 200, bytes: 20_480 },
  stalledUs: 0,
};
