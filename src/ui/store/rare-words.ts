import { showClock } from '../../console/show.ts';
import type { ActorId, NodeId } from '../../core/base/ids.ts';
import { FALLBACK_WORDS } from '../../core/cluster/consistency-words.ts';
import { nodeName, shardName } from '../../core/cluster/snapshot.ts';
import type { DropReason } from '../../core/cluster/trace-event.ts';
import type { CorruptBlockFinder } from '../../core/node/block-reads.ts';
import { inSeconds } from '../format.ts';
import { actionText } from './action-text.ts';
import type { Draft } from './draft.ts';
import { tellEventual } from './eventual-feed-words.ts';
import { tellIntegrity } from './integrity-words.ts';
import type { RareEvent } from './late-words.ts';
import { tellPlacement } from './placement-words.ts';
import { tellRareRaft } from './rare-raft-words.ts';
import { reduceIntegrity } from './reduce-integrity.ts';
import type { FeedItem } from './view-model.ts';

const WORLD = 0 as ActorId;

/** What no run begins with: faults and what was asked for, the work of disks, and moves. Fetched with the first of them (late-words.ts). */
export function tellRare(draft: Draft, event: RareEvent): void {
  tellWorld(draft, event);
  tellNode(draft, event);
  tellRareRaft(draft, event);
  tellPlacement(draft, event);
  tellIntegrity(draft, event);
  tellEventual(draft, event);
  reduceIntegrity(draft, event);
}

function tellWorld(draft: Draft, event: RareEvent): void {
  switch (event.type) {
    case 'ActionTaken': {
      const text = actionText(event.action);
      const why = event.action.type === 'Reload' ? '' : 'because you asked for it';
      const shard = 'shard' in event.action ? event.action.shard : undefined;
      if (text !== '') draft.tell({ actor: WORLD, shard, text, why, tone: 'plain', topic: 'fault' });
      return;
    }
    case 'ReadFellBack':
      draft.tell({
        actor: event.client,
        shard: event.shard,
        text: event.reason === 'silent voter' ? 'makes do with a majority' : 'asks the leader instead of a quorum',
        why: `because ${FALLBACK_WORDS[event.reason]}`,
        tone: 'plain',
        topic: 'read',
      });
      return;
    case 'ReplicasDiffered':
      draft.tell({
        actor: event.client,
        shard: event.shard,
        text: `found that ${event.nodes.map(nodeName).join(' and ')} hold different values`,
        why: `both have applied just the entries up to ${event.index} of ${shardName(event.shard)}: one of them is damaged`,
        tone: 'bad',
        topic: 'read',
      });
      return;
    case 'MessageDropped':
      tellDrop(draft, event);
      return;
    case 'InvariantViolated':
      draft.tell({
        actor: WORLD,
        shard: undefined,
        text: `Broken: ${event.invariant}`,
        repeat: `broken ${event.invariant}`,
        why: event.detail,
        tone: 'bad',
        topic: 'fault',
      });
      return;
    default:
  }
}

const FOUND_BY: Record<CorruptBlockFinder, string> = {
  read: 'a read needed it, and gets no value from it',
  compaction: 'a compaction needed it, and waits',
  recovery: 'it needed it to start',
  scrub: 'a scrub looked at its checksum',
};

const LOSS_WORDS: Record<DropReason, string> = {
  'lost on the link': 'because the link lost it',
  'link is cut': 'because the link is cut',
  'target is down': 'because the target is down',
  'buffer is full': 'because it is frozen, and its buffer is full',
  'sender died': 'because the sender died',
  'dropped by hand': 'because you dropped it',
};

/** Entries, requests and answers that got lost; a lost heartbeat is no news. */
function tellDrop(draft: Draft, event: Extract<RareEvent, { type: 'MessageDropped' }>): void {
  const message = draft.view.messages.get(event.id);
  const item = message?.items.find(
    (candidate) => candidate.entries > 0 || candidate.kind === 'ClientRequest' || candidate.kind === 'ClientReply',
  );
  if (message === undefined || item === undefined) return;
  const what =
    item.entries > 0 ? `entries up to ${item.index}` : item.kind === 'ClientRequest' ? 'a request' : 'an answer';
  draft.tell({
    actor: message.from,
    shard: item.shard,
    text: `lost ${what} to ${actorName(draft, message.to)}`,
    why: LOSS_WORDS[event.reason],
    tone: 'bad',
    topic: 'fault',
    repeat: `lost ${item.entries > 0 ? 'entries' : item.kind} ${message.to} ${event.reason}`,
  });
}

function tellNode(draft: Draft, event: RareEvent): void {
  const about = (node: NodeId, text: string, why: string, tone: FeedItem['tone'], topic: FeedItem['topic'] = 'fault') =>
    draft.tell({ actor: node, shard: undefined, text, why, tone, topic });
  switch (event.type) {
    case 'NodeKilled': {
      const fate =
        event.pending === 0
          ? 'nothing was being written'
          : `${event.lost} of ${event.pending} records being written were lost`;
      about(event.node, 'was killed', event.torn ? `${fate}, one is torn` : fate, 'bad');
      return;
    }
    case 'NodeCrashed':
      about(event.node, 'crashed', `because ${event.reason}`, 'bad');
      return;
    case 'NodeFrozen':
      about(event.node, 'was frozen', 'its process stands still; what arrives for it waits', 'bad');
      return;
    case 'NodeThawed': {
      const waited = event.waited === 0 ? 'nothing had arrived' : `it takes ${event.waited} messages that had arrived`;
      about(event.node, 'goes on', `because it was thawed: ${waited}`, 'good');
      return;
    }
    case 'NodeSuspected': {
      if (leftOneOf(draft, event)) return;
      const why = `because it has heard nothing of it for ${inSeconds(event.silentUs)}: φ ${event.phi}`;
      about(event.node, `began to suspect ${nodeName(event.subject)}`, why, 'bad');
      return;
    }
    case 'NodeUnsuspected': {
      if (leftOneOf(draft, event)) return;
      const why = `because a heartbeat came after ${inSeconds(event.silentUs)}`;
      about(event.node, `stopped suspecting ${nodeName(event.subject)}`, why, 'good');
      return;
    }
    case 'ClockChanged':
      about(event.node, 'had its clocks set', showClock(event) || 'they are right', 'plain');
      return;
    case 'DiskDamaged':
      about(
        event.node,
        'has a flipped bit on its disk',
        event.store === 'sst'
          ? `${event.what}; it finds out when it reads it, or with a scrub`
          : `${event.what}; it finds out when it reads it`,
        'bad',
        'storage',
      );
      return;
    case 'SSTablePublished':
      about(
        event.node,
        `flushed table ${event.fileNumber} to level ${event.level}`,
        `${event.entries} entries, ${event.bytes} bytes`,
        'plain',
        'storage',
      );
      return;
    case 'CompactionFinished': {
      const { inputs, outputs, level, outputLevel, dropped } = event;
      const into = outputs.length === 0 ? 'nothing is left of them' : `now ${outputs.length} in level ${outputLevel}`;
      about(
        event.node,
        `compacted ${inputs.length} tables of level ${level}${outputLevel > level ? ` and ${outputLevel}` : ''}`,
        `${into}, ${dropped} entries dropped; because of ${event.reason}`,
        'plain',
        'storage',
      );
      return;
    }
    case 'TableMoved':
      about(
        event.node,
        `moved table ${event.fileNumber} to level ${event.level}`,
        'nothing there overlaps it: only the manifest changed',
        'plain',
        'storage',
      );
      return;
    case 'SnapshotStarted':
      about(
        event.node,
        `sends ${nodeName(event.follower)} a snapshot of ${shardName(event.shard)}`,
        event.repairs === true
          ? `the state behind entry ${event.index}: ${nodeName(event.follower)} cannot read what it had`
          : `the state behind entry ${event.index}: its log no longer holds what ${nodeName(event.follower)} lacks`,
        'plain',
        'storage',
      );
      return;
    case 'SnapshotInstalled':
      about(
        event.node,
        `installed a snapshot of ${shardName(event.shard)}`,
        `${event.keys} keys, the state behind entry ${event.index}`,
        'good',
        'storage',
      );
      return;
    case 'BlockCorrupt':
      about(
        event.node,
        `found block ${event.block} of table ${event.fileNumber} corrupt`,
        `${FOUND_BY[event.foundBy]}; it held a part of ${shardName(event.shard)}${event.isServed ? '' : ' that is no longer in use'}`,
        'bad',
        'storage',
      );
      return;
    case 'EventualRowsLost':
      about(
        event.node,
        `lost its eventual rows of ${shardName(event.shard)}`,
        'a block of them cannot be read: they are dropped, and it answers nothing from them',
        'bad',
        'storage',
      );
      return;
    case 'EventualRowsBegunAnew':
      about(
        event.node,
        `begins its eventual rows of ${shardName(event.shard)} anew`,
        'without any: it takes writes, and counts for nothing until it has copied those of another home',
        'plain',
        'storage',
      );
      return;
    case 'ReplicaDamaged':
      about(
        event.node,
        `serves nobody from its replica of ${shardName(event.shard)}`,
        'a block of it cannot be read: it votes and appends as before, and asks its leader for a snapshot',
        'bad',
        'storage',
      );
      return;
    case 'StateRestored':
      about(
        event.node,
        `rebuilt its replica of ${shardName(event.shard)} from a snapshot`,
        `${event.keys} keys, the state behind entry ${event.index}; its log goes on as it was`,
        'good',
        'storage',
      );
      return;
    case 'ScrubCompleted': {
      if (!event.asked && event.bad === 0) return;
      const found = event.bad === 0 ? 'every checksum is right' : `${event.bad} of them cannot be read`;
      about(
        event.node,
        `read all ${event.blocks} blocks of its tables`,
        found,
        event.bad === 0 ? 'good' : 'bad',
        'storage',
      );
      return;
    }
    case 'SnapshotRefused':
      about(
        event.node,
        `refused a snapshot of ${shardName(event.shard)}`,
        event.found === ''
          ? `what ${nodeName(event.from)} sent cannot be read back from its disk: it asks for another`
          : `what ${nodeName(event.from)} sent came to the Merkle root ${event.found} and not ${event.expected}: it asks for another`,
        'bad',
        'storage',
      );
      return;
    case 'LogTrimmed':
      about(
        event.node,
        `trimmed its log by ${event.records} records`,
        `${event.bytes} bytes that the tables, or a checkpoint at the log's end, make needless`,
        'plain',
        'storage',
      );
      return;
    case 'WriteStalled':
      about(
        event.node,
        event.kind === 'stopped' ? 'stops applying writes' : 'slows applying writes down',
        event.because === 'MemTable'
          ? 'the MemTable fills faster than it is flushed'
          : `level 0 has ${event.tables} tables: compaction cannot keep up`,
        'bad',
        'storage',
      );
      return;
    case 'WriteResumed':
      about(event.node, 'applies writes at full speed again', 'flush and compaction caught up', 'good', 'storage');
      return;
    default:
  }
}

function actorName(draft: Draft, actor: ActorId): string {
  return draft.view.clients.get(actor as never) ?? nodeName(actor);
}

/** One of the two has left. Nobody speaks to it any more: it cannot but suspect all others, and they it, and neither is news. */
const leftOneOf = (draft: Draft, { node, subject }: { readonly node: NodeId; readonly subject: NodeId }): boolean =>
  [node, subject].some((each) => draft.view.placement.members.get(each) === 'left');
