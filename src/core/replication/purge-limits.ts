import type { Micros } from '../base/ids.ts';
import type { Row } from './row.ts';
import type { Version } from './version.ts';

/** Both only rise, and are durable before anybody is told of them. */
export interface PurgeLimits {
  /** A repair up to here is under way, or was: no new version from before it is taken, so that what the repair compares is closed. */
  readonly fenceUs: Micros;
  /**
   * A repair up to here was completed: what is older is on all replicas, tombstones from before it are purged, and no version from before it is taken
   * from anybody. A replica that has lost such a version is not repaired but made anew; where every home has lost its rows, of what is left.
   */
  readonly watermarkUs: Micros;
}

/** Of a replica that begins empty, until it has copied all that another one holds, and takes that one's limits. */
export const NO_LIMITS: PurgeLimits = { fenceUs: 0, watermarkUs: 0 };

export const raiseFence = ({ fenceUs, watermarkUs }: PurgeLimits, toUs: Micros): PurgeLimits => ({
  fenceUs: Math.max(fenceUs, toUs),
  watermarkUs,
});

export const raiseWatermark = ({ fenceUs, watermarkUs }: PurgeLimits, toUs: Micros): PurgeLimits => ({
  fenceUs: Math.max(fenceUs, toUs),
  watermarkUs: Math.max(watermarkUs, toUs),
});

export const higherLimits = (a: PurgeLimits, b: PurgeLimits): PurgeLimits =>
  raiseWatermark(raiseFence(a, b.fenceUs), b.watermarkUs);

/**
 * Whether the version is dead for everybody, and has been since before the watermark. The same on all replicas, whatever their clocks show: it goes by
 * stamp and deadline, never by the present time.
 */
export function isPurgeable({ stamp, value, deadlineUs }: Version, watermarkUs: Micros): boolean {
  const ends = value === undefined || deadlineUs !== undefined;
  return ends && stamp.wallUs < watermarkUs && (deadlineUs ?? 0) <= watermarkUs;
}

/** What is left of a row; empty: the row may go. */
export const purgeRow = (row: Row, watermarkUs: Micros): Row =>
  row.some((version) => isPurgeable(version, watermarkUs))
    ? row.filter((version) => !isPurgeable(version, watermarkUs))
    : row;
