import { describe, expect, test } from 'vitest';
import { type NodeId, nodeId, shardId } from '../core/base/ids.ts';
import type { Action, TimedAction } from '../core/cluster/action.ts';
import { CLASSROOM, NODES_MAX } from '../core/cluster/presets.ts';
import type { RunConfig } from '../core/cluster/run.ts';
import { META_LOST } from '../core/cluster/standing-words.ts';
import type { TraceEvent } from '../core/cluster/trace-event.ts';
import { whyDown } from '../core/cluster/why/why-down.ts';
import { whyLeader } from '../core/cluster/why/why-leader.ts';
import { simpleConfiguration } from '../core/raft/configuration.ts';
import { performRound, runUntil } from './in-process-host.ts';
import { replay } from './run.ts';
import { decodeRun, encodeRun } from './saved-run.ts';
import { insideShell, insideWorld } from './testing/inside.ts';
import { put, WorldByHand } from './testing/world-by-hand.ts';
import { World } from './world.ts';

const SECOND = 1_000_000;
const [N1, N2, N3, N4] = [1, 2, 3, 4].map(nodeId) as [NodeId, NodeId, NodeId, NodeId];
const five: RunConfig = { ...CLASSROOM, nodes: 5 };

function begun(seed: number, config = CLASSROOM): WorldByHand {
  const hand = new WorldByHand(seed, config);
  hand.run(2 * SECOND);
  return hand;
}

const wipe = (node: NodeId, force = false): Action => ({ type: 'Wipe', node, force });
const of = <T extends TraceEvent['type']>(hand: WorldByHand, type: T) =>
  hand.seen.filter((event): event is Extract<TraceEvent, { type: T }> => event.type === type);
const written = (hand: WorldByHand, key: string) => {
  const { timeUs } = hand.world.placeFor(0);
  const handle = hand.world.act({ ...hand.world.placeFor(0), action: put(key) });
  hand.run(timeUs + 3 * SECOND);
  return handle.result;
};
const membershipOf = (hand: WorldByHand, node: NodeId) =>
  insideShell(hand.hosts, node)?.node.started?.gossip.membership;
const nodeOf = (hand: WorldByHand, node: NodeId) => hand.world.snapshot().nodes[node - 1];

/** The page is gone and comes back: another world, on the same disks. */
function reloaded({ world, hosts }: WorldByHand, trace = false): World {
  const endings = world.nodes.map((node) => {
    const { boot, incarnation, transactions } = hosts.host(node).lastBoot();
    return { node, boot, transactions, ...(incarnation === 1 ? {} : { incarnation }) };
  });
  const reload: TimedAction = { timeUs: world.nowUs, action: { type: 'Reload', endings } };
  const { header } = insideWorld(world);
  return World.resume(header, [...world.log, reload], world.snapshot().counters, { trace });
}

describe('ADD', () => {
  test('the next number, a disk and a process; it gets its replicas, and everybody hears of it', () => {
    const hand = begun(1);
    expect(hand.act({ type: 'Add' })).toMatchObject({ type: 'Applied' });
    hand.run(5 * SECOND);
    expect(nodeOf(hand, N4)).toMatchObject({ id: 'n4', state: 'up', boot: 1, incarnation: 1, membership: 'normal' });
    expect(insideShell(hand.hosts, N4)?.node.started?.replicas.length).toBeGreaterThan(0);
    for (const observer of [N1, N2, N3]) expect(membershipOf(hand, observer)?.stateOf(N4)?.incarnation).toBe(1);
    expect([N1, N2, N3].map((node) => membershipOf(hand, N4)?.stateOf(node)?.incarnation)).toEqual([1, 1, 1]);
    expect(hand.world.snapshot().shards.some(({ voters }) => voters.includes('n4'))).toBe(true);
    expect(hand.world.violations).toEqual([]);
  });

  test('after a reload what the logs tell of it is marked as earlier, and what is agreed on then is not', () => {
    const hand = begun(3);
    hand.act({ type: 'Add' });
    hand.run(30 * SECOND);
    expect(of(hand, 'MoveEnded').some(({ isEarlier }) => isEarlier === true)).toBe(false);
    expect(of(hand, 'MoveEnded').length).toBeGreaterThan(0);
    const world = reloaded(hand, true);
    runUntil(world, hand.hosts, 33 * SECOND, false);
    const told = world.takeTrace().filter(({ type }) => type === 'NodeStateChanged' || type === 'MoveEnded');
    expect(told.length).toBe(of(hand, 'NodeStateChanged').length + of(hand, 'MoveEnded').length);
    expect(told.every((event) => 'isEarlier' in event)).toBe(true);
    world.act({ ...world.placeFor(33 * SECOND), action: { type: 'Remove', node: N4 } });
    runUntil(world, hand.hosts, 34 * SECOND, false);
    const leaves = world.takeTrace().filter(({ type }) => type === 'NodeStateChanged');
    expect(leaves[0]).toMatchObject({ subject: N4, to: 'leaving' });
    expect(leaves.some((event) => 'isEarlier' in event)).toBe(false);
  });

  test('a cluster of one gossips from the moment when it is not alone any more', () => {
    const hand = begun(2, { ...CLASSROOM, nodes: 1 });
    hand.act({ type: 'Add' });
    hand.run(5 * SECOND);
    expect(membershipOf(hand, N1)?.stateOf(N2)).toBeDefined();
    expect(membershipOf(hand, N2)?.stateOf(N1)?.version).toBeGreaterThan(5);
  });

  test('whatever befalls a node befalls it as well, and its silence is noticed', () => {
    const hand = begun(3);
    hand.act({ type: 'Add' });
    hand.run(10 * SECOND);
    const applied: Action[] = [
      { type: 'Isolate', actor: 'n4' },
      {
        type: 'Partition',
        groups: [
          ['n1', 'n4'],
          ['n2', 'n3'],
        ],
      },
      { type: 'Cut', from: 'n4', to: 'n1', bothWays: true },
      { type: 'Heal', actor: 'n4' },
      { type: 'Heal', actor: undefined },
      { type: 'Clock', node: N4, offsetUs: 300_000, ratePpm: 1000 },
      { type: 'Disk', node: N4, fault: { type: 'Slow', factor: 10 } },
      { type: 'Disk', node: N4, fault: { type: 'Ok' } },
      { type: 'Freeze', node: N4 },
      { type: 'Thaw', node: N4 },
      { type: 'Flush', node: N4 },
      { type: 'Kill', node: N4 },
    ];
    for (const action of applied) expect([action.type, hand.act(action)?.type]).toEqual([action.type, 'Applied']);
    hand.run(25 * SECOND);
    const suspectedBy = of(hand, 'NodeSuspected').flatMap(({ node, subject }) => (subject === N4 ? [node] : []));
    expect([...new Set(suspectedBy)].sort()).toEqual([1, 2, 3]);
    hand.act({ type: 'Revive', node: N4 });
    hand.run(30 * SECOND);
    expect(membershipOf(hand, N1)?.stateOf(N4)?.incarnation).toBe(2);
    expect(hand.world.violations).toEqual([]);
  });

  test('so many nodes and no more', () => {
    const hand = begun(4);
    for (let node = 4; node <= NODES_MAX; node++) expect(hand.act({ type: 'Add' })?.type).toBe('Applied');
    const refused = hand.act({ type: 'Add' });
    expect(refused).toMatchObject({ type: 'Refused', code: 'TooManyNodes' });
    expect(hand.world.nodes.length).toBe(NODES_MAX);
    hand.run(3 * SECOND);
    expect(hand.world.violations).toEqual([]);
  });

  test('nobody is told of a node before it was added', () => {
    const hand = begun(5);
    for (const action of [{ type: 'Kill', node: N4 }, wipe(N4), { type: 'Isolate', actor: 'n4' }] satisfies Action[])
      expect(hand.act(action)).toMatchObject({ type: 'Refused', code: 'UnknownNode' });
  });
});

describe('REMOVE', () => {
  test('of a node that was added and nobody has let in yet is refused for that, and taken once it is', () => {
    const hand = begun(6);
    hand.act({ type: 'Add' });
    const remove: Action = { type: 'Remove', node: N4 };
    const refused = hand.act(remove);
    expect(refused).toMatchObject({ type: 'Refused', code: 'WrongState' });
    expect(refused?.type === 'Refused' && refused.text).toContain('n4 has not been let in yet');
    expect(hand.act({ type: 'Remove', node: nodeId(5) })).toMatchObject({ code: 'UnknownNode' });
    hand.run(hand.world.nowUs + 5 * SECOND);
    expect(hand.act(remove)?.type).toBe('Applied');
  });
});

describe('WIPE', () => {
  test('ends the process, throws its disk away, and starts it blank on the next', () => {
    const hand = begun(11);
    expect(written(hand, 'k')).toMatchObject({ outcome: { status: 'ok' } });
    expect(hand.act(wipe(N2))).toMatchObject({ type: 'Applied' });
    expect(of(hand, 'NodeKilled').map(({ node }) => node)).toEqual([N2]);
    hand.run(hand.world.nowUs + SECOND / 10);
    expect(nodeOf(hand, N2)).toMatchObject({ state: 'up', boot: 2, incarnation: 2, membership: 'blank' });
    expect(insideShell(hand.hosts, N2)?.node.started?.replicas).toEqual([]);
    for (let shard = 0; shard < 8; shard++) expect(hand.world.replicaOf(shardId(shard), N2)).toBeUndefined();
    expect(hand.world.snapshot().shards.map(({ leader }) => leader)).not.toContain('n2');
    hand.run(hand.world.nowUs + 8 * SECOND);
    expect(nodeOf(hand, N2)).toMatchObject({ incarnation: 2, membership: 'normal' });
    expect(hand.world.snapshot().shards.every(({ voters }) => voters.includes('n2'))).toBe(true);
    expect(hand.world.everyShardLed()).toBe(true);
    expect(written(hand, 'k')).toMatchObject({ outcome: { status: 'ok', result: { existed: true } } });
    expect(hand.world.violations).toEqual([]);
  });

  test('a blank node neither votes nor acknowledges: with one of the other two gone, nothing is led and nothing written', () => {
    const hand = begun(12);
    hand.act(wipe(N2));
    hand.seen = [];
    hand.act({ type: 'Kill', node: N1 });
    expect(written(hand, 'k')).toMatchObject({ outcome: { status: 'fail' } });
    expect(of(hand, 'VoteGranted').filter(({ node }) => node === N2)).toEqual([]);
    expect(of(hand, 'RoleChanged').filter(({ node, role }) => node === N3 && role === 'leader')).toEqual([]);
    hand.act({ type: 'Revive', node: N1 });
    hand.run(hand.world.nowUs + 5 * SECOND);
    expect(hand.world.everyShardLed()).toBe(true);
  });

  test('stays blank over kills and revivals, and the next disk is counted on', () => {
    const hand = begun(13);
    hand.act(wipe(N2));
    hand.act({ type: 'Kill', node: N2 });
    hand.act({ type: 'Revive', node: N2 });
    hand.run(hand.world.nowUs + SECOND / 10);
    expect(nodeOf(hand, N2)).toMatchObject({ boot: 3, incarnation: 2, membership: 'blank' });
    hand.act({ type: 'Kill', node: N2 });
    hand.act(wipe(N2));
    hand.run(hand.world.nowUs + SECOND / 10);
    expect(nodeOf(hand, N2)).toMatchObject({ state: 'up', boot: 4, incarnation: 3, membership: 'blank' });
  });

  test('a wiped disk is a well one, whatever the old one had', () => {
    const hand = begun(14);
    for (const fault of [{ type: 'Full' }, { type: 'Slow', factor: 50 }] as const)
      hand.act({ type: 'Disk', node: N2, fault });
    hand.act({ type: 'Disk', node: N2, fault: { type: 'Corrupt', store: 'log', fileNumber: undefined } });
    hand.act({ type: 'Kill', node: N2 });
    hand.act({ type: 'Revive', node: N2 });
    hand.run(hand.world.nowUs + SECOND);
    expect(nodeOf(hand, N2)).toMatchObject({ state: 'down' });
    hand.act(wipe(N2));
    hand.run(hand.world.nowUs + SECOND);
    expect(nodeOf(hand, N2)).toMatchObject({ state: 'up', disk: { full: false, slowdown: 1, damage: null } });
  });

  test('is refused where a shard would be left without a majority that has its disk, unless it is forced', () => {
    const hand = begun(15);
    expect(hand.act(wipe(N2))?.type).toBe('Applied');
    const refused = hand.act(wipe(N3));
    expect(refused).toMatchObject({ type: 'Refused', code: 'WouldLoseShard' });
    expect(refused?.type === 'Refused' && refused.text).toContain('no majority of s0, s1');
    expect(refused?.type === 'Refused' && refused.text).toContain('force=yes gives them up');
    expect(nodeOf(hand, N3)).toMatchObject({ state: 'up', incarnation: 1, membership: 'normal' });
    expect(hand.act(wipe(N3, true))?.type).toBe('Applied');
    hand.run(hand.world.nowUs + 3 * SECOND);
    expect(hand.world.snapshot().shards.every(({ leader }) => leader === null)).toBe(true);
    expect(hand.world.violations).toEqual([]);
  });

  test('counts a disk that was damaged by order as lost', () => {
    const hand = begun(16);
    hand.act({ type: 'Disk', node: N1, fault: { type: 'Corrupt', store: 'log', fileNumber: undefined } });
    expect(hand.act(wipe(N2))).toMatchObject({ code: 'WouldLoseShard' });
    expect(hand.act(wipe(N1))?.type).toBe('Applied');
  });

  test('goes by who votes, not by who holds a copy', () => {
    const hand = begun(17);
    const reconfigure = (voters: readonly NodeId[], learners: readonly NodeId[]): Action[] =>
      Array.from({ length: 8 }, (_, shard) => ({ type: 'Reconfigure', shard: shardId(shard), voters, learners }));
    for (const action of reconfigure([N1], [N2, N3])) hand.act(action);
    hand.run(hand.world.nowUs + 3 * SECOND);
    expect(hand.act(wipe(N1))).toMatchObject({ code: 'WouldLoseShard' });
    expect(hand.act(wipe(N2))?.type).toBe('Applied');
    for (const action of reconfigure([N1, N2], [N3])) expect(hand.act(action)).toMatchObject({ code: 'NodeBlank' });
    expect(hand.act({ type: 'Transfer', shard: shardId(0), to: N2 })).toMatchObject({ code: 'NodeBlank' });
  });

  test('in a larger cluster as many as leave each shard its majority', () => {
    const hand = begun(18, five);
    const wiped = [1, 2, 3, 4, 5].filter((node) => hand.act(wipe(nodeId(node)))?.type === 'Applied');
    expect(wiped.length).toBeGreaterThan(0);
    const lost = (replicas: readonly string[]) => replicas.filter((name) => wiped.includes(Number(name.slice(1))));
    for (const { replicas } of hand.world.snapshot().shards) expect(lost(replicas).length).toBeLessThan(2);
    hand.run(hand.world.nowUs + 5 * SECOND);
    expect(hand.world.everyShardLed()).toBe(true);
  });

  test('a node with the same name and another disk is heard of as a later life', () => {
    const hand = begun(19);
    hand.run(5 * SECOND);
    hand.act(wipe(N2));
    hand.run(10 * SECOND);
    for (const observer of [N1, N3]) expect(membershipOf(hand, observer)?.stateOf(N2)?.incarnation).toBe(2);
  });

  test('a node that nobody has let in yet is wiped without a question: it holds nothing', () => {
    const hand = begun(20);
    hand.act({ type: 'Add' });
    hand.act(wipe(N2));
    expect(nodeOf(hand, N4)).toMatchObject({ membership: 'unknown' });
    expect(hand.act(wipe(N4))?.type).toBe('Applied');
    hand.run(hand.world.nowUs + 10 * SECOND);
    expect(nodeOf(hand, N4)).toMatchObject({ state: 'up', incarnation: 2, membership: 'normal' });
  });
});

test('CONFIG vnodes is asked of the meta leader, and told when it was', () => {
  const hand = begun(23);
  const action: Action = { type: 'Configure', name: 'vnodes', value: 8 };
  expect(hand.act(action)?.type).toBe('Applied');
  expect(of(hand, 'ActionTaken').map((event) => event.action)).toEqual([action]);
  hand.run(hand.world.nowUs + SECOND);
  expect(hand.world.snapshot().vnodes).toBe(8);
  expect(of(hand, 'RingChanged').map(({ vnodes }) => vnodes)).toEqual([8]);
});

describe('a meta group of which no majority has its disk any more', () => {
  const orders: readonly Action[] = [
    { type: 'Remove', node: N1 },
    { type: 'CancelMove', shard: shardId(0) },
    { type: 'Configure', name: 'vnodes', value: 8 },
  ];

  test('is told to be lost, after a reload as well; one without a leader is not', () => {
    const hand = begun(22);
    for (const node of [N1, N2]) hand.act({ type: 'Kill', node });
    hand.run(hand.world.nowUs + 2 * SECOND);
    expect(orders.map((action) => hand.act(action))).toMatchObject([
      { code: 'TooFewNodes' },
      { code: 'NoMove' },
      { code: 'NoLeader' },
    ]);
    expect(hand.world.snapshot()).not.toHaveProperty('metaLost');
    for (const node of [N1, N2]) hand.act({ type: 'Revive', node });
    hand.run(hand.world.nowUs + 2 * SECOND);

    // One disk less is made up for.
    hand.act(wipe(N1));
    expect(hand.world.snapshot()).not.toHaveProperty('metaLost');
    hand.run(hand.world.nowUs + 8 * SECOND);
    hand.act(wipe(N2));
    hand.act(wipe(N3, true));
    hand.run(hand.world.nowUs + 2 * SECOND);
    expect(hand.world.snapshot()).toMatchObject({ metaLost: true });
    for (const action of orders) expect(hand.act(action)).toMatchObject({ code: 'MetaLost', text: META_LOST });
    const world = reloaded(hand);
    expect(world.snapshot()).not.toHaveProperty('metaLost');
    runUntil(world, hand.hosts, hand.world.nowUs + SECOND, false);
    expect(world.snapshot()).toMatchObject({ metaLost: true });
  });
});

describe('WHY', () => {
  test('of a shard that nobody can lead names the blank node, and of that node who asked for it', () => {
    const hand = begun(21);
    hand.act(wipe(N2));
    hand.act({ type: 'Kill', node: N1 });
    hand.run(hand.world.nowUs + 2 * SECOND);
    const { network, disk } = CLASSROOM;
    const configuration = simpleConfiguration({ voters: [N1, N2, N3], learners: [] });
    const known = { reachUs: 0, replicas: [N1, N2, N3], configuration, usual: { network, disk } };
    const evidence = { ...known, events: hand.seen, nowUs: hand.world.nowUs };
    const texts = (sentences: readonly { readonly text: string }[]) => sentences.map(({ text }) => text).join('. ');
    const leader = texts(whyLeader(shardId(0), evidence));
    expect(leader).toContain('n2 came back blank: its disk was wiped');
    expect(leader).toContain('1 of the 3 replicas of s0 takes part');
    expect(leader).toContain('REVIVE brings a node back');
    const down = texts(whyDown(N2, hand.seen, hand.world.nowUs));
    expect(down).toContain('Somebody asked for it: WIPE n2');
    expect(down).toContain('on an empty disk: what it had before was thrown away');
    hand.act({ type: 'Revive', node: N1 });
    hand.act(wipe(N3, true));
    hand.run(hand.world.nowUs + 2 * SECOND);
    const lost = texts(whyLeader(shardId(0), { ...evidence, events: hand.seen, nowUs: hand.world.nowUs }));
    expect(lost).toContain('Only RESET brings replicas back whose disks were wiped');
  });
});

describe('a record', () => {
  const changing: readonly (readonly [number, Action])[] = [
    [2, { type: 'Add' }],
    [3, put('a')],
    [3, wipe(N2)],
    [4, put('b')],
    [5, { type: 'Kill', node: N4 }],
    [5, wipe(N3)],
    [6, { type: 'Add' }],
    [7, { type: 'Revive', node: N4 }],
    [9, wipe(N4)],
    [9, put('c')],
  ];

  function lived(): WorldByHand {
    const hand = new WorldByHand(31);
    for (const [second, action] of changing) {
      hand.run(second * SECOND);
      hand.act(action);
    }
    return hand;
  }

  test('of a run in which nodes came and disks went is replayed to the same digest, in windows and one event at a time', () => {
    const saved = lived().saveAt(12 * SECOND);
    const read = decodeRun(encodeRun(saved));
    expect(replay(read)).toMatchObject({ digest: saved.digest, violations: [] });
    expect(replay(read, { single: true }).digest).toBe(saved.digest);
  });

  test('goes on after a reload with all the nodes, each on the disk that it had', () => {
    const hand = lived();
    hand.run(12 * SECOND);
    const { header } = insideWorld(hand.world);
    const world = reloaded(hand);
    runUntil(world, hand.hosts, 15 * SECOND, false);
    const told = world
      .snapshot()
      .nodes.map(({ id, state, incarnation, membership }) => [id, state, incarnation, membership]);
    expect(told).toEqual([
      ['n1', 'up', 1, 'normal'],
      ['n2', 'up', 2, 'normal'],
      ['n3', 'up', 2, 'normal'],
      ['n4', 'up', 2, 'normal'],
      ['n5', 'up', 1, 'normal'],
    ]);
    const saved = { format: 'ringside-run', header, actions: [...world.log], endUs: 15 * SECOND, digest: '' } as const;
    expect(replay(saved)).toMatchObject({ digest: world.digest(), violations: [] });
  });

  test.each([
    ['the process was killed', 0, 1],
    ['its disk was thrown away', 1, 1],
    ['it started blank', 2, 2],
  ] as const)('of a page that was gone before %s goes by what the disk was then', (_, calls, incarnation) => {
    for (let seed = 40; seed < 46; seed++) {
      const hand = begun(seed);
      // So that some writes are under way when the process ends.
      for (let i = 0; i < 20; i++)
        hand.world.act({ ...hand.world.placeFor(3 * SECOND - 20_000 + i * 1000), action: put(`k${i}`) });
      hand.run(3 * SECOND);
      hand.world.act({ ...hand.world.placeFor(3 * SECOND), action: wipe(N2) });
      for (let done = 0; done < calls; done++) {
        const round = hand.world.plan(0, false);
        if (round === undefined) throw new Error('a wipe kills, then starts');
        performRound(hand.world, hand.hosts, round);
      }
      const { header } = insideWorld(hand.world);
      const log = [...hand.world.log.filter(({ action }) => action.type !== 'Wipe')];
      const heads = [N1, N2, N3].map((node) => ({ node, ...hand.hosts.host(node).lastBoot() }));
      const endings = heads.map(({ node, boot, transactions, incarnation: disk }) => ({
        node,
        boot,
        transactions,
        ...(disk === 1 ? {} : { incarnation: disk }),
      }));
      const wiped: TimedAction = { ...hand.world.placeFor(3 * SECOND), timeUs: 3 * SECOND, action: wipe(N2) };
      const timeUs = Math.max(3 * SECOND, ...heads.map((head) => head.timeUs)) + 1;
      const reload: TimedAction = { timeUs, action: { type: 'Reload', endings } };
      const { counters } = hand.world.snapshot();
      const world = World.resume(header, [...log, wiped, reload], counters, { trace: false });
      runUntil(world, hand.hosts, 7 * SECOND, false);
      expect(world.snapshot().nodes[1]).toMatchObject({ state: 'up', incarnation, membership: 'normal' });
      const saved = { format: 'ringside-run', header, actions: [...world.log], endUs: 7 * SECOND, digest: '' } as const;
      expect(replay(saved)).toMatchObject({ digest: world.digest(), violations: [] });
    }
  });

  test('a process that dies while it is killed to be wiped, or when it starts blank, dies in the replay as well', () => {
    for (const worked of [false, true]) {
      const hand = begun(33);
      hand.run(3 * SECOND);
      hand.actAndLose(wipe(N2), N2, worked);
      hand.run(4 * SECOND);
      hand.act({ type: 'Revive', node: N2 });
      const saved = hand.saveAt(6 * SECOND);
      expect(nodeOf(hand, N2)).toMatchObject({ state: 'up', incarnation: 2 });
      expect(replay(saved)).toMatchObject({ digest: saved.digest, violations: [] });
    }
  });
});
