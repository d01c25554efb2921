import type { Micros } from '../base/ids.ts';

/** How patient a client is. All in virtual microseconds. */
export interface ClientTiming {
  /** An attempt that is silent for this long is tried elsewhere; doubled after each silence of the same request. */
  readonly requestTimeoutUs: Micros;
  /** The wait before asking the same replicas again: doubles from min to max, and half of it is drawn. */
  readonly backoffUsMin: Micros;
  readonly backoffUsMax: Micros;
  /** How long a quorum read waits until what it saw is applied: longer than the next heartbeat takes to say that it is committed. */
  readonly rinseUsMax: Micros;
}

/** A request timeout is doubled at most this often: on a link slower than the timeout an answer still arrives in time. */
export const SILENCE_DOUBLINGS_MAX = 4;

/** Writes that wait their turn in one shard; one more is refused as Busy. */
export const QUEUED_WRITES_MAX = 1000;

/** Reads and scans under way over all shards; one more is refused as Busy. */
export const READS_UNDER_WAY_MAX = 1000;

/** Operations of the eventual keyspace under way; one more is refused as Busy. */
export const EVENTUAL_UNDER_WAY_MAX = 1000;

/**
 * Follows the election timeout: a leader that is gone is replaced about one election timeout later, so that asking much sooner is noise
 * and waiting much longer is lost time. `classroom` (150 ms): 150 ms, back-off 30 … 150 ms; `datacenter` (1 s): 1 s, 200 ms … 1 s.
 */
export function clientTiming(electionTimeoutUsMin: Micros, heartbeatIntervalUs: Micros): ClientTiming {
  return {
    requestTimeoutUs: electionTimeoutUsMin,
    backoffUsMin: Math.floor(electionTimeoutUsMin / 5),
    backoffUsMax: electionTimeoutUsMin,
    rinseUsMax: 2 * heartbeatIntervalUs,
  };
}

/** How long a replica may wait to have applied something: less than the time after which it would count as silent. */
export const patienceUs = ({ requestTimeoutUs }: ClientTiming): Micros => Math.floor(requestTimeoutUs / 2);
