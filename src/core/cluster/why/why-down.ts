import type { Micros, NodeId, ShardId } from '../../base/ids.ts';
import type { Action } from '../action.ts';
import { nodeName, shardName } from '../snapshot.ts';
import type { TraceEvent } from '../trace-event.ts';
import { deathOf } from './absence.ts';
import { inOrder, milliseconds, type Sentence, seconds } from './circumstances.ts';
import { leadsOf } from './leads.ts';

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
    const again = death === undefined ? `${name} was started` : `${name} was started again`;
    const text = 'incarnation' in started ? `${again}, on an empty disk: what it had before was thrown away` : again;
    sentences.push({ timeUs: started.timeUs, text });
    if (recovered !== undefined && recovered.timeUs >= started.timeUs) {
      const took = milliseconds(recovered.recoveryUs);
      const read = `${recovered.logRecords} log records and ${recovered.tables} tables`;
      sentences.push({ timeUs: recovered.timeUs, text: `${name} takes part: it read ${read} in ${took}` });
    }
  }
  return inOrder([...sentences, ...freezeOf(node, events, started?.timeUs ?? 0, nowUs)]);
}

/** How its process stands still, or has last, since it was started. */
function freezeOf(node: NodeId, events: readonly TraceEvent[], sinceUs: Micros, nowUs: Micros): readonly Sentence[] {
  const own = events.filter((event) => 'node' in event && event.node === node && event.timeUs >= sinceUs);
  const frozen = own.findLast((event) => event.type === 'NodeFrozen');
  if (frozen === undefined) return [];
  const { timeUs } = frozen;
  const name = nodeName(node);
  const thawed = own.findLast((event) => event.type === 'NodeThawed');
  const sentences: Sentence[] = [
    { timeUs, text: `Somebody asked for it: FREEZE ${name}` },
    { timeUs, text: `${name} was frozen: its process stands still with all that it knows, and answers nobody` },
    ...leftBehind(node, events, timeUs, nowUs),
  ];
  // Both at one moment: the one that is told later came later.
  if (thawed === undefined || events.indexOf(thawed) < events.indexOf(frozen)) return sentences;
  const text = `${name} goes on, frozen for ${milliseconds(thawed.timeUs - timeUs)}: ${thawed.waited} messages had arrived meanwhile`;
  return [...sentences, { timeUs: thawed.timeUs, text }];
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
  if (action.type === 'Kill' || action.type === 'Wipe') return death === 'NodeKilled' && action.node === node;
  if (action.type === 'CrashAt') return action.node === node && action.point === fault;
  if (action.type !== 'Disk' || action.node !== node) return false;
  const { type } = action.fault;
  return { 'disk full': 'Full', 'write failed': 'Fail', corrupt: 'Corrupt' }[fault ?? ''] === type;
}

function orderText(action: Action, node: NodeId): string {
  const name = nodeName(node);
  if (action.type === 'Kill') return `Somebody asked for it: KILL ${name}`;
  if (action.type === 'Wipe') return `Somebody asked for it: WIPE ${name}`;
  if (action.type === 'CrashAt') return `Somebody asked that ${name} end ${action.point}`;
  const what = action.type === 'Disk' ? action.fault.type : '';
  if (what === 'Full') return `Somebody filled ${name}'s disk: no write of it is accepted any more`;
  return what === 'Fail' ? `Somebody had ${name}'s next write fail` : `Somebody had a bit of ${name}'s disk flipped`;
}

/** The shards that it led at a moment, when it could no longer, and who leads them since. */
function leftBehind(node: NodeId, events: readonly TraceEvent[], atUs: Micros, nowUs: Micros): readonly Sentence[] {
  const shards = new Set<ShardId>();
  for (const event of events) if (event.type === 'RoleChanged' && event.node === node) shards.add(event.shard);
  return [...shards]
    .sort((a, b) => a - b)
    .flatMap((shard): readonly Sentence[] => {
      const leads = leadsOf(events, shard, nowUs);
      const led = leads.findLast(
        (lead) => lead.node === node && lead.sinceUs <= atUs && (lead.end?.timeUs ?? atUs) >= atUs,
      );
      if (led === undefined) return [];
      const next = leads.find(({ term }) => term > led.term);
      if (next === undefined) {
        const goesOn = led.end === undefined && !led.standsStill;
        const text = `It led ${shardName(shard)}, which ${goesOn ? 'it leads still' : 'has no leader since'}`;
        return [{ timeUs: atUs, text }];
      }
      if (next.sinceUs <= atUs) {
        const text = `It still took itself for the leader of ${shardName(shard)}, which ${nodeName(next.node)} led since ${seconds(next.sinceUs)}, in term ${next.term}`;
        return [{ timeUs: atUs, text }];
      }
      const gap = milliseconds(next.sinceUs - atUs);
      const text = `${nodeName(next.node)} leads ${shardName(shard)} in its place, ${gap} later, in term ${next.term}`;
      return [{ timeUs: next.sinceUs, text }];
    });
}
