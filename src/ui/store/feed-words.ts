import { showClock } from '../../console/show.ts';
import type { ActorId, NodeId } from '../../core/base/ids.ts';
import { nodeName, shardName } from '../../core/cluster/snapshot.ts';
import type { DropReason, TraceEvent } from '../../core/cluster/trace-event.ts';
import { actionText } from './action-text.ts';
import type { Draft } from './draft.ts';
import { operationText } from './operation-text.ts';
import { outcomeText } from './outcome-text.ts';
import { tellRaft } from './raft-words.ts';
import { type FeedItem, leaderOf } from './view-model.ts';

const WORLD = 0 as ActorId;

/** Adds what matters of an event to the feed: who, what in the past tense, and why. Most events add nothing. */
export function tellEvent(draft: Draft, event: TraceEvent): void {
  tellWorld(draft, event);
  tellNode(draft, event);
  tellRaft(draft, event);
  tellOperation(draft, event);
}

function tellWorld(draft: Draft, event: TraceEvent): void {
  switch (event.type) {
    case 'ActionTaken': {
      const text = actionText(event.action);
      const why = event.action.type === 'Reload' ? '' : 'because you asked for it';
      if (text !== '') draft.tell({ actor: WORLD, shard: undefined, text, why, tone: 'plain', topic: 'fault' });
      return;
    }
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

const LOSS_WORDS: Record<DropReason, string> = {
  'lost on the link': 'because the link lost it',
  'link is cut': 'because the link is cut',
  'target is down': 'because the target is down',
  'buffer is full': 'because it is frozen, and its buffer is full',
  'sender died': 'because the sender died',
  'dropped by hand': 'because you dropped it',
};

/** Entries, requests and answers that got lost; a lost heartbeat is no news. */
function tellDrop(draft: Draft, event: Extract<TraceEvent, { type: 'MessageDropped' }>): void {
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

function tellNode(draft: Draft, event: TraceEvent): void {
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
    case 'ClockChanged':
      about(event.node, 'had its clocks set', showClock(event) || 'they are right', 'plain');
      return;
    case 'DiskDamaged':
      about(
        event.node,
        'has a flipped bit on its disk',
        `${event.what}; it finds out when it reads it`,
        'bad',
        'storage',
      );
      return;
    case 'NodeRecovered': {
      const from =
        event.tables > 0
          ? `${event.logRecords} log records and ${event.tables} tables`
          : `${event.logRecords} log records`;
      const fresh = event.logRecords === 0 && event.tables === 0;
      const torn = event.tornBytes > 0 ? `, cut off ${event.tornBytes} torn bytes` : '';
      about(
        event.node,
        fresh ? 'started' : 'recovered',
        fresh ? 'its disk is empty' : `it read ${from}${torn}`,
        'good',
      );
      return;
    }
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
        `the state behind entry ${event.index}: its log no longer holds what ${nodeName(event.follower)} lacks`,
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

function tellOperation(draft: Draft, event: TraceEvent): void {
  if (event.type === 'OperationInvoked') {
    const { type } = event.operation;
    const leader = leaderOf(draft.view, event.shard);
    const ofKey = `because the key belongs to ${shardName(event.shard)}${leader === 0 ? ', which has no leader now' : `, led by ${nodeName(leader)}`}`;
    draft.tell({
      actor: event.client,
      shard: event.shard,
      text: `asked ${operationText(event.operation)}`,
      why: type === 'Scan' ? 'because it needs the leader of every shard' : ofKey,
      tone: 'plain',
      topic: type === 'Get' || type === 'Scan' ? 'read' : 'write',
    });
  }
  if (event.type === 'OperationCompleted') {
    const operation = draft.view.operations.get(event.id);
    const { text, why, good } = outcomeText(event.outcome);
    draft.tell({
      actor: event.client,
      shard: operation?.shard ?? event.outcome.shard,
      text: `${operation?.text ?? 'operation'}: ${text}`,
      why,
      tone: good ? 'good' : 'bad',
      topic: operation !== undefined && /^(GET|SCAN) /.test(operation.text) ? 'read' : 'write',
    });
  }
}

function actorName(draft: Draft, actor: ActorId): string {
  return draft.view.clients.get(actor as never) ?? nodeName(actor);
}
