import type { EngineFigure } from '../../cli/bench/engine-figure.ts';
import type { BenchStore } from './bench-store.ts';
import { deleteDatabase, type EngineStore, openDisk } from './engine-store.ts';
import { PAIR_BYTES } from './load.ts';
import { replayTrace, writtenBytes } from './traced-disk.ts';
import { OPS_IN_FLIGHT, type Workload } from './workloads.ts';

const MB = 1e6;
const CEILING = 'bench-ceiling';

/** Operations a second; the alternatives are stopped when their time is up. */
export async function rateOf(store: BenchStore, workload: Workload, secondsMax: number): Promise<number> {
  const started = performance.now();
  const ops = await workload.work(store, started + secondsMax * 1000);
  return ops / ((performance.now() - started) / 1000);
}

/** The workload on the engine, until its last operation is answered, and then until nothing is left to flush or compact. */
export async function measureEngine(
  store: EngineStore,
  workload: Workload,
  others: { readonly idb: number | undefined; readonly level: number | undefined },
): Promise<EngineFigure> {
  const { statistics } = store.engine;
  const userBytes = statistics.bytesWritten;
  const compactionRead = statistics.bytesCompactedRead;
  const cache = store.engine.blockCacheStatistics;
  store.disk.takeTrace();
  store.clock.take();

  const started = performance.now();
  const ops = await workload.work(store, Number.POSITIVE_INFINITY);
  const seconds = (performance.now() - started) / 1000;
  await store.idle();
  const settledSeconds = (performance.now() - started) / 1000;

  const trace = store.disk.takeTrace();
  const stretches = store.clock.take();
  const written = writtenBytes(trace);
  const wrote = store.engine.statistics.bytesWritten - userBytes;
  const after = store.engine.blockCacheStatistics;
  const asked = after.hits - cache.hits + after.misses - cache.misses;
  const usedDisk = written > 0 || trace.reads.length > 0;
  return {
    name: workload.name,
    ops,
    opsPerSecond: ops / seconds,
    megabytesPerSecond: (ops * workload.pairsPerOp * PAIR_BYTES) / MB / seconds,
    ratioToCeiling: usedDisk ? (await ceilingSeconds(store, trace)) / settledSeconds : undefined,
    writtenMegabytesPerSecond: written / MB / settledSeconds,
    ...others,
    writeAmplification: wrote === 0 ? undefined : written / wrote,
    compactionReadMegabytes: (store.engine.statistics.bytesCompactedRead - compactionRead) / MB,
    cacheHitRatio: asked === 0 ? undefined : (after.hits - cache.hits) / asked,
    stretches,
  };
}

async function ceilingSeconds(store: EngineStore, trace: Parameters<typeof replayTrace>[0]): Promise<number> {
  const target = await openDisk(CEILING);
  try {
    return await replayTrace(trace, target, store.disk.disk, OPS_IN_FLIGHT);
  } finally {
    target.close();
    await deleteDatabase(CEILING);
  }
}
