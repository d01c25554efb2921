import type { NodeId } from '../../../base/ids.ts';
import type { Entry } from '../../entry.ts';
import type { OutgoingRaftMessage } from '../../message.ts';
import type { RaftEvent } from '../../raft-event.ts';
import type { Ready } from '../../ready.ts';
import type { Host, Network, Packet } from '../network.ts';
import { eventText, isInOutline } from './event-text.ts';
import { entryText, fieldsText, hardStateText, messageText, nodeText } from './message-text.ts';

/** One line of what a node did; an outline has only the turning points. */
export interface Effect {
  readonly text: string;
  readonly inOutline: boolean;
}

/** How many of each were told, and of which list. */
interface Told {
  readonly events: number;
  readonly appliedList: readonly Entry[];
  readonly applied: number;
  readonly reads: number;
}

const NOTHING_TOLD: Told = { events: 0, appliedList: [], applied: 0, reads: 0 };

/** Tells what changed in a network since it was last asked: it compares, and is part of nothing. */
export class Narrator {
  private readonly net: Network;
  private readonly seenPackets = new WeakSet<Packet>();
  private readonly seenWrites = new WeakSet<Ready>();
  private readonly told = new Map<NodeId, Told>();

  constructor(net: Network) {
    this.net = net;
    for (const host of net.hosts) this.effects(host);
  }

  /** In this order: what happened inside, what it writes, what it sends, what it applies and which reads it may serve. */
  effects(host: Host): Effect[] {
    const told = this.told.get(host.id) ?? NOTHING_TOLD;
    const events = host.events.slice(told.events);
    // A list of its own with each start: a restarted node applies from the beginning.
    const applied = host.applied.slice(told.appliedList === host.applied ? told.applied : 0);
    const reads = host.reads.slice(told.reads);
    this.told.set(host.id, {
      events: host.events.length,
      appliedList: host.applied,
      applied: host.applied.length,
      reads: host.reads.length,
    });
    const node = nodeText(host.id);
    return [
      ...eventEffects(host, events),
      ...this.newWrites(host).flatMap((ready) => writeEffects(node, ready)),
      ...this.sends(),
      ...(applied.length === 0 ? [] : [detail(`${node} applies ${applied.map(entryText).join(', ')}`)]),
      ...reads.map(({ context, index }) => turn(`${node} may serve read ${context} once it has applied ${index}`)),
    ];
  }

  /** A packet that was put on the network by the transcript, not by a node. */
  ignore(packet: Packet): void {
    this.seenPackets.add(packet);
  }

  private newWrites(host: Host): Ready[] {
    const fresh = host.writes.filter((ready) => !this.seenWrites.has(ready));
    for (const ready of fresh) this.seenWrites.add(ready);
    return fresh;
  }

  private sends(): Effect[] {
    const fresh = this.net.packets.filter((packet) => !this.seenPackets.has(packet));
    for (const packet of fresh) this.seenPackets.add(packet);
    const texts = fresh.map(({ from, to, message }) => ({ to, text: messageText(message), from: nodeText(from) }));
    return groupBy(texts, ({ text }) => text).map(([text, same]) =>
      detail(`${same[0]?.from} sends ${same.map(({ to }) => nodeText(to)).join(', ')}: ${text}`),
    );
  }
}

/** What a write puts on disk; '' when it only keeps messages behind the writes before it. */
export function writeText({ hardState, checkpoint, entries }: Ready): string {
  const state = hardState === undefined ? [] : [hardStateText(hardState)];
  if (checkpoint !== undefined) {
    const { base, hardState: held } = checkpoint;
    state.push(`a checkpoint: ${fieldsText({ base })} ${hardStateText(held)}`);
  }
  return [...state, ...(entries.length === 0 ? [] : [fieldsText({ entries })])].join(' ');
}

const detail = (text: string): Effect => ({ text, inOutline: false });
const turn = (text: string): Effect => ({ text, inOutline: true });

/** Of the reports about one follower only the last one, together with what the leader now makes of it. */
function eventEffects(host: Host, events: readonly RaftEvent[]): Effect[] {
  const last = new Map<NodeId, RaftEvent>();
  for (const event of events) if (event.type === 'FollowerProgressed') last.set(event.follower, event);
  return events.flatMap((event) => {
    if (event.type !== 'FollowerProgressed')
      return [{ text: eventText(host.id, event), inOutline: isInOutline(event) }];
    if (last.get(event.follower) !== event) return [];
    const { follower, matchIndex, nextIndex } = event;
    const mode = host.group.progressOf(follower)?.mode ?? '';
    const text = `${nodeText(host.id)} tracks ${nodeText(follower)}: matchIndex=${matchIndex} nextIndex=${nextIndex}`;
    return [detail(`${text} ${mode}`.trimEnd())];
  });
}

function writeEffects(node: string, ready: Ready): Effect[] {
  const text = writeText(ready);
  const wait = text === '' ? 'the writes before are' : 'that is';
  const held = groupBy(ready.messagesAfterPersist, ({ message }) => message.type);
  return [
    ...(text === '' ? [] : [detail(`${node} writes ${text}`)]),
    ...held.map(([type, same]) => detail(`${node} holds ${type} to ${recipients(same)} back until ${wait} durable`)),
  ];
}

const recipients = (messages: readonly OutgoingRaftMessage[]): string =>
  messages.map(({ to }) => nodeText(to)).join(', ');

/** Neighbours with the same key, in order. */
function groupBy<T>(items: readonly T[], keyOf: (item: T) => string): [string, T[]][] {
  const groups: [string, T[]][] = [];
  for (const item of items) {
    const last = groups[groups.length - 1];
    if (last !== undefined && last[0] === keyOf(item)) last[1].push(item);
    else groups.push([keyOf(item), [item]]);
  }
  return groups;
}
