import type { ShardId } from '../../core/base/ids.ts';
import type { MessageItem, MessageKind } from '../../core/cluster/trace-event.ts';

/** How a message is drawn: shape = kind, hollow = reply, colour = family. */
export interface MessageLook {
  readonly shape: 'circle' | 'triangle' | 'square' | 'dot';
  readonly hollow: boolean;
  readonly family: 'raft' | 'client' | 'bad';
  /** Short words beside it; empty = never labelled. */
  readonly label: string;
}

const LOOKS: Record<MessageKind, Omit<MessageLook, 'label'>> = {
  AppendEntries: { shape: 'circle', hollow: false, family: 'raft' },
  AppendEntriesResponse: { shape: 'circle', hollow: true, family: 'raft' },
  RequestVote: { shape: 'triangle', hollow: false, family: 'raft' },
  RequestVoteResponse: { shape: 'triangle', hollow: true, family: 'raft' },
  PreVote: { shape: 'triangle', hollow: false, family: 'raft' },
  PreVoteResponse: { shape: 'triangle', hollow: true, family: 'raft' },
  TimeoutNow: { shape: 'triangle', hollow: false, family: 'raft' },
  Heartbeat: { shape: 'dot', hollow: false, family: 'raft' },
  HeartbeatResponse: { shape: 'dot', hollow: true, family: 'raft' },
  InstallSnapshot: { shape: 'circle', hollow: false, family: 'raft' },
  InstallSnapshotResponse: { shape: 'circle', hollow: true, family: 'raft' },
  ClientRequest: { shape: 'square', hollow: false, family: 'client' },
  ClientReply: { shape: 'square', hollow: true, family: 'client' },
  ConnectionRefused: { shape: 'square', hollow: true, family: 'bad' },
};

/** The item of an envelope that it is drawn as: of the shard, or where none is given of any, the most telling one. Undefined: carries nothing of it. */
export function leadItem(items: readonly MessageItem[], shard: ShardId | undefined): MessageItem | undefined {
  const mine = items.filter((item) => shard === undefined || item.shard === shard || item.kind === 'ConnectionRefused');
  return mine.find((item) => item.kind !== 'Heartbeat' && item.kind !== 'HeartbeatResponse') ?? mine[0];
}

export const lookOf = (item: MessageItem): MessageLook => ({ ...LOOKS[item.kind], label: labelOf(item) });

function labelOf(item: MessageItem): string {
  switch (item.kind) {
    case 'AppendEntries':
      return item.entries === 0 ? 'append' : `append ${item.index}`;
    case 'AppendEntriesResponse':
      return item.ok ? `stored ${item.index}` : `refused ${item.index}`;
    case 'RequestVote':
      return `vote? t${item.term}`;
    case 'PreVote':
      return `pre-vote? t${item.term}`;
    case 'RequestVoteResponse':
    case 'PreVoteResponse':
      return item.ok ? 'vote granted' : 'vote refused';
    case 'TimeoutNow':
      return 'stand now';
    case 'InstallSnapshot':
      return `snapshot ${item.index}`;
    case 'InstallSnapshotResponse':
      return `has a piece of ${item.index}`;
    case 'ClientRequest':
      return 'request';
    case 'ClientReply':
      return item.ok ? 'answer' : 'not here';
    case 'ConnectionRefused':
      return 'refused: no process listens';
    case 'Heartbeat':
    case 'HeartbeatResponse':
      return '';
  }
}
