import { describe, expect, test } from 'vitest';
import { decodeUtf8, encodeUtf8 } from '../core/base/utf8.ts';
import { placementOf } from '../core/cluster/placement.ts';
import { keyToken } from '../core/ring/hash-ring.ts';
import type { CommandResult } from './result.ts';
import { runLine } from './run-line.ts';
import { createSession, type Session } from './session.ts';
import { FakeCluster } from './testing/fake-cluster.ts';

async function one(line: string, session: Partial<Session> = {}, cluster = new FakeCluster()): Promise<CommandResult> {
  const results = await runLine(cluster, createSession(session), line);
  expect(results).toHaveLength(1);
  return results[0] as CommandResult;
}

interface Told {
  readonly token: number;
  readonly shard: string;
  readonly hashed: string;
  readonly walk: readonly { readonly vnode: string; readonly node: string; readonly taken: boolean }[];
  readonly replicas: readonly string[];
  readonly leader: string | null;
  readonly ownList: readonly string[];
  readonly redisSlot: number;
}

describe('RING', () => {
  test('tells a key from its bytes to its replicas, as the ring places it', async () => {
    const cluster = new FakeCluster();
    const ring = placementOf(cluster.config);
    const key = encodeUtf8('user:42');
    const { lines = [], value, keys } = await one('RING user:42', {}, cluster);
    const shard = ring.shardOfKey(key);
    expect(value).toMatchObject({
      key: 'user:42',
      token: 3349586805,
      shard: `s${shard}`,
      replicas: ring.replicas(shard).map((node) => `n${node}`),
      leader: 'n2',
      term: 4,
    });
    expect(lines[0]).toBe('key       "user:42"  7 bytes: 75 73 65 72 3a 34 32');
    expect(keys).toEqual([{ at: 10, length: 9, key: 'user:42' }]);
    expect(lines[2]).toBe('token     murmur3 = c7a6a375, 280.8° of the ring');
    expect(lines[3]).toBe('shard     s6 = ⌊c7a6a375 × 8 / 2^32⌋, the arc c0000000 – dfffffff');
    expect(lines.at(-1)).toBe(`replicas  ${(value as Told).replicas.join(' ')} · n2 leads now, term 4`);
  });

  test('every point of the walk has a line: the first of a node is its replica, each other one is skipped', async () => {
    const { lines = [], value } = await one('RING user:42');
    const { walk, replicas } = value as Told;
    const told = lines.slice(5, -1);
    expect(told).toHaveLength(walk.length);
    for (const [i, { vnode, node, taken }] of walk.entries()) {
      const number = replicas.indexOf(node) + 1;
      expect(told[i]).toContain(` ${vnode} `);
      expect(told[i]).toContain(taken ? `${node} is replica ${number}` : `skipped, ${node} is replica ${number}`);
    }
    expect(walk.some(({ taken }) => !taken)).toBe(true);
  });

  test('of a key with a hash tag only the tag counts', async () => {
    const { value, lines } = await one('RING cart{u1}');
    expect(value).toMatchObject({ hashed: 'u1', token: keyToken(encodeUtf8('u1')) });
    expect(lines?.[1]).toBe('hash tag  "u1": only what stands in the braces is hashed');
  });

  test('who votes is said where not all replicas do; that nobody leads, too', async () => {
    const cluster = new FakeCluster();
    const snapshot = await cluster.snapshot();
    cluster.snapshot = async () => ({
      ...snapshot,
      shards: snapshot.shards.map((shard) => ({ ...shard, voters: ['n1', 'n2'], learners: ['n3'] })),
    });
    expect((await one('RING a', {}, cluster)).text).toMatch(/n2 leads now, term 4 · voters n1 n2, learner n3$/);
    const alone = new FakeCluster();
    alone.down.add('n2');
    expect((await one('RING a', {}, alone)).text).toMatch(/· nobody leads now$/);
  });

  test('in the terms of Redis and of Dynamo', async () => {
    const redis = await one('RING foo terms=redis');
    expect((redis.value as Told).redisSlot).toBe(12182);
    for (const part of ['mod 16384 = 12182', 'MOVED 12182', 'ASK 12182', 'NotLeader', 'now n2', 'asynchronously'])
      expect(redis.text).toContain(part);
    const dynamo = await one('RING foo terms=dynamo');
    const { ownList, replicas } = dynamo.value as Told;
    expect([...ownList].sort()).toEqual([...replicas].sort());
    for (const part of [`own token: ${ownList.join(' ')}`, 'sloppy quorum', 'strategy 2', "nodes' 150 tokens"])
      expect(dynamo.text).toContain(part);
    expect((await one('RING foo')).text).not.toMatch(/Redis|Dynamo/);
  });

  test("Dynamo's own list begins where the key is, the shard's where its arc does", async () => {
    const cluster = new FakeCluster();
    cluster.config = { ...cluster.config, nodes: 9 };
    const told = await Promise.all(
      ['a', 'b', 'c', 'd', 'e', 'f'].map(
        async (key) => (await one(`RING ${key} terms=dynamo`, {}, cluster)).value as Told,
      ),
    );
    expect(told.some(({ ownList, replicas }) => ownList.join() !== replicas.join())).toBe(true);
  });

  test('the screen is told the key; without a screen nothing is missing', async () => {
    const shown: string[] = [];
    await one('RING "a b"', { showKey: (key) => void shown.push(decodeUtf8(key)) });
    expect(shown).toEqual(['a b']);
  });

  test('other terms are refused', async () => {
    expect(await one('RING foo terms=riak')).toMatchObject({ ok: false, code: 'BadOption' });
    expect(await one('RING')).toMatchObject({ ok: false, code: 'MissingArgument' });
  });
});
