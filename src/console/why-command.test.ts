import { describe, expect, test } from 'vitest';
import { type NodeId, nodeId, shardId } from '../core/base/ids.ts';
import type { TraceEvent } from '../core/cluster/trace-event.ts';
import { mentionsInReply } from './mentions.ts';
import type { CommandResult } from './result.ts';
import { runLine } from './run-line.ts';
import { createSession, type LookTarget, type Session } from './session.ts';
import { FakeCluster } from './testing/fake-cluster.ts';

const TRACE: readonly TraceEvent[] = [
  role(nodeId(1), 'leader', 1, 300_000),
  { timeUs: 700_000, type: 'ActionTaken', action: { type: 'Kill', node: nodeId(1) } },
  { timeUs: 700_000, type: 'NodeKilled', node: nodeId(1), pending: 0, lost: 0, torn: false },
  role(nodeId(2), 'candidate', 2, 900_000),
  {
    timeUs: 920_000,
    type: 'VoteReceived',
    shard: shardId(3),
    node: nodeId(2),
    from: nodeId(3),
    term: 2,
    granted: true,
    preVote: false,
  },
  role(nodeId(2), 'leader', 2, 920_000),
];

function role(node: NodeId, is: 'leader' | 'candidate', term: number, timeUs: number): TraceEvent {
  const reason = is === 'leader' ? 'won the election' : 'election timeout';
  return {
    timeUs,
    type: 'RoleChanged',
    shard: shardId(3),
    node,
    role: is,
    term,
    leader: nodeId(0),
    votedFor: node,
    reason,
    from: nodeId(0),
  };
}

async function one(line: string, change: Partial<Session> = {}, cluster = new FakeCluster()): Promise<CommandResult> {
  const session = createSession({ trace: () => ({ events: TRACE, reachUs: 100_000 }), ...change });
  const results = await runLine(cluster, session, line);
  return results.at(-1) as CommandResult;
}

describe('WHY s3', () => {
  const at = { shard: shardId(3), node: nodeId(1) };
  const events = [
    {
      timeUs: 1_000_000,
      type: 'BlockCorrupt',
      ...at,
      fileNumber: 7,
      extent: 0,
      block: 2,
      isServed: true,
      foundBy: 'scrub',
    },
    { timeUs: 1_000_000, type: 'ReplicaDamaged', ...at, reason: 'corrupt block' },
    { timeUs: 1_200_000, type: 'ReplicaRebuilt', ...at },
  ] as unknown as readonly TraceEvent[];
  const trace = () => ({ events, reachUs: 0 });

  test('tells who was quarantined, why, and what became of it', async () => {
    const { ok, lines } = await one('WHY s3', { trace });
    expect(ok).toBe(true);
    expect(lines).toEqual([
      '1.000 s  n1 found block 2 of table 7 corrupt, which holds a part of s3',
      '1.000 s  n1 serves nobody from its replica of s3: a block of it cannot be read; it asks for a snapshot',
      '1.200 s  n1 serves s3 again: a snapshot took the place of what it held',
    ]);
    expect(await one('WHY s2', { trace })).toMatchObject({ ok: false, code: 'NothingToDo' });
    expect(await one('WHY s99', { trace })).toMatchObject({ ok: false, code: 'UnknownShard' });
  });
});

describe('WHY', () => {
  test('tells in sentences, each with its time, which is a moment to look at', async () => {
    const { ok, lines, value, moments, text } = await one('WHY leader s3');
    expect(ok).toBe(true);
    expect(lines?.[0]).toBe('0.700 s  n1 was killed');
    expect(lines?.at(-1)).toBe('0.920 s  n2 became leader of s3, term 2: n3 voted for it, 2 of 3 with itself');
    expect((value as readonly object[])[0]).toEqual({ atMs: 700, text: 'n1 was killed' });
    expect(moments?.map(({ at, length }) => text.slice(at, at + length))).toEqual(
      lines?.map((line) => line.split('  ')[0]),
    );
    const topology = { nodes: [nodeId(1), nodeId(2)], shards: 8 };
    expect(mentionsInReply(text, [], topology, moments)[0]).toMatchObject({ kind: 'moment', timeUs: 700_000, at: 0 });
  });

  test('counts over whoever has a copy now, wherever the founding ring wanted one', async () => {
    const cluster = new FakeCluster();
    const snapshot = await cluster.snapshot();
    const holders = ['n4', 'n5', 'n6'];
    cluster.snapshot = async () => ({
      ...snapshot,
      shards: snapshot.shards.map((shard) => ({ ...shard, leader: null, replicas: holders, voters: holders })),
    });
    const killed = [4, 5].map((node): TraceEvent => {
      return { timeUs: 950_000, type: 'NodeKilled', node: nodeId(node), pending: 0, lost: 0, torn: false };
    });
    const trace = () => ({ events: killed, reachUs: 0 });
    const { text } = await one('WHY leader s3', { trace }, cluster);
    expect(text).toContain('n4 was killed');
    expect(text).toContain('1 of the 3 replicas of s3 takes part, and an election needs 2');
  });

  test('of a node that is up says so first, and its moments stay where they are', async () => {
    const { text, moments } = await one('WHY down n1');
    expect(text).toMatch(/^n1 is up\.\n0\.700 s {2}Somebody asked for it: KILL n1/);
    for (const { at, length } of moments ?? []) expect(text.slice(at, at + length)).toMatch(/^\d\.\d{3} s$/);
  });

  test('of a node that is frozen says that it is not down, and what helps', async () => {
    const cluster = new FakeCluster();
    cluster.frozen.add('n1');
    expect((await one('WHY down n1', {}, cluster)).lines?.[0]).toBe('n1 is frozen, not down: THAW n1 has it go on.');
  });

  test.each([
    ['WHY', 'NothingToDo', 'PUT user:42 ada'],
    ['WHY leader', 'MissingArgument', 'WHY leader s3'],
    ['WHY leader n3', 'UnknownShard', 's0 to s7'],
    ['WHY down s3', 'UnknownNode', 'n1, n2, n3'],
    ['WHY down n3', 'NothingToDo', 'STATUS'],
    ['WHY operation', 'MissingArgument', 'WHY operation 17'],
    ['WHY operation 99', 'NothingToDo', 'none of the last 50'],
    ['WHY key', 'MissingArgument', 'WHY key user:42'],
    ['WHY key user:42', 'NothingToDo', 'user:42 in the eventual keyspace'],
    ['WHY leadr s3', 'BadOption', 'leader'],
  ])('%s → %s', async (line, code, says) => {
    const result = await one(line);
    expect(result).toMatchObject({ ok: false, code });
    expect(result.text).toContain(says);
  });

  test('what began before all that is kept is said to', async () => {
    const { lines, text } = await one('WHY leader s5');
    expect(lines ?? [text]).toEqual([
      '0.100 s  Nobody has been elected in s5 since then; who led it before is no longer kept',
    ]);
  });

  test('without a trace there is nothing to tell from', async () => {
    expect(await one('WHY leader s3', { trace: undefined })).toMatchObject({ ok: false, code: 'NotAvailable' });
  });
});

describe('LOOK', () => {
  test('has the screen show a moment, and says which one it shows', async () => {
    const looked: LookTarget[] = [];
    const look = async (target: LookTarget) => {
      looked.push(target);
      return typeof target === 'object' ? target.timeUs : undefined;
    };
    expect(await one('LOOK 3.214s', { look })).toMatchObject({
      ok: true,
      text: 'The screen shows 3.214 s. LOOK now comes back',
    });
    expect(await one('look BACK', { look })).toMatchObject({ ok: true, text: 'The screen shows what is now' });
    await one('LOOK', { look });
    expect(looked).toEqual([{ timeUs: 3_214_000 }, 'back', 'now']);
    expect(await one('LOOK yesterday', { look })).toMatchObject({ ok: false, code: 'BadArgument' });
    expect(await one('LOOK now')).toMatchObject({ ok: false, code: 'NotAvailable' });
  });
});
