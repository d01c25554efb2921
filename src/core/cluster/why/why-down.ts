import type { NodeId, ShardId } from '../../base/ids.ts';
import type { Action } from '../action.ts';
import { nodeName, shardName } from '../snapshot.ts';
import type { TraceEvent } from '../trace-event.ts';
import { deathOf, inOrder, leadsOf, milliseconds, type Sentence } from './circumstances.ts';

/** Why a node is down, or what it has been through if it is not: who ended it, what that cost, who took over. Empty: nothing is kept of it. */
export function whyDown(node: NodeId, events: readonly TraceEvent[], nowUs: number): readonly Sentence[] {
  const own = events.filter((event) => 'node' in event && event.node === node);
  const death = own.findLast((event) => deathOf(event) !== undefined);
  const started = own.findLast((event) => event.type === 'NodeStarted');
  const recovered = own.findLast((event) => event.type === 'NodeRecovered');
  const name = nodeName(node);
  const sentences: Sentence[] = [];
  if (death !== undefined) {
    const ordered = orderOf(death, events, node);
    if (ordered !== undefined) sentences.push(ordered);
    sentences.push({ timeUs: death.timeUs, text: deathText(death) }, ...leftBehind(node, events, death.timeUs, nowUs));
  }
  if (started !== undefined && started.timeUs >= (death?.timeUs ?? 0)) {
    const text = death === undefined ? `${name} was started` : `${name} was started again`;
    sentences.push({ timeUs: started.timeUs, text });
    if (recovered !== undefined && recovered.timeUs >= started.timeUs) {
      const took = milliseconds(recovered.recoveryUs);
      const read = `${recovered.logRecords} log records and ${recovered.tables} tables`;
      sentences.push({ timeUs: recovered.timeUs, text: `${name} takes part: it read ${read} in ${took}` });
    }
  }
  return inOrder(sentences);
}

function deathText(event: TraceEvent): string {
  if (event.type !== 'NodeKilled') return deathOf(event)?.sentence.text ?? '';
  const { node, pending, lost, torn } = event;
  const fate =
    pending === 0
      ? 'nothing was being written'
      : `${lost} of ${pending} records being written were lost${torn ? ', one of them torn' : ''}`;
  return `${nodeName(node)} was killed: its memory is gone, its disk keeps what was written; ${fate}`;
}

/** What somebody asked for that ended it. */
function orderOf(death: TraceEvent, events: readonly TraceEvent[], node: NodeId): Sentence | undefined {
  const fault = death.type === 'NodeCrashed' ? death.fault : undefined;
  const ordered = events.findLast(
    (event) =>
      event.timeUs <= death.timeUs && event.type === 'ActionTaken' && isOrder(event.action, node, death.type, fault),
  );
  if (ordered?.type !== 'ActionTaken') return undefined;
  return { timeUs: ordered.timeUs, text: orderText(ordered.action, node) };
}

function isOrder(action: Action, node: NodeId, death: TraceEvent['type'], fault: string | undefined): boolean {
  if (action.type === 'Kill') return death === 'NodeKilled' && action.node === node;
  if (action.type === 'CrashAt') return action.node === node && action.point === fault;
  if (action.type !== 'Disk' || action.node !== node) return false;
  const { type } = action.fault;
  return { 'disk full': 'Full', 'write failed': 'Fail', corrupt: 'Corrupt' }[fault ?? ''] === type;
}

function orderText(action: Action, node: NodeId): string {
  const name = nodeName(node);
  if (action.type === 'Kill') return `Somebody asked for it: KILL ${name}`;
  if (action.type === 'CrashAt') return `Somebody asked that ${name} end ${action.point}`;
  const what = action.type === 'Disk' ? action.fault.type : '';
  if (what === 'Full') return `Somebody filled ${name}'s disk: no write of it is accepted any more`;
  return what === 'Fail' ? `Somebody had ${name}'s next write fail` : `Somebody had a bit of ${name}'s disk flipped`;
}

/** The shards that it led, and who leads them since. */
function leftBehind(node: NodeId, events: readonly TraceEvent[], deathUs: number, nowUs: number): readonly Sentence[] {
  const shards = new Set<ShardId>();
  for (const event of events) if (event.type === 'RoleChanged' && event.node === node) shards.add(event.shard);
  return [...shards]
    .sort((a, b) => a - b)
    .flatMap((shard): readonly Sentence[] => {
      const leads = leadsOf(events, shard, nowUs);
      const led = leads.findLast((lead) => lead.node === node && lead.end?.timeUs === deathUs);
      if (led === undefined) return [];
      const next = leads.find((lead) => lead.sinceUs > deathUs);
      if (next === undefined)
        return [{ timeUs: deathUs, text: `It led ${shardName(shard)}, which has no leader since` }];
      const gap = milliseconds(next.sinceUs - deathUs);
      const text = `${nodeName(next.node)} leads ${shardName(shard)} in its place, ${gap} later, in term ${next.term}`;
      return [{ timeUs: next.sinceUs, text }];
    });
}
