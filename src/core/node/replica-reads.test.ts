import { describe, expect, test } from 'vitest';
import { must } from '../base/assert.ts';
import { type NodeId, nodeId, shardId } from '../base/ids.ts';
import { decodeUtf8, encodeUtf8 } from '../base/utf8.ts';
import type { ReplyBody, RequestBody } from './message.ts';
import { TestCluster } from './testing/test-cluster.ts';

const S0 = shardId(0);
const MS = 1000;
const KEY = encodeUtf8('k');
const put = (value: string, ttlUs?: number) =>
  ({ type: 'Put', key: KEY, value: encodeUtf8(value), ...(ttlUs === undefined ? {} : { ttlUs }) }) as const;
const own = (appliedIndex = 0, waitUs = 0): RequestBody => ({ type: 'ReplicaGet', key: KEY, appliedIndex, waitUs });

/** `k` is `old` everywhere. */
function given() {
  const cluster = new TestCluster();
  const session = cluster.register(S0);
  const first = cluster.write(S0, session, 1, put('old'));
  if (first.type !== 'Written') throw new Error(first.type);
  cluster.run(200 * MS);
  const leader = cluster.leaderOf(S0);
  const [follower, other] = [1, 2, 3].map(nodeId).filter((id) => id !== leader) as [NodeId, NodeId];
  const ask = (node: NodeId, body: RequestBody): number => cluster.send(node, S0, body);
  const told = (request: number): string | undefined => {
    const reply = cluster.replies.get(request);
    if (reply?.type !== 'ReplicaValue') return reply?.type;
    return `${reply.value === undefined ? '(nil)' : decodeUtf8(reply.value)} at ${reply.appliedIndex}`;
  };
  const reply = (request: number): ReplyBody => must(cluster.replies.get(request), 'an answer');
  return { cluster, session, index: first.index, leader, follower, other, ask, told, reply };
}

describe('what a replica holds, asked for by a client', () => {
  test('it serves what it has applied at once, whoever leads, and says how far it is', () => {
    const { cluster, session, index, leader, follower, ask, told, reply } = given();
    cluster.isolated.add(follower);
    cluster.write(S0, session, 2, put('new'));
    cluster.run(70 * MS);
    const [stale, fresh] = [ask(follower, own()), ask(leader, own())];
    cluster.run(5 * MS);
    expect([told(stale), told(fresh)]).toEqual([`old at ${index}`, `new at ${index + 1}`]);
    const word = reply(stale);
    if (word.type !== 'ReplicaValue') throw new Error(word.type);
    expect(word).toMatchObject({ leads: false, commitIndex: index, lastIndex: index });
    expect(word.configuration.voters).toHaveLength(3);
    expect(word.leaderContactUs).toBeGreaterThanOrEqual(70 * MS);
    expect(reply(fresh)).toMatchObject({ leads: true, leaderContactUs: 0 });
  });

  test('asked for more, it waits until it has applied that much', () => {
    const { cluster, session, index, follower, ask, told } = given();
    cluster.at(follower).holdWrites = true;
    cluster.write(S0, session, 2, put('new'));
    const request = ask(follower, own(index + 1, 90 * MS));
    cluster.run(40 * MS);
    expect(told(request)).toBeUndefined();
    expect(cluster.eventsOf(follower, 'ReadHeld')).toMatchObject([{ appliedIndex: index, needs: index + 1 }]);
    cluster.completeWrites(follower);
    cluster.run(10 * MS);
    expect(told(request)).toBe(`new at ${index + 1}`);
  });

  test('for as long as it was told, and not longer: then it says how far it is', () => {
    const { cluster, index, follower, ask, told, reply } = given();
    const request = ask(follower, own(index + 1, 20 * MS));
    cluster.run(20 * MS);
    expect(told(request)).toBeUndefined();
    cluster.run(3 * MS);
    expect(reply(request)).toMatchObject({ type: 'ReplicaBehind', appliedIndex: index });
  });

  test('its log is told with the tail that nobody has committed', () => {
    const { cluster, session, index, leader, follower, other, ask, reply } = given();
    cluster.isolated.add(follower);
    cluster.isolated.add(other);
    cluster.send(leader, S0, { type: 'Write', session, sequence: 2, write: put('new') });
    cluster.run(5 * MS);
    const request = ask(leader, own());
    cluster.run(5 * MS);
    expect(reply(request)).toMatchObject({ appliedIndex: index, commitIndex: index, lastIndex: index + 1 });
  });

  test('a value whose deadline has passed by its clock is told to be due, as long as no entry has said so', () => {
    const { cluster, session, follower, other, leader, ask, told, reply } = given();
    const written = cluster.write(S0, session, 2, put('short', 100 * MS));
    if (written.type !== 'Written') throw new Error(written.type);
    const before = ask(follower, own(written.index, 50 * MS));
    cluster.run(20 * MS);
    expect(reply(before)).toMatchObject({ isDue: false });
    for (const node of [leader, follower, other]) cluster.isolated.add(node);
    cluster.run(100 * MS);
    const after = ask(follower, own());
    cluster.run(5 * MS);
    expect(told(after)).toBe(`short at ${written.index}`);
    expect(reply(after)).toMatchObject({ isDue: true });
  });
});

describe('W=1', () => {
  const early = (session: number, sequence: number): RequestBody => ({
    type: 'Write',
    session,
    sequence,
    write: put('new'),
    leaderAck: true,
  });

  test("it is answered when the leader's own disk has the entry, and no sooner, whoever else has it", () => {
    const { cluster, session, index, leader, follower, other, ask } = given();
    cluster.isolated.add(follower);
    cluster.isolated.add(other);
    cluster.at(leader).holdWrites = true;
    const request = ask(leader, early(session, 2));
    cluster.run(20 * MS);
    expect(cluster.replies.get(request)).toBeUndefined();
    cluster.completeWrites(leader);
    cluster.run(5 * MS);
    expect(cluster.replies.get(request)).toMatchObject({ type: 'Appended', index: index + 1, voters: 3 });
  });

  test('a lease read does not show it before it is committed', () => {
    const { cluster, session, leader, follower, other, ask } = given();
    cluster.at(follower).holdWrites = true;
    cluster.at(other).holdWrites = true;
    const request = ask(leader, early(session, 2));
    cluster.run(5 * MS);
    expect(cluster.replies.get(request)?.type).toBe('Appended');
    const read = ask(leader, { type: 'Get', key: KEY });
    cluster.run(5 * MS);
    expect(cluster.replies.get(read)).toMatchObject({ type: 'Value', ground: 'lease', value: encodeUtf8('old') });
    cluster.completeWrites(follower);
    cluster.completeWrites(other);
    cluster.run(10 * MS);
    expect(cluster.get('k')).toBe('new');
    // It was answered once.
    expect(cluster.eventsOf(leader, 'RequestAnswered').filter(({ requestId }) => requestId === request)).toHaveLength(
      1,
    );
  });

  test('a retry finds its entry, and is answered for it; one that has a condition is not taken', () => {
    const { cluster, session, index, leader, follower, other, ask } = given();
    cluster.isolated.add(follower);
    cluster.isolated.add(other);
    ask(leader, early(session, 2));
    cluster.run(5 * MS);
    const again = ask(leader, early(session, 2));
    cluster.run(5 * MS);
    expect(cluster.replies.get(again)).toMatchObject({ type: 'Appended', index: index + 1 });
    const write = { type: 'Cas', key: KEY, expected: undefined, value: KEY } as const;
    const cas = ask(leader, { type: 'Write', session, sequence: 3, write, leaderAck: true });
    cluster.run(5 * MS);
    expect(cluster.replies.get(cas)?.type).toBe('WrongShard');
  });
});
