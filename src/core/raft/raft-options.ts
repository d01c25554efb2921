import type { Breaks } from '../base/breaks.ts';
import type { LogIndex, Micros, NodeId } from '../base/ids.ts';
import type { RandomStream } from '../base/random.ts';
import type { NumberedReplica } from './configuration.ts';
import type { Entry, HardState, LogBase } from './entry.ts';

export interface RaftOptions {
  readonly id: NodeId;
  /** Those that the group began with, all of them voters; who takes part later is in the log. */
  readonly voters: readonly NodeId[];
  /** Which replicas they are; absent: they have no numbers. */
  readonly replicas?: readonly NumberedReplica[];
  /** A follower waits a random time in [min, max] for its leader. Voters that heard from a leader within min refuse to help depose it. */
  readonly electionTimeoutUsMin: Micros;
  /** Also the window of CheckQuorum: a leader that no quorum answered for this long steps down. */
  readonly electionTimeoutUsMax: Micros;
  readonly heartbeatIntervalUs: Micros;
  /** ρ in millionths: no node's monotonic clock runs faster or slower than true time by more. Leases rest on it. */
  readonly clockRateErrorPpmMax: number;
  readonly entriesPerAppendMax: number;
  /** Sum of command bytes in one AppendEntries; an entry that is larger by itself travels alone. */
  readonly bytesPerAppendMax: number;
  /** AppendEntries with entries that may be under way to one follower without an answer. */
  readonly inflightAppendsMax: number;
  /** Draws the election timeouts, nothing else. */
  readonly random: RandomStream;
  /** Rules left out on purpose; changes while the group runs. */
  readonly breaks: Breaks;
}

/** What the disk held. `entries` is the log from the entry behind `base` on. */
export interface RecoveredRaft {
  readonly hardState: HardState;
  readonly base: LogBase;
  readonly entries: readonly Entry[];
  readonly appliedIndex: LogIndex;
  /** Whether an earlier boot may have promised to follow a leader: promises are not on the disk. */
  readonly mayHavePromised: boolean;
}
