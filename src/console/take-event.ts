import type { Action, ActorName } from '../core/cluster/action.ts';
import type { PendingEvent } from '../core/cluster/pending-event.ts';
import { nodeNamed } from '../core/cluster/snapshot.ts';
import { chooseMessage, type OneWayLink } from './choose-message.ts';
import type { Cluster } from './cluster.ts';
import { describeChoices, eventText, isWrite, linkOf, type PendingMessage } from './event-text.ts';
import { isNodeName } from './link-types.ts';
import { type CommandResult, refuse, succeed } from './result.ts';
import { plural, showDuration, showTime } from './show.ts';
import { EVENTS_SHOWN_MAX, type StepTarget } from './step-types.ts';

/** STEP. */
export async function step(
  cluster: Cluster,
  target: StepTarget | undefined,
  part: 'disk' | 'timer' | undefined,
  message: number | undefined,
): Promise<CommandResult> {
  if (message !== undefined && target?.type !== 'link')
    return refuse('BadOption', 'message= chooses among the messages of a link. Name it: STEP n1>n2 message=7.');
  if (target?.type === 'actor') return stepActor(cluster, target.name, part);
  if (part !== undefined)
    return refuse('ExtraArgument', `${part} belongs to a node. Write STEP n2 ${part}, or leave it out.`);
  if (target?.type === 'link') return stepLink(cluster, target, message);
  const count = target?.count ?? 1;
  await cluster.step(count);
  // Asked, not taken from the last report, which may still be on its way.
  const { timeMs } = await cluster.snapshot();
  return succeed(`${plural(count, 'event')} · paused at ${showTime(timeMs * 1000)}`);
}

function stepActor(cluster: Cluster, name: ActorName, part: 'disk' | 'timer' | undefined) {
  if (part === 'timer') {
    const why = `The timer of ${name} cannot fire early: elections rest on clocks that keep their rate.`;
    return refuse('TimerFixed', `${why} STEP takes it in its turn; RUN for=100ms lets time pass.`);
  }
  if (part === undefined) {
    const disk = isNodeName(name) ? `STEP ${name} disk completes its write under way; ` : '';
    return refuse('MissingArgument', `STEP ${name} does not say what of it. ${disk}EVENTS lists what can be taken.`);
  }
  if (isNodeName(name)) return stepDisk(cluster, name);
  return refuse('BadArgument', `${name} is a client and has no disk. Name a node: STEP n2 disk.`);
}

async function stepLink(cluster: Cluster, link: OneWayLink, number: number | undefined): Promise<CommandResult> {
  const chosen = await chooseMessage(cluster, link, number);
  if ('ok' in chosen) return chosen;
  const { message, overtaken, nowUs } = chosen;
  if (message.obstacle !== undefined) return unreachable(message);
  const order = overtaken === 0 ? '' : `, ahead of ${overtaken} sent earlier on this link`;
  const { from, to, sequence } = message;
  return take(cluster, { type: 'Deliver', from, to, sequence }, message, nowUs, order);
}

async function stepDisk(cluster: Cluster, name: ActorName): Promise<CommandResult> {
  await cluster.pause();
  const { events, timeUs } = await cluster.pendingEvents();
  const writes = events.flatMap((event) => (event.type !== 'Message' && isWrite(event) ? [event] : []));
  const write = writes.find(({ at }) => at === name);
  if (write !== undefined) {
    const { sequence } = write;
    return take(cluster, { type: 'CompleteWrite', node: nodeNamed(name), sequence }, write, timeUs, '');
  }
  const { nodes } = await cluster.snapshot();
  if (nodes.find(({ id }) => id === name)?.state === 'down')
    return refuse('TargetDown', `${name} is down: its disk stands still. REVIVE ${name} starts it.`);
  const others =
    writes.length === 0 ? 'No disk has one now' : `There is one on ${writes.map(({ at }) => at).join(', ')}`;
  return refuse(
    'NothingUnderWay',
    `The disk of ${name} has no write under way. ${others}; STEP goes on to the next event.`,
  );
}

/** One event, now; what it says is true whatever came between the list and the action, because the action names the event. */
async function take(
  cluster: Cluster,
  action: Action,
  event: PendingEvent,
  nowUs: number,
  order: string,
): Promise<CommandResult> {
  const result = await cluster.act(action);
  if (result.type === 'Refused') return refuse(result.code, `${result.text}. EVENTS lists what can be taken.`);
  const early = Math.max(0, event.dueUs - nowUs);
  const instead = early === 0 ? '' : ` instead of in ${showDuration(early)}`;
  return succeed(`${eventText(event)} taken now${instead}${order} · paused at ${showTime(result.timeUs)}`);
}

function unreachable(message: PendingMessage): CommandResult {
  const link = linkOf(message);
  if (message.obstacle === 'link is cut')
    return refuse(
      'LinkCut',
      `The link ${link} is cut: the message would be lost. HEAL ${message.from} makes it whole.`,
    );
  if (message.obstacle === 'target is frozen')
    return refuse('TargetFrozen', `${message.to} is frozen: the message would wait. THAW ${message.to} has it taken.`);
  const remedy = `REVIVE ${message.to} starts it; STEP takes the message in its turn, and it is lost.`;
  return refuse('TargetDown', `${message.to} is down: nobody would take the message. ${remedy}`);
}

/** EVENTS. `value` is what is shown: `[{ dueMs, type, text, line }]`, `line` null where there is none. */
export async function listEvents(cluster: Cluster, shownMax: number): Promise<CommandResult> {
  const { events, timeUs } = await cluster.pendingEvents();
  const choices = describeChoices(events, timeUs);
  const shown = choices.slice(0, shownMax);
  const dueWidth = Math.max(0, ...shown.map(({ due }) => due.length));
  const textWidth = Math.max(0, ...shown.map(({ text }) => text.length));
  const hidden = choices.length - shown.length;
  const runs = cluster.transport().mode !== 'paused';
  const lines = [
    ...shown.map(
      ({ due, text, line }) => `${due.padEnd(dueWidth)}  ${text.padEnd(textWidth)}  ${line ?? '(in its turn)'}`,
    ),
    ...(shown.length === 0
      ? ['Nothing is pending. REVIVE starts a node; PUT and GET are answered with a refusal.']
      : []),
    ...(hidden > 0 ? [`… and ${hidden} more; EVENTS ${Math.min(EVENTS_SHOWN_MAX, choices.length)} lists them`] : []),
    ...(runs ? ['Time runs on, and these with it. PAUSE holds them still.'] : []),
  ];
  const value = shown.map(({ event, text, line }) => ({
    dueMs: event.dueUs / 1000,
    type: event.type,
    text,
    line: line ?? null,
  }));
  return succeed(lines.join('\n'), value);
}
