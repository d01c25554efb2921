import type { Micros } from '../base/ids.ts';
import type { Row } from './row.ts';
import type { Version } from './version.ts';
/** Both only rise, and are durable before anybody is told of them. */
export interface PurgeLimits {
    /** A repair up to here is under way, or was: no new version from before it is taken, so that what the repair compares is closed. */
    readonly fenceUs: Micros;
    /**
     * A repair up to here was completed: what is older is on all replicas, tombstones from before it are purged, and no version from before it is taken
     * from anybody. A replica that has lost such a version is not repaired but made anew.
     */
    readonly watermarkUs: Micros;
}
/** Of a replica that begins empty, until it has copied all that another one holds, and takes that one's limits. */
export declare const NO_LIMITS: PurgeLimits;
export declare const raiseFence: ({ fenceUs, watermarkUs }: PurgeLimits, toUs: Micros) => PurgeLimits;
export declare const raiseWatermark: ({ fenceUs, watermarkUs }: PurgeLimits, toUs: Micros) => PurgeLimits;
/**
 * Whether the version is dead for everybody, and has been since before the watermark. The same on all replicas, whatever their clocks show: it goes by
 * stamp and deadline, never by the present time.
 */
export declare function isPurgeable({ stamp, value, deadlineUs }: Version, watermarkUs: Micros): boolean;
/** What is left of a row; empty: the row may go. */
export declare const purgeRow: (row: Row, watermarkUs: Micros) => Row;
