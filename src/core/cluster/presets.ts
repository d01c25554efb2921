import { FIRST_CLIENT } from '../base/ids.ts';
import { CLASSROOM_LIMITS, DATACENTER_LIMITS } from '../node/config.ts';
import { type Durability, ENGINE_VERSION, type RunConfig, type RunHeader } from './run.ts';

const MS = 1000;
const MIB = 1024 * 1024;

const COMMON = { vnodes: 150, clocks: { rateErrorPpmMax: 0, wallOffsetUsMax: 0 } };
const RELIABLE = { drop: 0, duplicate: 0, reorder: 0 };

/** Design section 6: slow enough to watch. */
export const CLASSROOM: RunConfig = {
  ...COMMON,
  nodes: 3,
  shards: 8,
  profile: 'classroom',
  limits: CLASSROOM_LIMITS,
  network: { ...RELIABLE, delayUs: 10 * MS, jitterUs: 2 * MS },
  disk: { syncUs: 2 * MS, blockReadUs: 2 * MS, bytesPerSecond: 32 * MIB },
};

/** Design section 6: as in one data centre. */
export const DATACENTER: RunConfig = {
  ...COMMON,
  nodes: 3,
  shards: 8,
  profile: 'datacenter',
  limits: DATACENTER_LIMITS,
  network: { ...RELIABLE, delayUs: 500, jitterUs: 100 },
  disk: { syncUs: 1 * MS, blockReadUs: 200, bytesPerSecond: 256 * MIB },
};

export const PROFILES = { classroom: CLASSROOM, datacenter: DATACENTER } as const;

export const SHARD_COUNTS: readonly number[] = [1, 8, 16, 64, 256];
export const NODES_MIN = 1;
/** Of any run, and of all that it ever has: no number is given twice, and the ids from `FIRST_CLIENT` on are clients. */
export const NODES_MAX = FIRST_CLIENT - 1;
/** Of a run that has a screen, at a time: in more than these, neither the nodes in the ring nor a worker and a database for each are bearable. */
export const TAB_NODES_MAX = 12;

export const durabilityOf = ({ disk }: Pick<RunConfig, 'disk'>): Durability => disk.durability ?? 'relaxed';

export const createHeader = (runId: string, seed: number, config: RunConfig): RunHeader => ({
  engineVersion: ENGINE_VERSION,
  runId,
  seed,
  config,
});
