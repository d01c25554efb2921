import { afterEach, describe, expect, test, vi } from 'vitest';
import { must } from '../../core/base/assert.ts';
import { nodeId } from '../../core/base/ids.ts';
import type { TimedAction } from '../../core/cluster/action.ts';
import { createHeader } from '../../core/cluster/presets.ts';
import type { SavedRun } from '../../core/cluster/run.ts';
import type { StoreCall } from '../../sim/block-store.ts';
import { drawClock } from '../../sim/clock-model.ts';
import { drawConfig } from '../../sim/drawn-limits.ts';
import { HostDied } from '../../sim/node-host.ts';
import { replay, runInProcess } from '../../sim/run.ts';
import { drawSchedule, type Fault } from '../../sim/schedule.ts';
import { World } from '../../sim/world.ts';
import { NO_FAULTS } from '../../sim/world-state.ts';
import { MemoryDisk } from '../conductor/memory-disk.ts';
import { RoundDriver } from '../conductor/round-driver.ts';
import type { WorkerSpawner } from '../conductor/worker-process.ts';
import { WorkerProcesses } from '../conductor/worker-processes.ts';
import { GRANT_PATIENCE_MS } from '../protocol/limits.ts';
import type { NodeRequest } from '../protocol/node-channel.ts';
import { NodeServer } from './node-server.ts';
import { PortBlockStore } from './port-block-store.ts';

/** What a page does, with every "worker" a server in this process behind a real port; `terminate` cuts it off as the browser would. */
class FakePage implements WorkerSpawner {
  private readonly ports = new Map<number, MessagePort>();
  private readonly newest = new Map<string, number>();
  private readonly silenced = new Set<number>();

  /** How many workers there have been. */
  get spawned(): number {
    return Math.max(...this.newest.values());
  }

  /** The node's worker ends by itself: it answers nothing any more. */
  silence(node: string): void {
    this.silenced.add(must(this.newest.get(node), `${node} was started`));
  }

  async spawn(processId: number, name: string): Promise<MessagePort> {
    this.newest.set(must(/n\d+/.exec(name)?.[0], 'a worker is named after its node'), processId);
    const { port1, port2 } = new MessageChannel();
    const server = new NodeServer((reply) => port2.postMessage(reply));
    port2.onmessage = ({ data }: MessageEvent<NodeRequest>) => {
      if (!this.silenced.has(processId)) void server.serve(data);
    };
    this.ports.set(processId, port2);
    return port1;
  }

  async terminate(processId: number): Promise<void> {
    this.ports.get(processId)?.close();
    this.ports.delete(processId);
  }
}

function open() {
  const page = new FakePage();
  let count = 0;
  const processes = new WorkerProcesses(
    page,
    () => ++count,
    () => new MemoryDisk(),
  );
  return { page, processes, driver: new RoundDriver(processes) };
}

async function runOn(driver: RoundDriver, world: World, endUs: number): Promise<void> {
  for (let round = world.plan(endUs, false); round !== undefined; round = world.plan(endUs, false)) {
    world.complete(round, await driver.perform(round));
  }
}

const ENDS_US = 12_000_000;

function scheduled(seed: number, kinds: readonly Fault[] = ['kill', 'partition', 'loss']) {
  const faults = new Set(kinds);
  const actions = drawSchedule({ seed, nodes: 3, durationUs: ENDS_US, operationsPerSecond: 8, faults });
  return { header: createHeader(`disk-${seed}`, seed, drawConfig(seed, 3, 4)), actions };
}

const put = (key: number, value: number) => ({ type: 'put', store: 'log', key, value: Uint8Array.of(value) }) as const;

afterEach(() => {
  vi.useRealTimers();
});

describe('nodes behind ports with disks in the conductor’s memory', () => {
  test.each(process.env.RINGSIDE_LONG === '1' ? [1, 2, 3] : [1])(
    'seed %d: kills and revives give the digest of nodes in process',
    async (seed) => {
      const { header, actions } = scheduled(seed);
      const expected = runInProcess(header, actions, ENDS_US);
      expect(actions.some(({ action }) => action.type === 'Kill')).toBe(true);
      expect(expected.acknowledged).toBeGreaterThan(0);
      const { page, driver } = open();
      const world = new World(header, { actions, trace: false });
      await runOn(driver, world, ENDS_US);
      await driver.discardAll();
      expect(world.digest()).toBe(expected.digest);
      // Every boot was a process of its own.
      expect(page.spawned).toBeGreaterThan(3);
    },
  );

  test('a worker that ends by itself keeps what it had on its disk, and the run replays', async () => {
    vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval', 'setTimeout', 'clearTimeout'] });
    const { header, actions: load } = scheduled(4, ['loss']);
    const revive: TimedAction = { timeUs: (ENDS_US * 3) / 4, action: { type: 'Revive', node: nodeId(2) } };
    const actions = [...load, revive].sort((a, b) => a.timeUs - b.timeUs);
    const { page, driver } = open();
    const world = new World(header, { actions, trace: false });
    await runOn(driver, world, ENDS_US / 2);
    page.silence('n2');
    const rest = runOn(driver, world, ENDS_US);
    let over = false;
    void rest.finally(() => {
      over = true;
    });
    while (!over) {
      await vi.advanceTimersByTimeAsync(GRANT_PATIENCE_MS / 20);
      await new Promise((resolve) => setImmediate(resolve));
    }
    await rest;
    await driver.discardAll();
    const died = world.takeUnplanned();
    expect(died).toHaveLength(1);
    expect(died[0]?.action).toMatchObject({ type: 'Died', reason: expect.stringMatching(/did not answer for 20 s/) });
    expect(died[0]?.action).toMatchObject({ ending: { node: 2, transactions: expect.any(Number) } });
    expect(world.snapshot().nodes[1]).toMatchObject({ id: 'n2', state: 'up', boot: 2 });
    const saved: SavedRun = {
      format: 'ringside-run',
      header,
      actions: [...world.log],
      endUs: ENDS_US,
      digest: world.digest(),
    };
    expect(replay(saved)).toMatchObject({ digest: saved.digest, violations: [] });
  });
});

test('nodes that come and disks that go give the digest of nodes in process', async () => {
  const { header, actions: load } = scheduled(8, ['kill']);
  const changes: readonly TimedAction[] = [
    { timeUs: ENDS_US / 5, action: { type: 'Add' } },
    { timeUs: ENDS_US / 4, action: { type: 'Wipe', node: nodeId(2), force: true } },
    { timeUs: ENDS_US / 2, action: { type: 'Remove', node: nodeId(1) } },
  ];
  const actions = [...load, ...changes].sort((a, b) => a.timeUs - b.timeUs);
  const { driver } = open();
  const world = new World(header, { actions, trace: false });
  await runOn(driver, world, ENDS_US);
  await driver.discardAll();
  expect(world.digest()).toBe(runInProcess(header, actions, ENDS_US).digest);
});

describe('MemoryDisk', () => {
  function lend(disk: MemoryDisk, boot: number, incarnation = 1): PortBlockStore {
    const { access } = disk.lend({ boot, incarnation });
    if (access.type !== 'Port') throw new Error('a disk in memory is lent over a port');
    return new PortBlockStore(access.port, () => undefined);
  }

  test('gives the next boot what the last one had committed', async () => {
    const disk = new MemoryDisk();
    const first = lend(disk, 1);
    await first.transact([put(7, 70), put(8, 80)]);
    await disk.takeBack();
    const second = lend(disk, 2);
    expect(await second.read({ type: 'getRange', store: 'log', from: 0, to: 100, limit: 9 })).toEqual([
      { key: 7, value: Uint8Array.of(70) },
      { key: 8, value: Uint8Array.of(80) },
    ]);
    expect(await disk.state()).toMatchObject({ boot: 2, transactions: 0 });
    await disk.delete();
    const third = lend(disk, 3);
    expect(await third.read({ type: 'get', store: 'log', key: 7 })).toEqual([]);
    await disk.takeBack();
  });

  test('is empty for the boot that comes after a wipe, and tells which it is', async () => {
    const disk = new MemoryDisk();
    await lend(disk, 1).transact([put(7, 70)]);
    const blank = lend(disk, 2, 2);
    expect(await blank.read({ type: 'get', store: 'log', key: 7 })).toEqual([]);
    expect(await disk.state()).toMatchObject({ boot: 2, incarnation: 2 });
    await blank.transact([put(8, 80)]);
    expect(await lend(disk, 3, 2).read({ type: 'get', store: 'log', key: 8 })).toHaveLength(1);
    await disk.takeBack();
  });

  test('what an ended process still sends does not arrive, nor what it sends after the next boot began', async () => {
    const disk = new MemoryDisk();
    const ended = lend(disk, 1);
    await ended.transact([put(1, 1)]);
    // On its way at the moment at which the disk is taken back.
    void ended.transact([put(2, 2)]);
    await disk.takeBack();
    const next = lend(disk, 2);
    await next.transact([put(3, 3)]);
    const records = await next.read({ type: 'getRange', store: 'log', from: 0, to: 100, limit: 9 });
    expect(records.map(({ key }) => key)).toEqual([1, 3]);
    await disk.takeBack();
  });
});

test('a view is posted without the buffer under it', async () => {
  const { port1, port2 } = new MessageChannel();
  const posted: StoreCall[] = [];
  port2.onmessage = ({ data }: MessageEvent<StoreCall>) => {
    posted.push(data);
    port2.postMessage([]);
  };
  const value = new Uint8Array(1000).fill(5).subarray(10, 13);
  await new PortBlockStore(port1, () => undefined).transact([{ type: 'put', store: 'sst', key: 1, value }]);
  expect(posted).toEqual([
    { type: 'transact', transaction: [{ type: 'put', store: 'sst', key: 1, value: Uint8Array.of(5, 5, 5) }] },
  ]);
  const [op] = posted[0]?.type === 'transact' ? posted[0].transaction : [];
  expect(op?.type === 'put' && op.value.buffer.byteLength).toBe(3);
  port1.close();
});

test('a process is refused everything once it was ended', async () => {
  const { processes } = open();
  const process = processes.create(nodeId(1));
  await process.discard();
  const { header } = scheduled(1);
  const init = {
    node: nodeId(1),
    boot: 1,
    contacts: [],
    incarnation: 1,
    pageBoot: 1,
    seed: 1,
    config: header.config,
    startUs: 0,
    transactionsMax: undefined,
    diskSyncUs: 1,
    durability: 'relaxed' as const,
    faults: NO_FAULTS,
    clock: drawClock(header.config.clocks, header.seed, nodeId(1)),
    damages: [],
    compactionStyle: 'leveled' as const,
    silence: header.config.limits,
    intervals: { checkIntervalUs: 0, scrubIntervalUs: 0 },
    eventual: { conflicts: 'lww' as const, clock: 'hybrid' as const },
    breaks: [],
  };
  await expect(process.start(init)).rejects.toThrow(HostDied);
});
