import type { Speed } from '../../console/cluster.ts';
import type { RunConfig } from '../../core/cluster/run.ts';
import { BrowserCluster } from './browser-cluster.ts';

export interface OpenClusterOptions {
  readonly config: RunConfig;
  /** Undefined: any run of this configuration is adopted, a new one draws its seed. */
  readonly seed?: number | undefined;
  /** `keep`: go on with the newest free run of this configuration, this tab's own first. `fresh`: always a new one. */
  readonly storage: 'keep' | 'fresh';
  /** Whether a run that begins here gets a little data; it does if not given. */
  readonly sample?: boolean | undefined;
  /** After the boot; `auto` if not given. */
  readonly speed?: Speed | undefined;
}

/** Brings a cluster up in this browser, on what a probe finds to work. Boots at full speed until every shard has a leader. */
export function openCluster(options: OpenClusterOptions): Promise<BrowserCluster> {
  const { config, seed, storage, speed = 'auto', sample = true } = options;
  return BrowserCluster.open({ config, seed, storage, speed, sample });
}
