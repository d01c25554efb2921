import { NO_SHARD, type ShardId, shardId } from '../core/base/ids.ts';
import type { MessageItem, MessageKind } from '../core/cluster/trace-event.ts';
import type { Message, ReplyBody } from '../core/node/message.ts';
import type { RaftMessage } from '../core/raft/message.ts';

const ANSWERS: ReadonlySet<ReplyBody['type']> = new Set([
  ...(['Registered', 'Written', 'Value', 'Range', 'EventualWritten', 'EventualValue'] as const),
]);

/** A message of an envelope, in short, for the screen. */
export function describeMessage(message: Message): MessageItem {
  switch (message.type) {
    case 'Raft':
      return describeRaft(message.shard, message.body);
    case 'GossipSyn':
    case 'GossipAck':
      return item(message.type, NO_SHARD, 0, 0, 0, true);
    case 'ClientRequest':
      return { ...item('ClientRequest', message.shard, 0, 0, 0, true), requestId: message.requestId };
    case 'ClientReply': {
      const { body } = message;
      const ok = ANSWERS.has(body.type);
      const term = 'term' in body ? body.term : 0;
      const index = 'index' in body ? body.index : 0;
      return { ...item('ClientReply', message.shard, term, index, 0, ok), requestId: message.requestId };
    }
    case 'GroupStatusAsked':
    case 'GroupsReported':
    case 'JoinAsked':
    case 'MetaFetched':
      return item(message.type, NO_SHARD, 0, 0, 0, true);
    case 'MetaTold':
      return item(message.type, NO_SHARD, 0, message.index, 0, true);
    case 'MetaOrdered':
      return item(message.type, message.order.shard, 0, 0, 0, true);
    case 'RepairAsked':
      return item(message.type, message.shard, 0, message.after, 0, true);
    case 'RootAsked':
    case 'RootTold':
    case 'MerkleAsked':
    case 'MerkleTold':
    case 'CopyRead':
      return item(message.type, message.shard, 0, message.index, 0, true);
    case 'ReadIndexAsked':
      return { ...item(message.type, message.shard, 0, 0, 0, true), requestId: message.requestId };
    case 'ReadIndexTold':
      return item(message.type, message.shard, 0, message.index, 0, true);
    case 'RowSent':
    case 'RowAsked':
      return withOp(item(message.type, message.shard, 0, 0, 0, true), message.op);
    case 'RowTold':
      return withOp(item(message.type, message.shard, 0, 0, 0, message.row !== undefined), message.op);
    case 'SyncAsked':
    case 'SyncTold':
    case 'FenceAsked':
    case 'FenceTold':
    case 'WatermarkRaised':
      return item(message.type, message.shard, 0, 0, 0, true);
    case 'RowTaken':
      return withOp(item(message.type, message.shard, 0, 0, 0, message.refusal === undefined), message.op);
    case 'ConnectionRefused':
      return { ...item('ConnectionRefused', shardId(0), 0, 0, 0, false), requestId: message.requestId };
  }
}

function describeRaft(shard: ShardId, body: RaftMessage): MessageItem {
  switch (body.type) {
    case 'RequestVote':
      return item(body.preVote ? 'PreVote' : 'RequestVote', shard, body.term, body.lastLogIndex, 0, true);
    case 'RequestVoteResponse':
      return item(body.preVote ? 'PreVoteResponse' : 'RequestVoteResponse', shard, body.term, 0, 0, body.voteGranted);
    case 'AppendEntries':
      return item(
        'AppendEntries',
        shard,
        body.term,
        body.prevLogIndex + body.entries.length,
        body.entries.length,
        true,
      );
    case 'AppendEntriesResponse':
      return item('AppendEntriesResponse', shard, body.term, body.index, 0, body.success);
    case 'Heartbeat':
      return withRound(item('Heartbeat', shard, body.term, body.leaderCommit, 0, true), body.readContext);
    case 'HeartbeatResponse':
      return withRound(item('HeartbeatResponse', shard, body.term, 0, 0, true), body.readContext);
    case 'TimeoutNow':
      return item('TimeoutNow', shard, body.term, 0, 0, true);
    case 'InstallSnapshot':
      return item('InstallSnapshot', shard, body.term, body.lastIncluded.index, 0, true);
    case 'InstallSnapshotResponse':
      return item('InstallSnapshotResponse', shard, body.term, body.lastIncludedIndex, 0, !body.refused);
  }
}

const withRound = (described: MessageItem, readContext: number): MessageItem =>
  readContext === 0 ? described : { ...described, readContext };

const withOp = (described: MessageItem, op: number): MessageItem => (op === 0 ? described : { ...described, op });

const item = (
  kind: MessageKind,
  shard: ShardId,
  term: number,
  index: number,
  entries: number,
  ok: boolean,
): MessageItem => ({
  kind,
  shard,
  term,
  index,
  entries,
  ok,
});
