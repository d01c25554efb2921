import type { ActorId, NodeId } from '../../core/base/ids.ts';
import { nodeName, shardName } from '../../core/cluster/snapshot.ts';
import type { TraceEvent } from '../../core/cluster/trace-event.ts';
import { actionText } from './action-text.ts';
import type { Draft } from './draft.ts';
import { operationText } from './operation-text.ts';
import { outcomeText } from './outcome-text.ts';
import { leaderOf } from './view-model.ts';

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
      if (text !== '') draft.tell({ actor: WORLD, shard: undefined, text, why, tone: 'plain' });
      return;
    }
    case 'MessageDropped': {
      const message = draft.view.messages.get(event.id);
      const item = message?.items.find(
        (candidate) => candidate.entries > 0 || candidate.kind === 'ClientRequest' || candidate.kind === 'ClientReply',
      );
      if (message === undefined || item === undefined) return;
      const what =
        item.entries > 0 ? `entries up to ${item.index}` : item.kind === 'ClientRequest' ? 'a request' : 'an answer';
      const text = `lost ${what} to ${actorName(draft, message.to)}`;
      draft.tell({
        actor: message.from,
        shard: item.shard,
        text,
        why: `because the ${event.reason.replace(/^the /, '')}`,
        tone: 'bad',
      });
      return;
    }
    case 'InvariantViolated':
      draft.tell({
        actor: WORLD,
        shard: undefined,
        text: `Broken: ${event.invariant}`,
        why: event.detail,
        tone: 'bad',
      });
      return;
    default:
  }
}

function tellNode(draft: Draft, event: TraceEvent): void {
  const about = (node: NodeId, text: string, why: string, tone: 'plain' | 'good' | 'bad') =>
    draft.tell({ actor: node, shard: undefined, text, why, tone });
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
      );
      return;
    default:
  }
}

function tellRaft(draft: Draft, event: TraceEvent): void {
  if (event.type === 'RoleChanged') {
    const before = draft.replica(event.shard, event.node);
    const shard = shardName(event.shard);
    const tell = (text: string, tone: 'plain' | 'good' | 'bad') =>
      draft.tell({ actor: event.node, shard: event.shard, text, why: `because it ${roleReason(event.reason)}`, tone });
    if (event.role === 'leader') tell(`became leader of ${shard}, term ${event.term}`, 'good');
    else if (event.role === 'candidate') tell(`asked for votes for term ${event.term}`, 'plain');
    else if (event.role === 'precandidate') tell(`asked for pre-votes for term ${event.term + 1}`, 'plain');
    else if (before.role === 'leader') tell(`stopped leading ${shard}`, 'bad');
  }
  if (event.type === 'CommitAdvanced') {
    const before = draft.replica(event.shard, event.node);
    if (before.role !== 'leader') return;
    const replicas = draft.view.shards.get(event.shard)?.size ?? 1;
    const entry = before.entries.find((candidate) => candidate.index === event.commitIndex);
    const text = `committed ${event.commitIndex}${entry === undefined ? '' : ` (${entry.label})`}`;
    draft.tell({
      actor: event.node,
      shard: event.shard,
      text,
      why: `because ${Math.floor(replicas / 2) + 1} of ${replicas} replicas hold it`,
      tone: 'plain',
    });
  }
}

function tellOperation(draft: Draft, event: TraceEvent): void {
  if (event.type === 'OperationInvoked') {
    const leader = leaderOf(draft.view, event.shard);
    const ofKey = `the key belongs to ${shardName(event.shard)}${leader === 0 ? ', which has no leader now' : `, led by ${nodeName(leader)}`}`;
    const why = event.operation.type === 'Scan' ? 'it needs the leader of every shard' : ofKey;
    draft.tell({
      actor: event.client,
      shard: event.shard,
      text: `asked ${operationText(event.operation)}`,
      why,
      tone: 'plain',
    });
  }
  if (event.type === 'OperationCompleted') {
    const operation = draft.view.operations.get(event.id);
    const { text, why, good } = outcomeText(event.outcome);
    const shard = operation?.shard ?? event.outcome.shard;
    draft.tell({
      actor: event.client,
      shard,
      text: `${operation?.text ?? 'operation'}: ${text}`,
      why,
      tone: good ? 'good' : 'bad',
    });
  }
}

function actorName(draft: Draft, actor: ActorId): string {
  return draft.view.clients.get(actor as never) ?? nodeName(actor);
}

function roleReason(reason: Extract<TraceEvent, { type: 'RoleChanged' }>['reason']): string {
  return reason === 'election timeout' ? 'heard no leader until its election timeout' : reason;
}
