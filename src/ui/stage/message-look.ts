import type { ShardId } from '../../core/base/ids.ts';
import { isGossip, isRoutine, type MessageItem, type MessageKind } from '../../core/cluster/trace-event.ts';

/** How a message is drawn: shape = kind, hollow = reply, colour = family. */
export interface MessageLook {
  readonly shape: 'circle' | 'triangle' | 'square' | 'diamond' | 'dot' | 'speck';
  readonly hollow: boolean;
  readonly family: 'raft' | 'client' | 'gossip' | 'repair' | 'bad';
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
  ReadIndexAsked: { shape: 'circle', hollow: false, family: 'raft' },
  ReadIndexTold: { shape: 'circle', hollow: true, family: 'raft' },
  ClientRequest: { shape: 'square', hollow: false, family: 'client' },
  ClientReply: { shape: 'square', hollow: true, family: 'client' },
  ConnectionRefused: { shape: 'square', hollow: true, family: 'bad' },
  GossipSyn: { shape: 'speck', hollow: false, family: 'gossip' },
  GossipAck: { shape: 'speck', hollow: true, family: 'gossip' },
  GroupStatusAsked: { shape: 'speck', hollow: false, family: 'gossip' },
  GroupsReported: { shape: 'speck', hollow: true, family: 'gossip' },
  JoinAsked: { shape: 'speck', hollow: false, family: 'gossip' },
  MetaFetched: { shape: 'speck', hollow: false, family: 'gossip' },
  MetaTold: { shape: 'speck', hollow: true, family: 'gossip' },
  MetaOrdered: { shape: 'triangle', hollow: false, family: 'raft' },
  CopyRead: { shape: 'circle', hollow: true, family: 'raft' },
  RootAsked: { shape: 'circle', hollow: false, family: 'raft' },
  RootTold: { shape: 'circle', hollow: true, family: 'raft' },
  RepairAsked: { shape: 'circle', hollow: false, family: 'raft' },
  MerkleAsked: { shape: 'circle', hollow: false, family: 'raft' },
  MerkleTold: { shape: 'circle', hollow: true, family: 'raft' },
  RowSent: { shape: 'diamond', hollow: false, family: 'repair' },
  RowTaken: { shape: 'diamond', hollow: true, family: 'repair' },
  RowAsked: { shape: 'diamond', hollow: false, family: 'repair' },
  RowTold: { shape: 'diamond', hollow: true, family: 'repair' },
  SyncAsked: { shape: 'diamond', hollow: false, family: 'repair' },
  SyncTold: { shape: 'diamond', hollow: true, family: 'repair' },
  FenceAsked: { shape: 'diamond', hollow: false, family: 'repair' },
  FenceTold: { shape: 'diamond', hollow: true, family: 'repair' },
  WatermarkRaised: { shape: 'diamond', hollow: false, family: 'repair' },
};

/** The item of an envelope that it is drawn as: of the shard, or where none is given of any, the most telling one. Undefined: carries nothing of it. */
export function leadItem(items: readonly MessageItem[], shard: ShardId | undefined): MessageItem | undefined {
  const mine = items.filter((item) => shard === undefined || item.shard === shard || item.kind === 'ConnectionRefused');
  const lead = mine.find(({ kind }) => !isRoutine(kind)) ?? mine.find(({ kind }) => !isGossip(kind)) ?? mine[0];
  // Gossip is of no shard: where nothing else is in the envelope, it is what there is to see.
  return lead ?? (items.every(({ kind }) => isGossip(kind)) ? items[0] : undefined);
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
      return item.ok ? `has a piece of ${item.index}` : `refuses snapshot ${item.index}`;
    case 'ReadIndexAsked':
      return 'read from where?';
    case 'ReadIndexTold':
      return `read from ${item.index}`;
    case 'ClientRequest':
      return 'request';
    case 'ClientReply':
      return item.ok ? 'answer' : 'not here';
    case 'ConnectionRefused':
      return 'refused: no process listens';
    case 'Heartbeat':
    case 'HeartbeatResponse':
    case 'GossipSyn':
    case 'GossipAck':
    case 'GroupStatusAsked':
    case 'GroupsReported':
    case 'MetaFetched':
    case 'MetaTold':
      return '';
    case 'JoinAsked':
      return 'may I join?';
    case 'MetaOrdered':
      return 'placement';
    case 'RepairAsked':
    case 'RootAsked':
    case 'MerkleAsked':
      return `at ${item.index}?`;
    case 'MerkleTold':
    case 'RootTold':
    case 'CopyRead':
      return `holds at ${item.index}`;
    case 'RowSent':
      return 'row';
    case 'RowTaken':
      return item.ok ? 'has the row' : 'refuses the row';
    case 'RowAsked':
      return 'row?';
    case 'RowTold':
      return 'holds';
    case 'SyncAsked':
      return 'compare?';
    case 'SyncTold':
      return 'compared';
    case 'FenceAsked':
      return 'fence?';
    case 'FenceTold':
      return 'fenced';
    case 'WatermarkRaised':
      return 'purge';
  }
}
