import { type LogIndex, type Micros, type NodeId, nodeId, type ShardId, type Term } from '../base/ids.ts';
import { META_GROUP, type MoveStage } from '../meta/meta-state.ts';
import type { NodeStanding } from '../meta/node-standing.ts';
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
  /** Grows with each change of the ring; 1 at first. */
  readonly ringEpoch: number;
  /** Points of each node on the ring, as CONFIG vnodes left them. */
  readonly vnodes: number;
  /** No majority of the meta group has its disk any more: nothing can be placed again. Absent: it is not so. */
  readonly metaLost?: true;
  readonly counters: Counters;
  /** What is broken on purpose. */
  readonly breaks: readonly BreakName[];
}

export interface NodeSnapshot {
  readonly id: string;
  /** `recovering` counts as up; `crashed` = down with a reason; `frozen`: its process stands still. */
  readonly state: 'up' | 'down' | 'frozen';
  readonly recovering: boolean;
  /** What it is to the ring, as the meta group has it. */
  readonly membership: NodeStanding;
  readonly crashReason: string | null;
  readonly boot: number;
  /** Which disk of it that is, from 1: WIPE gives it the next. */
  readonly incarnation: number;
  readonly disk: DiskSnapshot;
  /** The shards whose replicas here serve nobody, because what they hold cannot be read; until they are rebuilt from the others. */
  readonly unreadable: readonly string[];
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
  /** Whether it is of a table's blocks: what cannot be read is rebuilt from the others then. A scrub that finds nothing ends it. */
  readonly isMendable: boolean;
}

export interface ShardSnapshot {
  readonly id: string;
  /** The live leader of the highest term; null when there is none. */
  readonly leader: string | null;
  readonly term: Term;
  readonly commitIndex: LogIndex;
  /** The nodes that hold a copy: first those that are meant to. */
  readonly replicas: readonly string[];
  /** Where the ring wants copies. */
  readonly desired: readonly string[];
  /** The replica that is on its way; null: none is. */
  readonly move: MoveSnapshot | null;
  /** Those of them that vote, as the leader has it. */
  readonly voters: readonly string[];
  /** Not empty: the configuration is joint, and a majority of these is needed as well. */
  readonly votersOutgoing: readonly string[];
  /** They get the log and count for nothing. */
  readonly learners: readonly string[];
  /** Those of them whose content a majority contradicts: they serve nothing until they are repaired. Absent: none is. */
  readonly quarantined?: readonly string[];
}

/** `to` null: one replica less. `from` null: one more. */
export interface MoveSnapshot {
  readonly to: string | null;
  readonly from: string | null;
  readonly stage: MoveStage;
  /** Bytes of the snapshot that the newcomer holds already; 0 before the first piece. */
  readonly copiedBytes: number;
}

/** Since RESET. `keys` = live keys, counted in the applied batch by an existence check. `elections` = elections won. */
export interface Counters {
  readonly writes: number;
  readonly reads: number;
  readonly keys: number;
  readonly elections: number;
}

export const nodeName = (node: NodeId | number): string => `n${node}`;
/** The node of such a name. */
export const nodeNamed = (name: string): NodeId => nodeId(Number(name.slice(1)));
/** `meta`: the group that says where all others are. */
export const shardName = (shard: ShardId | number): string => (shard === META_GROUP ? 'meta' : `s${shard}`);
/** No shard of the ring: keys are not its concern. */
export const isMetaGroup = (shard: ShardId): boolean => shard === META_GROUP;
