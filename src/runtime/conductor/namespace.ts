import type { Micros, NodeId } from '../../core/base/ids.ts';
import type { BootEnding, TimedAction } from '../../core/cluster/action.ts';
import { firstNodes, nodesAfter } from '../../core/cluster/node-list.ts';
import { ENGINE_VERSION, type RunConfig, type RunHeader } from '../../core/cluster/run.ts';
import { canonicalText } from '../../sim/canonical-text.ts';
import { OTHER_RUN_PATIENCE_MS, OWN_RUN_PATIENCE_MS, RUN_AGE_MS_MAX } from '../protocol/limits.ts';
import { runLock } from '../protocol/names.ts';
import type { DiskPlace } from '../protocol/node-channel.ts';
import type { NodeProcesses } from './node-process.ts';
import { NO_COUNTERS, type RunRecord, type RunStore } from './run-store.ts';
import type { Release } from './web-locks.ts';

/** What choosing a namespace needs from the browser. */
export interface NamespaceEnvironment {
  readonly runs: RunStore;
  acquire(name: string, patienceMs: number): Promise<Release | undefined>;
  processesOf(record: RunRecord): NodeProcesses;
  /** Where the disks of a new run are to be. */
  readonly diskPlace: DiskPlace;
  /** Milliseconds since 1970. */
  wallMs(): number;
  newRunId(): string;
  newSeed(): number;
}

/** A namespace that this page holds: nobody else can open it until `release`. */
export interface Namespace {
  readonly record: RunRecord;
  readonly release: Release;
}

export interface NamespaceWish {
  readonly config: RunConfig;
  readonly seed: number | undefined;
  readonly runId: string | undefined;
  readonly storage: 'keep' | 'fresh';
}

/** The newest free namespace that fits, the tab's own one first; else a new one. */
export async function openNamespace(environment: NamespaceEnvironment, wish: NamespaceWish): Promise<Namespace> {
  const adopted = wish.storage === 'keep' ? await adopt(environment, wish) : undefined;
  return adopted ?? createNamespace(environment, wish.config, wish.seed ?? environment.newSeed(), 'new');
}

export async function createNamespace(
  environment: NamespaceEnvironment,
  config: RunConfig,
  seed: number,
  state: 'new' | 'replaying',
  recorded: readonly TimedAction[] = [],
): Promise<Namespace> {
  const header: RunHeader = { engineVersion: ENGINE_VERSION, runId: environment.newRunId(), seed, config };
  const release = await environment.acquire(runLock(header.runId), OWN_RUN_PATIENCE_MS);
  if (release === undefined) throw new Error(`somebody holds the new run ${header.runId}`);
  const now = environment.wallMs();
  const record: RunRecord = {
    header,
    configText: canonicalText(config),
    createdAt: now,
    lastUsed: now,
    counters: NO_COUNTERS,
    disks: environment.diskPlace,
    ...(recorded.length === 0 ? {} : { nodes: nodesAfter(config, recorded).length }),
    state,
  };
  await environment.runs.put(record);
  return { record, release };
}

async function adopt(environment: NamespaceEnvironment, wish: NamespaceWish): Promise<Namespace | undefined> {
  const configText = canonicalText(wish.config);
  const adoptable = (await environment.runs.list())
    .filter(({ header, state }) => header.engineVersion === ENGINE_VERSION && (state === 'new' || state === 'running'))
    .sort((a, b) => b.lastUsed - a.lastUsed || (a.header.runId < b.header.runId ? -1 : 1));
  const own = adoptable.find(({ header }) => header.runId === wish.runId);
  // The tab's own run may have left the configuration of the page's address by RESET; it is still the tab's.
  const others = adoptable.filter(
    (record) =>
      record !== own &&
      record.configText === configText &&
      (wish.seed === undefined || record.header.seed === wish.seed),
  );
  let patienceMs = OTHER_RUN_PATIENCE_MS;
  for (const candidate of own === undefined ? others : [own, ...others]) {
    const { runId } = candidate.header;
    const release = await environment.acquire(runLock(runId), candidate === own ? OWN_RUN_PATIENCE_MS : patienceMs);
    if (release === undefined) {
      // Only the newest can belong to a tab that is just closing.
      patienceMs = 20;
      continue;
    }
    const record = (await environment.runs.list()).find(({ header }) => header.runId === runId);
    if (record?.state === 'new' || record?.state === 'running') return { record, release };
    release();
  }
  return undefined;
}

/** Deletes a namespace: marked first, so that nobody opens what is half gone. The caller holds its lock and its processes are gone. */
export async function deleteNamespace(environment: NamespaceEnvironment, namespace: Namespace): Promise<void> {
  const { header, nodes = 0 } = namespace.record;
  await environment.runs.put({ ...namespace.record, state: 'doomed' });
  const logged = nodesAfter(header.config, await environment.runs.actions(header.runId));
  const all = firstNodes(Math.max(nodes, logged.length));
  const deleted = await environment.processesOf(namespace.record).deleteDisks(all);
  if (deleted) await environment.runs.remove(header.runId);
  namespace.release();
}

/** Deletes what nobody will open again: doomed and half-replayed runs, and those unused for a week, of whatever version. */
export async function collectNamespaces(environment: NamespaceEnvironment): Promise<void> {
  const now = environment.wallMs();
  for (const record of await environment.runs.list()) {
    const dead = record.state === 'doomed' || record.state === 'replaying';
    if (!dead && now - record.lastUsed < RUN_AGE_MS_MAX) continue;
    const release = await environment.acquire(runLock(record.header.runId), 20);
    if (release !== undefined) await deleteNamespace(environment, { record, release });
  }
}

/** The RELOAD of a run whose last page is gone: how each node's last boot ended, as its disk tells. */
export async function reloadAction(
  processes: NodeProcesses,
  { header: { config }, started = [] }: Pick<RunRecord, 'header' | 'started'>,
  actions: readonly TimedAction[],
): Promise<TimedAction> {
  const disks = await Promise.all(
    nodesAfter(config, actions).map(async (node) => {
      const last = lastKnownEnding(actions, node);
      const boot = Math.max(last?.boot ?? 0, started.includes(node) ? 1 : 0);
      const known = { boot, incarnation: last?.incarnation ?? 1, transactions: 0, timeUs: 0 };
      // A disk that cannot be asked stops its own node, which says why when it starts, and no other.
      const disk = await processes.diskState(node).catch(() => known);
      // A disk that knows less than the log was lost: its node must not start as if it had never been.
      return { node, disk: disk.boot < known.boot ? known : disk };
    }),
  );
  const lastActionUs = actions.reduce((latest, action) => Math.max(latest, action.timeUs), 0);
  const timeUs: Micros = disks.reduce((latest, { disk }) => Math.max(latest, disk.timeUs), lastActionUs) + 1;
  const endings: BootEnding[] = disks
    .filter(({ disk }) => disk.boot > 0)
    .map(({ node, disk: { boot, incarnation, transactions } }) => ({
      node,
      boot,
      transactions,
      ...(incarnation === 1 ? {} : { incarnation }),
    }));
  return { timeUs, action: { type: 'Reload', endings } };
}

/** Of the highest boot of the node of which the log says that it has been on its disk; undefined: of none. */
function lastKnownEnding(actions: readonly TimedAction[], node: NodeId): BootEnding | undefined {
  const endings = actions.flatMap(({ action }) =>
    action.type === 'Reload' ? action.endings : action.type === 'Died' ? [action.ending] : [],
  );
  const own = endings.filter((ending) => ending.node === node && ending.transactions > 0);
  return own.reduce<BootEnding | undefined>(
    (last, ending) => (ending.boot > (last?.boot ?? 0) ? ending : last),
    undefined,
  );
}
