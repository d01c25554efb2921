/** When a value with a time to live may be gone, and when it must be. */
export interface Expiry {
  readonly ttlNs: number;
  /** It may be gone for whoever completes then or later. */
  readonly fromNs: number;
  /** It is gone for whoever is invoked later. Infinity: the outcome of its write is unknown, so that nobody knows when it began. */
  readonly byNs: number;
}

/** How exactly expiry is promised. */
export interface ExpiryBounds {
  /** By so much of its time to live a value may be gone early and be there late: clocks run apart, the more the longer it is. */
  readonly clockRate: number;
  /** And by this much at least, in nanoseconds. */
  readonly clockNs: number;
  /** What the shard needs on top to agree that the time has passed: one time entry's round, in nanoseconds. */
  readonly roundNs: number;
}

/** Ringside's promise: clocks may run 5 % apart, and a time entry takes no longer than an election and a round. */
export const EXPIRY_BOUNDS: ExpiryBounds = { clockRate: 0.05, clockNs: 50e6, roundNs: 2_000e6 };

/** Of a write of which nothing is known but when it was invoked and completed. A time that is missing (NaN) rules nothing out. */
export function expiryWithin(bounds: ExpiryBounds, ttlNs: number, invokedNs: number, completedNs: number): Expiry {
  const clockErrorNs = Math.max(bounds.clockNs, bounds.clockRate * ttlNs);
  const fromNs = invokedNs + ttlNs - clockErrorNs;
  return { ttlNs, fromNs, byNs: completedNs + ttlNs + clockErrorNs + bounds.roundNs };
}
