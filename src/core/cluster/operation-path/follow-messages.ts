import { type ActorId, isClient, type NodeId } from '../../base/ids.ts';
import { nodeName } from '../snapshot.ts';
import type { MessageItem, TraceEvent } from '../trace-event.ts';
import { stored } from './follow-entries.ts';
import type { EntryLink, EventualLink, ReadLink } from './operation-path.ts';
import { NO_STEP, type PathEditor, type PathsDraft } from './path-draft.ts';

type Sent = Extract<TraceEvent, { readonly type: 'MessageSent' }>;

/** The messages that carry a path from actor to actor: when each left, when it arrived, or how it was lost. */
export function followMessages(draft: PathsDraft, event: TraceEvent): void {
  switch (event.type) {
    case 'MessageSent':
      for (const [id] of draft.live)
        if (draft.isDetailed(id)) for (const item of event.items) sent(draft, id, event, item);
      return;
    case 'MessageDelivered':
      for (const { path: id, step, acknowledges } of draft.land(event.id)) {
        const path = draft.edit(id);
        // The client's own reports close requests and replies: it may be long since done with them.
        path.close(step, 'done');
        const from = path.step(step)?.actor as NodeId;
        if (acknowledges !== undefined) stored(path, acknowledges, from);
      }
      return;
    case 'MessageDropped':
      for (const { path: id, step } of draft.land(event.id)) {
        const path = draft.edit(id);
        const to = path.step(step)?.to;
        const down = to === undefined || isClient(to) ? 'its receiver is down' : `${nodeName(to)} is down`;
        path.close(
          step,
          'failed',
          event.reason === 'target is down' ? down : `lost: ${event.reason.replace('lost on', 'dropped on')}`,
        );
      }
      return;
    case 'MessageDelayed':
      for (const { path: id, step } of draft.flightsOf(event.id))
        draft.edit(id).change(step, { dueUs: event.deliverAtUs, note: 'delayed by hand' });
      return;
    default:
  }
}

function sent(draft: PathsDraft, id: number, event: Sent, item: MessageItem): void {
  if (isClient(event.from) || isClient(event.to)) {
    if (item.requestId !== undefined) sentOfRequest(draft, id, event, item.requestId, item.kind);
    return;
  }
  const links = draft.linksOf(id);
  const from = event.from as NodeId;
  const to = event.to as NodeId;
  for (const [at, entry] of links.entries.entries()) {
    if (entry.shard !== item.shard || entry.term !== item.term) continue;
    if (item.kind === 'AppendEntries' && from === entry.leader) append(draft, id, event, item, entry);
    else if (item.kind === 'AppendEntriesResponse' && to === entry.leader)
      acknowledge(draft, id, event, item, entry, at);
  }
  if (item.op !== undefined) {
    for (const link of links.eventual) if (link.op === item.op) rowSent(draft, id, event, item, link);
  }
  for (const read of links.reads) {
    if (read.shard !== item.shard || (item.readContext ?? 0) < read.context) continue;
    if (item.kind === 'Heartbeat' && from === read.node) round(draft, id, event, read, 'heartbeat');
    else if (item.kind === 'HeartbeatResponse' && to === read.node) round(draft, id, event, read, 'confirm');
  }
}

function sentOfRequest(draft: PathsDraft, id: number, event: Sent, requestId: number, kind: MessageItem['kind']): void {
  const client = kind === 'ClientRequest' ? event.from : event.to;
  const node: ActorId = kind === 'ClientRequest' ? event.to : event.from;
  const { attempts } = draft.linksOf(id);
  const at = attempts.findIndex((attempt) => attempt.requestId === requestId && attempt.to === node);
  const attempt = attempts[at];
  if (attempt === undefined || draft.path(id)?.client !== client) return;
  const path = draft.edit(id);
  let step = kind === 'ClientRequest' ? attempt.requestStep : (attempt.replyStep ?? NO_STEP);
  if (kind === 'ConnectionRefused') {
    // The machine answers where no process listens.
    const { shard, phase } = attempt;
    step = path.open({
      kind: 'reply',
      phase,
      actor: node,
      to: client,
      shard,
      text: 'nothing listens there: connection refused',
    });
    path.relink('attempts', at, { replyStep: step });
  }
  path.change(step, { dueUs: event.deliverAtUs });
  draft.launch(event.id, { path: id, step, acknowledges: undefined });
}

function append(draft: PathsDraft, id: number, event: Sent, item: MessageItem, entry: EntryLink): void {
  const carries = item.entries > 0 && item.index - item.entries < entry.index && entry.index <= item.index;
  if (!carries) return;
  const text = `sends entry ${entry.index}`;
  const path = draft.edit(id);
  const again = path.path.steps.some((step) => step.kind === 'append' && step.to === event.to && step.text === text);
  const together = item.entries > 1 ? `${item.entries} entries in one message` : '';
  fly(path, draft, event, entry, 'append', text, undefined, again ? 'again: no answer yet' : together);
}

function acknowledge(
  draft: PathsDraft,
  id: number,
  event: Sent,
  item: MessageItem,
  entry: EntryLink,
  at: number,
): void {
  const text = `acknowledges entry ${entry.index}`;
  if (!item.ok || item.index < entry.index || isTold(draft, id, event, 'ack', text)) return;
  fly(draft.edit(id), draft, event, entry, 'ack', text, at, '');
}

function round(draft: PathsDraft, id: number, event: Sent, { shard }: ReadLink, kind: 'heartbeat' | 'confirm'): void {
  const text = kind === 'heartbeat' ? 'heartbeat of the round' : 'confirms that it leads';
  if (isTold(draft, id, event, kind, text)) return;
  fly(draft.edit(id), draft, event, { shard, phase: 'operation' }, kind, text, undefined, '');
}

const ROW_WORDS: Partial<Record<MessageItem['kind'], readonly [ok: string, refused: string]>> = {
  RowSent: ['sends the row', ''],
  RowAsked: ['asks for its row', ''],
  RowTaken: ['has the row on its disk', 'refuses the row'],
  RowTold: ['tells its row', 'cannot serve the row'],
};

/** Between the coordinator and whoever holds the key, or stands in for one who does. */
function rowSent(draft: PathsDraft, id: number, event: Sent, item: MessageItem, link: EventualLink): void {
  const words = ROW_WORDS[item.kind];
  const isAsk = item.kind === 'RowSent' || item.kind === 'RowAsked';
  if (words === undefined || (isAsk ? event.from : event.to) !== link.node) return;
  const other = isAsk ? event.to : event.from;
  const fallback = link.fallbacks.find(({ to }) => to === other);
  const text = item.ok ? words[0] : words[1];
  const kind = isAsk ? 'row' : 'row answer';
  const path = draft.edit(id);
  const again = isAsk && path.path.steps.some((step) => step.kind === kind && step.to === other && step.text === text);
  const notes = [
    fallback === undefined ? '' : `as a hint for ${nodeName(fallback.home)}`,
    again ? 'again: no answer yet' : '',
  ];
  const note = notes.filter((each) => each !== '').join(', ');
  fly(path, draft, event, { shard: link.shard, phase: 'operation' }, kind, text, undefined, note);
}

/** One message of a kind is enough, unless it was lost. */
function isTold(
  draft: PathsDraft,
  id: number,
  { from, to }: Sent,
  kind: 'ack' | 'heartbeat' | 'confirm',
  text: string,
): boolean {
  const steps = draft.path(id)?.steps ?? [];
  return steps.some(
    (step) =>
      step.kind === kind && step.actor === from && step.to === to && step.text === text && step.state !== 'failed',
  );
}

function fly(
  path: PathEditor,
  draft: PathsDraft,
  { id, from, to, deliverAtUs }: Sent,
  { shard, phase }: Pick<EntryLink, 'shard' | 'phase'>,
  kind: 'append' | 'ack' | 'heartbeat' | 'confirm' | 'row' | 'row answer',
  text: string,
  acknowledges: number | undefined,
  note: string,
): void {
  const step = path.open({ kind, phase, actor: from, to, shard, dueUs: deliverAtUs, text, note });
  draft.launch(id, { path: path.path.id, step, acknowledges });
}
