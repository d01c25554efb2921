import type { NodeId } from '../../core/base/ids.ts';
import type { TimedAction } from '../../core/cluster/action.ts';
import type { RunHeader } from '../../core/cluster/run.ts';
import type { Counters } from '../../core/cluster/snapshot.ts';
import type { DiskPlace } from '../protocol/node-channel.ts';

/** A run's namespace, as it is kept between pages. Its action log is kept beside it. */
export interface RunRecord {
  readonly header: RunHeader;
  /** Configuration in canonical form: a page adopts a run of exactly its own. */
  readonly configText: string;
  /** Wall clock, milliseconds since 1970: only for choosing and collecting. */
  readonly createdAt: number;
  readonly lastUsed: number;
  readonly counters: Counters;
  /** Nodes that have had their disk: from then on an empty one was lost. */
  readonly started?: readonly NodeId[];
  /** Nodes that may have a disk, of a saved run that is replayed: its log is kept when it came to its end. Absent: as the log says. */
  readonly nodes?: number;
  /** Fixed when the run is made; runs older than the choice have none: `origin`. */
  readonly disks?: DiskPlace;
  /**
   * `new`: nothing has run yet. `running`: its disks may hold data, it goes on with a RELOAD. `replaying`: a saved run that did not come to
   * its end. `doomed`: being deleted. The last two are never adopted.
   */
  readonly state: 'new' | 'running' | 'replaying' | 'doomed';
}

export const NO_COUNTERS: Counters = { writes: 0, reads: 0, keys: 0, elections: 0 };

/** The namespaces of this origin and their action logs. */
export interface RunStore {
  list(): Promise<readonly RunRecord[]>;
  put(record: RunRecord): Promise<void>;
  actions(runId: string): Promise<readonly TimedAction[]>;
  /** Resolves when the actions are kept: only then may they take effect. `first` = how many were kept before. */
  append(runId: string, first: number, actions: readonly TimedAction[]): Promise<void>;
  /** The record and its action log. */
  remove(runId: string): Promise<void>;
}

/** Where nothing can be kept. */
export class MemoryRunStore implements RunStore {
  private readonly records = new Map<string, RunRecord>();
  private readonly logs = new Map<string, TimedAction[]>();

  async list(): Promise<readonly RunRecord[]> {
    return [...this.records.values()];
  }

  async put(record: RunRecord): Promise<void> {
    this.records.set(record.header.runId, record);
  }

  async actions(runId: string): Promise<readonly TimedAction[]> {
    return [...(this.logs.get(runId) ?? [])];
  }

  async append(runId: string, first: number, actions: readonly TimedAction[]): Promise<void> {
    this.logs.set(runId, [...(this.logs.get(runId) ?? []).slice(0, first), ...actions]);
  }

  async remove(runId: string): Promise<void> {
    this.records.delete(runId);
    this.logs.delete(runId);
  }
}
