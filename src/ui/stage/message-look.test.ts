import { expect, test } from 'vitest';
import { NO_SHARD, shardId } from '../../core/base/ids.ts';
import type { MessageItem, MessageKind } from '../../core/cluster/trace-event.ts';
import { leadItem } from './message-look.ts';

const item = (kind: MessageKind, shard = 0): MessageItem => ({
  ...{ kind, shard: shard < 0 ? NO_SHARD : shardId(shard), term: 1, index: 0, entries: 0, ok: true },
});
const lead = (shard: number | undefined, ...items: readonly MessageItem[]) =>
  leadItem(items, shard === undefined ? undefined : shardId(shard))?.kind;

test('an envelope is drawn as the most telling that it carries of the shard', () => {
  expect(lead(0, item('Heartbeat'), item('AppendEntries'))).toBe('AppendEntries');
  expect(lead(0, item('Heartbeat'), item('AppendEntries', 1))).toBe('Heartbeat');
  expect(lead(2, item('Heartbeat'), item('AppendEntries', 1))).toBeUndefined();
  expect(lead(undefined, item('Heartbeat'), item('AppendEntries', 1))).toBe('AppendEntries');
});

test('gossip is seen where nothing else is in the envelope, whatever shard is in view', () => {
  const gossip = item('GossipSyn', -1);
  expect(lead(0, gossip)).toBe('GossipSyn');
  expect(lead(undefined, gossip, item('GossipAck', -1))).toBe('GossipSyn');
  expect(lead(0, gossip, item('Heartbeat'))).toBe('Heartbeat');
  expect(lead(undefined, gossip, item('Heartbeat'))).toBe('Heartbeat');
  // Of another shard, and the gossip with it: no more than it was.
  expect(lead(0, gossip, item('AppendEntries', 1))).toBeUndefined();
});
