import type { Cluster } from '../console/cluster.ts';
import type { ClusterSnapshot } from '../core/cluster/snapshot.ts';

const INTERVAL_MS = 200;

export const EMPTY_SNAPSHOT: ClusterSnapshot = {
  timeMs: 0,
  digest: '',
  seed: 0,
  runId: '',
  nodes: [],
  shards: [],
  ringEpoch: 1,
  vnodes: 0,
  counters: { writes: 0, reads: 0, keys: 0, elections: 0 },
  breaks: [],
};

/** The cluster as last reported, at hand without waiting: asked for again whenever something happened, one question at a time. */
export class LatestSnapshot {
  value: ClusterSnapshot = EMPTY_SNAPSHOT;
  private readonly cluster: Cluster;
  private asking: Promise<void> | undefined;
  private askedAtMs = Number.NEGATIVE_INFINITY;
  /** Something happened after the question under way was asked. */
  private stale = false;

  constructor(cluster: Cluster) {
    this.cluster = cluster;
    cluster.onTransport((state) => this.note(state.mode === 'paused' ? 0 : INTERVAL_MS));
    this.note(0);
  }

  /** Asks now; resolves when `value` is no older than this call. */
  async refresh(): Promise<void> {
    await this.asking;
    await this.ask();
  }

  /** While time runs an answer is old when it comes: every so often is enough. While it stands, each change counts. */
  private note(intervalMs: number): void {
    if (this.asking !== undefined) {
      this.stale ||= intervalMs === 0;
      return;
    }
    if (performance.now() - this.askedAtMs < intervalMs) return;
    // A cluster that cannot answer has said so in its own place; the last value stands.
    this.ask().catch(() => undefined);
  }

  private ask(): Promise<void> {
    this.askedAtMs = performance.now();
    this.asking ??= this.cluster
      .snapshot()
      .then((snapshot) => {
        this.value = snapshot;
      })
      .finally(() => {
        this.asking = undefined;
        if (!this.stale) return;
        this.stale = false;
        this.note(0);
      });
    return this.asking;
  }
}
