import { afterEach, describe, expect, test } from 'vitest';
import type { TransportState } from '../../console/cluster.ts';
import { nodeId, shardId } from '../../core/base/ids.ts';
import { encodeUtf8 } from '../../core/base/utf8.ts';
import type { Action, ActionResult } from '../../core/cluster/action.ts';
import { reducePaths } from '../../core/cluster/operation-path/reduce-paths.ts';
import { ToldPaths } from '../../core/cluster/operation-path/told-paths.ts';
import { PROFILES } from '../../core/cluster/presets.ts';
import type { SavedRun } from '../../core/cluster/run.ts';
import type { TraceEvent } from '../../core/cluster/trace-event.ts';
import { replay } from '../../sim/run.ts';
import type { OpenRequest } from '../protocol/conductor-api.ts';
import { autoRates } from './auto-pace.ts';
import { ConductorService } from './conductor-service.ts';
import { MemoryProcesses } from './memory-processes.ts';

const config = { ...PROFILES.classroom, nodes: 3, shards: 4 };
const opened: ConductorService[] = [];

// A conductor loops for ever: standing still, it no longer keeps the machine busy.
afterEach(async () => {
  await Promise.all(opened.splice(0).map((service) => service.pause()));
});

async function open(change: Partial<OpenRequest> = {}) {
  const trace: TraceEvent[] = [];
  const states: TransportState[] = [];
  const paths = new ToldPaths();
  const waiting = new Set<(state: TransportState) => void>();
  const service = new ConductorService(() => new MemoryProcesses());
  opened.push(service);
  const request: OpenRequest = {
    config,
    seed: 7,
    runId: undefined,
    storage: 'keep',
    speed: 'max',
    visible: true,
    sample: false,
    breaks: [],
    nodes: { kind: 'in process', reason: 'this is a test' },
    ...change,
  };
  const report = await service.open(request, {
    spawn: () => Promise.reject(new Error('no workers here')),
    terminate: async () => undefined,
    trace: async (events) => {
      for (const event of events) trace.push(event);
      paths.take(events);
    },
    transport: async (state) => {
      states.push(state);
      paths.reach(state.timeUs);
      for (const see of waiting) see(state);
    },
  });
  /** Polling waits for a timer, which a run at full speed leaves no turn for a long time. */
  const becomes = (mode: TransportState['mode']): Promise<void> =>
    new Promise((resolve) => {
      const see = (state: TransportState | undefined): void => {
        if (state?.mode !== mode) return;
        waiting.delete(see);
        resolve();
      };
      waiting.add(see);
      see(states.at(-1));
    });
  return { service, trace, paths, states, report, becomes, mode: () => states.at(-1)?.mode };
}

const putAction = (key: string, value: string): Action => ({
  type: 'Operate',
  client: 'client',
  operation: { type: 'Put', key: encodeUtf8(key), value: encodeUtf8(value) },
  options: { timeoutUs: 2_000_000, via: undefined },
});

const getAction = (key: string): Action => ({
  type: 'Operate',
  client: 'client',
  operation: { type: 'Get', key: encodeUtf8(key) },
  options: { timeoutUs: 2_000_000, via: undefined },
});

const ok = expect.objectContaining({ type: 'Completed', outcome: expect.objectContaining({ status: 'ok' }) });

describe('Conductor on memory', () => {
  test('boots at full speed, then plays; says where it lives', async () => {
    const { service, states, report, becomes } = await open({ speed: 0.5 });
    expect(report.host).toMatchObject({ nodes: 'in process', storage: 'memory', durability: 'none' });
    expect(report.host.reason).toContain('this is a test');
    await becomes('playing');
    expect(states[0]?.mode).toBe('booting');
    const snapshot = await service.snapshot();
    expect(snapshot.shards.map(({ leader }) => leader)).not.toContain(null);
    await service.pause();
    const before = await service.snapshot();
    await new Promise((resolve) => setTimeout(resolve, 60));
    expect(await service.snapshot()).toEqual(before);
  });

  test('an operation while time stands runs time until it is complete, then time stands again', async () => {
    const { service, states, becomes } = await open();
    await becomes('playing');
    await service.pause();
    expect(await service.act(putAction('user:42', 'ada'))).toEqual(ok);
    await becomes('paused');
    expect(states.at(-1)?.note).toMatch(/^the operation is complete, time stands again: it took \d+ ms$/);
    const got = await service.act(getAction('user:42'));
    expect(got).toMatchObject({ outcome: { result: { type: 'Value', value: encodeUtf8('ada') } } });
  });

  test('an operation that is followed is observed step by step: while time stands, and at full speed', async () => {
    const { service, trace, paths, becomes } = await open();
    await becomes('playing');
    const kinds = async (result: ActionResult): Promise<readonly string[]> => {
      expect(result).toEqual(ok);
      await service.told();
      const path = result.type === 'Completed' ? paths.of(result.operation, reducePaths) : undefined;
      return path?.steps.map(({ kind }) => kind) ?? [];
    };
    const full = ['hash', 'request', 'append', 'ack', 'quorum', 'apply', 'reply', 'done'];
    expect(await kinds(await service.act(putAction('a', '1'), { follow: true }))).toEqual(expect.arrayContaining(full));
    expect(await kinds(await service.act(putAction('a', '2')))).toEqual(['unobserved', 'done']);
    expect(trace.some(({ type }) => type === 'DetailsOmitted')).toBe(true);
    await service.pause();
    expect(await kinds(await service.act(getAction('a'), { follow: true }))).toEqual(
      expect.arrayContaining(['hash', 'request', 'lease', 'lookup', 'reply', 'done']),
    );
    await becomes('paused');
    await service.reset({});
    await service.told();
    expect(paths.of(1, reducePaths)).toBeUndefined();
  });

  test('a new run begins with sample data: the same actions at the same times, in the log and in the replay', async () => {
    const runs = await Promise.all(
      [1, 2].map(async () => {
        const { service, becomes } = await open({ sample: true, speed: 0.1 });
        await becomes('playing');
        await service.pause();
        expect((await service.snapshot()).counters).toMatchObject({ writes: 6, keys: 6 });
        return service.save();
      }),
    );
    const [first, second] = runs as [SavedRun, SavedRun];
    expect(first.actions).toHaveLength(6);
    expect(first.actions).toEqual(second.actions);
    expect(replay(first)).toMatchObject({ digest: first.digest, violations: [] });
  });

  test('rules that the page asks to leave out are left out from the beginning, as actions of the run', async () => {
    const { service, becomes } = await open({ breaks: ['no-prevote', 'skip-fsync'], speed: 0.1 });
    await becomes('playing');
    await service.pause();
    expect((await service.snapshot()).breaks).toEqual(['skip-fsync', 'no-prevote']);
    const saved = await service.save();
    expect(saved.actions.map(({ timeUs, action }) => [timeUs, action.type])).toEqual([
      [0, 'Break'],
      [0, 'Break'],
    ]);
    expect(replay(saved).digest).toBe(saved.digest);
  });

  test('RESET brings the sample data again, LOAD does not', async () => {
    const { service, becomes } = await open({ sample: true });
    await becomes('playing');
    await service.reset({});
    await becomes('playing');
    await service.pause();
    expect((await service.snapshot()).counters.writes).toBe(6);
    const saved = await service.save();
    expect(await service.load(saved)).toEqual({ digest: saved.digest, equal: true });
    expect((await service.save()).actions).toEqual(saved.actions);
  });

  test('at auto it goes quickly while nothing happens, slowly through an operation, and says so', async () => {
    const { service, states, becomes } = await open({ speed: 'auto' });
    await becomes('playing');
    await service.watchShard(shardId(0));
    const { quick, slow } = autoRates(config);
    const patience = { timeout: 20_000 };
    // What the first leaders append comes first.
    await expect
      .poll(() => states.at(-1), patience)
      .toMatchObject({ wantedSpeed: 'auto', speed: quick, pace: 'quick: nothing happens in s0' });
    const putting = service.act(putAction('user:42', 'ada'));
    await expect.poll(() => states.at(-1)?.pace, patience).toMatch(/^slow: an? (operation|entry) in s\d$/);
    expect(states.find(({ pace }) => /^slow: an operation/.test(pace))?.speed).toBe(slow);
    expect(await putting).toEqual(ok);
    await expect.poll(() => states.at(-1), patience).toMatchObject({ speed: quick });
  }, 60_000);

  test('several operations while time stands all come to their end before it stands again', async () => {
    const { service, becomes } = await open();
    await becomes('playing');
    await service.pause();
    const answers = await Promise.all(['a', 'b', 'c'].map((key) => service.act(putAction(key, '1'))));
    expect(answers).toEqual([ok, ok, ok]);
    await becomes('paused');
  });

  test('another profile brings its own times and limits; what CONFIG set is told', async () => {
    const { service, becomes } = await open();
    await becomes('playing');
    await service.act({ type: 'Configure', name: 'link.delay', value: 80_000 });
    await service.act({ type: 'Configure', name: 'disk.sync', value: 9_000 });
    expect((await service.run()).config).toMatchObject({ network: { delayUs: 80_000 }, disk: { syncUs: 9_000 } });
    await service.reset({ config: { profile: 'datacenter' } });
    const { config: next } = await service.run();
    expect(next).toEqual({ ...PROFILES.datacenter, nodes: 3, shards: 4 });
  });

  test('waits for what an action brings about, and for messages at any speed', async () => {
    const { service, becomes } = await open({ speed: 'max' });
    await becomes('playing');
    expect(await service.runUntil({ type: 'event', name: 'MessageDelivered' })).toMatchObject({ reached: true });
    await service.setSpeed(0.01);
    const killed = service.runUntil({ type: 'event', name: 'NodeKilled' });
    await service.act({ type: 'Kill', node: nodeId(2) });
    expect(await killed).toMatchObject({ reached: true, text: 'NodeKilled happened' });
  });

  test('steps run exactly so many events', async () => {
    const { service, states, becomes } = await open();
    await becomes('playing');
    await service.step(1);
    const { events } = states.at(-1) as TransportState;
    await service.step(1);
    expect(states.at(-1)).toMatchObject({ events: events + 1, mode: 'paused' });
    await service.step(25);
    expect(states.at(-1)?.events).toBe(events + 26);
  });

  test('tells what can happen next; a chosen message is the next event, and the saved run gives the same digest', async () => {
    const { service, states, trace, becomes } = await open();
    await becomes('playing');
    await service.pause();
    const writing = service.act(putAction('a', '1'));
    await service.pause();
    const { events: pending, timeUs } = await service.pendingEvents();
    expect(timeUs).toBe(states.at(-1)?.timeUs);
    expect(pending.map(({ dueUs }) => dueUs)).toEqual(pending.map(({ dueUs }) => dueUs).sort((a, b) => a - b));
    const request = pending.find((event) => event.type === 'Message' && event.from === 'client');
    if (request?.type !== 'Message') throw new Error('the request is in flight');
    expect(request).toMatchObject({ from: 'client', items: [{ kind: 'ClientRequest' }], obstacle: undefined });
    const events = states.at(-1)?.events ?? 0;
    const { from, to, sequence, id } = request;
    expect(await service.act({ type: 'Deliver', from, to, sequence })).toMatchObject({ type: 'Applied' });
    const sync = (await service.pendingEvents()).events.find(({ type }) => type === 'LogSync');
    expect(states.at(-1)).toMatchObject({ events: events + 1, mode: 'paused' });
    expect(trace.filter(({ type }) => type === 'MessageDelivered').at(-1)).toMatchObject({ id });
    expect(states.at(-1)?.timeUs).toBeLessThanOrEqual(timeUs + 1);
    if (sync === undefined || sync.type === 'Message') throw new Error('a log sync is under way');
    const writer = nodeId(Number(sync.at.slice(1)));
    expect(await service.act({ type: 'CompleteWrite', node: writer, sequence: sync.sequence })).toMatchObject({
      type: 'Applied',
    });
    await expect.poll(() => states.at(-1)?.events).toBe(events + 2);
    await service.play();
    expect(await writing).toEqual(ok);
    await service.pause();
    const saved = await service.save();
    expect(saved.actions.map(({ action }) => action.type)).toEqual(['Operate', 'Deliver', 'CompleteWrite']);
    expect(replay(saved)).toMatchObject({ digest: saved.digest, violations: [] });
    expect(replay(saved, { single: true }).digest).toBe(saved.digest);
  });

  test('runs for a time, until something comes true, or until somebody interrupts', async () => {
    const { service, becomes, mode } = await open();
    await becomes('playing');
    await service.pause();
    const { timeMs } = await service.snapshot();
    expect(await service.runUntil({ type: 'for', durationUs: 123_456 })).toMatchObject({ reached: true });
    expect((await service.snapshot()).timeMs).toBeCloseTo(timeMs + 123.456, 6);
    await service.act({ type: 'Kill', node: nodeId(1) });
    expect(await service.runUntil({ type: 'event', name: 'RoleChanged' })).toMatchObject({ reached: true });
    expect(await service.runUntil({ type: 'leader' })).toMatchObject({ reached: true });
    expect(mode()).toBe('paused');
    expect(await service.runUntil({ type: 'event', name: 'NeverHappens' })).toMatchObject({ reached: false });
    await service.setSpeed(0.001);
    const interrupted = service.runUntil({ type: 'event', name: 'NeverHappens' });
    await service.pause();
    expect(await interrupted).toMatchObject({ reached: false, text: 'interrupted: PAUSE' });
  });

  test('while hidden, time stands', async () => {
    const { service, becomes } = await open();
    await becomes('playing');
    await service.setVisible(false);
    const before = await service.snapshot();
    await new Promise((resolve) => setTimeout(resolve, 60));
    expect((await service.snapshot()).timeMs).toBe(before.timeMs);
    await service.setVisible(true);
    await expect.poll(async () => (await service.snapshot()).timeMs).toBeGreaterThan(before.timeMs);
  });

  test('what was played by hand, saved, gives the same digest when replayed here and from the file', async () => {
    const { service, becomes, mode } = await open();
    await becomes('playing');
    const writes = Array.from({ length: 20 }, (_, i) => service.act(putAction(`k${i}`, `v${i}`)));
    await service.act({ type: 'Kill', node: nodeId(2) });
    await service.step(3);
    await service.play();
    await Promise.all(writes);
    await service.act({ type: 'Revive', node: nodeId(2) });
    await service.runUntil({ type: 'for', durationUs: 500_000 });
    await service.step(2);
    const saved = await service.save();
    expect(saved.actions.length).toBe(22);
    expect((await service.snapshot()).digest).toBe(saved.digest);
    expect(replay(saved)).toMatchObject({ digest: saved.digest, violations: [] });
    expect(await service.load(saved)).toEqual({ digest: saved.digest, equal: true });
    expect(mode()).toBe('paused');
    // And the run goes on from there.
    expect(await service.act(getAction('k7'))).toEqual(ok);
    expect(await service.load({ ...saved, digest: 'another' })).toEqual({ digest: saved.digest, equal: false });
  });

  test('a node that joins, one that leaves and a wiped disk are part of the run, here and from the file', async () => {
    const { service, becomes } = await open();
    await becomes('playing');
    await service.act({ type: 'Add' });
    const normal = async (count: number): Promise<void> => {
      for (let i = 0; i < 60; i++) {
        await service.runUntil({ type: 'for', durationUs: 500_000 });
        const { nodes, shards } = await service.snapshot();
        const present = nodes.filter(({ membership }) => membership !== 'left');
        const settled = present.length === count && present.every(({ membership }) => membership === 'normal');
        if (settled && shards.every(({ move }) => move === null)) return;
      }
      throw new Error('it does not come to rest');
    };
    await normal(4);
    expect((await service.snapshot()).shards.some(({ replicas }) => replicas.includes('n4'))).toBe(true);
    expect(await service.act({ type: 'Wipe', node: nodeId(2), force: false })).toMatchObject({ type: 'Applied' });
    await service.runUntil({ type: 'for', durationUs: 2_000_000 });
    await normal(4);
    expect(await service.act({ type: 'Remove', node: nodeId(1) })).toMatchObject({ type: 'Applied' });
    await normal(3);
    const refused = await service.act({ type: 'Remove', node: nodeId(2) });
    expect(refused).toMatchObject({ type: 'Refused', text: 'REMOVE n2: 3 nodes are the minimum for RF 3' });
    const saved = await service.save();
    expect(replay(saved)).toMatchObject({ digest: saved.digest, violations: [] });
    expect(await service.load(saved)).toEqual({ digest: saved.digest, equal: true });
    expect((await service.snapshot()).nodes.map(({ membership }) => membership)).toEqual([
      'left',
      ...Array(3).fill('normal'),
    ]);
  });

  test('a replay can be paused and stepped, not changed; it ends where the saved run ended', async () => {
    const { service, becomes } = await open();
    await becomes('playing');
    await service.act(putAction('a', '1'));
    await service.pause();
    const saved = await service.save();
    const loading = service.load(saved);
    await service.pause();
    expect(await service.act(putAction('b', '2'))).toMatchObject({ type: 'Refused', code: 'Replaying' });
    await expect(service.save()).rejects.toThrow(/being replayed/);
    expect(await service.runUntil({ type: 'leader' })).toMatchObject({ reached: false });
    await service.step(10_000_000);
    await service.play();
    expect(await loading).toEqual({ digest: saved.digest, equal: true });
    const abandoned = service.load(saved);
    await service.pause();
    await service.reset({ seed: 9 });
    await expect(abandoned).rejects.toThrow('interrupted by RESET');
  });

  test('RESET begins another run on empty disks; who waited is told', async () => {
    const { service, becomes } = await open();
    await becomes('playing');
    await service.act(putAction('a', '1'));
    await service.pause();
    await service.setSpeed(0.000_001);
    const waiting = service.act(putAction('b', '2'));
    await service.reset({ seed: 8, config: { nodes: 5 } });
    expect(await waiting).toMatchObject({ type: 'Refused', code: 'OutcomeUnknown' });
    expect(await service.run()).toMatchObject({ seed: 8, config: { nodes: 5, shards: 4 } });
    await becomes('playing');
    expect((await service.snapshot()).counters).toMatchObject({ writes: 0, keys: 0 });
    await service.setSpeed('max');
    expect(await service.act(getAction('a'))).toMatchObject({ outcome: { result: { value: undefined } } });
  });

  test("gives a replica's log, and none where there is no replica", async () => {
    const { service, becomes } = await open();
    await becomes('playing');
    const log = await service.replicaLog(nodeId(1), shardId(0));
    expect(log?.baseIndex).toBe(0);
    expect(log?.entries[0]).toMatchObject({ index: 1, label: 'no-op' });
    expect(await service.replicaLog(nodeId(9), shardId(0))).toBeUndefined();
  });
});

describe('breakpoints', () => {
  /** A run that stands at the end of its boot. */
  async function standing() {
    const opened = await open();
    await opened.becomes('playing');
    await opened.service.pause();
    return opened;
  }

  test('time stands right behind the event, says which one it was, and goes on with PLAY until the next time', async () => {
    const { service, states, trace, becomes, mode } = await standing();
    const shard = shardId(2);
    const { shards } = await service.snapshot();
    const leader = nodeId(Number(shards[shard]?.leader?.slice(1)));
    expect(await service.breakpoints({ add: { when: 'leader', shard } })).toMatchObject([{ id: 1 }]);
    await service.act({ type: 'Kill', node: leader });
    await service.play();
    await becomes('paused');
    const elected = trace.findLast((event) => event.type === 'RoleChanged' && event.role === 'leader');
    expect(elected).toMatchObject({ shard, timeUs: states.at(-1)?.timeUs });
    expect(states.at(-1)?.note).toMatch(/^breakpoint 1: n\d became leader of s2, term \d$/);
    expect(states.at(-1)?.hit).toMatchObject({ id: 1, count: 1, timeUs: elected?.timeUs });
    // Nothing came after it, and no other event was taken with it.
    expect(trace.indexOf(elected as TraceEvent)).toBeGreaterThan(trace.length - 40);
    expect(trace.every(({ timeUs }) => timeUs <= (elected?.timeUs ?? 0))).toBe(true);
    await service.act({ type: 'Revive', node: leader });
    await service.play();
    const next = (await service.snapshot()).shards[shard]?.leader;
    await service.runUntil({ type: 'for', durationUs: 500_000 });
    await service.act({ type: 'Kill', node: nodeId(Number(next?.slice(1))) });
    await service.play();
    await expect.poll(() => states.at(-1)?.hit?.count).toBe(2);
    expect(mode()).toBe('paused');
  });

  test('a run until something ends with its name; removed, it stops nothing', async () => {
    const { service, states } = await standing();
    await service.breakpoints({ add: { when: 'MessageDelivered' } });
    await service.breakpoints({ add: { when: 'broken' } });
    expect(await service.runUntil({ type: 'for', durationUs: 1_000_000 })).toMatchObject({
      reached: false,
      text: 'interrupted: breakpoint 1: MessageDelivered happened',
    });
    expect(await service.breakpoints({ remove: 1 })).toMatchObject([{ id: 2, condition: { when: 'broken' } }]);
    expect(await service.runUntil({ type: 'for', durationUs: 1_000_000 })).toMatchObject({ reached: true });
    expect(await service.breakpoints({ remove: 'all' })).toEqual([]);
    expect(states.at(-1)?.breakpoints).toEqual([]);
  });

  test('of a key: its write alone, where the leader applied it; an operation that met one waits for PLAY', async () => {
    const { service, states, mode } = await standing();
    await service.breakpoints({ add: { when: 'write', key: encodeUtf8('b') } });
    expect(await service.act(putAction('a', '1'))).toEqual(ok);
    let complete = false;
    const writing = service.act(putAction('b', '2')).then((result) => {
      complete = true;
      return result;
    });
    await expect.poll(() => states.at(-1)?.hit?.text).toMatch(/^b was written: n\d applied entry \d+ of s\d$/);
    expect([mode(), complete]).toEqual(['paused', false]);
    await service.play();
    expect(await writing).toEqual(ok);
  });

  test('STEP stops at one as well; a node that goes down is one; RESET keeps them', async () => {
    const { service, states } = await standing();
    await service.breakpoints({ add: { when: 'commit' } });
    void service.act(putAction('a', '1')).catch(() => undefined);
    await service.pause();
    const events = states.at(-1)?.events ?? 0;
    await service.step(100_000);
    expect(states.at(-1)?.note).toMatch(/committed entry/);
    expect((states.at(-1)?.events ?? 0) - events).toBeLessThan(1000);
    await service.breakpoints({ add: { when: 'down', node: nodeId(3) } });
    await service.act({ type: 'Kill', node: nodeId(2) });
    await service.act({ type: 'Kill', node: nodeId(3) });
    await expect.poll(() => states.at(-1)?.hit).toMatchObject({ id: 2, text: 'n3 was killed' });
    await service.reset({ seed: 8 });
    expect(states.at(-1)?.breakpoints.map(({ id }) => id)).toEqual([1, 2]);
  });

  test('they change nothing in the run: the digest is that of a run without them', async () => {
    const digestWith = async (stop: boolean): Promise<string> => {
      const { service, states, becomes } = await open({ seed: 9 });
      await becomes('playing');
      await service.reset({ seed: 11 });
      if (stop) await service.breakpoints({ add: { when: 'commit' } });
      await service.pause();
      for (;;) {
        const { timeMs } = await service.snapshot();
        const left = 4_000_000 - Math.round(timeMs * 1000);
        if (left <= 0) break;
        await service.runUntil({ type: 'for', durationUs: left });
      }
      if (stop) expect(states.at(-1)?.hit?.count).toBeGreaterThan(0);
      return (await service.save()).digest;
    };
    expect(await digestWith(true)).toBe(await digestWith(false));
  });
});
