import type { RunConfig } from '../../core/cluster/run.ts';
import { BrowserCluster } from './browser-cluster.ts';
import type { SeenIn } from './visibility.ts';

export interface OpenClusterOptions {
  readonly config: RunConfig;
  /** Undefined: any run of this configuration is adopted, a new one draws its seed. */
  readonly seed?: number | undefined;
  /** `keep`: go on with the newest free run of this configuration, this tab's own first. `fresh`: always a new one. */
  readonly storage: 'keep' | 'fresh';
  /** Virtual seconds per wall second after the boot; 0.1 if not given. */
  readonly speed?: number | 'max' | undefined;
  /** Time passes only while somebody sees this; `tab` if not given. */
  readonly seenIn?: SeenIn | undefined;
}

const DEFAULT_SPEED = 0.1;

/** Brings a cluster up in this browser, on what a probe finds to work. Boots at full speed until every shard has a leader. */
export function openCluster(options: OpenClusterOptions): Promise<BrowserCluster> {
  const { config, seed, storage, speed = DEFAULT_SPEED, seenIn = 'tab' } = options;
  return BrowserCluster.open({ config, seed, storage, speed, seenIn });
}
