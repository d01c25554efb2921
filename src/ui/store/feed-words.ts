import { nodeName, shardName } from '../../core/cluster/snapshot.ts';
import type { TraceEvent } from '../../core/cluster/trace-event.ts';
import type { Draft } from './draft.ts';
import { isRare, tellLate } from './late-words.ts';
import { operationText } from './operation-text.ts';
import { outcomeText } from './outcome-text.ts';
import { tellRaft } from './raft-words.ts';
import { leaderOf } from './view-model.ts';

/** Adds what matters of an event to the feed: who, what in the past tense, and why. Most events add nothing. */
export function tellEvent(draft: Draft, event: TraceEvent): void {
  if (isRare(event)) {
    tellLate(draft, event);
    return;
  }
  tellRecovery(draft, event);
  tellRaft(draft, event);
  tellOperation(draft, event);
}

function tellRecovery(draft: Draft, event: TraceEvent): void {
  if (event.type !== 'NodeRecovered') return;
  const { logRecords, tables, tornBytes } = event;
  const from = tables > 0 ? `${logRecords} log records and ${tables} tables` : `${logRecords} log records`;
  const fresh = logRecords === 0 && tables === 0;
  const torn = tornBytes > 0 ? `, cut off ${tornBytes} torn bytes` : '';
  draft.tell({
    actor: event.node,
    shard: undefined,
    text: fresh ? 'started' : 'recovered',
    why: fresh ? 'its disk is empty' : `it read ${from}${torn}`,
    tone: 'good',
    topic: 'fault',
  });
}

function tellOperation(draft: Draft, event: TraceEvent): void {
  if (event.type === 'OperationInvoked') {
    const { type } = event.operation;
    const leader = leaderOf(draft.view, event.shard);
    const isLeaderless = type === 'EventualRead' || type === 'EventualWrite';
    const ofLeader = `because the key belongs to ${shardName(event.shard)}${leader === 0 ? ', which has no leader now' : `, led by ${nodeName(leader)}`}`;
    const ofAny = `because the key belongs to ${shardName(event.shard)}; any node coordinates`;
    draft.tell({
      actor: event.client,
      shard: event.shard,
      text: `asked ${operationText(event.operation)}`,
      why: type === 'Scan' ? 'because it needs the leader of every shard' : isLeaderless ? ofAny : ofLeader,
      tone: 'plain',
      topic: type === 'Get' || type === 'Scan' || type === 'EventualRead' ? 'read' : 'write',
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
