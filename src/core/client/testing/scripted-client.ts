import { must } from '../../base/assert.ts';
import type { LiveBreak } from '../../base/breaks.ts';
import { clientActorId, type Micros, NO_NODE, type NodeId, nodeId } from '../../base/ids.ts';
import { createRandomStream } from '../../base/random.ts';
import { encodeUtf8 } from '../../base/utf8.ts';
import type { HeldBy, ReplyBody, RequestBody } from '../../node/message.ts';
import { HashRing } from '../../ring/hash-ring.ts';
import type { ClientEffect } from '../client-io.ts';
import type { Operation, Outcome } from '../operation.ts';
import { SmartClient } from '../smart-client.ts';
import { clientTiming } from '../timing.ts';
import type { ClientEvent } from '../trace-event.ts';

export const MS = 1000;
export const [N1, N2, N3] = [nodeId(1), nodeId(2), nodeId(3)];
export const key = encodeUtf8;
export const put = (k: string, value = 'v'): Operation => ({ type: 'Put', key: key(k), value: key(value) });
export const get = (k: string): Operation => ({ type: 'Get', key: key(k) });

export interface SentRequest {
  readonly atUs: Micros;
  readonly to: NodeId;
  readonly requestId: number;
  readonly shard: number;
  readonly ringEpoch: number;
  readonly body: RequestBody;
}

/** A client whose network and cluster are the test itself: it sees each request and answers it, or not, when it likes. */
export class ScriptedClient {
  readonly ring: HashRing;
  nowUs: Micros = 0;
  timerAtUs: Micros | undefined;
  readonly sent: SentRequest[] = [];
  readonly outcomes = new Map<number, Outcome>();
  readonly effects: ClientEffect[] = [];
  readonly breaks = new Set<LiveBreak>();
  /** Every node that there is. */
  contacts: readonly NodeId[] = [N1, N2, N3];
  private readonly client: SmartClient;
  private read = 0;
  private lastId = 0;

  constructor(shards = 1, seed = 1) {
    this.ring = new HashRing([N1, N2, N3], 150, shards, 3);
    const random = createRandomStream(seed, 'client', 'client', 0);
    this.client = new SmartClient({
      actor: clientActorId(100),
      ring: this.ring,
      contacts: () => this.contacts,
      random,
      breaks: this.breaks,
      ...clientTiming(150 * MS, 50 * MS),
    });
  }

  invoke(operation: Operation, timeoutMs = 1000, via?: NodeId): number {
    this.lastId++;
    const options = { timeoutUs: timeoutMs * MS, via };
    this.take(this.client.step(this.nowUs, { type: 'Invoke', id: this.lastId, operation, options }));
    return this.lastId;
  }

  /** @param ringEpoch the latest that the node has heard of; @param suspects whom it suspects */
  reply(request: SentRequest, body: ReplyBody, ringEpoch = 1, suspects: readonly NodeId[] = []): void {
    const messages = [
      {
        type: 'ClientReply' as const,
        requestId: request.requestId,
        shard: request.shard as never,
        ringEpoch,
        suspects,
        body,
      },
    ];
    this.take(this.client.step(this.nowUs, { type: 'MessagesReceived', from: request.to, messages }));
  }

  takeEvents(): readonly ClientEvent[] {
    return this.client.takeEvents();
  }

  refuseConnection(request: SentRequest): void {
    const messages = [{ type: 'ConnectionRefused' as const, requestId: request.requestId }];
    this.take(this.client.step(this.nowUs, { type: 'MessagesReceived', from: request.to, messages }));
  }

  /** Lets time pass, firing the timer whenever it is due. */
  advance(ms: number): void {
    const untilUs = this.nowUs + ms * MS;
    while (this.timerAtUs !== undefined && this.timerAtUs <= untilUs) this.fire();
    this.nowUs = untilUs;
  }

  fire(): void {
    this.nowUs = must(this.timerAtUs, 'a timer is set');
    this.timerAtUs = undefined;
    this.take(this.client.step(this.nowUs, { type: 'TimerFired' }));
  }

  /** Time passes until the client sends something. */
  nextSent(): SentRequest {
    while (this.read === this.sent.length) this.fire();
    const request = must(this.sent[this.read], 'just checked');
    this.read++;
    return request;
  }

  /** Every request is answered at once, until the operation is complete. */
  answerUntilComplete(id: number, answer: (request: SentRequest) => void): Outcome {
    while (!this.outcomes.has(id)) {
      if (this.read === this.sent.length) this.fire();
      else answer(this.nextSent());
    }
    return must(this.outcomes.get(id), 'just completed');
  }

  /** Requests that no call of `nextSent` has returned yet. */
  get unread(): readonly SentRequest[] {
    return this.sent.slice(this.read);
  }

  /** Invokes a put and answers its registration; the put's own request is next. */
  registered(session = 7, operation = put('k'), timeoutMs = 1000): number {
    const id = this.invoke(operation, timeoutMs);
    this.reply(this.nextSent(), { type: 'Registered', session, term: 1, index: session });
    return id;
  }

  private take(effects: readonly ClientEffect[]): void {
    for (const effect of effects) {
      this.effects.push(effect);
      if (effect.type === 'SetTimer') this.timerAtUs = effect.atUs;
      else if (effect.type === 'Complete') {
        if (this.outcomes.has(effect.id)) throw new Error(`operation ${effect.id} completed twice`);
        this.outcomes.set(effect.id, effect.outcome);
      } else
        for (const message of effect.messages) {
          if (message.type !== 'ClientRequest') throw new Error('a client sends requests');
          this.sent.push({ atUs: this.nowUs, to: effect.to, ...message });
        }
    }
  }
}

export const written = (term = 1, index = 9, existed = false): ReplyBody => ({
  type: 'Written',
  answer: { type: 'Ok', existed },
  term,
  index,
  acks: 2,
  voters: 3,
  duplicate: false,
});
export const value = (text: string | undefined, term = 1): ReplyBody => ({
  type: 'Value',
  value: text === undefined ? undefined : key(text),
  term,
  readIndex: 4,
  appliedIndex: 5,
  ground: 'lease',
});
/** As the meta group's log says up to `metaIndex`. */
export const heldBy = (metaIndex: number, ...replicas: NodeId[]): HeldBy => ({
  metaIndex,
  holders: { replicas, leader: NO_NODE, term: 0 },
});
export const notLeader = (leader: number, term = 1): ReplyBody => ({ type: 'NotLeader', leader: nodeId(leader), term });
