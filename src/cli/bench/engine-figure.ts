export type StretchKind = 'log' | 'apply' | 'flush' | 'compaction' | 'read' | 'scan';

/** Half a frame: what a worker may be held at p99.9, so that no heartbeat of it is seen to wait. */
export const STRETCH_MS_MAX = 8;

/** Milliseconds that the engine held its worker without a pause. */
export interface Stretches {
  readonly count: number;
  readonly p50: number;
  readonly p99: number;
  readonly p999: number;
  readonly max: number;
  /** Of them, those above `STRETCH_MS_MAX`. */
  readonly tooLong: number;
  /** What the longest was spent on. */
  readonly longest: StretchKind;
}

/** One workload on the engine, beside what else could have been used. */
export interface EngineFigure {
  readonly name: string;
  readonly ops: number;
  readonly opsPerSecond: number;
  /** Of keys and values that were asked for or written. */
  readonly megabytesPerSecond: number;
  /** Time of the bare transactions and reads by the engine's; undefined: the disk was not needed. */
  readonly ratioToCeiling: number | undefined;
  /** Bytes that reached the disk, a second, flush and compaction until nothing was due among them. */
  readonly writtenMegabytesPerSecond: number;
  /** Operations a second of one record per key with `idb`, and of `browser-level`; undefined: not measured. */
  readonly idb: number | undefined;
  readonly level: number | undefined;
  /** Bytes written (log, flush, compaction) for each byte of keys and values. */
  readonly writeAmplification: number | undefined;
  readonly compactionReadMegabytes: number;
  /** Undefined: no block was asked for. */
  readonly cacheHitRatio: number | undefined;
  readonly stretches: Stretches;
}

export interface EngineBenchOptions {
  readonly keys: number;
}

const cell = (text: string, width: number): string => text.padStart(width);
const count = (value: number): string => Math.round(value).toLocaleString('en-US');
const times = (mine: number, other: number | undefined): string =>
  other === undefined ? '–' : `${count(other)} (${(mine / other).toFixed(other > mine ? 2 : 1)}×)`;
const fixed = (value: number | undefined, digits: number): string =>
  value === undefined ? '–' : value.toFixed(digits);

export const ENGINE_HEADING = [
  'workload'.padEnd(30),
  cell('ops/s', 10),
  cell('MB/s', 8),
  cell('of ceiling', 11),
  cell('MB/s on disk', 13),
  cell('idb', 18),
  cell('browser-level', 18),
  cell('write amp', 10),
  cell('read MB', 8),
  cell('cache hit', 10),
  cell('stretch ms p50/p99/p99.9/max', 42),
].join('');

/** What the figures mean, and what they leave out. */
export const ENGINE_NOTES = [
  'keys of 16 bytes, values of 100 random ones; batches of 500 pairs, eight waiting; single operations 64 in flight, scans alone',
  'log: the entries of one replica in the format of the log of a node, a group in flight while the one before is applied; no Raft, no messages around it',
  'of ceiling: time of the same IndexedDB transactions and reads without an engine, by the time of the engine until nothing is due',
  'idb, browser-level: operations a second, and how many times faster the engine is; MB/s: keys and values',
  'cold: no block cache; what the browser and the system cache is warm. Stretches are wall time: another load on the machine is in them',
];

/** All workloads together: one of them may have too few stretches for a p99.9 that is not its longest. */
export function stretchesLine(figures: readonly EngineFigure[]): string {
  const sum = (of: (stretches: Stretches) => number): number =>
    figures.reduce((total, { stretches }) => total + of(stretches), 0);
  const all = sum((stretches) => stretches.count);
  const tooLong = sum((stretches) => stretches.tooLong);
  const share = ((100 * tooLong) / Math.max(1, all)).toFixed(3);
  return `stretches above ${STRETCH_MS_MAX} ms: ${count(tooLong)} of ${count(all)} (${share} %; at p99.9 it may be 0.1)`;
}

/** One line of the table; a number in brackets is how many times faster the engine is. */
export function engineLine(figure: EngineFigure): string {
  const { stretches, opsPerSecond } = figure;
  const { p50, p99, p999, max, longest } = stretches;
  const held = [p50, p99, p999, max].map((ms) => ms.toFixed(2)).join(' / ');
  return [
    figure.name.padEnd(30),
    cell(count(opsPerSecond), 10),
    cell(fixed(figure.megabytesPerSecond, 1), 8),
    cell(fixed(figure.ratioToCeiling, 2), 11),
    cell(fixed(figure.writtenMegabytesPerSecond, 1), 13),
    cell(times(opsPerSecond, figure.idb), 18),
    cell(times(opsPerSecond, figure.level), 18),
    cell(fixed(figure.writeAmplification, 2), 10),
    cell(fixed(figure.compactionReadMegabytes, 1), 8),
    cell(fixed(figure.cacheHitRatio, 3), 10),
    cell(stretches.count === 0 ? '–' : `${held} (${longest})`, 42),
  ].join('');
}
