import type { ActorName } from '../core/cluster/action.ts';
import type { Cluster } from './cluster.ts';
import { linkOf, type PendingMessage } from './event-text.ts';
import { type CommandResult, refuse } from './result.ts';

/** One direction of a link. */
export interface OneWayLink {
  readonly from: ActorName;
  readonly to: ActorName;
}

/** A message in flight that somebody named, with what is around it. */
export interface ChosenMessage {
  readonly message: PendingMessage;
  /** So many were sent earlier on its link and are still in flight. */
  readonly overtaken: number;
  readonly nowUs: number;
}

/** Pauses, and finds the oldest message of a link, or the one with this number; else says what there is. */
export async function chooseMessage(
  cluster: Cluster,
  { from, to }: OneWayLink,
  number: number | undefined,
): Promise<ChosenMessage | CommandResult> {
  await cluster.pause();
  const { events, timeUs } = await cluster.pendingEvents();
  const messages = events.filter((event) => event.type === 'Message').sort((a, b) => a.sequence - b.sequence);
  const onLink = messages.filter((message) => message.from === from && message.to === to);
  const message = number === undefined ? onLink[0] : onLink.find(({ sequence }) => sequence === number);
  if (message === undefined) return notInFlight(`${from}>${to}`, number, onLink, messages);
  return { message, overtaken: onLink.indexOf(message), nowUs: timeUs };
}

function notInFlight(
  link: string,
  number: number | undefined,
  onLink: readonly PendingMessage[],
  messages: readonly PendingMessage[],
): CommandResult {
  if (onLink.length > 0) {
    const there = onLink.map(({ sequence }) => `message=${sequence}`).join(', ');
    return refuse('NotInFlight', `Message ${number} is not in flight on ${link}. In flight there: ${there}.`);
  }
  const links = [...new Set(messages.map(linkOf))];
  const where =
    links.length === 0
      ? 'No message is in flight anywhere; STEP goes on to the next event.'
      : `Messages are in flight on ${links.slice(0, 12).join(', ')}${links.length > 12 ? ' and others' : ''}. EVENTS lists them.`;
  return refuse('NotInFlight', `Nothing is in flight on ${link}. ${where}`);
}
