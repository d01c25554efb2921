import type { OwnEventType, PendingEvent } from '../core/cluster/pending-event.ts';
import { shardName } from '../core/cluster/snapshot.ts';
import type { MessageItem } from '../core/cluster/trace-event.ts';
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
}

/** What can happen next as people read and choose it, nearest first. The first is what STEP takes, in its time. */
export function describeChoices(events: readonly PendingEvent[], nowUs: number): readonly EventChoice[] {
  const oldest = oldestOfLinks(events);
  return events.map((event, i) => ({
    event,
    text: eventText(event),
    due: event.dueUs <= nowUs ? 'due now' : `due in ${showDuration(event.dueUs - nowUs)}`,
    line: i === 0 ? formatCommand('STEP') : lineOf(event, oldest),
  }));
}

/** The line that takes it now, before its turn. */
function lineOf(event: PendingEvent, oldest: ReadonlyMap<string, PendingMessage>): string | undefined {
  if (event.type !== 'Message') return isWrite(event) ? formatCommand('STEP', [event.at, 'disk']) : undefined;
  if (event.obstacle !== undefined) return undefined;
  const link = linkOf(event);
  // The plain line takes the oldest one; another needs its number.
  return formatCommand('STEP', [link], oldest.get(link) === event ? {} : { message: String(event.sequence) });
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

export function eventText(event: PendingEvent): string {
  if (event.type !== 'Message') return `${event.at} ${OWN_TEXT[event.type]}`;
  const lost = event.obstacle === undefined ? '' : `, will be lost: ${event.obstacle}`;
  return `${event.from} → ${event.to} ${itemsText(event.items)}${lost}`;
}

/** `AppendEntries s2`, `AppendEntries s2 +3`: the most telling of what a message carries, and how much else. */
function itemsText(items: readonly MessageItem[]): string {
  const lead = items.find(({ kind }) => kind !== 'Heartbeat' && kind !== 'HeartbeatResponse') ?? items[0];
  if (lead === undefined) return 'message';
  const shard = lead.kind === 'ConnectionRefused' ? '' : ` ${shardName(lead.shard)}`;
  return `${lead.kind}${shard}${items.length > 1 ? ` +${items.length - 1}` : ''}`;
}
