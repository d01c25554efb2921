import type { LogIndex, NodeId, ShardId, Term } from '../base/ids.ts';
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
  /** `recovering` counts as up; `crashed` = down with a reason. */
  readonly state: 'up' | 'down' | 'frozen';
  readonly recovering: boolean;
  readonly crashReason: string | null;
  readonly boot: number;
  readonly disk: DiskSnapshot;
  /** What its transactions ask for, where disks are real: CONFIG sets it. */
  readonly durability: Durability;
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
  readonly replicas: readonly string[];
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
