import type { Micros } from '../base/ids.ts';

/**
 * How the chance that a silent node is merely late is estimated. `exponential`: Cassandra's, from the mean interval between heartbeats alone.
 * `normal`: Hayashibara et al. 2004, from mean and standard deviation. In a configuration one is its place in this list.
 */
export const PHI_FORMULAS = ['exponential', 'normal'] as const;
export type PhiFormula = (typeof PHI_FORMULAS)[number];

export interface GossipLimits {
  readonly gossipIntervalUs: Micros;
  /** Live peers that a round of gossip is sent to. */
  readonly gossipPeers: number;
  /** A node whose φ is this or more is suspected. */
  readonly phiThreshold: number;
  /** Intervals between heartbeats that are remembered of each node. */
  readonly phiWindow: number;
  /** Place in PHI_FORMULAS. */
  readonly phiFormula: number;
  /** A heartbeat that nobody has heard anything newer of for so long is told no further, and taken from nobody again. */
  readonly heartbeatTtlUs: Micros;
}

/** What decides when a silence is suspicious; may change while the node runs. */
export type PhiLimits = Pick<GossipLimits, 'phiThreshold' | 'phiWindow' | 'phiFormula'>;

export const PHI_THRESHOLD_MIN = 0.1;
export const PHI_THRESHOLD_MAX = 1000;
export const PHI_WINDOW_MAX = 100_000;

/** Before two heartbeats of a node were heard, its interval is taken to be so many rounds: rather too long than a false alarm (Cassandra). */
export const FIRST_INTERVAL_ROUNDS = 2;
/** Longer intervals are no heartbeats that were late but an absence, and are not remembered (Cassandra: two). Rumours take a few rounds in a large cluster. */
export const INTERVAL_ROUNDS_MAX = 4;
/** The normal distribution's σ is at least this part of a round: a calm network would make every small delay a near certainty of death. */
export const DEVIATION_ROUNDS_MIN = 0.5;
/** A longer gap between two looks at the own clock is the observer's own pause (Cassandra: 5 s, at a round a second). */
export const LOCAL_PAUSE_ROUNDS = 5;
