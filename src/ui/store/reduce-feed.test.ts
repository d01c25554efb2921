import { describe, expect, test } from 'vitest';
import type { NodeId } from '../../core/base/ids.ts';
import { encodeUtf8 } from '../../core/base/utf8.ts';
import type { Action } from '../../core/cluster/action.ts';
import type { TraceEvent } from '../../core/cluster/trace-event.ts';
import { appended, entries, modelAfter, N1, N2, N3, role, S0, sent, vote } from '../testing/trace-events.ts';
import { reduceAll } from './reduce.ts';
import { FEED_MAX } from './view-model.ts';

describe('the feed', () => {
  test('tells elections with their reason and is bounded', () => {
    const model = modelAfter(role(N2, 'leader', 5));
    expect(model.feed).toMatchObject([
      {
        actor: N2,
        shard: S0,
        text: 'became leader of s0, term 5',
        why: 'because it won the election',
        tone: 'good',
        event: 'RoleChanged',
      },
    ]);
    const many = reduceAll(
      model,
      Array.from({ length: FEED_MAX + 50 }, (_, i) => role(N2, 'leader', 10 + i)),
    );
    expect(many.feed).toHaveLength(FEED_MAX);
    expect(many.feed.at(-1)?.id).toBe(FEED_MAX + 51);
  });

  test('what was asked of one shard is of that shard: a feed of another one leaves it out', () => {
    const asked = (action: Action): TraceEvent => ({ timeUs: 1, type: 'ActionTaken', action });
    const { feed } = modelAfter(
      asked({ type: 'Check', shard: S0 }),
      asked({ type: 'Transfer', shard: S0, to: N2 }),
      asked({ type: 'Partition', groups: [[`n${N1}`], [`n${N2}`]] }),
    );
    expect(feed.map(({ shard }) => shard)).toEqual([S0, S0, undefined]);
  });

  test('a candidate names its voters, a loser those who refused', () => {
    const candidate = [role(N2, 'follower', 1), role(N3, 'follower', 1), role(N1, 'candidate', 2)];
    const won = modelAfter(...candidate, vote(N1, 2, N3, true), vote(N1, 2, N1, true), role(N1, 'leader', 2));
    expect(won.feed.at(-1)?.why).toBe('because n3 voted for it, 2 of 3 with itself');
    const lost = { ...role(N1, 'follower', 2), reason: 'lost the election', from: N3 } as TraceEvent;
    const model = modelAfter(...candidate, vote(N1, 2, N2, false), vote(N1, 2, N3, false), lost);
    expect(model.feed.at(-1)).toMatchObject({
      text: 'gave up its candidacy of term 2',
      why: 'because n2 and n3 refused',
      topic: 'election',
    });
  });

  test('a transfer is told as it begins, as it succeeds, and with why it was given up', () => {
    const common = { timeUs: 30, node: N1, shard: S0, term: 4, to: N2 } as const;
    const began: TraceEvent = { ...common, type: 'TransferStarted' };
    const told = (event: TraceEvent) => modelAfter(role(N1, 'leader', 4), began, event).feed.at(-1);
    expect(modelAfter(role(N1, 'leader', 4), began).feed.at(-1)).toMatchObject({
      actor: N1,
      text: 'began to hand s0 over to n2',
      why: 'because it was asked to; it takes no writes until n2 leads',
    });
    expect(told({ ...role(N2, 'candidate', 5), reason: 'leadership transfer', from: N1 } as TraceEvent)).toMatchObject({
      text: 'became candidate in term 5',
      why: 'because n1, the leader, told it to stand',
    });
    expect(told({ ...role(N1, 'follower', 5), reason: 'leadership transfer', from: N2 } as TraceEvent)).toMatchObject({
      text: 'handed s0 over',
      why: 'because n2 stands in its place',
    });
    expect(told({ ...common, type: 'TransferAborted', asked: false })).toMatchObject({
      text: 'kept the lead of s0',
      why: 'because n2 did not get all of its log within an election timeout',
    });
    expect(told({ ...common, type: 'TransferAborted', asked: true })?.why).toContain('did not win');
  });

  test('a truncation is told with who leads', () => {
    const follows = { ...role(N1, 'follower', 2), leader: N3 } as TraceEvent;
    const model = modelAfter(appended(N1, entries(1, 5, 1)), follows, appended(N1, entries(4, 4, 2), 4));
    expect(model.feed.at(-1)).toMatchObject({
      text: 'truncated 2 entries from index 4',
      why: 'because n3, leader of term 2, holds others there; none was committed',
    });
  });

  test('keys that expire are told once, by the leader', () => {
    const expired = (node: NodeId, count: number): TraceEvent => {
      const keys = ['a', 'b', 'c'].slice(0, count).map((name) => encodeUtf8(name));
      return { timeUs: 30, type: 'KeysExpired', node, shard: S0, index: 9, count, keys };
    };
    const leads = role(N1, 'leader', 1);
    const model = modelAfter(leads, role(N2, 'follower', 1), expired(N1, 1), expired(N2, 1));
    expect(model.feed.at(-1)).toMatchObject({
      actor: N1,
      text: 'let a expire',
      why: 'because entry 9 moved log time past the deadline',
    });
    expect(model.feed.filter(({ text }) => text.includes('expire'))).toHaveLength(1);
    expect(modelAfter(leads, expired(N1, 5)).feed.at(-1)?.text).toBe('let a, b, c and 2 more expire');
  });

  test('a heartbeat that is lost is no news, an entry that is lost is', () => {
    const heartbeat: TraceEvent = {
      ...(sent(2) as Extract<TraceEvent, { type: 'MessageSent' }>),
      items: [{ kind: 'Heartbeat', shard: S0, term: 1, index: 0, entries: 0, ok: true }],
    };
    const lost = (id: number): TraceEvent => ({ timeUs: 45, type: 'MessageDropped', id, reason: 'target is down' });
    expect(modelAfter(heartbeat, lost(2)).feed).toEqual([]);
    expect(modelAfter(sent(1), lost(1)).feed).toMatchObject([
      { actor: N1, text: 'lost entries up to 3 to n2', why: 'because the target is down' },
    ]);
  });
});
