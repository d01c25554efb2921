import { describe, expect, test } from 'vitest';
import { must } from '../base/assert.ts';
import { type NodeId, nodeId } from '../base/ids.ts';
import type { ReplyBody } from '../node/message.ts';
import { keyOfOperation } from './operation.ts';
import {
  get,
  heldBy,
  MS,
  N1,
  N2,
  N3,
  notLeader,
  ScriptedClient,
  type SentRequest,
  value,
} from './testing/scripted-client.ts';

const N4 = nodeId(4);
const SHARDS = 8;
const isFetch = ({ body }: SentRequest): boolean => body.type === 'GetPlacement';

/** A key of each shard. */
function keysOf(c: ScriptedClient): readonly string[] {
  const keys: string[] = [];
  for (let i = 0; keys.filter(Boolean).length < SHARDS; i++) {
    const name = `k${i}`;
    keys[c.ring.shardOfKey(keyOfOperation(get(name)))] ??= name;
  }
  return keys;
}

const moved = (metaIndex: number, ...replicas: NodeId[]): ReplyBody => ({
  type: 'StaleEpoch',
  ringEpoch: 2,
  ...heldBy(metaIndex, ...replicas),
});
const placement = (metaIndex: number, ringEpoch: number, replicas: readonly NodeId[] = [N4, N3]): ReplyBody => ({
  type: 'Placement',
  metaIndex,
  ringEpoch,
  nodes: [N1, N2, N3, N4],
  shards: Array.from({ length: SHARDS }, () => heldBy(metaIndex, ...replicas).holders),
});

describe('one extra hop', () => {
  test.each([
    ['StaleEpoch', { type: 'StaleEpoch', ringEpoch: 2, ...heldBy(9, N4, N3) } as ReplyBody, N4],
    ['WrongShard', { type: 'WrongShard', ...heldBy(9, N4, N3) } as ReplyBody, N4],
    ['NotLeader', notLeader(4), N4],
  ])('%s takes the request to the right node with the next message, at once', (_, refusal, right) => {
    const c = new ScriptedClient();
    const id = c.invoke(get('k'));
    c.reply(c.nextSent(), refusal);
    expect(c.unread.map(({ to, atUs, body }) => [to, atUs, body.type])).toEqual([[right, 0, 'Get']]);
    c.reply(c.nextSent(), value('x'));
    expect(c.outcomes.get(id)).toMatchObject({ status: 'ok', node: right, attempts: 2 });
  });

  test('what is known names the ring that it is of, and no older word replaces it', () => {
    const c = new ScriptedClient();
    const founded = c.invoke(get('k'));
    expect(c.nextSent().ringEpoch).toBe(1);
    c.reply(must(c.sent[0], 'sent'), { type: 'WrongShard', ...heldBy(5, N4, N3) });
    c.reply(c.nextSent(), value('x'));
    expect(c.outcomes.get(founded)?.status).toBe('ok');
    c.invoke(get('k'));
    c.reply(c.nextSent(), { type: 'WrongShard', ...heldBy(4, N1, N2) });
    expect(c.nextSent().to).toBe(N3);
  });
});

describe('the whole placement', () => {
  test('after one stale answer every shard is asked for at the right node', () => {
    const c = new ScriptedClient(SHARDS);
    const [first, ...others] = keysOf(c);
    c.invoke(get(must(first, 'a key')));
    const asked = c.nextSent();
    c.reply(asked, moved(9, N4, N3), 2);
    c.reply(c.nextSent(), value('x'), 2);
    // The shard in hand did not wait for it.
    expect(c.unread).toEqual([]);
    const fetch = c.nextSent();
    expect([isFetch(fetch), fetch.to]).toEqual([true, asked.to]);
    expect(fetch.atUs).toBeGreaterThan(0);
    expect(fetch.atUs).toBeLessThanOrEqual(30 * MS);
    c.reply(fetch, placement(9, 2), 2);
    for (const key of others) {
      const id = c.invoke(get(key));
      const request = c.nextSent();
      expect([request.to, request.ringEpoch]).toEqual([N4, 2]);
      c.reply(request, value('y'), 2);
      expect(c.outcomes.get(id)).toMatchObject({ status: 'ok', attempts: 1 });
    }
    expect(c.sent.filter(isFetch)).toHaveLength(1);
    const told = c.takeEvents().filter(({ type }) => type.startsWith('Placement'));
    expect(told.map(({ type, operation }) => [type, operation])).toEqual([
      ['PlacementOutdated', 1],
      ['PlacementAsked', 1],
      ['PlacementLearned', 1],
    ]);
    // The first one was known already.
    const changed = others.map((key) => c.ring.shardOfKey(keyOfOperation(get(key))));
    expect(told.at(-1)).toMatchObject({ ringEpoch: 2, changed: changed.sort((a, b) => a - b) });
  });

  test('who was reported to lead is asked first, unless the client knows of a later leader; who holds nothing any more is forgotten', () => {
    const c = new ScriptedClient(SHARDS);
    const [early, late, gone] = keysOf(c) as [string, string, string];
    const answer = (key: string, node: NodeId, term: number): void => {
      c.invoke(get(key), 5000);
      const request = c.nextSent();
      if (request.to !== node) c.reply(request, notLeader(node, term));
      c.reply(request.to === node ? request : c.nextSent(), value('x', term));
    };
    answer(early, N1, 3);
    answer(late, N2, 9);
    answer(gone, nodeId(5), 9);
    c.invoke(get(early), 5000);
    c.reply(c.nextSent(), value('x', 3), 2);
    const told = placement(9, 2, [N1, N2, N3]) as Extract<ReplyBody, { type: 'Placement' }>;
    const shards = told.shards.map((holders) => ({ ...holders, leader: N3, term: 7 }));
    c.reply(c.nextSent(), { ...told, shards }, 2);
    const asked = [early, late, gone].map((key) => {
      c.invoke(get(key));
      return c.nextSent().to;
    });
    expect(asked).toEqual([N3, N2, must(told.shards[0], 'a shard').replicas[0]]);
  });

  test('a member that serves tells of the later ring as well', () => {
    const c = new ScriptedClient(SHARDS);
    const id = c.invoke(get('k'));
    c.reply(c.nextSent(), value('x'), 2);
    expect(c.outcomes.get(id)).toMatchObject({ status: 'ok', attempts: 1 });
    expect(isFetch(c.nextSent())).toBe(true);
  });

  test('membership bug 52: however many shards turn out to be stale, one question is under way, and clients do not ask in step', () => {
    const moments = Array.from({ length: 40 }, (_, seed) => {
      const c = new ScriptedClient(SHARDS, seed);
      const keys = keysOf(c);
      for (const key of keys) c.invoke(get(key), 5000);
      for (const request of c.unread) c.reply(request, moved(9, N4, N3), 2);
      for (const request of c.unread) if (request.to === N4) c.reply(request, moved(10, N3), 2);
      c.advance(140);
      const fetches = c.sent.filter(isFetch);
      expect(fetches).toHaveLength(1);
      return must(fetches[0], 'one').atUs;
    });
    expect(new Set(moments).size).toBeGreaterThan(30);
    expect(Math.max(...moments) - Math.min(...moments)).toBeGreaterThan(20 * MS);
  });

  test('who does not answer, or is behind, is not the only one who is asked; and not for ever', () => {
    const c = new ScriptedClient(SHARDS);
    c.invoke(get('k'), 100);
    c.reply(c.nextSent(), value('x'), 3);
    const silent = c.nextSent();
    const refused = c.nextSent();
    expect(refused.to).not.toBe(silent.to);
    c.refuseConnection(refused);
    const behind = c.nextSent();
    expect([silent.to, refused.to]).not.toContain(behind.to);
    c.reply(behind, placement(4, 2), 2);
    c.advance(5000);
    const fetches = c.sent.filter(isFetch);
    expect(fetches).toHaveLength(5);
    // Told again it asks again, and rests when it has what it was told of.
    c.invoke(get('k'), 100);
    const again = must(c.sent.at(-1), 'sent');
    c.reply(again, value('x'), 3);
    c.advance(40);
    c.reply(must(c.sent.at(-1), 'sent'), placement(7, 3), 3);
    c.advance(5000);
    expect(c.sent.filter(isFetch)).toHaveLength(6);
  });

  test('an older placement than the one that is known changes nothing', () => {
    const c = new ScriptedClient(SHARDS);
    const told = (epoch: number, body: ReplyBody): void => {
      c.invoke(get('k'), 100);
      c.reply(
        must(
          c.sent.findLast(({ body }) => body.type === 'Get'),
          'sent',
        ),
        value('x'),
        epoch,
      );
      c.advance(40);
      c.reply(must(c.sent.findLast(isFetch), 'asked'), body, epoch);
    };
    told(3, placement(9, 3, [N4]));
    told(4, placement(8, 2, [N1]));
    c.advance(1000);
    // Of another shard: there nobody is known to lead.
    const k = c.ring.shardOfKey(keyOfOperation(get('k')));
    c.invoke(get(must(keysOf(c)[(k + 1) % SHARDS], 'a key')));
    expect(must(c.sent.at(-1), 'sent').to).toBe(N4);
  });
});

describe('what is known leads nowhere', () => {
  const [N5, N6] = [nodeId(5), nodeId(6)];

  function lost(seed = 1): ScriptedClient {
    const c = new ScriptedClient(SHARDS, seed);
    c.contacts = [N1, N2, N3, N4, N5, N6];
    return c;
  }

  test('the contact points are asked who holds the shards, and the request goes on there', () => {
    const c = lost();
    const id = c.invoke(get('k'), 3000);
    const isKnown = (to: NodeId): boolean => to <= N3;
    const outcome = c.answerUntilComplete(id, (request) => {
      if (isKnown(request.to)) c.refuseConnection(request);
      else if (isFetch(request)) c.reply(request, placement(9, 2, [N4, N5, N6]), 2);
      else c.reply(request, value('x'), 2);
    });
    expect(outcome.status).toBe('ok');
    // At most a second round before the answer is there.
    expect(outcome.attempts).toBeLessThanOrEqual(7);
    const fetches = c.sent.filter(isFetch);
    expect(fetches.map(({ to }) => isKnown(to))).toEqual([false]);
    expect(c.takeEvents().map(({ type }) => type)).toContain('PlacementLearned');
  });

  test('each once in a search, those that know no more as well; and clients neither ask in step nor the same one', () => {
    const firsts = Array.from({ length: 40 }, (_, seed) => {
      const c = lost(seed);
      const id = c.invoke(get('k'), 1500);
      c.answerUntilComplete(id, (request) => {
        if (isFetch(request)) c.reply(request, placement(0, 1, [N1, N2, N3]));
        else c.refuseConnection(request);
      });
      const fetches = c.sent.filter(isFetch);
      for (let at = 0; at < fetches.length; at += 3)
        expect(new Set(fetches.slice(at, at + 3).map(({ to }) => to)).size).toBe(3);
      // A search takes up to 90 ms, and 750 ms to 1.5 s lie before the next.
      expect([3, 6]).toContain(fetches.length);
      return must(fetches[0], 'one');
    });
    expect(new Set(firsts.map(({ atUs }) => atUs)).size).toBeGreaterThan(30);
    expect(new Set(firsts.map(({ to }) => to)).size).toBe(3);
  });

  test('a group of which a majority speaks is there, even without a leader', () => {
    const c = lost();
    const id = c.invoke(get('k'), 1500);
    let silent: NodeId | undefined;
    c.answerUntilComplete(id, (request) => {
      silent ??= request.to;
      if (request.to === silent) c.refuseConnection(request);
      else c.reply(request, notLeader(0));
    });
    expect(c.sent.filter(isFetch)).toEqual([]);
  });
});
