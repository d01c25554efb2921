import { describe, expect, test } from 'vitest';
import { must } from '../core/base/assert.ts';
import type { DiskTransaction } from '../core/base/disk.ts';
import { nodeId } from '../core/base/ids.ts';
import { CLASSROOM, createHeader } from '../core/cluster/presets.ts';
import type { TraceEvent } from '../core/cluster/trace-event.ts';
import { decodeLogGroup } from '../core/node/log-group.ts';
import { type BlockStore, driveAsync, driveSync } from './block-store.ts';
import { drawClock } from './clock-model.ts';
import { atTime } from './event-key.ts';
import { encodeEpoch, HEAD_KEY, lastBootOf, openLogValue } from './head-record.ts';
import { InProcessHosts, runUntil } from './in-process-host.ts';
import { MemoryBlockStore } from './memory-block-store.ts';
import type { Grant, GrantReply } from './node-host.ts';
import { NodeShell } from './node-shell.ts';
import { World } from './world.ts';
import { NO_FAULTS } from './world-state.ts';

const CONFIG = { ...CLASSROOM, nodes: 1, shards: 8 };

const shellOf = (seed: number, transactionsMax?: number): NodeShell =>
  new NodeShell({
    node: nodeId(1),
    boot: 1,
    contacts: [],
    incarnation: 1,
    pageBoot: 0,
    seed,
    config: CONFIG,
    startUs: 0,
    transactionsMax,
    diskSyncUs: CONFIG.disk.syncUs,
    durability: 'relaxed' as const,
    faults: NO_FAULTS,
    clock: drawClock(CONFIG.clocks, seed, nodeId(1)),
    damages: [],
    compactionStyle: 'leveled',
    silence: CONFIG.limits,
    intervals: { checkIntervalUs: 0, scrubIntervalUs: 0 },
    eventual: { conflicts: 'lww', clock: 'hybrid' },
    breaks: [],
  });
const grantUntil = (timeUs: number, messages: Grant['messages'] = [], limit = 1e9): Grant => ({
  end: atTime(timeUs),
  limit,
  messages,
  diskSyncUs: CONFIG.disk.syncUs,
  compactionStyle: 'leveled',
  silence: CONFIG.limits,
  intervals: { checkIntervalUs: 0, scrubIntervalUs: 0 },
  eventual: { conflicts: 'lww' as const, clock: 'hybrid' as const },
  breaks: [],
});

class RecordingStore extends MemoryBlockStore {
  readonly transactions: DiskTransaction[] = [];
  override transact(transaction: DiskTransaction): void {
    this.transactions.push(transaction);
    super.transact(transaction);
  }
}

/** Runs until a log group is on its way to the disk, and how many records it has. */
function untilWritePending(shell: NodeShell, store: BlockStore): number {
  for (;;) {
    const reply = driveSync(shell.grant(grantUntil(5_000_000, [], 1)), store);
    const started = reply.steps.flatMap(({ events }) => events).find((event) => event.type === 'LogSyncStarted');
    if (started?.type === 'LogSyncStarted') return started.records;
    if (reply.steps.length === 0) throw new Error('no write in five seconds');
  }
}

describe('grant', () => {
  test('processes what is before its end and no more than its limit, in key order', () => {
    const store = new MemoryBlockStore();
    const shell = shellOf(1);
    expect(driveSync(shell.grant(grantUntil(0)), store).steps).toEqual([]);
    const one = driveSync(shell.grant(grantUntil(1_000_000, [], 1)), store);
    expect(one.steps).toHaveLength(1);
    expect(one.steps[0]?.events).toMatchObject([{ type: 'NodeStarted', boot: 1 }]);
    const { steps, next } = driveSync(shell.grant(grantUntil(1_000_000)), store);
    const times = steps.map(({ timeUs }) => timeUs);
    expect(times).toEqual([...times].sort((a, b) => a - b));
    expect(times.at(-1)).toBeLessThan(1_000_000);
    expect(next?.timeUs).toBeGreaterThanOrEqual(1_000_000);
  });

  test('a store that answers later gives the same steps', async () => {
    const slow = new MemoryBlockStore();
    const later: BlockStore = {
      read: async (read) => slow.read(read),
      transact: async (transaction) => slow.transact(transaction),
    };
    const now = driveSync(shellOf(3).grant(grantUntil(2_000_000)), new MemoryBlockStore());
    expect(await driveAsync(shellOf(3).grant(grantUntil(2_000_000)), later)).toEqual(now);
    expect(now.steps.length).toBeGreaterThan(20);
  });
});

describe('kill writes just the cut', () => {
  test('whole, torn or nothing of the pending group: what it says is what is on the disk', () => {
    const seen = new Set<string>();
    for (let seed = 0; seed < 40; seed++) {
      const store = new RecordingStore();
      const shell = shellOf(seed);
      const records = untilWritePending(shell, store);
      const before = store.transactions.length;
      const { pending, lost, torn, transactions } = driveSync(shell.kill(), store);
      expect(pending).toBe(records);
      const written = store.transactions.slice(before);
      const op = written[0]?.[0];
      const group = op?.type === 'put' ? decodeLogGroup(openLogValue(op.value).value) : undefined;
      expect(group?.records.length ?? 0).toBe(pending - lost);
      expect((group?.tornBytes ?? 0) > 0 || (written.length > 0 && group === undefined)).toBe(torn);
      expect(written).toHaveLength(pending > lost || torn ? 1 : 0);
      const head = store.read({ type: 'get', store: 'meta', key: HEAD_KEY })[0]?.value;
      const disk = { epoch: encodeEpoch(1), incarnation: undefined, head, lastLogValue: store.last('log')?.value };
      expect(lastBootOf(disk).transactions).toBe(transactions);
      seen.add(torn ? 'torn' : lost === 0 ? 'whole' : 'cut');
      expect(driveSync(shell.grant(grantUntil(9_000_000)), store).steps).toEqual([]);
    }
    expect([...seen].sort()).toEqual(['cut', 'torn', 'whole']);
  });

  test('a replay writes no more transactions than the record says', () => {
    const store = new RecordingStore();
    const reply = driveSync(shellOf(1, 2).grant(grantUntil(3_000_000)), store);
    expect(reply.crashed).toBeUndefined();
    expect(store.transactions).toHaveLength(2);
  });
});

describe('a crash of the core', () => {
  const garbage = { timeUs: 1_000_000, origin: nodeId(2), sequence: 0, bytes: Uint8Array.of(1, 250) };

  test('ends the node at the failing step with a reason, without the effects of that step', () => {
    const shell = shellOf(1);
    const store = new MemoryBlockStore();
    const reply: GrantReply = driveSync(shell.grant(grantUntil(3_000_000, [garbage])), store);
    expect(reply.crashed).toMatch(/^CorruptBytes: /);
    expect(reply.next).toBeUndefined();
    expect(reply.steps.at(-1)).toMatchObject({ timeUs: 1_000_000, origin: 2, sends: [], events: [] });
    expect(driveSync(shell.grant(grantUntil(5_000_000)), store).steps).toEqual([]);
  });

  test('what the failing step had already sent is dropped', () => {
    const shell = shellOf(1);
    const store = new MemoryBlockStore();
    driveSync(shell.grant(grantUntil(1_000_000)), store);
    const node = (shell as unknown as { node: { step: (...args: unknown[]) => unknown[] } }).node;
    node.step = () => [
      { type: 'Send', to: nodeId(2), messages: [{ type: 'ConnectionRefused', requestId: 1 }] },
      { type: 'Send', to: nodeId(2), messages: [{ type: 'ConnectionRefused', requestId: -1 }] },
    ];
    const reply = driveSync(shell.grant(grantUntil(2_000_000)), store);
    expect(reply.crashed).toMatch(/^AssertionError: /);
    expect(reply.steps).toHaveLength(1);
    expect(reply.steps[0]?.sends).toEqual([]);
  });

  test('the others go on, the reason is shown, and the node can be revived', () => {
    const seen: TraceEvent[] = [];
    const world = new World(createHeader('r', 1, CLASSROOM), { trace: false, observe: (event) => seen.push(event) });
    const hosts = new InProcessHosts();
    runUntil(world, hosts, 2_000_000, false);
    const round = must(world.plan(3_000_000, false), 'time goes on');
    const replies = round.calls.map((call) => {
      const reply = hosts.perform(call);
      if (call.node !== 2 || reply.type !== 'granted') return reply;
      return { ...reply, reply: { ...reply.reply, next: undefined, crashed: 'AssertionError: boom' } };
    });
    const hit = round.calls.some((call) => call.node === 2);
    world.complete(round, replies);
    expect(hit).toBe(true);
    expect(world.snapshot().nodes[1]).toMatchObject({ state: 'down', crashReason: 'AssertionError: boom' });
    runUntil(world, hosts, 4_000_000, false);
    expect(world.everyShardLed()).toBe(true);
    world.act({ ...world.placeFor(world.nowUs), action: { type: 'Revive', node: nodeId(2) } });
    runUntil(world, hosts, 6_000_000, false);
    expect(world.snapshot().nodes[1]).toMatchObject({ state: 'up', recovering: false, crashReason: null, boot: 2 });
    expect(world.violations).toEqual([]);
  });
});

describe('a failure of the store is not the fault of the node: it is thrown to the driver', () => {
  const failing = (type: 'read' | 'transact'): BlockStore => {
    const memory = new MemoryBlockStore();
    const fail = (): never => {
      throw new Error('quota exceeded');
    };
    return {
      read: async (read) => (type === 'read' ? fail() : memory.read(read)),
      transact: async (transaction) => (type === 'transact' ? fail() : memory.transact(transaction)),
    };
  };

  test.each(['read', 'transact'] as const)('%s', async (type) => {
    await expect(driveAsync(shellOf(1).grant(grantUntil(3_000_000)), failing(type))).rejects.toThrow('quota exceeded');
  });

  test('at a kill', async () => {
    for (let seed = 0; ; seed++) {
      const shell = shellOf(seed);
      const memory = new RecordingStore();
      untilWritePending(shell, memory);
      const calls = memory.transactions.length;
      // Only a cut that leaves something writes at all.
      const twin = shellOf(seed);
      const twinStore = new RecordingStore();
      untilWritePending(twin, twinStore);
      driveSync(twin.kill(), twinStore);
      if (twinStore.transactions.length === calls) continue;
      await expect(driveAsync(shell.kill(), failing('transact'))).rejects.toThrow('quota exceeded');
      return;
    }
  });
});
