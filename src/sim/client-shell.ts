import type { ClientActorId, Micros, NodeId } from '../core/base/ids.ts';
import type { ClientEffect, ClientInput } from '../core/client/client-io.ts';
import type { Operation, OperationOptions, Outcome } from '../core/client/operation.ts';
import type { SmartClient } from '../core/client/smart-client.ts';
import type { ClientEvent } from '../core/client/trace-event.ts';
import { decodeEnvelope, encodeEnvelope } from '../core/node/codec.ts';
import { Digest } from './digest.ts';
import { EventHeap } from './event-heap.ts';
import { compareKeys, type EventKey } from './event-key.ts';
import type { InboundMessage, Step } from './node-host.ts';

interface LocalEvent extends EventKey {
  readonly work:
    | { readonly type: 'Timer'; readonly generation: number }
    | { readonly type: 'Message'; readonly message: InboundMessage };
}

export interface ClientStep extends Omit<Step, 'events'> {
  readonly events: readonly ClientEvent[];
  readonly target: ClientActorId;
  readonly completions: readonly { readonly id: number; readonly outcome: Outcome }[];
}

/** One client in the world. Clients live in the conductor: they have no disk and their clock is the virtual one. */
export class ClientShell {
  readonly actor: ClientActorId;
  private readonly client: SmartClient;
  private readonly queue = new EventHeap<LocalEvent>();
  private readonly digest = new Digest();
  private sequence = 0;
  private timerGeneration = 0;

  constructor(actor: ClientActorId, client: SmartClient) {
    this.actor = actor;
    this.client = client;
  }

  get next(): EventKey | undefined {
    for (;;) {
      const next = this.queue.peek();
      if (next?.work.type !== 'Timer' || next.work.generation === this.timerGeneration) return next;
      this.queue.pop();
    }
  }

  deliver(message: InboundMessage): void {
    this.queue.push(this.messageEvent(message));
  }

  invoke(nowUs: Micros, id: number, operation: Operation, options: OperationOptions): ClientStep {
    const { actor } = this;
    const key = { timeUs: nowUs, target: actor, origin: actor, sequence: this.sequence++ };
    return this.step(key, { type: 'Invoke', id, operation, options });
  }

  /** Processes a message at once, ahead of everything that waits. */
  receive(message: InboundMessage): ClientStep {
    return this.process(this.messageEvent(message));
  }

  /** Processes own events whose key is before `end`, at most `limit`. */
  run(end: EventKey, limit: number): ClientStep[] {
    const steps: ClientStep[] = [];
    while (steps.length < limit) {
      const next = this.next;
      if (next === undefined || compareKeys(next, end) >= 0) break;
      const event = this.queue.pop() as LocalEvent;
      steps.push(this.process(event));
    }
    return steps;
  }

  private messageEvent(message: InboundMessage): LocalEvent {
    const { timeUs, origin, sequence } = message;
    return { timeUs, target: this.actor, origin, sequence, work: { type: 'Message', message } };
  }

  private process(event: LocalEvent): ClientStep {
    const { work } = event;
    if (work.type === 'Timer') return this.step(event, { type: 'TimerFired' });
    const { origin, bytes } = work.message;
    return this.step(event, { type: 'MessagesReceived', from: origin as NodeId, messages: decodeEnvelope(bytes) });
  }

  private step(key: EventKey, input: ClientInput): ClientStep {
    const { digest } = this;
    digest.reset();
    digest.number(key.timeUs);
    digest.number(key.target * 65536 + key.origin);
    digest.number(key.sequence);
    const sends: Step['sends'][number][] = [];
    const completions: { id: number; outcome: Outcome }[] = [];
    for (const effect of this.client.step(key.timeUs, input)) this.carryOut(effect, key.timeUs, sends, completions);
    const { timeUs, sequence } = key;
    return {
      timeUs,
      origin: key.origin as ClientActorId,
      sequence,
      target: this.actor,
      hashA: digest.a,
      hashB: digest.b,
      sends,
      events: this.client.takeEvents(),
      completions,
    };
  }

  private carryOut(
    effect: ClientEffect,
    now: Micros,
    sends: Step['sends'][number][],
    completions: { id: number; outcome: Outcome }[],
  ): void {
    const { digest } = this;
    if (effect.type === 'Send') {
      const bytes = encodeEnvelope(effect.messages);
      digest.number(effect.to);
      digest.bytes(bytes);
      sends.push({ to: effect.to, bytes });
    } else if (effect.type === 'SetTimer') {
      digest.number(effect.atUs);
      const timeUs = Math.max(now + 1, effect.atUs);
      const { actor } = this;
      this.queue.push({
        timeUs,
        target: actor,
        origin: actor,
        sequence: this.sequence++,
        work: { type: 'Timer', generation: ++this.timerGeneration },
      });
    } else {
      digest.number(effect.id);
      digest.text(effect.outcome.status);
      completions.push({ id: effect.id, outcome: effect.outcome });
    }
  }
}
