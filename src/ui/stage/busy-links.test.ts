import { expect, test } from 'vitest';
import { type ActorId, NO_SHARD, shardId } from '../../core/base/ids.ts';
import type { MessageView } from '../store/view-model.ts';
import { busyLinks } from './busy-links.ts';

let nextId = 1;
const message = (from: number, to: number, shard: number, sentAtUs = 0): MessageView => ({
  id: nextId++,
  from: from as ActorId,
  to: to as ActorId,
  sentAtUs,
  deliverAtUs: sentAtUs + 10,
  items: [{ kind: 'Heartbeat', shard: shardId(shard) } as MessageView['items'][number]],
});

const found = (...messages: readonly MessageView[]) =>
  busyLinks(messages, shardId(3), 5).map(({ message: { from, to }, focused }) => [from, to, focused]);

test('one link a pair, whichever way; the focused shard decides how it is drawn', () => {
  expect(found(message(1, 2, 0), message(2, 1, 3), message(1, 2, 0), message(4, 5, 0))).toEqual([
    [2, 1, true],
    [4, 5, false],
  ]);
});

test('gossip makes no link busy, unless something else goes with it', () => {
  const gossip = { kind: 'GossipSyn', shard: NO_SHARD } as MessageView['items'][number];
  const carrying = (...items: MessageView['items']): MessageView => ({ ...message(1, 2, 0), items });
  expect(found(carrying(gossip))).toEqual([]);
  expect(found(carrying(gossip, ...message(1, 2, 3).items))).toEqual([[1, 2, true]]);
});

test('what is not yet sent or has arrived makes no link', () => {
  expect(found(message(1, 2, 3, 6), message(1, 2, 3, -20))).toEqual([]);
});
