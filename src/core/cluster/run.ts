import type { Micros } from '../base/ids.ts';
import type { NodeLimits } from '../node/config.ts';
import type { TimedAction } from './action.ts';

/** Bumped whenever the same header and actions would give another run: saved runs of another version are listed, never opened. */
export const ENGINE_VERSION = 14;

/** Everything but the actions that decides a run. */
export interface RunHeader {
  readonly engineVersion: number;
  readonly runId: string;
  readonly seed: number;
  readonly config: RunConfig;
}

export interface RunConfig {
  readonly nodes: number;
  readonly shards: number;
  /** Voters of a shard, where there are so many nodes; absent = REPLICATION_FACTOR. Four are an even cluster, broken on purpose. */
  readonly replicationFactor?: number;
  readonly profile: 'classroom' | 'datacenter';
  readonly vnodes: number;
  readonly limits: NodeLimits;
  readonly network: NetworkConfig;
  readonly disk: DiskConfig;
  readonly clocks: ClockConfig;
}

export interface NetworkConfig {
  readonly delayUs: Micros;
  readonly jitterUs: Micros;
  /** Chances, 0 … 1. */
  readonly drop: number;
  readonly duplicate: number;
  readonly reorder: number;
}

export interface DiskConfig {
  readonly syncUs: Micros;
  readonly blockReadUs: Micros;
  readonly bytesPerSecond: number;
  /** Of real transactions, where disks are real; absent = relaxed. Virtual time knows no difference. */
  readonly durability?: Durability;
}

/** In a configuration one is its place in this list. `strict` waits for the disk itself, `relaxed` for the operating system: survives the process, not the power. */
export const DURABILITIES = ['relaxed', 'strict'] as const;
export type Durability = (typeof DURABILITIES)[number];

/** Each node draws its own rate and offset within these bounds from the seed. */
export interface ClockConfig {
  readonly rateErrorPpmMax: number;
  readonly wallOffsetUsMax: Micros;
}

/** A run in a file: replayable anywhere. `endUs` = how far it had come when it was saved. */
export interface SavedRun {
  readonly format: 'ringside-run';
  readonly header: RunHeader;
  readonly actions: readonly TimedAction[];
  readonly endUs: Micros;
  readonly digest: string;
}
