import { describe, expect, test } from 'vitest';
import { nodeId } from '../core/base/ids.ts';
import { encodeUtf8 } from '../core/base/utf8.ts';
import type { Operation } from '../core/client/operation.ts';
import type { Action, TimedAction } from '../core/cluster/action.ts';
import {
  NO_PATHS,
  type OperationPath,
  type OperationPaths,
  PATHS_KEPT,
  type PathStep,
} from '../core/cluster/operation-path/operation-path.ts';
import { reducePaths } from '../core/cluster/operation-path/reduce-paths.ts';
import { busyNodes } from '../core/cluster/operation-path/under-way.ts';
import { CLASSROOM, createHeader } from '../core/cluster/presets.ts';
import type { TraceEvent } from '../core/cluster/trace-event.ts';
import type { LeaderGround } from '../core/node/message.ts';
import { drawConfig } from './drawn-limits.ts';
import { runInProcess } from './run.ts';
import { drawSchedule } from './schedule.ts';

const CONFIG = { ...CLASSROOM, nodes: 3, shards: 1 };
const START_US = 1_000_000;

function trace(config: typeof CONFIG, seed: number, actions: readonly TimedAction[], endUs: number): TraceEvent[] {
  const events: TraceEvent[] = [];
  const observe = (event: TraceEvent): void => {
    events.push(structuredClone(event));
  };
  const report = runInProcess(createHeader('paths', seed, config), actions, endUs, { observe, trace: true });
  expect(report.violations).toEqual([]);
  return events;
}

const operate = (operation: Operation, via?: number, timeoutUs = 2_000_000): Action => ({
  type: 'Operate',
  client: 'client',
  operation,
  options: { timeoutUs, via: via === undefined ? undefined : nodeId(via) },
});
const put = (key = 'k', value = 'v'): Operation => ({ type: 'Put', key: encodeUtf8(key), value: encodeUtf8(value) });
const get = (key = 'k', read: LeaderGround = 'lease'): Operation => ({ type: 'Get', key: encodeUtf8(key), read });

/** Actions 400 ms apart, from the moment at which the shard has a leader. */
const script = (...actions: readonly Action[]): TimedAction[] =>
  actions.map((action, i) => ({ timeUs: START_US + i * 400_000, action }));

function paths(actions: readonly TimedAction[], seed = 7): readonly OperationPath[] {
  const endUs = (actions.at(-1)?.timeUs ?? 0) + 4_000_000;
  return reducePaths(NO_PATHS, trace(CONFIG, seed, actions, endUs)).paths;
}

const leaderOf = (seed = 7): number => {
  const [path] = paths(script(operate(put())), seed);
  return path?.outcome?.node ?? 0;
};

/** One step a line: who (→ whom), what, state where it is not done. */
const told = (path: OperationPath | undefined, phase?: PathStep['phase']): string[] =>
  (path?.steps ?? [])
    .filter((step) => phase === undefined || step.phase === phase)
    .map(({ actor, to, kind, state }) => {
      const who = (id: number): string => (id >= 100 ? 'client' : `n${id}`);
      return `${who(actor)}${to === undefined ? '' : `>${who(to)}`} ${kind}${state === 'done' ? '' : ` (${state})`}`;
    });

const noted = (path: OperationPath | undefined): string =>
  (path?.steps ?? []).map(({ text, note }) => `${text} [${note}]`).join('\n');

describe('a path', () => {
  test('of a first write: its session first, then the write, each by a quorum', () => {
    const [path] = paths(script(operate(put())));
    const entry = ['n1 propose', 'n1 log sync', 'n1>n2 append', 'n1>n3 append'];
    const session = told(path, 'session');
    expect(session.slice(0, 5)).toEqual(['client>n1 request', ...entry]);
    expect(session.slice(-3)).toEqual(['n1 quorum', 'n1 apply', 'n1>client reply']);
    const write = told(path, 'operation');
    expect(write.slice(0, 6)).toEqual(['client hash', 'client>n1 request', ...entry]);
    expect(write.slice(-4)).toEqual(['n1 quorum', 'n1 apply', 'n1>client reply', 'client done']);
    expect(write).toEqual(expect.arrayContaining(['n2 log sync', 'n3 log sync', 'n2>n1 ack', 'n3>n1 ack']));
    expect(path).toMatchObject({ reason: '', quorum: { leader: 1, index: 3, needed: 2, voters: 3 } });
  });

  test('of a write with a time to live tells its deadline, and a read after it finds no such key', () => {
    const lasting: Operation = { type: 'Put', key: encodeUtf8('k'), value: encodeUtf8('v'), ttlUs: 700_000 };
    const [write, early, late] = paths(script(operate(lasting), operate(get()), operate(get())));
    const proposed = write?.steps.find(({ kind, phase }) => kind === 'propose' && phase === 'operation');
    const stampS = (proposed?.startUs ?? 0) / 1_000_000;
    expect(proposed?.note).toBe(`term 1, expires at log time ${(stampS + 0.7).toFixed(3)} s`);
    expect(early?.outcome).toMatchObject({ result: { type: 'Value', value: encodeUtf8('v') } });
    expect(late?.outcome).toMatchObject({ result: { type: 'Value', value: undefined } });
    expect(noted(early)).toContain('answers: the value');
    expect(noted(late)).toContain('answers: there is none');
    expect(noted(late)).not.toContain('answers: the value');
    expect(noted(late)).toContain('there is no such key');
  });

  test('of a write among twelve nodes names those that hold it in the order of their numbers', () => {
    const config = { ...CLASSROOM, nodes: 12, shards: 16 };
    const writes = script(...Array.from({ length: 12 }, (_, i) => operate(put(`k${i}`))));
    const found = reducePaths(NO_PATHS, trace(config, 7, writes, START_US + 9_000_000))
      .paths.map(noted)
      .join('\n');
    const quorums = [...found.matchAll(/\[stored on \d of 3: ([n0-9, ]+)\]/g)].map(([, names = '']) =>
      names.split(', ').map((name) => Number(name.slice(1))),
    );
    expect(
      quorums.filter((nodes) => nodes.some((node) => node > 9) && nodes.some((node) => node < 10 && node > 1)),
    ).not.toEqual([]);
    for (const nodes of quorums) expect(nodes).toEqual([...nodes].sort((a, b) => a - b));
  });

  test('of a second write has no session, and is followed until the last acknowledgment', () => {
    const [, path] = paths(script(operate(put()), operate(put())));
    expect(told(path, 'session')).toEqual([]);
    expect(told(path).filter((step) => step.endsWith('ack'))).toHaveLength(2);
  });

  test('through a follower: refused, with the leader that it names', () => {
    const follower = (leaderOf() % 3) + 1;
    const [path] = paths(script(operate(put(), follower)));
    expect(told(path)).toEqual([
      'client hash',
      `client>n${follower} request`,
      `n${follower}>client reply (failed)`,
      'client done (failed)',
    ]);
    expect(noted(path)).toContain('answers: not the leader [it says that n1 leads]');
  });

  test('without via the client goes on from the follower to the leader that it named', () => {
    // The preference list begins with n1: the first to be asked, whoever leads.
    const seed = [1, 2, 3, 4, 5, 6, 8, 9, 10, 11, 12].find((each) => leaderOf(each) !== 1) as number;
    const [path] = paths(script(operate(put())), seed);
    const leader = path?.outcome?.node;
    expect(told(path, 'session').slice(0, 3)).toEqual([
      'client>n1 request',
      'n1>client reply (failed)',
      `client>n${leader} request`,
    ]);
    expect(path?.outcome).toMatchObject({ status: 'ok' });
  });

  test('on a leader that is cut off: unknown, with the links that swallowed the entry', () => {
    const cut: TimedAction = { timeUs: START_US + 400_000, action: { type: 'Isolate', actor: 'n1' } };
    const write = { timeUs: START_US + 410_000, action: operate(put('k', 'w'), undefined, 300_000) };
    const path = paths([...script(operate(put())), cut, write]).at(-1);
    expect(path?.outcome).toMatchObject({ status: 'unknown' });
    expect(told(path)).toEqual(
      expect.arrayContaining(['n1>n2 append (failed)', 'n1>n3 append (failed)', 'n1 quorum (failed)']),
    );
    expect(path?.reason).toContain('n2 never got the entry (lost: link is cut)');
    expect(path?.reason).toContain('n3 never got the entry (lost: link is cut)');
    expect(noted(path)).toContain('stored on 1 of the 2 it needs');
  });

  test('over the death of its leader: refused connections, a rest, the next leader', () => {
    const [, path] = paths(script(operate(put()), { type: 'Kill', node: nodeId(1) }, operate(put('k', 'w'))));
    const steps = told(path);
    expect(steps.slice(1, 4)).toEqual(['client>n1 request (failed)', 'n1>client reply (failed)', 'client>n3 request']);
    expect(steps).toContain('client rest');
    expect(steps.slice(-4)).toEqual(['n3 quorum', 'n3 apply', 'n3>client reply', 'client done']);
  });

  test('a leader killed while it waits: what it did ends there, and a later copy of the write is applied once', () => {
    const kill: TimedAction = { timeUs: START_US + 445_000, action: { type: 'Kill', node: nodeId(1) } };
    const write = { timeUs: START_US + 400_000, action: operate(put('k', 'w'), undefined, 4_000_000) };
    const path = paths([...script(operate(put())), write, { ...kill, timeUs: START_US + 430_000 }]).at(-1);
    expect(told(path)).toEqual(
      expect.arrayContaining(['n1 lost (failed)', 'n2>n1 ack (failed)', 'client silence (failed)']),
    );
    expect(path?.outcome).toMatchObject({ status: 'ok' });
    expect(noted(path)).toContain('a copy of a write that was applied before: not again');
  });

  test('of a read: the lease of its leader, without a message, then the search', () => {
    const [, path] = paths(script(operate(put()), operate(get())));
    expect(told(path)).toEqual([
      'client hash',
      'client>n1 request',
      'n1 lease',
      'n1 apply wait',
      'n1 lookup',
      'n1>client reply',
      'client done',
    ]);
    expect(noted(path)).toMatch(/its lease holds: nobody else leads \[another \d+ ms of it\]/);
  });

  test('of a read that asks a quorum: the round that confirms its leader, then the search', () => {
    const [, path] = paths(script(operate(put()), operate(get('k', 'index'))));
    const steps = told(path);
    expect(steps.slice(0, 3)).toEqual(['client hash', 'client>n1 request', 'n1 ReadIndex']);
    expect(steps.filter((step) => /heartbeat|confirm/.test(step))).toHaveLength(4);
    expect(steps.slice(-4)).toEqual(['n1 apply wait', 'n1 lookup', 'n1>client reply', 'client done']);
    expect(noted(path)).toMatch(/asks whether it still leads \[n\d confirmed it\]/);
    expect(noted(path)).toContain('finds the key in the MemTable');
  });

  test('of a CAS that finds another value', () => {
    const cas: Operation = { type: 'Cas', key: encodeUtf8('k'), expected: encodeUtf8('x'), value: encodeUtf8('y') };
    const [, path] = paths(script(operate(put()), operate(cas)));
    expect(noted(path)).toContain('answers: another value is there, nothing written');
    expect(noted(path)).toContain('has its answer: not swapped');
  });

  test('of a batch: one entry with all of its writes', () => {
    const key = (name: string) => encodeUtf8(`${name}{u}`);
    const writes: Operation = {
      type: 'Batch',
      items: [
        { type: 'Put', key: key('a'), value: encodeUtf8('1') },
        { type: 'Delete', key: key('b') },
      ],
    };
    const [, path] = paths(script(operate(put()), operate(writes)));
    expect(noted(path)).toContain('hashes the tag {u}: s0');
    expect(noted(path)).toContain('asks for BATCH [2 writes as one: PUT a{u}, DELETE b{u}]');
    expect(noted(path)).toContain('has its answer: all 2 writes are done');
    expect(told(path).filter((step) => step.includes('propose'))).toHaveLength(1);
  });

  test('of a write that is refused as busy: which queue is full', () => {
    const config = { ...CONFIG, limits: { ...CONFIG.limits, pendingProposalsMax: 1 } };
    const clients = ['client', 'a', 'b', 'c'];
    const together = clients.map((client) => ({ timeUs: START_US, action: { ...operate(put()), client } as Action }));
    const found = reducePaths(NO_PATHS, trace(config, 7, together, START_US + 4_000_000)).paths;
    expect(found.map(noted).join('\n')).toContain('answers: it has all the writes to commit and apply that it takes');
    expect(found.map(({ outcome }) => outcome?.status)).toEqual(['ok', 'ok', 'ok', 'ok']);
  });

  test('without a quorum: refused, nobody has proposed it', () => {
    const kills = [2, 3].map((node): Action => ({ type: 'Kill', node: nodeId(node) }));
    const path = paths(script(operate(put()), ...kills, operate(put('k', 'w'), undefined, 600_000))).at(-1);
    expect(path?.outcome).toMatchObject({ status: 'fail', code: 'NotEnoughReplicas' });
    expect(told(path).some((step) => step.includes('propose'))).toBe(false);
    expect(path?.reason).toMatch(/^no replica could serve it in time: /);
  });
});

describe('over seeded schedules with every fault', () => {
  const FAULTS = new Set(['kill', 'partition', 'loss', 'delay'] as const);
  const runs = [1, 2, 3].map((seed) => {
    const durationUs = 6_000_000;
    const actions = drawSchedule({ seed, nodes: 3, durationUs, operationsPerSecond: 8, faults: FAULTS });
    return trace(drawConfig(seed, 3, 4), seed, actions, durationUs);
  });

  test('steps are in order and end after they began; a write that is done was committed before it was answered', () => {
    let done = 0;
    for (const events of runs) {
      for (const path of reducePaths(NO_PATHS, events).paths) {
        path.steps.forEach((step, i) => {
          expect(step.id).toBe(i);
          expect(step.startUs).toBeGreaterThanOrEqual(path.steps[i - 1]?.startUs ?? path.invokedUs);
          expect(step.endUs ?? step.startUs).toBeGreaterThanOrEqual(step.startUs);
          expect(step.endUs === undefined).toBe(step.state === 'waiting');
        });
        if (path.outcome?.status !== 'ok') continue;
        const last = path.steps.at(-1);
        expect(
          path.steps.some(({ kind }) => kind === 'done'),
          JSON.stringify(last),
        ).toBe(true);
        const { type } = path.operation;
        if (type === 'Get' || type === 'Scan') continue;
        done++;
        const of = (kind: PathStep['kind']) =>
          path.steps.findLast((step) => step.kind === kind && step.phase === 'operation' && step.state === 'done');
        const commit = of('quorum');
        expect(commit?.startUs).toBeLessThanOrEqual(of('reply')?.startUs ?? -1);
        expect(path.quorum?.storedOn.length).toBeGreaterThanOrEqual(path.quorum?.needed ?? 99);
        expect(new Set(path.quorum?.storedOn).size).toBe(path.quorum?.storedOn.length);
      }
    }
    expect(done, 'writes examined').toBeGreaterThan(20);
  });

  test('one by one or in batches, the paths are the same; the state given stays as it was', () => {
    const events = runs[0]?.slice(0, 6000) ?? [];
    const whole = reducePaths(NO_PATHS, events);
    let state: OperationPaths = NO_PATHS;
    for (let at = 0; at < events.length; at += 7) {
      const before = JSON.stringify(state.paths.at(-1));
      const next = reducePaths(state, events.slice(at, at + 7));
      expect(JSON.stringify(state.paths.at(-1))).toBe(before);
      state = next;
    }
    expect(state).toEqual(whole);
    expect(whole.paths.length).toBeLessThanOrEqual(PATHS_KEPT);
    expect(NO_PATHS.live.size).toBe(0);
  });

  test('a node is busy only with operations that are not complete, and each unfinished write names what it waits for', () => {
    const words = new Set<string>();
    for (const events of runs) {
      let state: OperationPaths = NO_PATHS;
      for (let at = 0; at < events.length; at += 25) {
        state = reducePaths(state, events.slice(at, at + 25));
        for (const path of state.paths) {
          const busy = busyNodes(path);
          if (path.completedUs !== undefined) expect(busy).toEqual([]);
          for (const each of busy) words.add(each.words);
        }
      }
    }
    expect([...words]).toEqual(expect.arrayContaining(['log sync', 'waits for 1 of 2 acks', 'asks a quorum']));
  });
});

describe('at full speed', () => {
  test('what passes without details is said to be unobserved, and no step gets a time that is not its own', () => {
    const events = trace(CONFIG, 7, script(operate(put()), operate(put())), START_US + 2_000_000);
    const invoked = events.findIndex((event) => event.type === 'OperationInvoked');
    const cut = events.findIndex(({ type }, i) => i > invoked && type === 'LogSyncStarted') + 1;
    const { timeUs = 0 } = events[cut] ?? {};
    const untilUs = timeUs + 2_000_000;
    const ends = events.slice(cut).filter(({ type }) => type === 'OperationCompleted' || type === 'OperationInvoked');
    const state = reducePaths(NO_PATHS, [
      ...events.slice(0, cut),
      { type: 'DetailsOmitted', timeUs, untilUs },
      ...ends,
    ]);
    const [during, within] = state.paths;
    expect(during?.steps.some(({ state: is }) => is === 'unobserved')).toBe(true);
    expect(during?.steps.every(({ endUs }) => endUs !== undefined)).toBe(true);
    expect(told(during).slice(-2)).toEqual(['client unobserved', 'client done']);
    expect(told(within)).toEqual(['client unobserved', 'client done']);
    expect(within?.detailsOmitted).toBe(true);
  });
});
