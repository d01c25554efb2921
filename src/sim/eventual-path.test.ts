import { beforeAll, describe, expect, test } from 'vitest';
import { nodeId, shardId } from '../core/base/ids.ts';
import { encodeUtf8 } from '../core/base/utf8.ts';
import type { Operation } from '../core/client/operation.ts';
import type { Action, TimedAction } from '../core/cluster/action.ts';
import { NO_PATHS, type OperationPath } from '../core/cluster/operation-path/operation-path.ts';
import { reducePaths } from '../core/cluster/operation-path/reduce-paths.ts';
import { CLASSROOM, createHeader } from '../core/cluster/presets.ts';
import type { TraceEvent } from '../core/cluster/trace-event.ts';
import { whyKey } from '../core/cluster/why/why-eventual.ts';
import { whyOperation } from '../core/cluster/why/why-operation.ts';
import { whyShard } from '../core/cluster/why/why-shard.ts';
import { simpleConfiguration } from '../core/raft/configuration.ts';
import { runInProcess } from './run.ts';

const SECOND = 1_000_000;
const S0 = shardId(0);
const KEY = encodeUtf8('k');
const nodes = [1, 2, 3, 4].map(nodeId);

const operate = (operation: Operation): Action => ({
  type: 'Operate',
  client: 'client',
  operation,
  options: { timeoutUs: 2 * SECOND, via: undefined },
});
const write = (value: string | undefined, w: 1 | 2 | 3, sloppy = false): Action =>
  operate({ type: 'EventualWrite', key: KEY, value: value === undefined ? undefined : encodeUtf8(value), w, sloppy });
const read = (r: 1 | 2 | 3): Action => operate({ type: 'EventualRead', key: KEY, r, sloppy: false });

function lived(actions: readonly (readonly [atUs: number, action: Action])[], endUs: number): TraceEvent[] {
  const events: TraceEvent[] = [];
  const timed = actions.map(([timeUs, action]): TimedAction => ({ timeUs, action }));
  const config = { ...CLASSROOM, nodes: 4, shards: 1 };
  const observe = (event: TraceEvent): void => void events.push(structuredClone(event));
  runInProcess(createHeader('eventual paths', 3, config), timed, endUs, { observe, trace: true });
  return events;
}

const steps = (path: OperationPath | undefined): string[] =>
  (path?.steps ?? []).map(({ actor, to, kind, text, note, state }) => {
    const who = (id: number): string => (id >= 100 ? 'client' : `n${id}`);
    return `${who(actor)}${to === undefined ? '' : `>${who(to)}`} ${kind}: ${text} (${note}) ${state}`;
  });

describe('one home is down while a key is written, and a read meets it when it is back', () => {
  let events: TraceEvent[];
  let paths: readonly OperationPath[];
  let homes: readonly number[];
  beforeAll(() => {
    const first = lived([[SECOND, write('a', 3)]], 2 * SECOND);
    const started = first.find((event) => event.type === 'EventualWriteStarted');
    homes = started?.type === 'EventualWriteStarted' ? started.homes : [];
    const victim = nodeId(homes.find((home) => home !== started?.node) ?? 0);
    events = lived(
      [
        [SECOND, write('a', 3)],
        [2 * SECOND, { type: 'Kill', node: victim }],
        [2_010_000, write('b', 3, true)],
        [4.5 * SECOND, read(2)],
        [5 * SECOND, { type: 'Revive', node: victim }],
        [9 * SECOND, { type: 'Check', shard: S0 }],
        [12 * SECOND, read(3)],
      ],
      14 * SECOND,
    );
    ({ paths } = reducePaths(NO_PATHS, events));
  });
  const evidence = () => ({
    ...{ events, reachUs: 0, replicas: nodes, usual: CLASSROOM, nowUs: 14 * SECOND },
    configuration: simpleConfiguration({ voters: nodes, learners: [] }),
  });

  test('EXPLAIN of a PUT: who was asked and answered when, and how many were waited for', () => {
    const told = steps(paths[0]);
    const count = (what: RegExp): number => told.filter((line) => what.test(line)).length;
    expect(
      count(/coordinate: stamps it \S+ n\d: 3 of n\d, n\d, n\d must have it on disk \(it holds the key itself\) done/),
    ).toBe(1);
    expect(count(/>n\d row: sends the row \(\) done/)).toBe(2);
    expect(count(/>n\d row answer: has the row on its disk \(\) done/)).toBe(2);
    // The coordinator had merged it before it asked anybody.
    expect(count(/ merge: takes it \(\) done/)).toBe(2);
    expect(count(/quorum: 3 of the 3 that are waited for have it: n\d, n\d, n\d/)).toBe(1);
  });

  test('a home that is down: what was lost, who keeps a hint in its place', () => {
    const told = steps(paths[1]).join('\n');
    expect(told).toMatch(/fallback: asks n\d in the place of n\d \(n\d does not answer\)/);
    expect(told).toMatch(/row: sends the row \(as a hint for n\d\) done/);
    expect(told).toMatch(/merge: keeps it for n\d as a hint/);
    expect(told).toMatch(/in the place of \S+ n\d\) done/);
    expect(told).toMatch(/quorum: 3 of the 3 that are waited for have it: n\d, n\d and a hint for n\d on n\d/);
  });

  test('EXPLAIN of a GET: whom it asks, what they tell, how many versions they hold together', () => {
    const told = steps(paths[2]).join('\n');
    expect(told).toMatch(/coordinate: asks n\d, n\d, n\d what they hold: 2 of them must answer/);
    expect(told).toMatch(/quorum: 2 of the 2 that are waited for have answered: n\d, n\d \(one version\)/);
    expect(told).toMatch(/row answer: tells its row/);
  });

  test('WHY of an operation names no leader, and says where its time went', () => {
    const text = paths.flatMap((path) => whyOperation(path, evidence()).map((each) => each.text));
    expect(text.join('\n')).not.toMatch(/led by|no node led|EVENTUAL(WRITE|READ)|undefined|NaN/);
    expect(text).toContainEqual(expect.stringMatching(/^client asked PUT k: s0, of the eventual keyspace$/));
    expect(text).toContainEqual(expect.stringMatching(/until a coordinator had it, .* until as many had answered/));
  });

  test('WHY of the key and of its shard: writes, hints, and what they were compared to', () => {
    const key = whyKey(KEY, evidence()).map(({ text }) => text);
    expect(key).toContainEqual(expect.stringMatching(/^n\d coordinated a PUT, stamped \S+ n\d: 3 of n\d/));
    expect(key).toContainEqual(expect.stringMatching(/^n\d kept it for n\d as a hint$/));
    expect(key).toContainEqual(expect.stringMatching(/^n\d handed it over to n\d, and its hint went$/));
    expect(whyKey(encodeUtf8('other'), evidence())).toEqual([]);
    const shard = whyShard(S0, evidence()).map(({ text }) => text);
    expect(shard).toContainEqual(expect.stringMatching(/^n\d compared its eventual rows of s0 with n\d: /));
  });

  test('no walk told more than 1 + 64 hashes for each leaf that differed', () => {
    const compared = events.flatMap((event) =>
      event.type === 'SyncCompared' && event.level !== 'rows' ? [event] : [],
    );
    const ended = events.filter((event) => event.type === 'SyncEnded');
    expect(ended.length).toBeGreaterThan(0);
    for (const { node, sync, hashes, leaves } of ended) {
      const own = compared.filter((event) => event.sync === sync && event.node === node);
      const tries = own.filter(({ level }) => level === 'root').length;
      expect(own.reduce((sum, { count }) => sum + count, 0)).toBe(hashes);
      expect(hashes).toBeLessThanOrEqual(tries * (1 + 64 * Math.max(leaves, tries > 1 ? 1 : 0)));
    }
  });
});

test('EXPLAIN of writes that one node coordinates at the same time tells each by its own messages', () => {
  const by = (client: string, key: string): Action => ({
    type: 'Operate',
    client,
    operation: { type: 'EventualWrite', key: encodeUtf8(key), value: encodeUtf8('v'), w: 3, sloppy: false },
    options: { timeoutUs: 2 * SECOND, via: nodeId(1) },
  });
  const events = lived(
    ['a', 'b', 'c'].map((name) => [SECOND, by(name, 'k')] as const),
    2 * SECOND,
  );
  const { paths } = reducePaths(NO_PATHS, events);
  expect(paths).toHaveLength(3);
  for (const path of paths) {
    const told = steps(path).join('\n');
    expect(told.match(/>n\d row: sends the row/g)?.length).toBeLessThanOrEqual(3);
    expect(told.match(/ merge: /g)?.length).toBeLessThanOrEqual(3);
    expect(told).toMatch(/quorum: 3 of the 3/);
  }
});
