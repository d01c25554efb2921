import type { ActorId, Micros } from '../core/base/ids.ts';
import type { DropReason, TraceEvent } from '../core/cluster/trace-event.ts';
import { decodeEnvelope } from '../core/node/codec.ts';
import { describeMessage } from './describe-message.ts';
import type { EventKey } from './event-key.ts';
import type { InboundMessage } from './node-host.ts';

interface Fading {
  readonly timeUs: Micros;
  readonly id: number;
  readonly reason: DropReason;
}

/** One that is on its way, or has arrived at a node that is frozen. */
interface Travelling extends EventKey {
  readonly message: InboundMessage;
  readonly sentUs: Micros;
  readonly arrivedUs?: Micros;
}

/** Single messages as they are told to who watches: nobody can follow them at full speed, and describing them costs a third of it. */
export class MessageTrace {
  private readonly emit: (event: TraceEvent) => void;
  private isShown: boolean;
  /** Told as sent, and lost on their way: told as dropped when they have come half of it. In the order of time. */
  private fading: Fading[] = [];
  /** Ids of messages that never travelled come from a range of their own, so that tracing changes no key. */
  private lostCount = 0;

  constructor(isShown: boolean, emit: (event: TraceEvent) => void) {
    this.isShown = isShown;
    this.emit = emit;
  }

  /** Switched on, it reports first what is in flight already; switched off, what is lost already. @param inFlight in the order of keys */
  show(isShown: boolean, nowUs: Micros, inFlight: () => readonly Travelling[]): void {
    if (this.isShown === isShown) return;
    for (const { id, reason } of this.fading.splice(0))
      this.emit({ timeUs: nowUs, type: 'MessageDropped', id, reason });
    this.isShown = isShown;
    if (!isShown) return;
    this.emit({ timeUs: nowUs, type: 'DetailsResumed' });
    for (const { target, sentUs, timeUs, arrivedUs, sequence, message } of inFlight())
      this.sent(message.origin, target as ActorId, message.bytes, sentUs, arrivedUs ?? timeUs, sequence);
  }

  /** What was under way is gone with the power. */
  forget(): void {
    this.fading = [];
  }

  sent(from: ActorId, to: ActorId, bytes: Uint8Array, timeUs: Micros, deliverAtUs: Micros, sequence: number): void {
    if (!this.isShown) return;
    const items = decodeEnvelope(bytes).map(describeMessage);
    const id = messageId(from, sequence);
    this.emit({ timeUs, type: 'MessageSent', id, from, to, bytes: bytes.length, deliverAtUs, items });
  }

  /** @param delayUs what the whole way would have taken */
  lost(from: ActorId, to: ActorId, bytes: Uint8Array, nowUs: Micros, delayUs: Micros, reason: DropReason): void {
    if (!this.isShown) return;
    const sequence = LOST_IDS + this.lostCount++;
    this.sent(from, to, bytes, nowUs, nowUs + delayUs, sequence);
    const loss = { timeUs: nowUs + Math.floor(delayUs / 2), id: messageId(from, sequence), reason };
    const later = this.fading.findIndex(({ timeUs }) => timeUs > loss.timeUs);
    this.fading.splice(later === -1 ? this.fading.length : later, 0, loss);
  }

  tellLosses(untilUs: Micros): void {
    while ((this.fading[0]?.timeUs ?? Number.POSITIVE_INFINITY) <= untilUs)
      this.emit({ ...(this.fading.shift() as Fading), type: 'MessageDropped' });
  }

  delivered(timeUs: Micros, id: number): void {
    if (this.isShown) this.emit({ timeUs, type: 'MessageDelivered', id });
  }

  dropped(timeUs: Micros, id: number, reason: DropReason): void {
    if (this.isShown) this.emit({ timeUs, type: 'MessageDropped', id, reason });
  }

  delayed(timeUs: Micros, id: number, deliverAtUs: Micros): void {
    if (this.isShown) this.emit({ timeUs, type: 'MessageDelayed', id, deliverAtUs });
  }
}

const LOST_IDS = 2_000_000_000;

/** How trace events name a message. */
export const messageId = (origin: ActorId, sequence: number): number => origin * 4294967296 + sequence;
