import { expect, test } from 'vitest';
import { must } from '../base/assert.ts';
import { nodeId, shardId } from '../base/ids.ts';
import { decodeUtf8, encodeUtf8 } from '../base/utf8.ts';
import { TestCluster } from './testing/test-cluster.ts';

const S0 = shardId(0);
const put = (value: string) => ({ type: 'Put', key: encodeUtf8('k'), value: encodeUtf8(value) }) as const;

/** `k` is `old` everywhere. */
function given() {
  const cluster = new TestCluster();
  const session = cluster.register(S0);
  cluster.write(S0, session, 1, put('old'));
  cluster.run(200_000);
  const leader = cluster.leaderOf(S0);
  const follower = must(
    [1, 2, 3].map(nodeId).find((id) => id !== leader),
    'others',
  );
  const hedge = (): number => cluster.send(follower, S0, { type: 'Get', key: encodeUtf8('k'), hedge: true });
  const told = (request: number): string | undefined => {
    const reply = cluster.replies.get(request);
    if (reply?.type !== 'Value') return reply?.type;
    return `${reply.ground} ${reply.leader}: ${reply.value === undefined ? '' : decodeUtf8(reply.value)}`;
  };
  const write = (): void => {
    const reply = cluster.write(S0, session, 2, put('new'));
    expect(reply.type).toBe('Written');
  };
  return { cluster, leader, follower, hedge, told, write };
}

test('a replica that does not lead serves a hedged read, on the ground of what its leader says; any other one it refuses', () => {
  const { cluster, leader, follower, hedge, told } = given();
  const hedged = hedge();
  const plain = cluster.send(follower, S0, { type: 'Get', key: encodeUtf8('k') });
  cluster.run(100_000);
  expect(told(hedged)).toBe(`index ${leader}: old`);
  expect(told(plain)).toBe('NotLeader');
  expect(cluster.eventsOf(follower, 'ReadIndexStarted')).toMatchObject([{ requestId: hedged, asks: leader }]);
  expect(cluster.eventsOf(leader, 'ReadIndexStarted')).toMatchObject([{ requestId: hedged }]);
});

test('it waits until it has applied what was committed when the read came in', () => {
  const { cluster, leader, follower, hedge, told, write } = given();
  cluster.at(follower).holdWrites = true;
  write();
  const request = hedge();
  cluster.run(100_000);
  expect(told(request)).toBeUndefined();
  cluster.completeWrites(follower);
  cluster.run(100_000);
  expect(told(request)).toBe(`index ${leader}: new`);
});

test('raft bug 26: what a leader said to an earlier life of the replica is void', () => {
  const { cluster, leader, follower, hedge, told, write } = given();
  cluster.kill(follower);
  cluster.revive(follower);
  cluster.run(200_000);
  cluster.at(follower).holdWrites = true;
  write();
  const request = hedge();
  cluster.run(1200);
  const asked = cluster.sent.flatMap(({ messages }) => messages).findLast(({ type }) => type === 'ReadIndexAsked');
  const { context, epoch } = must(asked?.type === 'ReadIndexAsked' ? asked : undefined, 'it asks');
  expect(epoch).toBe(2);
  const late = { type: 'ReadIndexTold', shard: S0, epoch: 1, context, index: 1 } as const;
  cluster.input(follower, { type: 'MessagesReceived', from: leader, messages: [late] });
  cluster.run(100_000);
  expect(told(request)).toBeUndefined();
  cluster.completeWrites(follower);
  cluster.run(100_000);
  expect(told(request)).toBe(`index ${leader}: new`);
});

test('a leader that cannot say it still leads says nothing; the read is refused after an election timeout', () => {
  const { cluster, leader, follower, hedge, told } = given();
  cluster.onWire = (message) =>
    message.type === 'Raft' && message.body.type === 'HeartbeatResponse'
      ? { ...message, body: { ...message.body, readContext: 0 } }
      : message;
  const request = hedge();
  cluster.run(100_000);
  expect(told(request)).toBeUndefined();
  cluster.run(400_000);
  expect(told(request)).toBe('NotLeader');
  expect(cluster.leaderOf(S0)).toBe(leader);
  expect(follower).not.toBe(leader);
});

test('a question that comes twice is one question', () => {
  const { cluster, leader, follower, hedge } = given();
  const request = hedge();
  cluster.run(1200);
  const asked = cluster.sent.flatMap(({ messages }) => messages).findLast(({ type }) => type === 'ReadIndexAsked');
  const message = must(asked?.type === 'ReadIndexAsked' ? asked : undefined, 'it asks');
  cluster.run(1000);
  cluster.input(leader, { type: 'MessagesReceived', from: follower, messages: [message] });
  cluster.run(100_000);
  expect(cluster.eventsOf(leader, 'ReadIndexStarted')).toHaveLength(1);
  expect(cluster.replies.get(request)?.type).toBe('Value');
});
