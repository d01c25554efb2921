import { plural } from '../../../console/show.ts';
import { dataKeyText } from '../../../core/cluster/data-key.ts';
import type { Durability } from '../../../core/cluster/run.ts';
import type { CompactionStyle } from '../../../core/lsm/compaction-style.ts';
import type { TableReport } from '../../../core/lsm/engine-report.ts';
import type { LookupStep, TableLookup } from '../../../core/lsm/lookup-report.ts';
import type { StallView, StorageJob } from '../../store/view-model.ts';

/** `Compaction L0 → L1`. */
export function jobTitle({ kind, level, outputLevel, reason, inputs }: StorageJob): string {
  if (kind === 'flush') return `Flush to L${outputLevel}`;
  if (kind === 'move') return `Table ${inputs[0]?.fileNumber ?? ''} moved L${level} → L${outputLevel}`;
  if (reason === 'nothing lives' || reason === 'replica dropped') return `Tables dropped from L${level}`;
  return level === outputLevel ? `Compaction within L${level}` : `Compaction L${level} → L${outputLevel}`;
}

/** Why it ran, without the `because`; empty where that was not observed. */
export function jobWhy({ kind, reason, style, level, inputs }: StorageJob): string {
  const own = inputs.filter((input) => input.level === level).length;
  if (kind === 'move') return 'nothing in the level below overlaps it: only the manifest changed';
  switch (reason) {
    case 'full':
      return 'the MemTable was full';
    case 'asked':
    case 'manual':
      return 'somebody asked for it';
    case 'L0 count':
      return style === 'universal' ? `there were ${inputs.length} sorted runs` : `L0 has ${plural(own, 'table')}`;
    case 'level size':
      return `L${level} is above its target`;
    case 'space amplification':
      return 'the newer runs are too large beside the oldest';
    case 'size ratio':
      return `${inputs.length} runs are of similar size`;
    case 'nothing lives':
      return 'all that clients wrote there was replaced, deleted or has expired';
    case 'replica dropped':
      return 'its replica is gone: it is not even read';
    default:
      return '';
  }
}

/** Share of its input that it has gone through, 0 … 1; undefined where that is not reported. */
export const jobProgress = ({ kind, bytes, bytesRead }: StorageJob): number | undefined =>
  kind === 'compaction' && bytes > 0 ? Math.min(1, bytesRead / bytes) : undefined;

export const stallWords = ({ kind, because, tables }: StallView): string =>
  `Writes are ${kind === 'stopped' ? 'stopped' : 'slowed down'}: ${
    because === 'MemTable' ? 'the MemTable fills faster than it is flushed' : `L0 has ${plural(tables, 'table')}`
  }.`;

/** What a write that was acknowledged outlives, and what that costs. */
export const DURABILITY_WORDS: Readonly<Record<Durability, string>> = {
  relaxed: 'Relaxed: a write is done when the system has it; it survives the process, not the power.',
  strict: 'Strict: a write is done when the disk itself has it; it survives the power, and takes longer.',
};

/** What a style does, and what it costs. */
export const STYLE_WORDS: Readonly<Record<CompactionStyle, string>> = {
  leveled: 'Leveled: below L0 nothing overlaps. Reads ask few runs and little is kept twice; writes cost more.',
  universal: 'Universal: whole runs of similar size are merged. Writes cost less; reads and space cost more.',
  fifo: 'Fifo: data is not merged. A table goes, oldest first, when nothing in it lives; live data is never dropped, as RocksDB’s would. Reads ask every table.',
};

export interface LookupWords {
  readonly place: string;
  readonly result: string;
  readonly found: boolean;
}

/** One stop of a read's path. */
export function lookupWords(step: LookupStep): LookupWords {
  const found = step.result === 'value' || step.result === 'tombstone';
  if (step.place !== 'SSTable') {
    const result = { value: 'found', tombstone: 'found: the key is deleted', absent: 'not here' }[step.result];
    return { place: step.place, result, found };
  }
  return { place: `L${step.level} table ${step.fileNumber}`, result: tableResult(step), found };
}

function tableResult({ result, block, blockFrom, falsePositive }: TableLookup): string {
  if (result === 'outside') return 'outside its key range';
  if (result === 'ruled out') return 'Bloom filter: definitely not here';
  const where = block === undefined ? 'index: no block' : `block ${block} from ${blockFrom ?? 'memory'}`;
  if (result === 'absent')
    return `${falsePositive ? 'Bloom filter: maybe, wrongly' : 'Bloom filter: maybe'}; ${where}: not here`;
  return `Bloom filter: maybe; ${where}: ${result === 'value' ? 'found' : 'found, deleted'}`;
}

/** What the tables cost a read, and what the filters spared it. */
export function lookupCost(steps: readonly LookupStep[]): string {
  const tables = steps.filter((step) => step.place === 'SSTable');
  if (tables.length === 0) return 'No table was asked: the newest version is in memory.';
  const disk = tables.filter(({ blockFrom }) => blockFrom === 'disk').length;
  const cache = tables.filter(({ blockFrom }) => blockFrom === 'cache').length;
  const spared = tables.filter(({ result }) => result === 'ruled out').length;
  const saved = spared === 0 ? '' : ` Without filters: ${plural(disk + cache + spared, 'block')}.`;
  return `${plural(disk, 'block')} from disk, ${cache} from the cache.${saved}`;
}

export const keyRangeText = ({ smallestKey, largestKey }: TableReport): string =>
  `${dataKeyText(smallestKey)} … ${dataKeyText(largestKey)}`;

/** `1 904`, thousands apart by a thin space. */
export const groupDigits = (value: number): string => String(value).replace(/\B(?=(\d{3})+$)/g, '\u2009');

/** `76 %`; a dash where there is nothing to take a share of. */
export const percent = (part: number, whole: number): string =>
  whole === 0 ? '–' : `${((part / whole) * 100).toFixed(part === 0 || part === whole ? 0 : 1)}\u00a0%`;

/** `×4.6`. */
export const times = (factor: number): string => `×${factor.toFixed(factor < 10 ? 2 : 1)}`;
