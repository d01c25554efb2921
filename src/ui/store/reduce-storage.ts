import type { TraceEvent } from '../../core/cluster/trace-event.ts';
import type { TableInfo } from '../../core/node/storage-event.ts';
import type { Draft } from './draft.ts';
import { EMPTY_STORAGE, STORAGE_JOBS_KEPT, type StorageJob } from './view-model.ts';

type Of<T extends TraceEvent['type']> = Extract<TraceEvent, { readonly type: T }>;
type CompactionEvent = Of<'CompactionStarted'> | Of<'CompactionFinished'>;

/** Flushes, compactions and stalls of each node's engine, and its last point read. */
export function reduceStorage(draft: Draft, event: TraceEvent): void {
  switch (event.type) {
    case 'NodeStarted':
    case 'NodeKilled':
    case 'NodeCrashed': {
      // What was under way died with the process: its tables were never published.
      const before = draft.view.storage.get(event.node);
      if (before === undefined) return;
      draft.changeStorage(event.node, {
        ...EMPTY_STORAGE,
        jobs: before.jobs.filter(({ endedUs }) => endedUs !== undefined),
      });
      return;
    }
    case 'MemTableClosed':
      add(draft, event, {
        ...NEW_FLUSH,
        startedUs: event.timeUs,
        reason: event.reason,
        bytes: event.bytes,
      });
      return;
    case 'SSTablePublished':
      flushed(draft, event);
      return;
    case 'CompactionStarted':
      add(draft, event, started(event));
      return;
    case 'CompactionAdvanced':
      change(draft, event, event.job, (job) => ({
        ...job,
        bytesRead: event.bytesRead,
        bytesWritten: event.bytesWritten,
      }));
      return;
    case 'CompactionFinished': {
      const { outputs, bytesRead, bytesWritten, dropped, timeUs } = event;
      const finished = { endedUs: timeUs, outputs, bytesRead, bytesWritten, dropped };
      if (!change(draft, event, event.job, (job) => ({ ...job, ...finished })))
        add(draft, event, { ...started(event), ...finished });
      return;
    }
    case 'TableMoved': {
      const { timeUs, from, level, bytes } = event;
      add(draft, event, {
        ...NEW_FLUSH,
        kind: 'move',
        startedUs: timeUs,
        endedUs: timeUs,
        level: from,
        outputLevel: level,
        inputs: [{ ...event, level: from }],
        outputs: [event],
        bytes,
      });
      return;
    }
    case 'CompactionAbandoned': {
      const { jobs } = draft.view.storage.get(event.node) ?? EMPTY_STORAGE;
      draft.changeStorage(event.node, {
        jobs: jobs.filter(({ kind, job }) => kind !== 'compaction' || job !== event.job),
      });
      return;
    }
    case 'ValueLookedUp':
      lookedUp(draft, event);
      return;
    case 'WriteStalled':
    case 'WriteResumed':
      draft.changeStorage(event.node, { stall: event.type === 'WriteStalled' ? event : undefined });
      return;
    default:
  }
}

/** With the key of the operation that asked for it. */
function lookedUp(draft: Draft, { node, shard, requestId, client, timeUs, steps }: Of<'ValueLookedUp'>): void {
  const asked = draft.view.recent.find((each) => each.client === client && each.requests.includes(requestId));
  if (asked !== undefined) draft.changeStorage(node, { lookup: { shard, key: asked.key, timeUs, steps } });
}

/** A flush that has just begun, of which nothing is known; other jobs differ from it in what they are. */
const NEW_FLUSH: StorageJob = {
  kind: 'flush',
  job: -1,
  startedUs: 0,
  endedUs: undefined,
  reason: undefined,
  level: 0,
  outputLevel: 0,
  inputs: [],
  outputs: [],
  bytes: 0,
  bytesRead: 0,
  bytesWritten: 0,
  dropped: 0,
};

function started(event: CompactionEvent): StorageJob {
  const { job, timeUs, style, reason, level, outputLevel, inputs } = event;
  return {
    ...NEW_FLUSH,
    kind: 'compaction',
    job,
    startedUs: timeUs,
    reason,
    style,
    level,
    outputLevel,
    inputs,
    bytes: bytesOf(inputs),
  };
}

const bytesOf = (tables: readonly TableInfo[]): number => tables.reduce((sum, { bytes }) => sum + bytes, 0);

function flushed(draft: Draft, event: Of<'SSTablePublished'>): void {
  const { timeUs, level, bytes } = event;
  const done = { endedUs: timeUs, outputs: [event], bytesWritten: bytes };
  if (change(draft, event, NEW_FLUSH.job, (job) => ({ ...job, ...done }))) return;
  add(draft, event, {
    ...NEW_FLUSH,
    startedUs: timeUs,
    outputLevel: level,
    bytes,
    ...done,
  });
}

function add(draft: Draft, { node }: { readonly node: StorageNode }, job: StorageJob): void {
  const { jobs } = draft.view.storage.get(node) ?? EMPTY_STORAGE;
  draft.changeStorage(node, { jobs: [...jobs, job].slice(-STORAGE_JOBS_KEPT) });
}

type StorageNode = Parameters<Draft['changeStorage']>[0];

/** Changes the job that is under way under this number; false: there is none. */
function change(
  draft: Draft,
  { node }: { readonly node: StorageNode },
  which: number,
  by: (job: StorageJob) => StorageJob,
): boolean {
  const { jobs } = draft.view.storage.get(node) ?? EMPTY_STORAGE;
  const at = jobs.findIndex(({ job, endedUs }) => endedUs === undefined && job === which);
  const found = jobs[at];
  if (found === undefined) return false;
  draft.changeStorage(node, { jobs: jobs.with(at, by(found)) });
  return true;
}
