import { beforeEach, describe, expect, test } from 'vitest';
import { nodeId } from '../core/base/ids.ts';
import { encodeUtf8 } from '../core/base/utf8.ts';
import type { Action, ConfigName } from '../core/cluster/action.ts';
import { CLASSROOM, createHeader } from '../core/cluster/presets.ts';
import type { TraceEvent } from '../core/cluster/trace-event.ts';
import { InProcessHosts, runUntil } from './in-process-host.ts';
import { replay } from './run.ts';
import { WorldByHand } from './testing/world-by-hand.ts';
import { World } from './world.ts';

let world: World;
let hosts: InProcessHosts;
let seen: TraceEvent[];

/** Takes an action and gives its result; operations are followed until they are answered. */
function act(action: Action) {
  const handle = world.act({ ...world.placeFor(world.nowUs), action });
  runUntil(world, hosts, action.type === 'Operate' ? world.nowUs + 3_000_000 : 0, false);
  return handle.result;
}

/** Links that changed since the last call, as `1>2`, with whether they are now cut. */
function links(): readonly string[] {
  const changed = seen.flatMap((event) =>
    event.type === 'LinkChanged' ? [`${event.from}>${event.to}${event.cut ? ' cut' : ''}`] : [],
  );
  seen = [];
  return changed.sort();
}

beforeEach(() => {
  seen = [];
  world = new World(createHeader('r', 1, CLASSROOM), { trace: false, observe: (event) => seen.push(event) });
  hosts = new InProcessHosts();
  runUntil(world, hosts, 2_000_000, false);
});

describe('the network', () => {
  test('a partition cuts between groups, both ways; nodes named nowhere are a group, clients named nowhere reach all', () => {
    expect(act({ type: 'Partition', groups: [['n1', 'a']] })).toMatchObject({ type: 'Applied' });
    expect(links()).toEqual(
      ['101>2 cut', '101>3 cut', '1>2 cut', '1>3 cut', '2>101 cut', '2>1 cut', '3>101 cut', '3>1 cut'].sort(),
    );
  });

  test('a node in two groups is the bridge between them: it reaches both, and nothing else passes', () => {
    act({
      type: 'Partition',
      groups: [
        ['n1', 'n2'],
        ['n2', 'n3'],
      ],
    });
    expect(links()).toEqual(['1>3 cut', '3>1 cut']);
    act({ type: 'Heal', actor: undefined });
    links();
    act({ type: 'Partition', groups: [['n1', 'n2', 'a'], ['n2']] });
    expect(links(), 'whoever is named nowhere is on neither side').toEqual(
      ['1>3 cut', '2>3 cut', '3>1 cut', '3>2 cut', '101>3 cut', '3>101 cut'].sort(),
    );
  });

  test('clients are never cut from each other', () => {
    act({ type: 'Partition', groups: [['n1', 'n2', 'n3', 'a'], ['b']] });
    expect(links()).toEqual(['102>1 cut', '102>2 cut', '102>3 cut', '1>102 cut', '2>102 cut', '3>102 cut'].sort());
  });

  test('isolate cuts an actor from every node, both ways', () => {
    act({ type: 'Isolate', actor: 'n2' });
    expect(links()).toEqual(['1>2 cut', '2>1 cut', '2>3 cut', '3>2 cut']);
    act({ type: 'Isolate', actor: 'client' });
    expect(links()).toEqual(['100>1 cut', '100>2 cut', '100>3 cut', '1>100 cut', '2>100 cut', '3>100 cut'].sort());
  });

  test('cut and heal, one way and both', () => {
    act({ type: 'Cut', from: 'n1', to: 'n2', bothWays: false });
    expect(links()).toEqual(['1>2 cut']);
    act({ type: 'Cut', from: 'n2', to: 'n3', bothWays: true });
    expect(links()).toEqual(['2>3 cut', '3>2 cut']);
    act({ type: 'Heal', actor: 'n1' });
    expect(links()).toEqual(['1>2']);
    act({ type: 'Heal', actor: undefined });
    expect(links()).toEqual(['2>3', '3>2']);
  });

  test('one link is healed alone, one way or both, of its cut and of its settings', () => {
    act({ type: 'Cut', from: 'n1', to: 'n2', bothWays: true });
    act({ type: 'Cut', from: 'n1', to: 'n3', bothWays: true });
    act({ type: 'Link', from: 'n3', to: 'n1', bothWays: false, settings: { delayUs: 77 } });
    links();
    act({ type: 'HealLink', from: 'n1', to: 'n2', bothWays: false });
    expect(links()).toEqual(['1>2']);
    act({ type: 'HealLink', from: 'n1', to: 'n2', bothWays: true });
    expect(links(), 'the other way was whole already').toEqual(['2>1']);
    act({ type: 'HealLink', from: 'n1', to: 'n3', bothWays: true });
    const healed = seen.flatMap((event) => (event.type === 'LinkChanged' ? [event.settings.delayUs] : []));
    expect(healed, 'they follow what is set for all links').toEqual([undefined, undefined]);
    expect(links()).toEqual(['1>3', '3>1']);
    act({ type: 'Heal', actor: undefined });
    expect(links(), 'nothing is left to heal').toEqual([]);
  });

  test('a link is set alone, a configuration for all', () => {
    act({ type: 'Link', from: 'n1', to: 'n3', bothWays: true, settings: { delayUs: 77 } });
    const changed = seen.flatMap((event) => (event.type === 'LinkChanged' ? [event.settings.delayUs] : []));
    expect(changed).toEqual([77, 77]);
    expect(links()).toEqual(['1>3', '3>1']);
  });

  test('a healed link says that it follows the settings of all again', () => {
    act({ type: 'Link', from: 'n1', to: 'n3', bothWays: false, settings: { delayUs: 77 } });
    act({ type: 'Heal', actor: undefined });
    act({ type: 'Cut', from: 'n1', to: 'n2', bothWays: false });
    const settings = seen.flatMap((event) => (event.type === 'LinkChanged' ? [event.settings] : []));
    expect(settings).toEqual([expect.objectContaining({ delayUs: 77 }), {}, {}]);
  });

  test('a cut swallows messages, and they are counted', () => {
    expect(world.traffic.cut).toBe(0);
    act({ type: 'Isolate', actor: 'n1' });
    runUntil(world, hosts, 3_000_000, false);
    expect(world.traffic.cut).toBeGreaterThan(10);
  });
});

test('a node is killed once and revived once', () => {
  const node = nodeId(2);
  expect(act({ type: 'Revive', node })).toMatchObject({ type: 'Refused', code: 'AlreadyUp' });
  expect(act({ type: 'Kill', node })).toMatchObject({ type: 'Applied' });
  expect(world.snapshot().nodes[1]?.state).toBe('down');
  expect(act({ type: 'Kill', node })).toMatchObject({ type: 'Refused', code: 'AlreadyDown' });
  expect(act({ type: 'Revive', node })).toMatchObject({ type: 'Applied' });
  runUntil(world, hosts, world.nowUs + 1_000_000, false);
  expect(world.snapshot().nodes[1]).toMatchObject({ state: 'up', recovering: false, boot: 2 });
});

describe('between REVIVE and what its process does first', () => {
  const node = nodeId(2);
  const stateNow = () => world.snapshot().nodes[1];
  beforeEach(() => {
    act({ type: 'Kill', node });
    act({ type: 'Revive', node });
  });

  test('a node is starting: it is not revived again, and can be killed', () => {
    expect(stateNow()).toMatchObject({ state: 'up', recovering: true, boot: 2 });
    expect(act({ type: 'Revive', node })).toMatchObject({ type: 'Refused', code: 'AlreadyUp' });
    expect(act({ type: 'Kill', node })).toMatchObject({ type: 'Applied' });
    expect(stateNow()).toMatchObject({ state: 'down', boot: 2 });
  });

  test('frozen then, it is frozen for whoever looks, until it is thawed or killed', () => {
    const frozen = { state: 'frozen', recovering: true, boot: 2 };
    expect(act({ type: 'Freeze', node })).toMatchObject({ type: 'Applied' });
    runUntil(world, hosts, world.nowUs + 1_000_000, false);
    expect(stateNow()).toMatchObject(frozen);
    expect(act({ type: 'Revive', node })).toMatchObject({ type: 'Refused', code: 'TargetFrozen' });
    act({ type: 'Thaw', node });
    runUntil(world, hosts, world.nowUs + 1_000_000, false);
    expect(stateNow()).toMatchObject({ state: 'up', recovering: false, boot: 2 });
  });

  test('as a run begins, all are starting', () => {
    const begun = new World(createHeader('r', 1, CLASSROOM), { trace: false });
    expect(begun.snapshot().nodes.map(({ state, recovering, boot }) => ({ state, recovering, boot }))).toEqual(
      Array(3).fill({ state: 'up', recovering: true, boot: 1 }),
    );
  });
});

test('a configuration takes effect: with a slow disk an answer takes longer', () => {
  const key = encodeUtf8('k');
  const put: Action = {
    type: 'Operate',
    client: 'client',
    operation: { type: 'Put', key, value: key },
    options: { timeoutUs: 2_000_000, via: undefined },
  };
  const elapsedUs = (): number => {
    const result = act(put);
    return result?.type === 'Completed' && result.outcome.status === 'ok' ? result.outcome.elapsedUs : -1;
  };
  act(put);
  const quickUs = elapsedUs();
  expect(quickUs).toBeGreaterThan(0);
  act({ type: 'Configure', name: 'disk.sync', value: 60_000 });
  const slowDiskUs = elapsedUs();
  expect(slowDiskUs).toBeGreaterThan(quickUs + 30_000);
  act({ type: 'Configure', name: 'link.delay', value: 30_000 });
  expect(elapsedUs()).toBeGreaterThan(slowDiskUs + 30_000);
});

describe('what cannot be done is refused with a code, and nothing changes', () => {
  const key = encodeUtf8('k');
  const n9 = nodeId(9);
  test.each<[string, Action]>([
    ['UnknownNode', { type: 'Kill', node: n9 }],
    ['UnknownNode', { type: 'Revive', node: n9 }],
    ['UnknownNode', { type: 'Isolate', actor: 'n4' }],
    ['UnknownNode', { type: 'Heal', actor: 'n0' }],
    ['UnknownNode', { type: 'HealLink', from: 'n1', to: 'n4', bothWays: true }],
    ['UnknownNode', { type: 'Cut', from: 'n1', to: 'n4', bothWays: true }],
    ['UnknownNode', { type: 'Link', from: 'n4', to: 'n1', bothWays: true, settings: { drop: 1 } }],
    ['UnknownNode', { type: 'Partition', groups: [['n1'], ['n4']] }],
    [
      'UnknownNode',
      { type: 'Operate', client: 'client', operation: { type: 'Get', key }, options: { timeoutUs: 1e6, via: n9 } },
    ],
    ['UnknownOption', { type: 'Configure', name: 'no.such' as ConfigName, value: 1 }],
    ['UnknownOption', { type: 'Configure', name: 'constructor' as ConfigName, value: 1 }],
  ])('%s %j', (code, action) => {
    const { digest } = world.snapshot();
    expect(act(action)).toMatchObject({ type: 'Refused', code });
    expect(links()).toEqual([]);
    expect(seen).toEqual([]);
    // It is part of the run all the same.
    expect(world.log).toHaveLength(1);
    expect(world.digest()).not.toBe(digest);
  });

  test('a recorded death of a node that is already down', () => {
    const node = nodeId(1);
    act({ type: 'Kill', node });
    const ending = { node, boot: 1, transactions: 1 };
    expect(act({ type: 'Died', node, reason: 'x', steps: 0, ending })).toMatchObject({
      type: 'Refused',
      code: 'AlreadyDown',
    });
  });
});

test('durability of one node is its own: it outlives a kill, falls to what all are set to, and is replayed', () => {
  const byHand = new WorldByHand(1);
  byHand.run(1_000_000);
  const asked: unknown[] = [];
  const { perform } = byHand.hosts;
  byHand.hosts.perform = (call) => {
    const durability =
      call.type === 'grant' ? call.grant.durability : call.type === 'start' ? call.init.durability : undefined;
    if (durability !== undefined) asked.push([call.node, durability]);
    return perform.call(byHand.hosts, call);
  };
  const told = () => byHand.world.snapshot().nodes.map(({ durability }) => durability);
  const set = (value: number, node?: number) =>
    byHand.act({ type: 'Configure', name: 'durability', value, ...(node === undefined ? {} : { node: nodeId(node) }) });
  expect(set(1, 2)).toMatchObject({ type: 'Applied' });
  expect(told()).toEqual(['relaxed', 'strict', 'relaxed']);
  expect(byHand.world.presentConfig().disk).toEqual(CLASSROOM.disk);
  byHand.act({ type: 'Kill', node: nodeId(2) });
  byHand.act({ type: 'Revive', node: nodeId(2) });
  expect(asked).toEqual([
    [2, 'strict'],
    [2, 'strict'],
  ]);
  byHand.act({ type: 'Kill', node: nodeId(3) });
  expect(set(1, 3)).toMatchObject({ type: 'Applied' });
  expect(told()).toEqual(['relaxed', 'strict', 'strict']);
  expect(set(0)).toMatchObject({ type: 'Applied' });
  expect(told()).toEqual(['relaxed', 'relaxed', 'relaxed']);
  expect(set(1, 7)).toMatchObject({ type: 'Refused' });
  expect(byHand.act({ type: 'Configure', name: 'disk.sync', value: 5, node: nodeId(1) })).toMatchObject({
    type: 'Refused',
    code: 'BadArgument',
  });
  const run = byHand.saveAt(3_000_000);
  expect(replay(run).digest).toBe(run.digest);
});

test('durability reaches the nodes that are up at once and the others when they start, and changes no virtual time', () => {
  const byHand = new WorldByHand(1);
  byHand.run(1_000_000);
  byHand.act({ type: 'Kill', node: nodeId(3) });
  const asked: unknown[] = [];
  const { perform } = byHand.hosts;
  byHand.hosts.perform = (call) => {
    const durability =
      call.type === 'grant' ? call.grant.durability : call.type === 'start' ? call.init.durability : '';
    if (durability !== undefined) asked.push([call.node, durability]);
    return perform.call(byHand.hosts, call);
  };
  expect(byHand.world.presentConfig().disk).toEqual(CLASSROOM.disk);
  expect(byHand.act({ type: 'Configure', name: 'durability', value: 1 })).toMatchObject({ type: 'Applied' });
  expect(byHand.world.presentConfig().disk).toEqual({ ...CLASSROOM.disk, durability: 'strict' });
  byHand.act({ type: 'Revive', node: nodeId(3) });
  expect(asked).toEqual([
    [1, 'strict'],
    [2, 'strict'],
    [3, 'strict'],
  ]);
  byHand.act({ type: 'Configure', name: 'durability', value: 0 });
  expect(byHand.world.presentConfig().disk).toEqual(CLASSROOM.disk);
  const run = byHand.saveAt(2_000_000);
  expect(replay(run).digest).toBe(run.digest);
});

describe('batches', () => {
  const put = (key: string) => ({ type: 'Put', key: encodeUtf8(key), value: encodeUtf8('1') }) as const;
  const batch = (...keys: readonly string[]): Action => ({
    type: 'Operate',
    client: 'client',
    operation: { type: 'Batch', items: keys.map(put) },
    options: { timeoutUs: 1_000_000, via: undefined },
  });

  test('whose keys share a tag are one entry of one shard', () => {
    expect(act(batch('a{u1}', 'b{u1}', 'c{u1}'))).toMatchObject({
      type: 'Completed',
      outcome: { status: 'ok', result: { type: 'Batched', existed: [false, false, false] } },
    });
    const proposed = seen.filter((event) => event.type === 'RequestProposed');
    // The session, then the batch.
    expect(proposed).toHaveLength(2);
  });

  test('over several shards are refused before anything is sent, with the keys, their shards and the way out', () => {
    expect(act(batch('a', 'b'))).toEqual({
      type: 'Refused',
      code: 'CrossShard',
      text: expect.stringMatching(/^a lives in s\d, b in s\d: .* Nothing was sent\. .*\{u1\}/),
    });
    expect(seen.some(({ type }) => type === 'OperationInvoked' || type === 'RequestSent')).toBe(false);
  });
});
