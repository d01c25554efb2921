import type { OwnEventType, PendingEvent } from '../core/cluster/pending-event.ts';
import { shardName } from '../core/cluster/snapshot.ts';
import { isGossip, isRoutine, type MessageItem } from '../core/cluster/trace-event.ts';
import { formatCommand } from './format-command.ts';
import { showDuration } from './show.ts';

export type PendingMessage = Extract<PendingEvent, { readonly type: 'Message' }>;

/** One line of what can happen next. */
export interface EventChoice {
  readonly event: PendingEvent;
  /** `n1 → n3 AppendEntries s2`, `n2 log sync`. */
  readonly text: string;
  /** `due in 4.1 ms`. */
  readonly due: string;
  /** The command that takes it as the next event; undefined: it only comes in its turn. */
  readonly line: string | undefined;
  /** The commands that lose it, and that have it arrive later; of messages only. */
  readonly heldBack: { readonly drop: string; readonly delay: string } | undefined;
}

/** What can happen next as people read and choose it, nearest first. The first is what STEP takes, in its time. */
export function describeChoices(events: readonly PendingEvent[], nowUs: number): readonly EventChoice[] {
  const oldest = oldestOfLinks(events);
  return events.map((event, i) => ({
    event,
    text: eventText(event),
    due: event.dueUs <= nowUs ? 'due now' : `due in ${showDuration(event.dueUs - nowUs)}`,
    line: i === 0 ? formatCommand('STEP') : lineOf(event, oldest),
    heldBack: event.type === 'Message' ? linesHeldBack(event, oldest) : undefined,
  }));
}

function linesHeldBack(message: PendingMessage, oldest: ReadonlyMap<string, PendingMessage>) {
  const link = [linkOf(message)];
  const which = numberOf(message, oldest);
  return { drop: formatCommand('DROP', link, which), delay: formatCommand('DELAY', link, { ...which, by: '50ms' }) };
}

/** A line without a number is about the oldest message of its link; another needs its number. */
const numberOf = (message: PendingMessage, oldest: ReadonlyMap<string, PendingMessage>) =>
  oldest.get(linkOf(message)) === message ? {} : { message: String(message.sequence) };

/** The line that takes it now, before its turn. */
function lineOf(event: PendingEvent, oldest: ReadonlyMap<string, PendingMessage>): string | undefined {
  if (event.type !== 'Message') return isWrite(event) ? formatCommand('STEP', [event.at, 'disk']) : undefined;
  if (event.obstacle !== undefined) return undefined;
  return formatCommand('STEP', [linkOf(event)], numberOf(event, oldest));
}

export const isWrite = (event: PendingEvent): boolean => event.type === 'LogSync' || event.type === 'TableWrite';

export const linkOf = ({ from, to }: PendingMessage): string => `${from}>${to}`;

/** Of each link, in the order of sending. */
function oldestOfLinks(events: readonly PendingEvent[]): ReadonlyMap<string, PendingMessage> {
  const oldest = new Map<string, PendingMessage>();
  for (const event of events) {
    if (event.type !== 'Message') continue;
    const known = oldest.get(linkOf(event));
    if (known === undefined || event.sequence < known.sequence) oldest.set(linkOf(event), event);
  }
  return oldest;
}

const OWN_TEXT: Record<OwnEventType, string> = {
  LogSync: 'log sync',
  TableWrite: 'table write',
  BlockRead: 'block read',
  Timer: 'timer',
  Start: 'start',
  Recovery: 'end of recovery',
};

export const eventText = (event: PendingEvent): string =>
  event.type === 'Message' ? `${event.from} → ${event.to} ${contentText(event)}` : `${event.at} ${contentText(event)}`;

/** Without who: `AppendEntries s2`, `AppendEntries s2 +3` for one that carries three more, `log sync`. */
export function contentText(event: PendingEvent): string {
  if (event.type !== 'Message') return OWN_TEXT[event.type];
  const { items, obstacle } = event;
  const lead = leadOf(items);
  const what =
    lead === undefined
      ? 'message'
      : `${lead.kind}${lead.kind === 'ConnectionRefused' || isGossip(lead.kind) ? '' : ` ${shardName(lead.shard)}`}`;
  return `${what}${items.length > 1 ? ` +${items.length - 1}` : ''}${obstacle === undefined ? '' : `, will ${obstacle === 'target is frozen' ? 'wait' : 'be lost'}: ${obstacle}`}`;
}

/** The most telling of what a message carries. */
export const leadOf = (items: readonly MessageItem[]): MessageItem | undefined =>
  items.find(({ kind }) => !isRoutine(kind)) ?? items.find(({ kind }) => !isGossip(kind)) ?? items[0];
