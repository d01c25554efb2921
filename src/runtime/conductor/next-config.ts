import { PROFILES } from '../../core/cluster/presets.ts';
import type { RunConfig } from '../../core/cluster/run.ts';

/** The next run's configuration: what is not given stays; another profile brings its own times and limits. */
export function nextConfig(present: RunConfig, given: Partial<RunConfig>): RunConfig {
  const { profile } = given;
  if (profile === undefined || profile === present.profile) return { ...present, ...given };
  const { nodes, shards, vnodes } = present;
  return { ...PROFILES[profile], nodes, shards, vnodes, ...given };
}
