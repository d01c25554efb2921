import type { ShardId } from '../../core/base/ids.ts';
import { isGossip } from '../../core/cluster/trace-event.ts';
import type { MessageView } from '../store/view-model.ts';
import { leadItem } from './message-look.ts';

export interface BusyLink {
  /** Any of the link's messages: it says which two it joins. */
  readonly message: MessageView;
  /** Something of the shard asked for is on its way. */
  readonly focused: boolean;
}

/** One for each pair with a message in flight at `nowUs`, whichever way it goes. */
export function busyLinks(
  messages: Iterable<MessageView>,
  shard: ShardId | undefined,
  nowUs: number,
): readonly BusyLink[] {
  const links = new Map<string, BusyLink>();
  for (const message of messages) {
    if (nowUs < message.sentAtUs || nowUs > message.deliverAtUs) continue;
    // Everybody gossips with everybody: that makes no link busy.
    if (message.items.every(({ kind }) => isGossip(kind))) continue;
    const [low, high] = message.from < message.to ? [message.from, message.to] : [message.to, message.from];
    const pair = `${low}-${high}`;
    const before = links.get(pair);
    if (before?.focused === true) continue;
    const focused = leadItem(message.items, shard) !== undefined;
    if (before === undefined || focused) links.set(pair, { message, focused });
  }
  return [...links.values()];
}
