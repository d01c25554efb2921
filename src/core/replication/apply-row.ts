import type { Micros } from '../base/ids.ts';
import type { Conflicts } from './choices.ts';
import { type PurgeLimits, purgeRow } from './purge-limits.ts';
import { equalRows, mergeRows, type Row, withoutExpiring } from './row.ts';
import type { Stamp } from './stamp.ts';

export type AppliedRow =
  | { readonly type: 'Applied'; readonly row: Row; readonly isChanged: boolean }
  /** It holds a version from before `limitUs` that is not here: it may be one that a purged tombstone had deleted. Nothing was taken of it. */
  | { readonly type: 'BelowLimit'; readonly limitUs: Micros };

/**
 * A row that arrives at a replica which holds `held`. Versions are compared, never merely replaced: rows arrive in any order, and more than once.
 * Without the limits a replica that missed a DELETE would bring the key back once the others have purged its tombstone.
 * @param written of a row that a coordinator has just made: the stamp of what it wrote. Undefined: hints, read repair and sync, which carry what
 * somebody holds already
 */
export function applyRow(
  conflicts: Conflicts,
  { fenceUs, watermarkUs }: PurgeLimits,
  held: Row,
  arrived: Row,
  written: Stamp | undefined,
): AppliedRow {
  const limitUs = written === undefined ? watermarkUs : fenceUs;
  if (written !== undefined && written.wallUs < limitUs) return { type: 'BelowLimit', limitUs };
  // What is dead for everybody and below the watermark was here, and has done its work.
  const news = purgeRow(arrived, watermarkUs);
  const isNews = (row: Row): boolean =>
    !equalRows(withoutExpiring(held), withoutExpiring(mergeRows(conflicts, held, row)));
  if (news.some((version) => version.stamp.wallUs < limitUs && isNews([version]))) {
    return { type: 'BelowLimit', limitUs };
  }
  const row = mergeRows(conflicts, held, news);
  return { type: 'Applied', row, isChanged: !equalRows(held, row) };
}
