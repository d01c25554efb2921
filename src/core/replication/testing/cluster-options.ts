import type { Micros } from '../../base/ids.ts';
import type { ClockMode, Conflicts } from '../choices.ts';
import type { HintLimits } from '../hints.ts';

export const MS = 1000;

export interface ClusterOptions {
  readonly nodes: number;
  readonly homes: number;
  readonly conflicts: Conflicts;
  readonly clockMode: ClockMode;
  readonly clockAheadMaxUs: Micros;
  readonly isSloppy: boolean;
  readonly hintLimits: HintLimits;
  /** A rule that is left out, to see what it is for. */
  readonly rule: 'apply without comparing' | 'take what is old' | undefined;
  /** Of the placement. */
  readonly epoch: () => number;
}

export const OPTIONS: ClusterOptions = {
  nodes: 5,
  homes: 3,
  conflicts: 'lww',
  clockMode: 'hybrid',
  clockAheadMaxUs: 500 * MS,
  isSloppy: true,
  hintLimits: { hintBytesMax: 64 * 1024, batchBytes: 4096, batchIntervalUs: 50 * MS },
  rule: undefined,
  epoch: () => 1,
};
