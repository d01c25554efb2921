import { describe, expect, test } from 'vitest';
import type { LiveBreak } from '../core/base/breaks.ts';
import { type NodeId, nodeId } from '../core/base/ids.ts';
import { encodeUtf8 } from '../core/base/utf8.ts';
import type { Action, TimedAction } from '../core/cluster/action.ts';
import { BREAK_NAMES } from '../core/cluster/break.ts';
import { BREAKS } from '../core/cluster/break-words.ts';
import { CLASSROOM, createHeader, DATACENTER } from '../core/cluster/presets.ts';
import type { RunConfig } from '../core/cluster/run.ts';
import type { TraceEvent } from '../core/cluster/trace-event.ts';
import { CLOCK_RATE_ERROR_PPM_MAX } from '../core/node/config.ts';
import { type RunOptions, replay, runInProcess } from './run.ts';
import { decodeRun, encodeRun } from './saved-run.ts';
import { put, WorldByHand } from './testing/world-by-hand.ts';

const MS = 1000;
const SECOND = 1_000_000;

const turn = (name: LiveBreak, on: boolean, timeUs = 0): TimedAction => ({
  timeUs,
  action: { type: 'Break', name, on },
});
const at = (timeUs: number, action: Action): TimedAction => ({ timeUs, action });

/** A cluster of one shard, driven by hand, with rules left out; `found`: the rules that the checks then find to be broken. */
class Broken {
  private readonly hand: WorldByHand;

  constructor(breaks: readonly LiveBreak[], config: RunConfig = ONE_SHARD) {
    this.hand = new WorldByHand(1, config);
    for (const name of breaks) this.hand.act({ type: 'Break', name, on: true });
    this.after(2000);
  }

  get leader(): NodeId {
    return nodeId(Number(this.hand.world.snapshot().shards[0]?.leader?.slice(1)));
  }

  get others(): readonly NodeId[] {
    const { leader } = this;
    return [1, 2, 3].map(nodeId).filter((node) => node !== leader);
  }

  act(...actions: readonly Action[]): void {
    for (const action of actions) this.hand.act(action);
  }

  after(ms: number): void {
    this.hand.run(this.hand.world.nowUs + ms * MS);
  }

  found(options: RunOptions = {}): readonly string[] {
    return replay(this.hand.saveAt(this.hand.world.nowUs), options).found.map(({ rule }) => rule);
  }
}

const ONE_SHARD: RunConfig = { ...CLASSROOM, shards: 1 };
const get = (read: 'lease' | 'index', via: NodeId): Action => ({
  type: 'Operate',
  client: 'client',
  operation: { type: 'Get', key: encodeUtf8('k'), read },
  options: { timeoutUs: SECOND, via },
});

const SCENARIOS: Readonly<Partial<Record<LiveBreak, (breaks: readonly LiveBreak[]) => readonly string[]>>> = {
  'skip-fsync': (breaks) => new Broken(breaks).found(),
  // Writes that a leader could tell nobody of, and that it copies one by one when it leads again.
  'commit-by-count': (breaks) => {
    const run = new Broken(breaks, { ...ONE_SHARD, limits: { ...ONE_SHARD.limits, entriesPerAppendMax: 1 } });
    const { leader, others } = run;
    const [second, third] = others as [NodeId, NodeId];
    run.act({ type: 'Kill', node: second }, { type: 'Kill', node: third });
    run.act(...['a', 'b', 'c', 'd'].map((client) => put(client, client)));
    run.after(150);
    run.act({ type: 'Kill', node: leader });
    run.after(500);
    run.act({ type: 'Revive', node: leader }, { type: 'Revive', node: second });
    run.after(3000);
    return run.found();
  },
  // Clocks as wrong as they may be, over many leaders.
  'lease-without-drift-bound': (breaks) => {
    const clocks = { rateErrorPpmMax: CLOCK_RATE_ERROR_PPM_MAX, wallOffsetUsMax: 0 };
    return new Broken(breaks, { ...DATACENTER, nodes: 5, shards: 64, clocks }).found();
  },
  // A leader that others cannot hear any more, and to which their last answers come late.
  'no-readindex': (breaks) => {
    const run = new Broken(breaks);
    const { leader, others } = run;
    for (const other of others) {
      const settings = { delayUs: 120 * MS, jitterUs: 0 };
      run.act({ type: 'Link', from: `n${other}`, to: `n${leader}`, bothWays: false, settings });
    }
    run.after(500);
    for (const other of others) run.act({ type: 'Cut', from: `n${leader}`, to: `n${other}`, bothWays: false });
    for (let i = 0; i < 100; i++) {
      run.act(get('index', leader));
      run.after(10);
    }
    return run.found();
  },
  // The answer to a compare-and-swap is lost: the copy that is sent again meets what the first one wrote.
  'no-sessions': (breaks) => {
    const run = new Broken(breaks);
    run.act(put('k'));
    run.after(500);
    run.act({ type: 'Cut', from: `n${run.leader}`, to: 'client', bothWays: false });
    const [key, expected, value] = ['k', 'v-k', 'new'].map(encodeUtf8) as [Uint8Array, Uint8Array, Uint8Array];
    const options = { timeoutUs: 4 * SECOND, via: undefined };
    run.act({ type: 'Operate', client: 'client', operation: { type: 'Cas', key, expected, value }, options });
    run.after(100);
    run.act({ type: 'Heal', actor: undefined });
    run.after(3000);
    return run.found();
  },
  // A home that is away while a key is deleted, and is not waited for by those who purge the tombstone.
  'purge-early': (breaks) => {
    const run = new Broken(breaks, { ...ONE_SHARD, limits: { ...ONE_SHARD.limits, checkIntervalUs: SECOND } });
    const asked = { client: 'client', options: { timeoutUs: SECOND, via: nodeId(1) } };
    const write = { type: 'EventualWrite', key: encodeUtf8('k'), sloppy: false } as const;
    run.act({ type: 'Operate', ...asked, operation: { ...write, value: encodeUtf8('v'), w: 3 } });
    run.after(200);
    run.act({ type: 'Kill', node: nodeId(3) });
    run.act({ type: 'Operate', ...asked, operation: { ...write, value: undefined, w: 2 } });
    run.after(4000);
    run.act({ type: 'Revive', node: nodeId(3) });
    run.after(3000);
    return run.found({ converges: true });
  },
};

const RULES = {
  'skip-fsync': 'VoteDurability',
  'commit-by-count': 'CommitRule',
  'lease-without-drift-bound': 'LeaseSafety',
  'no-readindex': 'ReadFreshness',
  'no-sessions': 'linearizability',
  'purge-early': 'Eventual',
} as const satisfies Partial<Record<LiveBreak, string>>;

describe('each safety rule that is left out is found to be broken, and nothing is where it is kept', () => {
  test.each(Object.keys(RULES) as (keyof typeof RULES)[])('%s', (name) => {
    expect(SCENARIOS[name]?.([name])).toContain(RULES[name]);
    expect(SCENARIOS[name]?.([])).toEqual([]);
  });

  test('there is no other switch of that kind', () => {
    expect(BREAK_NAMES.filter((name) => BREAKS[name].kind === 'safety').sort()).toEqual(Object.keys(RULES).sort());
  });
});

describe('skip-fsync', () => {
  test('a kill takes back a write that was acknowledged', () => {
    const nodes = [1, 2, 3].map(nodeId);
    const slow = nodes.map((node) => at(2 * SECOND, { type: 'Disk', node, fault: { type: 'Slow', factor: 1000 } }));
    const kills = nodes.map((node) => at(3 * SECOND, { type: 'Kill', node }));
    const well = nodes.flatMap((node) => [
      at(4 * SECOND, { type: 'Disk', node, fault: { type: 'Ok' } }),
      at(4 * SECOND, { type: 'Revive', node }),
    ]);
    const actions = [turn('skip-fsync', true, 2 * SECOND), ...slow, at(2 * SECOND, put('k')), ...kills, ...well];
    const header = createHeader('r', 1, { ...CLASSROOM, shards: 1 });
    const report = runInProcess(header, actions, 8 * SECOND);
    expect(report.acknowledged).toBe(1);
    expect(report.found.map(({ rule }) => rule)).toContain('Durability');
  });
});

describe('an even cluster', () => {
  const acknowledged = (config: Partial<RunConfig>): number => {
    const groups = [
      ['n1', 'n2'],
      ['n3', 'n4'],
    ];
    const actions = [
      at(2 * SECOND, { type: 'Partition', groups }),
      ...Array.from({ length: 20 }, (_, i) => at(4 * SECOND, put(`k${i}`))),
    ];
    const header = createHeader('r', 1, { ...CLASSROOM, nodes: 4, ...config });
    const report = runInProcess(header, actions, 10 * SECOND);
    expect(report.found).toEqual([]);
    return report.acknowledged;
  };

  test('a split two to two stops both sides, where of three voters one side has two', () => {
    expect(acknowledged({})).toBe(20);
    expect(acknowledged({ replicationFactor: 4 })).toBe(0);
  });
});

describe('a switch', () => {
  const preVotes = (actions: readonly TimedAction[], fromUs: number, toUs: number): number => {
    let count = 0;
    const observe = (event: TraceEvent): void => {
      const counts = event.type === 'RoleChanged' && event.role === 'precandidate';
      if (counts && event.timeUs >= fromUs && event.timeUs < toUs) count++;
    };
    runInProcess(createHeader('r', 1, CLASSROOM), actions, toUs, { observe });
    return count;
  };
  const restart = (timeUs: number): readonly TimedAction[] =>
    [1, 2, 3]
      .map(nodeId)
      .flatMap((node) => [
        at(timeUs + node, { type: 'Kill', node }),
        at(timeUs + node + SECOND, { type: 'Revive', node }),
      ]);

  test('takes effect at once, on those that are up and those that start later, and ends as it began', () => {
    const on = [turn('no-prevote', true, 2 * SECOND), ...restart(3 * SECOND)];
    expect(preVotes(on, 2 * SECOND, 8 * SECOND)).toBe(0);
    const off = [...on, turn('no-prevote', false, 8 * SECOND), ...restart(9 * SECOND)];
    expect(preVotes(off, 8 * SECOND, 14 * SECOND)).toBeGreaterThan(0);
  });

  test('that is as it should be already is refused', () => {
    const [, again] = [turn('no-prevote', true), turn('no-prevote', true)];
    const taken: Action[] = [];
    const observe = (event: TraceEvent): void => {
      if (event.type === 'ActionTaken') taken.push(event.action);
    };
    runInProcess(createHeader('r', 1, CLASSROOM), [turn('no-prevote', true), again, turn('no-sessions', false)], MS, {
      observe,
    });
    expect(taken).toHaveLength(1);
  });

  test('is part of the run: saved, replayed, and the same in windows and one event at a time', () => {
    const actions = [
      ...(['skip-fsync', 'no-readindex', 'no-sessions', 'fixed-timeouts'] as const).map((name) => turn(name, true)),
      ...restart(3 * SECOND),
      ...Array.from({ length: 40 }, (_, i) => at(2 * SECOND + i * 50 * MS, put(`k${i % 5}`))),
      turn('skip-fsync', false, 3_500 * MS),
      turn('commit-by-count', true, 3_600 * MS),
    ].sort((a, b) => a.timeUs - b.timeUs);
    const header = createHeader('r', 3, CLASSROOM);
    const { digest } = runInProcess(header, actions, 6 * SECOND);
    const saved = decodeRun(encodeRun({ format: 'ringside-run', header, actions, endUs: 6 * SECOND, digest }));
    expect(replay(saved).digest).toBe(digest);
    expect(replay(saved, { single: true }).digest).toBe(digest);
    const kept = actions.filter(({ action }) => action.type !== 'Break');
    expect(runInProcess(header, kept, 6 * SECOND).digest).not.toBe(digest);
  });
});
