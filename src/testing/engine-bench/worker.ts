import type { EngineBenchOptions, EngineFigure } from '../../cli/bench/engine-figure.ts';
import type { LsmOptions } from '../../core/lsm/lsm-engine.ts';
import { DATACENTER_LIMITS } from '../../core/node/config.ts';
import type { BenchStore } from './bench-store.ts';
import { EngineStore } from './engine-store.ts';
import { PAIR_BYTES } from './load.ts';
import { measureEngine, rateOf } from './measure.ts';
import { IdbStore, LevelStore } from './other-stores.ts';
import type { Workload } from './workloads.ts';
import * as workloads from './workloads.ts';

const MIB = 1024 * 1024;
/** MemTables that the data makes, so that there is something to compact at every size. */
const MEMTABLES = 16;
/** For each workload; only the fill that the others build on is done whole. */
const OTHERS_SECONDS_MAX = 2;
/** Written and thrown away before anything is measured, so that the code is compiled. */
const WARM_UP_KEYS = 10_000;

interface Plan {
  readonly fillSequential: Workload;
  readonly fillRandom: Workload;
  /** On what was filled in random order, in this order. */
  readonly onFilled: readonly Workload[];
}

function planOf(keys: number): Plan {
  const reads = Math.min(keys, 20_000);
  const ops = Math.min(keys, 20_000);
  return {
    fillSequential: workloads.fillSequential(keys),
    fillRandom: workloads.fillRandom(keys),
    onFilled: [
      workloads.overwrite(keys),
      workloads.readRandom(keys, keys, 'hot'),
      workloads.readRandom(keys, reads, 'cold, 64 KiB'),
      workloads.readMissing(keys, keys),
      workloads.scans(keys, Math.min(keys, 1000)),
      workloads.readWhileWriting(keys, reads * 5),
      // E, then D last: they insert.
      ...(['A', 'B', 'C', 'F'] as const).map((letter) => workloads.ycsb(letter, keys, ops)),
      workloads.ycsb('E', keys, Math.min(ops, 5000)),
      workloads.ycsb('D', keys, ops),
    ],
  };
}

type Rates = ReadonlyMap<string, number>;

async function measureOther(open: (name: string) => Promise<BenchStore>, plan: Plan): Promise<Rates> {
  const rates = new Map<string, number>();
  const sequential = await open('bench-sequential');
  rates.set(plan.fillSequential.name, await rateOf(sequential, plan.fillSequential, OTHERS_SECONDS_MAX));
  await sequential.destroy();
  const store = await open('bench-random');
  rates.set(plan.fillRandom.name, await rateOf(store, plan.fillRandom, Number.POSITIVE_INFINITY));
  for (const workload of plan.onFilled) rates.set(workload.name, await rateOf(store, workload, OTHERS_SECONDS_MAX));
  await store.destroy();
  return rates;
}

async function run({ keys }: EngineBenchOptions, report: (figure: EngineFigure) => void): Promise<void> {
  const plan = planOf(keys);
  const idb = await measureOther(IdbStore.open, plan);
  const level = await measureOther(LevelStore.open, plan);
  const measure = async (store: EngineStore, workload: Workload, like = workload.name): Promise<void> =>
    report(await measureEngine(store, workload, { idb: idb.get(like), level: level.get(like) }));

  const memTableBytesMax = Math.max(MIB / 4, Math.ceil((keys * PAIR_BYTES) / MEMTABLES));
  const sized: LsmOptions = {
    ...DATACENTER_LIMITS,
    memTableBytesMax,
    levelBytesBase: 4 * memTableBytesMax,
    tableBytesMax: Math.min(2 * MIB, memTableBytesMax),
  };
  const cold: LsmOptions = { ...sized, blockCacheBytes: 0 };
  const hot: LsmOptions = { ...sized, blockCacheBytes: keys * PAIR_BYTES * 2 };

  const warmUp = await EngineStore.open('bench-engine-warm-up', { ...sized, memTableBytesMax: MIB / 8 });
  await workloads.fillRandom(WARM_UP_KEYS).work(warmUp, Number.POSITIVE_INFINITY);
  await warmUp.settle();
  await workloads.readRandom(WARM_UP_KEYS, WARM_UP_KEYS, 'warm-up').work(warmUp, Number.POSITIVE_INFINITY);
  await warmUp.destroy();

  const batch = await EngineStore.open('bench-engine-batch', DATACENTER_LIMITS);
  const fits = Math.min(keys, Math.floor(DATACENTER_LIMITS.memTableBytesMax / (2 * PAIR_BYTES)));
  await measure(batch, workloads.fillRandom(fits, 'fill random, one MemTable'), plan.fillRandom.name);
  await measure(batch, workloads.flushOf(batch, fits));
  await batch.destroy();

  const sequential = await EngineStore.open('bench-engine-sequential', sized);
  await measure(sequential, plan.fillSequential);
  await sequential.destroy();

  const small = await EngineStore.open('bench-engine-4k', { ...sized, extentBytesMax: 4096 });
  await plan.fillRandom.work(small, Number.POSITIVE_INFINITY);
  await small.reopen(cold);
  const like = 'read random cold, 64 KiB';
  await measure(small, workloads.readRandom(keys, Math.min(keys, 20_000), 'cold, 4 KiB'), like);
  await small.destroy();

  const store = await EngineStore.open('bench-engine', sized);
  await measure(store, plan.fillRandom);
  for (const workload of plan.onFilled) {
    const isHot = workload.name.endsWith('hot');
    await store.reopen(isHot ? hot : workload.name === like ? cold : sized);
    if (isHot) await workload.work(store, Number.POSITIVE_INFINITY);
    await measure(store, workload);
  }
  await store.destroy();
}

self.onmessage = ({ data }: MessageEvent<EngineBenchOptions>) => {
  run(data, (figure) => self.postMessage({ figure })).then(
    () => self.postMessage({ done: true }),
    (error: unknown) =>
      self.postMessage({ error: error instanceof Error ? (error.stack ?? error.message) : String(error) }),
  );
};
