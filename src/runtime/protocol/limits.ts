/** Wall-clock limits of the runtime, in milliseconds. None of them can change a run: they decide only when to wait and when to give up. */

/** A gap on the wall never becomes a gap in virtual time: one turn of the loop counts for at most this much. */
export const TURN_MS_MAX = 100;
/** After so much work in one go the conductor lets its messages through. */
export const SLICE_MS = 8;
/** Trace batches and transport states reach the page at most this often. */
export const TRACE_INTERVAL_MS = 50;
/** At full speed the machine has better things to do than to redraw what nobody can follow. */
export const TRACE_INTERVAL_FULL_SPEED_MS = 400;
/** Batches on their way to the page; with more the run waits, so that a slow page is never buried. */
export const TRACE_BATCHES_MAX = 8;
/** A worker whose script has not begun to run after so long is given up. */
export const WORKER_LOAD_PATIENCE_MS = 30_000;
/** A worker asked to die properly has so long; then it is terminated anyway. */
export const KILL_GRACE_MS = 2_000;
/** A worker that leaves a grant unanswered for so long hangs. */
export const GRANT_PATIENCE_MS = 20_000;
/** Spawn, lock, open and fence together. A busy predecessor can hold the lock for about 2 s after its end. */
export const START_PATIENCE_MS = 20_000;
/** A database that somebody still has open is deleted later. */
export const DISK_DELETE_PATIENCE_MS = 5_000;
/** A reloaded page waits so long for its own run, which its predecessor may still hold. */
export const OWN_RUN_PATIENCE_MS = 10_000;
/** Any other run is adopted only when it is free, or very nearly. */
export const OTHER_RUN_PATIENCE_MS = 300;
/** Counters and the time of last use are kept at most this often. */
export const KEEP_INTERVAL_MS = 500;
/** A namespace that nobody has used for so long is deleted. */
export const RUN_AGE_MS_MAX = 7 * 24 * 3_600_000;

/** A worker loads the part of the engine that it needs late when it has run for so long, at the latest. */
export const LATE_ENGINE_AFTER_MS = 3_000;
