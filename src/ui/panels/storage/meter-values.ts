import type { CompactionStyle } from '../../../core/lsm/compaction-style.ts';
import type { EngineStatistics } from '../../../core/lsm/engine-report.ts';

/** How the style that is in use now came: what the engine had counted up to then. */
export interface StyleSwitch {
  readonly from: CompactionStyle;
  readonly to: CompactionStyle;
  readonly statistics: EngineStatistics;
}

/** Table bytes written for each byte written, since the switch alone; undefined before anything was written. */
export function writeAmplificationSince(now: EngineStatistics, { statistics: then }: StyleSwitch): number | undefined {
  const written = now.bytesWritten - then.bytesWritten;
  if (written <= 0) return undefined;
  const flushed = now.bytesFlushed - then.bytesFlushed;
  return (flushed + now.bytesCompactedWritten - then.bytesCompactedWritten) / written;
}

interface Styled {
  readonly style: CompactionStyle;
  readonly statistics: EngineStatistics;
}

/** The switch to know of after the next report. A node that started again counts from zero: what was before cannot be compared. */
export function nextSwitch(
  known: StyleSwitch | undefined,
  before: Styled | undefined,
  now: Styled,
): StyleSwitch | undefined {
  if (before === undefined || now.statistics.bytesWritten < before.statistics.bytesWritten) return undefined;
  if (before.style === now.style) return known;
  return { from: before.style, to: now.style, statistics: before.statistics };
}
