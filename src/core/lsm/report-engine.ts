import type { BlockCacheStatistics } from './block-cache.ts';
import { type CompactionOptions, levelBytesTarget } from './compaction-options.ts';
import type { CompactionStyle } from './compaction-style.ts';
import type {
  EngineReport,
  EngineStatistics,
  LevelReport,
  MemTableReport,
  TableReport,
  TreeNodeReport,
} from './engine-report.ts';
import type { WriteStatistics } from './engine-statistics.ts';
import type { SequenceNumber } from './internal-key.ts';
import { bytesOf } from './key-range.ts';
import type { MemEntry, MemTable } from './mem-table.ts';
import { levelScore } from './pick-leveled.ts';
import { sortedRuns } from './pick-universal.ts';
import type { ReadStatistics } from './read-statistics.ts';
import type { TreeNode } from './red-black-tree.ts';
import type { SSTable } from './sstable.ts';
import type { VersionSet } from './version-set.ts';
import type { WriteStall } from './write-stall.ts';

/** A larger tree than this is told by its top levels. */
const TREE_NODES_SHOWN_MAX = 64;
const TREE_LEVELS_SHOWN = 4;

export interface ReportInput {
  readonly memTable: MemTable;
  readonly immutable: MemTable | undefined;
  readonly style: CompactionStyle;
  /** File numbers of the tables that are being compacted. */
  readonly inputs: ReadonlySet<number>;
  readonly versions: VersionSet;
  readonly options: CompactionOptions & { readonly memTableBytesMax: number };
  readonly cache: BlockCacheStatistics;
  readonly reads: ReadStatistics;
  readonly writes: WriteStatistics;
  readonly sequence: SequenceNumber;
  readonly stall: WriteStall | undefined;
}

export function reportEngine(input: ReportInput): EngineReport {
  const { memTable, immutable, style, inputs, versions, options, sequence, stall } = input;
  const { manifest, current } = versions;
  const levels = current.levels.map((tables, level): LevelReport => {
    const score =
      style === 'leveled'
        ? levelScore(current, options, level)
        : style === 'universal' && level === 0
          ? sortedRuns(current).length / options.l0CompactionTrigger
          : 0;
    const bytesTarget = levelBytesTarget(style, options, level);
    const reports = tables.map((table) => reportTable(level, table, inputs));
    return { level, bytes: bytesOf(tables), bytesTarget, score, tables: reports };
  });
  return {
    style,
    lastSequence: sequence,
    memTable: reportMemTable(memTable, options.memTableBytesMax),
    immutable: immutable && reportMemTable(immutable, options.memTableBytesMax),
    levels,
    manifest: { editNumber: manifest.editNumber, editsSinceSnapshot: manifest.editsSinceSnapshot },
    stall: stall?.kind ?? 'none',
    statistics: reportStatistics(input),
  };
}

export function reportTable(level: number, { meta }: SSTable, inputs: ReadonlySet<number>): TableReport {
  const { fileNumber, entries, tombstones, smallestKey, largestKey, smallestSequence, largestSequence, createdUs } =
    meta;
  return {
    fileNumber,
    level,
    bytes: meta.dataBytes,
    entries,
    tombstones,
    // Copies: a view would be cloned with all of the sstmeta record behind it.
    smallestKey: smallestKey.slice(),
    largestKey: largestKey.slice(),
    smallestSequence,
    largestSequence,
    createdUs,
    blocks: meta.index.length,
    bloomBits: meta.bloom.bits.length * 8,
    bloomProbes: meta.bloom.probes,
    beingCompacted: inputs.has(fileNumber),
  };
}

function reportStatistics({ memTable, immutable, versions, cache, reads, writes }: ReportInput): EngineStatistics {
  const { bytesWritten, bytesFlushed, bytesCompactedWritten } = writes;
  const runs = sortedRuns(versions.current);
  const oldest = runs.at(-1)?.bytes ?? 0;
  const all = runs.reduce((bytes, run) => bytes + run.bytes, 0);
  const memTables = [memTable, immutable].filter((each) => each !== undefined && each.entries > 0).length;
  return {
    ...writes,
    writeAmplification: bytesWritten === 0 ? 0 : (bytesFlushed + bytesCompactedWritten) / bytesWritten,
    readAmplification: memTables + runs.length,
    spaceAmplification: oldest === 0 ? 1 : all / oldest,
    cache,
    reads,
  };
}

function reportMemTable(memTable: MemTable, bytesMax: number): MemTableReport {
  const { entries, keys, bytes, root } = memTable;
  const levels = keys > TREE_NODES_SHOWN_MAX ? TREE_LEVELS_SHOWN : Number.POSITIVE_INFINITY;
  return { entries, keys, bytes, bytesMax, tree: treeOf(root, levels) };
}

/** Its nodes down to that level in key order; children by their places in that order. */
function treeOf(root: TreeNode<MemEntry> | undefined, levelsMax: number): readonly TreeNodeReport[] {
  const nodes: TreeNode<MemEntry>[] = [];
  const collect = (node: TreeNode<MemEntry> | undefined, level: number): void => {
    if (node === undefined || level === levelsMax) return;
    collect(node.left, level + 1);
    nodes.push(node);
    collect(node.right, level + 1);
  };
  collect(root, 0);
  const placeOf = new Map(nodes.map((node, place) => [node, place]));
  const place = (node: TreeNode<MemEntry> | undefined): number => (node && placeOf.get(node)) ?? -1;
  return nodes.map(({ key, red, left, right, value: { sequence, type, older } }) => {
    let versions = 1;
    for (let at = older; at !== undefined; at = at.older) versions++;
    return { key: key.slice(), red, left: place(left), right: place(right), sequence, type, versions };
  });
}
