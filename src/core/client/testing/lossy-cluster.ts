import { NO_BREAKS } from '../../base/breaks.ts';
import type { Micros, NodeId } from '../../base/ids.ts';
import { clientActorId, NO_NODE, nodeId } from '../../base/ids.ts';
import { createRandomStream, type RandomStream } from '../../base/random.ts';
import { decodeUtf8 } from '../../base/utf8.ts';
import type { ClientRequest, Message, ReplyBody } from '../../node/message.ts';
import { HashRing } from '../../ring/hash-ring.ts';
import type { ClientEffect, ClientInput } from '../client-io.ts';
import type { Operation, Outcome } from '../operation.ts';
import { SmartClient } from '../smart-client.ts';
import { clientTiming } from '../timing.ts';
import { heldBy } from './scripted-client.ts';

const MS = 1000;
const NODES = [nodeId(1), nodeId(2), nodeId(3)];

/**
 * One shard on three nodes whose replication is a shared log, with everything that can go wrong around it: lost, late and duplicated
 * messages, leaders that change or step down with entries that commit later or never, nodes that are down, sessions that are forgotten.
 * Both copies of a duplicated request get the same fate: accepted or refused, never one of each.
 */
export class LossyCluster {
  nowUs: Micros = 0;
  readonly outcomes = new Map<number, { readonly outcome: Outcome; readonly atUs: Micros }>();
  /** How often each written value was applied. */
  readonly applied = new Map<string, number>();
  private readonly client: SmartClient;
  private readonly random: RandomStream;
  private readonly queue: { readonly atUs: Micros; readonly run: () => void }[] = [];
  private timerAtUs: Micros | undefined;
  private leader: NodeId = NO_NODE;
  private term = 1;
  private readonly down = new Set<NodeId>();
  private lastIndex = 0;
  private readonly sessions = new Map<number, { sequence: number; answer: ReplyBody }>();
  private readonly fates = new Map<number, 'accepted' | 'refused'>();

  constructor(seed: number) {
    this.random = createRandomStream(seed, 'cluster', 'test', 0);
    const random = createRandomStream(seed, 'client', 'test', 0);
    const ring = new HashRing(NODES, 20, 1, 3);
    this.client = new SmartClient({
      actor: clientActorId(100),
      ring,
      contacts: () => NODES,
      random,
      breaks: NO_BREAKS,
      ...clientTiming(150 * MS, 50 * MS),
    });
    this.after(0, () => this.change());
  }

  invokeAt(atUs: Micros, id: number, operation: Operation, timeoutUs: Micros, via: NodeId | undefined): void {
    this.after(atUs, () => this.step({ type: 'Invoke', id, operation, options: { timeoutUs, via } }));
  }

  /** Until nothing is under way any more. */
  run(untilUs: Micros): void {
    for (;;) {
      this.queue.sort((a, b) => a.atUs - b.atUs);
      const next = this.queue[0]?.atUs ?? untilUs;
      if (this.timerAtUs !== undefined && this.timerAtUs <= next) {
        this.nowUs = this.timerAtUs;
        this.timerAtUs = undefined;
        this.step({ type: 'TimerFired' });
      } else {
        if (next >= untilUs) return;
        this.nowUs = next;
        this.queue.shift()?.run();
      }
    }
  }

  private after(us: Micros, run: () => void): void {
    this.queue.push({ atUs: this.nowUs + us, run });
  }

  private step(input: ClientInput): void {
    for (const effect of this.client.step(this.nowUs, input)) this.perform(effect);
  }

  private perform(effect: ClientEffect): void {
    if (effect.type === 'SetTimer') this.timerAtUs = effect.atUs;
    else if (effect.type === 'Complete') {
      if (this.outcomes.has(effect.id)) throw new Error(`operation ${effect.id} completed twice`);
      this.outcomes.set(effect.id, { outcome: effect.outcome, atUs: this.nowUs });
    } else for (const message of effect.messages) this.travel(() => this.arrive(effect.to, message as ClientRequest));
  }

  /** Loses, delays and duplicates. */
  private travel(run: () => void): void {
    if (this.random.chance(0.15)) return;
    const copies = this.random.chance(0.2) ? 2 : 1;
    for (let i = 0; i < copies; i++) {
      this.after(this.random.between(1, this.random.chance(0.1) ? 700 : 25) * MS, run);
    }
  }

  private answer(from: NodeId, request: ClientRequest, body: ReplyBody | 'ConnectionRefused'): void {
    const { requestId, shard } = request;
    const message: Message =
      body === 'ConnectionRefused'
        ? { type: 'ConnectionRefused', requestId }
        : { type: 'ClientReply', requestId, shard, ringEpoch: 1, suspects: [], body };
    this.travel(() => this.step({ type: 'MessagesReceived', from, messages: [message] }));
  }

  private arrive(to: NodeId, request: ClientRequest): void {
    const refusal = this.refusal(to);
    const fate = refusal === undefined ? 'accepted' : 'refused';
    if ((this.fates.get(request.requestId) ?? fate) !== fate) return;
    this.fates.set(request.requestId, fate);
    if (refusal !== undefined) this.answer(to, request, refusal);
    else this.propose(to, request);
  }

  private refusal(to: NodeId): ReplyBody | 'ConnectionRefused' | undefined {
    if (this.down.has(to)) return 'ConnectionRefused';
    const hint = this.random.chance(0.2) ? nodeId(this.random.between(0, 3)) : this.leader;
    if (to !== this.leader) return { type: 'NotLeader', leader: hint, term: this.term };
    if (this.random.chance(0.05)) return { type: 'Busy', queue: 'proposals' };
    return this.random.chance(0.02) ? { type: 'WrongShard', ...heldBy(0) } : undefined;
  }

  /** The entry commits soon; or its leader steps down first, and it commits late or never. */
  private propose(to: NodeId, request: ClientRequest): void {
    if (this.random.chance(0.12)) {
      this.answer(to, request, { type: 'LeadershipLost' });
      if (this.random.chance(0.5)) this.after(this.random.between(1, 600) * MS, () => this.apply(to, request));
    } else this.after(this.random.between(2, 30) * MS, () => this.apply(to, request));
  }

  private apply(to: NodeId, request: ClientRequest): void {
    this.lastIndex++;
    const { body } = request;
    const ground = { term: this.term, index: this.lastIndex };
    if (body.type === 'RegisterClient') {
      this.sessions.set(this.lastIndex, { sequence: 0, answer: { type: 'Busy', queue: 'proposals' } });
      this.answer(to, request, { type: 'Registered', session: this.lastIndex, ...ground });
    } else if (body.type === 'Get') {
      const read = {
        readIndex: this.lastIndex,
        appliedIndex: this.lastIndex,
        term: this.term,
        ground: 'index',
      } as const;
      this.answer(to, request, { type: 'Value', value: undefined, ...read });
    } else if (body.type === 'Write') {
      const session = this.sessions.get(body.session);
      if (session === undefined) this.answer(to, request, { type: 'SessionExpired' });
      else if (body.sequence > session.sequence) {
        if (body.write.type !== 'Put') throw new Error('the test puts');
        const value = decodeUtf8(body.write.value);
        this.applied.set(value, (this.applied.get(value) ?? 0) + 1);
        session.sequence = body.sequence;
        const answer = { type: 'Ok' as const, existed: false };
        session.answer = { type: 'Written', answer, ...ground, acks: 2, voters: 3, duplicate: false };
        this.answer(to, request, session.answer);
      } else if (body.sequence === session.sequence) this.answer(to, request, session.answer);
      // Older than the newest: stale, its writer has gone on.
    }
  }

  /** The weather: leaders, outages, forgotten sessions. */
  private change(): void {
    this.leader = this.random.chance(0.3) ? NO_NODE : nodeId(this.random.between(1, 3));
    this.term++;
    this.down.clear();
    for (const node of NODES) if (node !== this.leader && this.random.chance(0.3)) this.down.add(node);
    if (this.random.chance(0.15)) this.sessions.clear();
    this.after(this.random.between(50, 900) * MS, () => this.change());
  }
}
