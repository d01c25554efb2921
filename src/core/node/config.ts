import type { Micros, NodeId } from '../base/ids.ts';
import type { GossipLimits, PhiLimits } from '../membership/options.ts';

/** Everything that shapes a node. Part of the run's header: same configuration, same run. All sizes in bytes, all times in microseconds. */
export interface NodeConfig {
  readonly id: NodeId;
  /** Those that the cluster was founded with, ascending; this node may have been added later. */
  readonly nodes: readonly NodeId[];
  /** Whom to speak to first, as Cassandra's seed nodes: every node that there was when this one started, wherever the cluster is by now. */
  readonly contacts: readonly NodeId[];
  /** Which disk this is: 1 for the node's first, a larger one for each empty one that it came back with. */
  readonly incarnation: number;
  readonly shards: number;
  readonly replicationFactor: number;
  readonly vnodes: number;
  readonly limits: NodeLimits;
}

/** How often damage is looked for that nobody has come upon. 0 = by order alone. */
export type LookIntervals = Pick<NodeLimits, 'checkIntervalUs' | 'scrubIntervalUs'>;

export const lookIntervalsOf = ({ checkIntervalUs, scrubIntervalUs }: LookIntervals): LookIntervals => ({
  checkIntervalUs,
  scrubIntervalUs,
});

export interface NodeLimits extends GossipLimits {
  readonly heartbeatIntervalUs: Micros;
  readonly electionTimeoutUsMin: Micros;
  readonly electionTimeoutUsMax: Micros;
  readonly entriesPerAppendMax: number;
  readonly bytesPerAppendMax: number;
  readonly inflightAppendsMax: number;
  /** Proposals that a leader holds before it answers Busy. */
  readonly pendingProposalsMax: number;
  readonly pendingProposalBytesMax: number;
  /** Reads of a shard that wait for a quorum, for entries to be applied or for blocks. */
  readonly pendingReadsMax: number;
  /** Bytes of all replicas that wait for the node's log to be synced, beyond which its leaders take no writes. */
  readonly logQueueBytesMax: number;
  /** Entries committed and not applied, beyond which a leader takes no writes and a follower no entries. */
  readonly applyBacklogMax: number;
  readonly memTableBytesMax: number;
  readonly blockBytes: number;
  readonly blockCacheBytes: number;
  readonly bloomBitsPerKey: number;
  /** A table write slice; slices alternate with log syncs. */
  readonly sliceBytesMax: number;
  /** Place of the style in COMPACTION_STYLES, until CONFIG sets another. */
  readonly compactionStyle: number;
  /** Places in CONFLICTS and CLOCK_MODES of the eventual keyspace, until CONFIG sets others. */
  readonly conflicts: number;
  readonly clockMode: number;
  /** Tables in L0, or sorted runs, that make a compaction due; delay applying; make it stand. */
  readonly l0CompactionTrigger: number;
  readonly l0SlowdownTrigger: number;
  readonly l0StopTrigger: number;
  /** Target of L1, and how much larger each further level may be. */
  readonly levelBytesBase: number;
  readonly levelBytesRatio: number;
  /** A compaction's output table ends here. */
  readonly tableBytesMax: number;
  /** Entries that a Raft log keeps behind what is applied, for followers that lag. */
  readonly logKeptEntries: number;
  /** Client sessions that a shard keeps. */
  readonly sessionsMax: number;
  /** After so long without a write, in log time, a session expires. */
  readonly sessionIdleUsMax: Micros;
  /** A node that is silent for so long, and for four rounds of questions at least, is down: others get its replicas. */
  readonly downAfterUs: Micros;
  /** So often a leader compares what the replicas of its shard hold; 0 = only when somebody wants to know. */
  readonly checkIntervalUs: Micros;
  /** Of all snapshots that a node sends together. */
  readonly snapshotBytesPerSecond: number;
  /** From one walk through all blocks of the tables to the next, in the background; 0: there is none. */
  readonly scrubIntervalUs: Micros;
  /** What nobody needs of the log may be as much as what is needed, and so much more, before it is trimmed. */
  readonly logSlackBytes: number;
}

/** ρ in millionths (design section 6): monotonic clocks stay within it. A lease that trusted them further could outlive a promise. */
export const CLOCK_RATE_ERROR_PPM_MAX = 50_000;
export const KEY_BYTES_MAX = 4096;
export const VALUE_BYTES_MAX = 1024 * 1024;
/** Commands that a Raft log keeps behind what is applied, whatever their number: beyond it a snapshot is no dearer. */
export const LOG_KEPT_BYTES_MAX = 4 * 1024 * 1024;
/**
 * Commands that it keeps behind those for the snapshots that are on their way: a follower that answers and never comes to install one would
 * otherwise make it grow for good, and past what a checkpoint may hold no log is trimmed any more.
 */
export const LOG_KEPT_FOR_SNAPSHOTS_BYTES_MAX = 8 * 1024 * 1024;
/** Writes in one batch, and the bytes of their keys and values together: a batch is one entry, and goes over every link as one. */
export const BATCH_ITEMS_MAX = 64;
export const BATCH_BYTES_MAX = 1024 * 1024;
/** A time to live, in log time. */
export const TTL_US_MIN: Micros = 1000;
export const TTL_US_MAX: Micros = 86_400_000_000;
export const SCAN_LIMIT_MAX = 1000;
/** A shard's answer to a scan is cut here: a thousand large values would be a gigabyte at once. */
export const SCAN_BYTES_MAX = 1024 * 1024;

const MS = 1000;

/** How silence is judged. CONFIG changes it in a running cluster. */
export type SilenceLimits = PhiLimits & Pick<NodeLimits, 'downAfterUs'>;

export const CHECK_INTERVAL_US_MAX = 86_400_000_000;
export const DOWN_AFTER_US_MIN = 1_000_000;
export const DOWN_AFTER_US_MAX = 600_000_000;

const COMMON = {
  entriesPerAppendMax: 64,
  bytesPerAppendMax: 64 * 1024,
  inflightAppendsMax: 64,
  pendingProposalsMax: 1000,
  pendingProposalBytesMax: 8 * 1024 * 1024,
  pendingReadsMax: 1000,
  logQueueBytesMax: 32 * 1024 * 1024,
  // As etcd's gap between commit and apply.
  applyBacklogMax: 5000,
  blockBytes: 4096,
  blockCacheBytes: 8 * 1024 * 1024,
  bloomBitsPerKey: 10,
  sliceBytesMax: 128 * 1024,
  compactionStyle: 0,
  conflicts: 0,
  clockMode: 0,
  l0CompactionTrigger: 4,
  l0SlowdownTrigger: 8,
  l0StopTrigger: 12,
  sessionsMax: 1000,
  // As LogCabin's.
  sessionIdleUsMax: 3_600_000_000,
  downAfterUs: 30_000 * MS,
  // As Cassandra's.
  phiThreshold: 8,
  phiWindow: 200,
  phiFormula: 0,
  heartbeatTtlUs: 60_000 * MS,
};

/** Design section 6: the two time profiles. */
export const CLASSROOM_LIMITS: NodeLimits = {
  ...COMMON,
  heartbeatIntervalUs: 50 * MS,
  electionTimeoutUsMin: 150 * MS,
  electionTimeoutUsMax: 300 * MS,
  gossipIntervalUs: 250 * MS,
  gossipPeers: 2,
  memTableBytesMax: 64 * 1024,
  levelBytesBase: 256 * 1024,
  levelBytesRatio: 4,
  tableBytesMax: 64 * 1024,
  snapshotBytesPerSecond: 1024 * 1024,
  checkIntervalUs: 30_000 * MS,
  scrubIntervalUs: 20_000 * MS,
  logKeptEntries: 500,
  logSlackBytes: 4096,
};

export const DATACENTER_LIMITS: NodeLimits = {
  ...COMMON,
  heartbeatIntervalUs: 100 * MS,
  electionTimeoutUsMin: 1000 * MS,
  electionTimeoutUsMax: 2000 * MS,
  gossipIntervalUs: 1000 * MS,
  gossipPeers: 3,
  memTableBytesMax: 64 * 1024 * 1024,
  levelBytesBase: 256 * 1024 * 1024,
  levelBytesRatio: 10,
  tableBytesMax: 2 * 1024 * 1024,
  // As CockroachDB's.
  snapshotBytesPerSecond: 32 * 1024 * 1024,
  checkIntervalUs: 600_000 * MS,
  scrubIntervalUs: 600_000 * MS,
  logKeptEntries: 5000,
  logSlackBytes: 1024 * 1024,
};
