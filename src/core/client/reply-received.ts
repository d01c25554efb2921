import { NO_NODE, type ShardId } from '../base/ids.ts';
import type { ClientReply, ConnectionRefused } from '../node/message.ts';
import type { Attempt } from './call.ts';
import type { ClientReport } from './trace-event.ts';

/** What the client says of an answer: whose it is, and whom it names as leader. */
export function replyReceived(
  shard: ShardId,
  { requestId, to }: Pick<Attempt, 'requestId' | 'to'>,
  message: ClientReply | ConnectionRefused,
): ClientReport {
  const refused = message.type === 'ConnectionRefused';
  const answer = refused ? message.type : message.body.type;
  const leader = !refused && message.body.type === 'NotLeader' ? message.body.leader : NO_NODE;
  return { type: 'ReplyReceived', shard, requestId, from: to, answer, leader };
}
