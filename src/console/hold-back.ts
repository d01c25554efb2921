import type { Action } from '../core/cluster/action.ts';
import { chooseMessage, type OneWayLink } from './choose-message.ts';
import type { Cluster } from './cluster.ts';
import { eventText, type PendingMessage } from './event-text.ts';
import { isNodeName } from './link-types.ts';
import { type CommandResult, refuse, succeed } from './result.ts';
import { showDuration, showTime } from './show.ts';

/** DROP. */
export async function drop(cluster: Cluster, link: OneWayLink, number: number | undefined): Promise<CommandResult> {
  const chosen = await chooseMessage(cluster, link, number);
  if ('ok' in chosen) return chosen;
  const { message } = chosen;
  const action: Action = { type: 'Drop', from: message.from, to: message.to, sequence: message.sequence };
  return holdBack(cluster, action, `${eventText(message)} dropped${dropNote(message)}`);
}

/** DELAY. */
export async function delay(
  cluster: Cluster,
  link: OneWayLink,
  number: number | undefined,
  byUs: number,
): Promise<CommandResult> {
  const chosen = await chooseMessage(cluster, link, number);
  if ('ok' in chosen) return chosen;
  const { message, nowUs } = chosen;
  const action: Action = { type: 'Delay', from: message.from, to: message.to, sequence: message.sequence, byUs };
  const due = showDuration(message.dueUs + byUs - nowUs);
  return holdBack(cluster, action, `${eventText(message)} delayed by ${showDuration(byUs)}: due in ${due}`);
}

async function holdBack(cluster: Cluster, action: Action, text: string): Promise<CommandResult> {
  const result = await cluster.act(action);
  if (result.type === 'Refused') return refuse(result.code, `${result.text}. EVENTS lists what is in flight.`);
  return succeed(`${text} · paused at ${showTime(result.timeUs)}`);
}

/** A client is told nothing: to it the connection has gone silent. Nodes repeat what was not acknowledged as well. */
function dropNote({ from, to }: PendingMessage): string {
  const client = [from, to].find((name) => !isNodeName(name));
  return client === undefined ? '' : `: ${client} hears nothing and asks again in a while`;
}
