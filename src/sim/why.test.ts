import { beforeEach, describe, expect, test } from 'vitest';
import { nodeId, type ShardId, shardId } from '../core/base/ids.ts';
import { encodeUtf8 } from '../core/base/utf8.ts';
import { NO_PATHS, type OperationPath } from '../core/cluster/operation-path/operation-path.ts';
import { reducePaths } from '../core/cluster/operation-path/reduce-paths.ts';
import { placementOf } from '../core/cluster/placement.ts';
import { CLASSROOM } from '../core/cluster/presets.ts';
import type { Evidence, Sentence } from '../core/cluster/why/circumstances.ts';
import { whyDown } from '../core/cluster/why/why-down.ts';
import { whyLeader } from '../core/cluster/why/why-leader.ts';
import { whyOperation } from '../core/cluster/why/why-operation.ts';
import { simpleConfiguration } from '../core/raft/configuration.ts';
import { drawConfig } from './drawn-limits.ts';
import { drawSchedule, FAULTS } from './schedule.ts';
import { drop, isMessage, put, WorldByHand } from './testing/world-by-hand.ts';

const SECOND = 1_000_000;

let hand: WorldByHand;
beforeEach(() => {
  hand = new WorldByHand(5);
  hand.run(2 * SECOND);
});

const leaderOf = (shard: ShardId) => nodeId(Number(hand.world.snapshot().shards[shard]?.leader?.slice(1)));
const evidence = (): Evidence => ({
  events: hand.seen,
  reachUs: 0,
  replicas: [nodeId(1), nodeId(2), nodeId(3)],
  configuration: simpleConfiguration({ voters: [nodeId(1), nodeId(2), nodeId(3)], learners: [] }),
  usual: CLASSROOM,
  nowUs: hand.world.nowUs,
});
const text = (sentences: readonly Sentence[]): string => sentences.map((each) => each.text).join('\n');
const lastPath = (): OperationPath => reducePaths(NO_PATHS, hand.seen).paths.at(-1) as OperationPath;

/** A key that lives there. */
function keyIn(shard: ShardId): string {
  const ring = placementOf(CLASSROOM);
  for (let i = 0; ; i++) if (ring.shardOfKey(encodeUtf8(`k${i}`)) === shard) return `k${i}`;
}

/** Every sentence is of an event: a jump to its time shows it. */
function expectLinked(sentences: readonly Sentence[]): void {
  expect(sentences.length).toBeGreaterThan(0);
  // What is still under way is told of now.
  const times = new Set([...hand.seen.map(({ timeUs }) => timeUs), hand.world.nowUs]);
  for (const { timeUs, text: said } of sentences) {
    expect(times.has(timeUs), `${timeUs}: ${said}`).toBe(true);
    expect(said).not.toMatch(/undefined|NaN|n0\b/);
  }
  const order = sentences.map(({ timeUs }) => timeUs);
  expect(order).toEqual([...order].sort((a, b) => a - b));
}

const S0 = shardId(0);

describe('why a shard has its leader', () => {
  test('the one before was killed, a follower heard nothing, was voted for, and leads', () => {
    const before = leaderOf(S0);
    hand.act({ type: 'Kill', node: before });
    hand.run(hand.world.nowUs + 2 * SECOND);
    const told = whyLeader(S0, evidence());
    expectLinked(told);
    const after = leaderOf(S0);
    const lines = text(told);
    expect(lines).toContain(`n${before} was killed`);
    expect(lines).toMatch(
      new RegExp(
        `n${after} asked for votes for term \\d: it had heard nothing from n${before}, its leader, for \\d+ ms`,
      ),
    );
    expect(lines).toMatch(/n\d would vote for it/);
    expect(told.at(-1)?.text).toMatch(
      new RegExp(`^n${after} became leader of s0, term \\d+: n\\d voted for it, 2 of 3 with itself$`),
    );
  });

  test('it was cut off: since when, and that it gave up because no quorum answered', () => {
    const before = leaderOf(S0);
    hand.act({ type: 'Isolate', actor: `n${before}` });
    hand.run(hand.world.nowUs + 2 * SECOND);
    const lines = text(whyLeader(S0, evidence()));
    expect(lines).toContain(`n${before}, which led term 1, was cut off from`);
    expect(lines).toContain(`n${before} stopped leading s0: no quorum answered it for a whole CheckQuorum window`);
    expectLinked(whyLeader(S0, evidence()));
  });

  test('it was handed over', () => {
    const before = leaderOf(S0);
    const to = nodeId((before % 3) + 1);
    hand.act({ type: 'Transfer', shard: S0, to });
    hand.run(hand.world.nowUs + SECOND);
    expect(leaderOf(S0)).toBe(to);
    const lines = text(whyLeader(S0, evidence()));
    expect(lines).toContain(`n${before} stopped leading s0`);
    expect(lines).toContain(`n${to} stood for election: n${before}, the leader, told it to`);
  });
});

describe('why a shard has none', () => {
  test('too few replicas run', () => {
    hand.act({ type: 'Kill', node: nodeId(1) });
    hand.run(hand.world.nowUs + 10_000);
    hand.act({ type: 'Kill', node: nodeId(2) });
    hand.run(hand.world.nowUs + SECOND);
    const told = whyLeader(S0, evidence());
    expectLinked(told);
    expect(text(told)).toContain('n1 was killed');
    expect(told.at(-1)?.text).toContain('1 of the 3 replicas of s0 takes part, and an election needs 2');
  });

  test('none reaches a majority', () => {
    hand.act({ type: 'Partition', groups: [['n1'], ['n2'], ['n3']] });
    hand.run(hand.world.nowUs + 2 * SECOND);
    const told = whyLeader(S0, evidence());
    expectLinked(told);
    expect(text(told)).toContain('n1 was cut off from n2 and n3');
    expect(told.at(-1)?.text).toContain('No replica of s0 reaches a majority');
  });

  test('nobody has waited long enough: who stands next, and when', () => {
    hand.act({ type: 'Kill', node: leaderOf(S0) });
    hand.run(hand.world.nowUs + 20_000);
    const told = whyLeader(S0, evidence());
    expectLinked(told);
    expect(text(told)).toMatch(/n\d has waited for a leader since then; its election timeout is over at 2\.\d{3} s/);
  });
});

describe('a node that is frozen', () => {
  test('leads no more: what is missing for an election, and what helps', () => {
    const leader = leaderOf(S0);
    const other = nodeId((leader % 3) + 1);
    for (const node of [other, leader]) hand.act({ type: 'Freeze', node });
    hand.run(hand.world.nowUs + SECOND);
    const told = whyLeader(S0, evidence());
    expectLinked(told);
    expect(text(told)).toContain(`n${leader} was frozen`);
    expect(text(told)).toContain(`n${other} was frozen`);
    expect(told.at(-1)?.text).toBe(
      '1 of the 3 replicas of s0 takes part, and an election needs 2: nobody can be elected. THAW has a frozen one go on',
    );
    hand.act(put('a'));
    hand.run(hand.world.nowUs + 3 * SECOND);
    const lines = text(whyOperation(lastPath(), evidence()));
    expect(lines).toMatch(/client had no answer from n\d for \d+ ms: n\d was frozen at 2\.\d{3} s/);
    expect(lines).toContain('1 of the 3 replicas');
  });

  test('was why another one leads, also when it has woken since', () => {
    const leader = leaderOf(S0);
    hand.act({ type: 'Freeze', node: leader });
    hand.run(hand.world.nowUs + SECOND);
    const after = leaderOf(S0);
    const told = () => text(whyLeader(S0, evidence()));
    expect(told()).toMatch(new RegExp(`^n${leader} was frozen\\nn${after} asked for votes`));
    expect(told()).toContain(`n${after} became leader of s0, term 2`);
    const down = text(whyDown(leader, hand.seen, hand.world.nowUs));
    expect(down).toContain(`Somebody asked for it: FREEZE n${leader}`);
    expect(down).toContain(`n${leader} was frozen: its process stands still`);
    expect(down).toMatch(new RegExp(`n${after} leads s0 in its place, \\d+ ms later, in term 2$`, 'm'));
    expect(down).not.toContain('goes on');
    hand.act({ type: 'Thaw', node: leader });
    hand.run(hand.world.nowUs + SECOND);
    expect(told()).toContain(`n${leader} was frozen`);
    expect(told()).toContain(`n${after} became leader of s0, term 2`);
    expectLinked(whyLeader(S0, evidence()));
    expect(text(whyDown(leader, hand.seen, hand.world.nowUs))).toMatch(/goes on, frozen for 1000 ms: \d+ messages/);
  });

  test('a leader that is killed after the others have gone on is not said to have left none', () => {
    const leader = leaderOf(S0);
    hand.act({ type: 'Freeze', node: leader });
    hand.run(hand.world.nowUs + SECOND);
    const after = leaderOf(S0);
    hand.act({ type: 'Kill', node: leader });
    const down = text(whyDown(leader, hand.seen, hand.world.nowUs));
    expect(down).toMatch(
      new RegExp(`It still took itself for the leader of s0, which n${after} led since \\d\\.\\d{3} s, in term 2`),
    );
    expect(down).not.toContain('s0, which has no leader');
    expect(down).toContain(`n${leader} was frozen`);
  });
});

describe('where not all vote', () => {
  const [a, b, learner] = [nodeId(1), nodeId(3), nodeId(2)];
  beforeEach(() => {
    hand.act({ type: 'Reconfigure', shard: S0, voters: [a, b], learners: [learner] });
    hand.run(hand.world.nowUs + 2 * SECOND);
    expect(hand.world.snapshot().shards[0]?.voters).toEqual(['n1', 'n3']);
  });

  test('quorums are of the voters: a learner neither makes one nor stands', () => {
    hand.act({ type: 'Kill', node: b });
    hand.run(hand.world.nowUs + 2 * SECOND);
    const told = whyLeader(S0, evidence());
    expectLinked(told);
    expect(text(told)).toContain('n3 was killed');
    expect(told.at(-1)?.text).toBe(
      '1 of the 2 voters of s0, n1 and n3, takes part, and an election needs 2: nobody can be elected. REVIVE brings a node back',
    );
    hand.act({ type: 'Revive', node: b });
    hand.run(hand.world.nowUs + 2 * SECOND);
    expect(whyLeader(S0, evidence()).at(-1)?.text).toMatch(/n[13] voted for it, 2 of 2 with itself$/);
  });

  test('a dead learner is in nobody’s way, and no write waits for it', () => {
    hand.act({ type: 'Kill', node: learner });
    const leader = leaderOf(S0);
    hand.act({ type: 'Kill', node: leader === a ? b : a });
    const key = keyIn(S0);
    hand.act({ ...put(key), options: { timeoutUs: 200_000, via: leader } } as never);
    hand.run(hand.world.nowUs + 2 * SECOND);
    const lines = text(whyOperation(lastPath(), evidence()));
    expect(lines).not.toMatch(/n2 (was never|never got|has not got)/);
    expect(text(whyLeader(S0, evidence()))).not.toContain('n2 was killed');
    // Who is missing for the quorum is, though.
    expect(lines).toContain(`n${leader === a ? b : a} was killed`);
    expect(lines).not.toContain('n2 was killed');
  });

  test('while joint an election needs both majorities', () => {
    const leader = leaderOf(S0);
    for (const node of [1, 2, 3].filter((each) => each !== leader)) hand.act({ type: 'Isolate', actor: `n${node}` });
    const joint = { voters: [a, b], votersOutgoing: [a, learner], learners: [] };
    const events = [
      ...hand.seen,
      ...[a, b, learner].map((node) => ({
        timeUs: hand.world.nowUs,
        type: 'ConfigurationChanged' as const,
        node,
        shard: S0,
        index: 99,
        configuration: joint,
        rolledBack: false,
      })),
    ];
    const killed = {
      timeUs: hand.world.nowUs,
      type: 'NodeKilled' as const,
      node: leader,
      pending: 0,
      lost: 0,
      torn: false,
    };
    expect(whyLeader(S0, { ...evidence(), events: [...events, killed] }).at(-1)?.text).toContain(
      'an election needs 2 of n1 and n3, and 2 of n1 and n2',
    );
  });
});

describe('what was made slow, or loses messages', () => {
  const configure = (name: 'link.delay' | 'link.drop', value: number): void => {
    hand.act({ type: 'Configure', name, value });
  };

  test('every link slow: an operation that failed says so, and what is usual is nobody’s fault', () => {
    configure('link.delay', SECOND);
    hand.act(put('a'));
    hand.run(hand.world.nowUs + 3 * SECOND);
    const told = whyOperation(lastPath(), evidence());
    expectLinked(told);
    expect(text(told)).toContain('Every link was set to take 1000 ms');
    expect(text(told)).toMatch(/had no answer from n\d for \d+ ms: every link was set to take 1000 ms at 2\.\d{3} s/);
    expect(text(whyLeader(S0, evidence()))).toContain('Every link was set to take 1000 ms');
    configure('link.delay', CLASSROOM.network.delayUs);
    hand.run(hand.world.nowUs + 3 * SECOND);
    hand.act(put('b'));
    hand.run(hand.world.nowUs + SECOND);
    expect(text(whyOperation(lastPath(), evidence()))).not.toContain('Every link');
  });

  test('a refusal that arrived was not lost on the slow link', () => {
    configure('link.delay', 30_000);
    for (let shard = 0; shard < 8; shard++) hand.act(put(keyIn(shardId(shard))));
    hand.run(hand.world.nowUs + 3 * SECOND);
    const { paths } = reducePaths(NO_PATHS, hand.seen);
    const refusals = paths
      .flatMap((path) => whyOperation(path, evidence()))
      .filter((each) => each.text.includes('not the leader'));
    expect(refusals.length).toBeGreaterThan(0);
    expect(text(refusals)).not.toContain('was set to');
  });

  test('every link loses all: no replica reaches a majority, and HEAL would not help', () => {
    configure('link.drop', 1);
    hand.run(hand.world.nowUs + 2 * SECOND);
    const told = whyLeader(S0, evidence());
    expectLinked(told);
    expect(text(told)).toContain('Every link was set to lose 100 % of its messages');
    expect(told.at(-1)?.text).toMatch(/^No replica of s0 reaches a majority: .*drop=0%/);
    expect(told.at(-1)?.text).not.toContain('HEAL');
  });

  test('one link: only what passed it', () => {
    hand.act(put('a'));
    hand.run(hand.world.nowUs + SECOND);
    const { shard } = lastPath();
    const leader = leaderOf(shard);
    hand.act({ type: 'Link', from: 'bob', to: `n${leader}`, bothWays: false, settings: { delayUs: 100_000 } });
    const other = nodeId((leader % 3) + 1);
    hand.act({ type: 'Disk', node: other, fault: { type: 'Slow', factor: 1000 } });
    hand.act(put('a', 'bob'));
    hand.run(hand.world.nowUs + SECOND);
    const lines = text(whyOperation(lastPath(), evidence()));
    expect(lines).toContain(`bob>n${leader} was set to take 100 ms`);
    expect(lines).not.toContain("'s disk");
  });

  test('a disk', () => {
    for (const node of [1, 2, 3]) hand.act({ type: 'Disk', node: nodeId(node), fault: { type: 'Slow', factor: 1000 } });
    hand.act(put('a'));
    hand.run(hand.world.nowUs + 3 * SECOND);
    expect(text(whyOperation(lastPath(), evidence()))).toMatch(/n\d's disk was made 1000 times as slow/);
    hand.act({ type: 'Kill', node: leaderOf(S0) });
    hand.run(hand.world.nowUs + SECOND);
    expect(text(whyLeader(S0, evidence()))).toMatch(/n\d's disk was made 1000 times as slow/);
  });
});

test('a timer is over when its own clock says so', () => {
  for (const node of [1, 2, 3]) hand.act({ type: 'Clock', node: nodeId(node), ratePpm: -50_000 });
  hand.act({ type: 'Kill', node: leaderOf(S0) });
  hand.run(hand.world.nowUs + 20_000);
  const said = /n(\d) has waited .* is over at (\d\.\d{3}) s/.exec(text(whyLeader(S0, evidence())));
  hand.run(hand.world.nowUs + SECOND);
  const stood = hand.seen.find(
    (event) =>
      event.type === 'RoleChanged' &&
      event.shard === S0 &&
      event.node === Number(said?.[1]) &&
      event.timeUs > 2 * SECOND,
  );
  expect((stood?.timeUs ?? 0) / SECOND).toBeCloseTo(Number(said?.[2]), 2);
});

test('a leader that is cut off leads on, and it is said that nobody answers it', () => {
  const leader = leaderOf(S0);
  hand.act({ type: 'Isolate', actor: `n${leader}` });
  hand.run(hand.world.nowUs + 20_000);
  expect(whyLeader(S0, evidence()).at(-1)?.text).toMatch(new RegExp(`^No quorum answers n${leader} any more`));
});

test('who stood before the last leader is not told as standing', () => {
  hand.act({ type: 'Kill', node: leaderOf(S0) });
  hand.run(hand.world.nowUs + 20_000);
  expect(text(whyLeader(S0, evidence()))).not.toContain('stood for election');
});

test('of a run whose beginning is no longer kept nothing is claimed that was not seen', () => {
  hand.act(put('a'));
  hand.run(hand.world.nowUs + SECOND);
  const path = lastPath();
  const reachUs = path.invokedUs - 1;
  const late = { ...evidence(), events: hand.seen.filter(({ timeUs }) => timeUs > reachUs), reachUs };
  expect(whyLeader(S0, late)).toEqual([
    {
      timeUs: reachUs,
      text: 'Nobody has been elected in s0 since then; who led it before is no longer kept',
    },
  ]);
  const lines = text(whyOperation(path, late));
  expect(lines).toMatch(/^client asked PUT a: s\d$/m);
  expect(lines).not.toContain('no node led');
});

describe('why a node is down', () => {
  test('it was killed: by whom, what that cost, who leads in its place', () => {
    const node = leaderOf(S0);
    hand.act(put('a'));
    hand.act({ type: 'Kill', node });
    hand.run(hand.world.nowUs + 2 * SECOND);
    const told = whyDown(node, hand.seen, hand.world.nowUs);
    expectLinked(told);
    const lines = text(told);
    expect(lines).toContain(`Somebody asked for it: KILL n${node}`);
    expect(lines).toContain('its memory is gone, its disk keeps what was written');
    expect(lines).toMatch(/n\d leads s0 in its place, \d+ ms later, in term \d/);
    hand.act({ type: 'Revive', node });
    hand.run(hand.world.nowUs + SECOND);
    expect(whyDown(node, hand.seen, hand.world.nowUs).at(-1)?.text).toMatch(/takes part: it read \d+ log records/);
  });

  test('its disk was full', () => {
    hand.act({ type: 'Disk', node: nodeId(2), fault: { type: 'Full' } });
    for (const key of ['a', 'b', 'c', 'd']) hand.act(put(key));
    hand.run(hand.world.nowUs + 2 * SECOND);
    const told = whyDown(nodeId(2), hand.seen, hand.world.nowUs);
    expectLinked(told);
    expect(text(told)).toContain("Somebody filled n2's disk");
    expect(text(told)).toContain('n2 crashed');
  });
});

describe('why an operation ended as it did', () => {
  const shardOf = (): ShardId => lastPath().shard;
  const why = (): readonly Sentence[] => whyOperation(lastPath(), { ...evidence(), nowUs: hand.world.nowUs });

  test('it went as it should: who led, which entry, whose disks, and where the time went', () => {
    hand.act(put('a'));
    hand.run(hand.world.nowUs + SECOND);
    const told = why();
    expectLinked(told);
    const lines = text(told);
    expect(lines).toMatch(/^client asked PUT a: s\d, led by n\d$/m);
    expect(lines).toMatch(/quorum: entry \d+ is committed \(stored on \d of 3/);
    expect(told.at(-1)?.text).toMatch(
      /^client has its answer after \d+ ms: .* until a leader took it, .* until a quorum had it on disk, .* until the answer was there$/,
    );
  });

  test('slow: the leader was killed under it, and another had to be elected', () => {
    hand.act(put('a'));
    hand.run(hand.world.nowUs + 3000);
    const shard = shardOf();
    hand.act({ type: 'Kill', node: leaderOf(shard) });
    hand.run(hand.world.nowUs + 2 * SECOND);
    const lines = text(why());
    expectLinked(why());
    expect(lines).toContain('was killed');
    expect(lines).toMatch(/n\d became leader of s\d, term 2/);
    expect(lines).toMatch(/client has its answer after \d{3,} ms/);
  });

  test('unknown: no quorum, each silent replica with its reason', () => {
    hand.act(put('a'));
    hand.run(hand.world.nowUs + SECOND);
    const leader = leaderOf(shardOf());
    hand.act({ type: 'Isolate', actor: `n${leader}` });
    hand.act({ ...put('a'), options: { timeoutUs: 100_000, via: leader } } as never);
    hand.run(hand.world.nowUs + SECOND);
    const told = why();
    expectLinked(told);
    expect(text(told)).toMatch(/never got the entry \(lost: link is cut\)/);
    expect(text(told)).toMatch(/cut since 3\.\d{3} s/);
    expect(told.at(-1)?.text).toMatch(/client does not know whether it happened, after 100 ms, because/);
  });

  test('refused: nobody led, because too few run', () => {
    for (const node of [1, 2]) hand.act({ type: 'Kill', node: nodeId(node) });
    hand.act(put('a'));
    hand.run(hand.world.nowUs + 3 * SECOND);
    const told = why();
    expectLinked(told);
    expect(text(told)).toContain('1 of the 3 replicas');
    expect(told.at(-1)?.text).toMatch(/client was refused: it certainly did not happen, after \d/);
  });

  test('a request that somebody dropped: the client waited for nobody', () => {
    hand.act(put('a'));
    const request = hand.pending().find((event) => isMessage(event) && event.from === 'client');
    if (request?.type === 'Message') hand.act(drop(request));
    hand.run(hand.world.nowUs + 2 * SECOND);
    const lines = text(why());
    expect(lines).toContain('dropped by hand');
    expect(lines).toMatch(/client had no answer from n\d for \d+ ms/);
  });
});

test.each(process.env.RINGSIDE_LONG === '1' ? [1, 2, 3, 4] : [1, 2])(
  'seed %i: whatever happens, every sentence is of an event and in order',
  (seed) => {
    hand = new WorldByHand(seed, drawConfig(seed, 3, 8));
    const durationUs = 6 * SECOND;
    for (const { timeUs, action } of drawSchedule({
      seed,
      nodes: 3,
      durationUs,
      operationsPerSecond: 8,
      faults: new Set(FAULTS),
    })) {
      hand.run(Math.max(hand.world.nowUs, timeUs));
      hand.act(action);
    }
    hand.run(hand.world.nowUs + SECOND);
    const { paths } = reducePaths(NO_PATHS, hand.seen);
    expect(paths.length).toBeGreaterThan(20);
    for (const path of paths) expectLinked(whyOperation(path, evidence()));
    for (let shard = 0; shard < 8; shard++) expectLinked(whyLeader(shardId(shard), evidence()));
    for (const node of [1, 2, 3]) expectLinked(whyDown(nodeId(node), hand.seen, hand.world.nowUs));
  },
);
