import { describe, expect, test } from 'vitest';
import { nodeId } from '../core/base/ids.ts';
import { encodeUtf8 } from '../core/base/utf8.ts';
import type { Action, TimedAction } from '../core/cluster/action.ts';
import { CLASSROOM, createHeader } from '../core/cluster/presets.ts';
import { ENGINE_VERSION } from '../core/cluster/run.ts';
import type { TraceEvent } from '../core/cluster/trace-event.ts';
import { drawConfig } from './drawn-limits.ts';
import { InProcessHosts, performRound, runUntil } from './in-process-host.ts';
import { runInProcess } from './run.ts';
import { decodeRun, encodeRun } from './saved-run.ts';
import { drawSchedule, FAULTS, type Fault } from './schedule.ts';
import { World } from './world.ts';

const LONG = process.env.RINGSIDE_LONG === '1';

const SECOND = 1_000_000;

function scheduled(seed: number, durationUs = 12 * SECOND): readonly TimedAction[] {
  return drawSchedule({ seed, nodes: 3, durationUs, operationsPerSecond: 10, faults: new Set(FAULTS) });
}

const header = (seed: number) => createHeader(`test-${seed}`, seed, drawConfig(seed, 3, 8));

/** The same cluster with a page in front of it that can go away at any moment. */
class Page {
  readonly hosts = new InProcessHosts();
  world: World;
  readonly seed: number;

  constructor(seed: number) {
    this.seed = seed;
    this.world = new World(header(seed), { trace: false });
  }

  play(actions: readonly TimedAction[], untilUs: number): void {
    for (const { timeUs, action } of actions) {
      if (timeUs >= untilUs) break;
      runUntil(this.world, this.hosts, timeUs, false);
      this.world.act({ ...this.world.placeFor(timeUs), action });
    }
    runUntil(this.world, this.hosts, untilUs, false);
  }

  /** Goes away in the middle of a round: some of its nodes have carried out their part of it, others have not. */
  reload(performed: number): void {
    const round = this.world.plan(this.world.nowUs + SECOND, false);
    round?.calls.slice(0, performed).forEach((call) => {
      this.hosts.perform(call);
    });
    const last = this.world.nodes.map((node) => ({ node, ...this.hosts.host(node).lastBoot() }));
    const actions = this.world.log;
    const timeUs = Math.max(...last.map((head) => head.timeUs), actions.at(-1)?.timeUs ?? 0) + 1;
    const endings = last.map(({ node, boot, transactions, incarnation }) => ({
      node,
      boot,
      transactions,
      ...(incarnation === 1 ? {} : { incarnation }),
    }));
    const log: TimedAction[] = [...actions, { timeUs, action: { type: 'Reload', endings } }];
    this.world = World.resume(header(this.seed), log, this.world.snapshot().counters, { trace: false });
  }
}

const get = (timeUs: number, client = 'client', via?: number): TimedAction => ({
  timeUs,
  action: {
    type: 'Operate',
    client,
    operation: { type: 'Get', key: encodeUtf8('k') },
    options: { timeoutUs: SECOND, via: via === undefined ? undefined : nodeId(via) },
  },
});

test('a run with kills, flushes and everything else has the digest that this engine version has always given', () => {
  const types = new Set<TraceEvent['type']>();
  const observe = (event: TraceEvent) => void types.add(event.type);
  const actions = drawSchedule({
    seed: 3,
    nodes: 3,
    durationUs: 20 * SECOND,
    operationsPerSecond: 50,
    // These, and the limits, as they were when the digest was taken: schedules and defaults may change, the run of given actions may not.
    faults: new Set<Fault>(['kill', 'partition', 'loss', 'delay']),
  });
  const drawn = header(3);
  const limits = { ...drawn.config.limits, memTableBytesMax: 600, compactionStyle: 0, sliceBytesMax: 262_144 };
  const small = { ...drawn, config: { ...drawn.config, limits } };
  const { digest } = runInProcess(small, actions, 20 * SECOND, { observe });
  expect(types).toContain('SSTablePublished');
  expect(types).toContain('CompactionFinished');
  // Another one: saved runs replay no longer. Then ENGINE_VERSION must be raised, and this digest with it.
  expect([ENGINE_VERSION, digest]).toEqual([14, '345b36b3ea5dd627']);
});

describe('operations inside a window', () => {
  const roundsOf = (actions: readonly TimedAction[]): number => {
    const world = new World(header(1), { trace: false, actions });
    const hosts = new InProcessHosts();
    let rounds = 0;
    for (let round = world.plan(2 * SECOND, false); round !== undefined; round = world.plan(2 * SECOND, false)) {
      rounds++;
      performRound(world, hosts, round);
    }
    expect(world.actionsLeft).toBe(0);
    return rounds;
  };
  const HEAL: Action = { type: 'Heal', actor: undefined };

  test('do not end it, as any other action does', () => {
    const times = Array.from({ length: 200 }, (_, i) => SECOND + i * 1000);
    const undisturbed = roundsOf([]);
    expect(roundsOf(times.map((timeUs) => ({ timeUs, action: HEAL })))).toBeGreaterThan(undisturbed);
    expect(roundsOf(times.map((timeUs) => get(timeUs, 'client', 9)))).toBe(undisturbed);
  });

  test('refused ones, new clients, and several at one moment: the same run one event at a time', () => {
    const actions = [
      get(SECOND),
      get(SECOND, 'b', 9),
      get(SECOND, 'c'),
      get(SECOND + 1, 'b'),
      { timeUs: SECOND + 3000, action: HEAL },
      get(SECOND + 3000, 'a', 2),
      get(SECOND + 3000, 'client'),
    ];
    const told = (single: boolean) => {
      const events: TraceEvent[] = [];
      const report = runInProcess(header(2), actions, 2 * SECOND, {
        single,
        observe: (event) => void (event.type.startsWith('Operation') && events.push(event)),
      });
      return { digest: report.digest, events, acknowledged: report.acknowledged };
    };
    const windows = told(false);
    expect(windows.events.filter(({ type }) => type === 'OperationInvoked')).toHaveLength(5);
    expect(windows.acknowledged).toBeGreaterThanOrEqual(4);
    expect(windows).toEqual(told(true));
  });
});

describe('a run is a function of seed, configuration and actions', () => {
  test.each(LONG ? [1, 2, 3, 4, 5, 6] : [1])('seed %i: twice the same, and the same one event at a time', (seed) => {
    const actions = scheduled(seed);
    const first = runInProcess(header(seed), actions, 12 * SECOND);
    const again = runInProcess(header(seed), actions, 12 * SECOND);
    const single = runInProcess(header(seed), actions, 12 * SECOND, { single: true, trace: true });
    expect(first.violations).toEqual([]);
    expect(first.events).toBeGreaterThan(1000);
    expect(again.digest).toBe(first.digest);
    expect(single.digest).toBe(first.digest);
    expect(single.events).toBe(first.events);
  });

  test('another seed, one action more, or one microsecond later give another digest', () => {
    const actions = scheduled(1);
    const { digest } = runInProcess(header(1), actions, 12 * SECOND);
    expect(runInProcess(header(2), actions, 12 * SECOND).digest).not.toBe(digest);
    expect(runInProcess(header(1), actions.slice(0, -1), 12 * SECOND).digest).not.toBe(digest);
    const later = actions.map((timed, i) => (i === 5 ? { ...timed, timeUs: timed.timeUs + 1 } : timed));
    expect(runInProcess(header(1), later, 12 * SECOND).digest).not.toBe(digest);
  });

  test('events come in the order of time, one event at a time', () => {
    let last = 0;
    const observe = (event: TraceEvent): void => {
      expect(event.timeUs).toBeGreaterThanOrEqual(last);
      last = event.timeUs;
    };
    runInProcess(header(3), scheduled(3), 5 * SECOND, { single: true, observe });
    expect(last).toBeGreaterThan(4 * SECOND);
  });
});

describe('actions given live', () => {
  test.each(LONG ? [11, 12, 13] : [11])('seed %i: replaying the log gives the page its digest', (seed) => {
    const page = new Page(seed);
    page.play(scheduled(seed), 12 * SECOND);
    const report = runInProcess(header(seed), page.world.log, 12 * SECOND);
    expect(report.digest).toBe(page.world.digest());
    expect(page.world.violations).toEqual([]);
  });

  test('a paused world that is given an action takes it at once', () => {
    const page = new Page(1);
    page.play([], 2 * SECOND);
    const kill: Action = { type: 'Kill', node: nodeId(1) };
    const handle = page.world.act({ ...page.world.placeFor(page.world.nowUs), action: kill });
    runUntil(page.world, page.hosts, 0, false);
    expect(handle.result?.type).toBe('Applied');
    expect(page.world.snapshot().nodes[0]?.state).toBe('down');
  });
});

describe('a reload in the middle of a round', () => {
  test.each(Array.from({ length: LONG ? 12 : 2 }, (_, i) => [21 + i, (i + 1) % 4] as const))(
    'seed %i, %i hosts had done their part: the replay gives the page its digest',
    (seed, performed) => {
      const actions = scheduled(seed, 20 * SECOND);
      const page = new Page(seed);
      page.play(actions, 4 * SECOND + seed * 1009);
      page.reload(performed);
      const resumedUs = page.world.nowUs;
      page.play(
        actions.filter(({ timeUs }) => timeUs > resumedUs),
        9 * SECOND,
      );
      page.reload(3 - performed);
      const again = page.world.nowUs;
      page.play(
        actions.filter(({ timeUs }) => timeUs > again),
        20 * SECOND,
      );
      const saved = encodeRun({
        format: 'ringside-run',
        header: header(seed),
        actions: page.world.log,
        endUs: 20 * SECOND,
        digest: page.world.digest(),
      });
      const run = decodeRun(saved);
      const report = runInProcess(run.header, run.actions, run.endUs);
      expect(report.violations).toEqual([]);
      expect(report.digest).toBe(page.world.digest());
      expect(runInProcess(run.header, run.actions, run.endUs, { single: true }).digest).toBe(report.digest);
    },
  );
});

describe('a reload while every node is down', () => {
  test('starts them all, and the replay gives the page its digest', () => {
    const page = new Page(1);
    const kills = [1, 2, 3].map(
      (node): TimedAction => ({ timeUs: 3 * SECOND, action: { type: 'Kill', node: nodeId(node) } }),
    );
    page.play(kills, 4 * SECOND);
    expect(page.world.snapshot().nodes.map((node) => node.state)).toEqual(['down', 'down', 'down']);
    page.reload(0);
    page.play([], 9 * SECOND);
    expect(page.world.everyShardLed()).toBe(true);
    const report = runInProcess(header(1), page.world.log, 9 * SECOND);
    expect(report.violations).toEqual([]);
    expect(report.digest).toBe(page.world.digest());
  });
});

describe('clients after a reload', () => {
  test('raft bug 53: a client id of before is never used again: the first write of the new page is applied, not taken for a retry', () => {
    const page = new Page(1);
    const key = encodeUtf8('user:42');
    const options = { timeoutUs: 2 * SECOND, via: undefined };
    const put = (value: string): Action => ({
      type: 'Operate',
      client: 'client',
      operation: { type: 'Put', key, value: encodeUtf8(value) },
      options,
    });
    const get: Action = { type: 'Operate', client: 'client', operation: { type: 'Get', key }, options };
    page.play([{ timeUs: 3 * SECOND, action: put('ada') }], 4 * SECOND);
    page.reload(3);
    page.play([{ timeUs: 7 * SECOND, action: put('grace') }], 8 * SECOND);
    const read = page.world.act({ ...page.world.placeFor(8 * SECOND), action: get });
    runUntil(page.world, page.hosts, 10 * SECOND, false);
    expect(read.result).toMatchObject({ outcome: { status: 'ok', result: { value: encodeUtf8('grace') } } });
  });
});

describe('a node whose process dies unasked', () => {
  test.each(Array.from({ length: LONG ? 10 : 1 }, (_, i) => [40 + i]))(
    'seed %i: it is recorded with what its disk held, and replayed',
    (seed) => {
      const actions = scheduled(seed);
      const page = new Page(seed);
      page.play(actions, 3 * SECOND + seed * 977);
      const resumedUs = page.world.nowUs;
      const victim = page.world.snapshot().nodes.findIndex((node) => node.state === 'up') + 1;
      killInNextRound(page, victim, seed % 2 === 0);
      expect(page.world.snapshot().nodes[victim - 1]).toMatchObject({
        state: 'down',
        crashReason: 'the worker vanished',
      });
      page.play(
        actions.filter(({ timeUs }) => timeUs > resumedUs + SECOND),
        12 * SECOND,
      );
      const report = runInProcess(header(seed), page.world.log, 12 * SECOND);
      expect(report.violations).toEqual([]);
      expect(report.digest).toBe(page.world.digest());
    },
  );
});

/** The process goes away in the next round that needs it, after (or before) doing what it was asked. */
function killInNextRound(page: Page, victim: number, afterWork: boolean): void {
  for (;;) {
    const round = page.world.plan(Number.MAX_SAFE_INTEGER - 1, false);
    if (round === undefined) throw new Error('the world stands still');
    if (!round.calls.some((call) => call.node === victim && call.type === 'grant')) {
      performRound(page.world, page.hosts, round);
      continue;
    }
    const replies = round.calls.map((call) => {
      if (call.node !== victim) return page.hosts.perform(call);
      if (afterWork) page.hosts.perform(call);
      page.hosts.host(victim).abandon();
      return {
        type: 'died',
        reason: 'the worker vanished',
        transactions: page.hosts.host(victim).lastBoot().transactions,
      } as const;
    });
    page.world.complete(round, replies);
    return;
  }
}

describe('the smallest and largest cluster', () => {
  test.each([
    [1, 1],
    [3, 1],
    [5, 16],
    [9, 64],
  ])('%i nodes, %i shards: every shard gets a leader and a write is read back', (nodes, shards) => {
    const config = { ...CLASSROOM, nodes, shards };
    const key = encodeUtf8('k');
    const options = { timeoutUs: 2 * SECOND, via: undefined };
    const actions: TimedAction[] = [
      {
        timeUs: 3 * SECOND,
        action: { type: 'Operate', client: 'client', operation: { type: 'Put', key, value: encodeUtf8('v') }, options },
      },
      { timeUs: 4 * SECOND, action: { type: 'Operate', client: 'client', operation: { type: 'Get', key }, options } },
    ];
    const report = runInProcess(createHeader('size', 1, config), actions, 5 * SECOND);
    expect(report.violations).toEqual([]);
    expect(report.acknowledged).toBe(2);
    expect(report.counters).toMatchObject({ writes: 1, reads: 1, keys: 1 });
  });
});
