import type { LogIndex, Micros, NodeId, ShardId, Term } from '../base/ids.ts';
import type { BreakName } from './break.ts';
import type { DiskCondition } from './disk-fault.ts';
import type { Durability } from './run.ts';

/** The cluster at one moment, as `window.ringside.snapshot()` gives it. Computed from what the nodes reported. */
export interface ClusterSnapshot {
  readonly timeMs: number;
  readonly digest: string;
  readonly seed: number;
  readonly runId: string;
  readonly nodes: readonly NodeSnapshot[];
  readonly shards: readonly ShardSnapshot[];
  readonly counters: Counters;
  /** What is broken on purpose. */
  readonly breaks: readonly BreakName[];
}

export interface NodeSnapshot {
  readonly id: string;
  /** `recovering` counts as up; `crashed` = down with a reason; `frozen`: its process stands still. */
  readonly state: 'up' | 'down' | 'frozen';
  readonly recovering: boolean;
  readonly crashReason: string | null;
  readonly boot: number;
  readonly disk: DiskSnapshot;
  readonly clock: ClockSnapshot;
  /** What its transactions ask for, where disks are real: CONFIG sets it. */
  readonly durability: Durability;
}

/** How wrong a node's clocks are. */
export interface ClockSnapshot {
  /** How far the wall clock is ahead of the true time just now. */
  readonly offsetUs: Micros;
  /** What both clocks gain, in millionths. */
  readonly ratePpm: number;
}

export interface DiskSnapshot extends DiskCondition {
  /** The last bit that was flipped on it; null: none was, as far as this run ordered it. */
  readonly damage: string | null;
}

export interface ShardSnapshot {
  readonly id: string;
  /** The live leader of the highest term; null when there is none. */
  readonly leader: string | null;
  readonly term: Term;
  readonly commitIndex: LogIndex;
  /** The nodes that hold a copy. */
  readonly replicas: readonly string[];
  /** Those of them that vote, as the leader has it. */
  readonly voters: readonly string[];
  /** Not empty: the configuration is joint, and a majority of these is needed as well. */
  readonly votersOutgoing: readonly string[];
  /** They get the log and count for nothing. */
  readonly learners: readonly string[];
}

/** Since RESET. `keys` = live keys, counted in the applied batch by an existence check. `elections` = elections won. */
export interface Counters {
  readonly writes: number;
  readonly reads: number;
  readonly keys: number;
  readonly elections: number;
}

export const nodeName = (node: NodeId | number): string => `n${node}`;
export const shardName = (shard: ShardId | number): string => `s${shard}`;
