import type { Micros, NodeId, ShardId } from '../base/ids.ts';
import type { RandomStream } from '../base/random.ts';
import type { EventualReply } from '../node/eventual/eventual-message.ts';
import { type ClientReply, type ConnectionRefused, type RequestBody, requestName } from '../node/message.ts';
import { EventualCall, type EventualTry } from './eventual-call.ts';
import { eventualAnswer, eventualFailure, eventualUnknown } from './eventual-outcome.ts';
import { KeyContexts } from './key-contexts.ts';
import type { EventualOperation, OperationOptions, Outcome } from './operation.ts';
import type { Suspicions } from './suspicions.ts';
import { type ClientTiming, EVENTUAL_UNDER_WAY_MAX } from './timing.ts';
import type { ClientReport } from './trace-event.ts';

/** What the client around it does for it. */
export interface EventualPort {
  homes(shard: ShardId): readonly NodeId[];
  /** All other nodes that are known of. */
  others(shard: ShardId): readonly NodeId[];
  /** @returns the id of the request that is sent */
  post(to: NodeId, shard: ShardId, body: RequestBody): number;
  /** Takes what every answer tells, whatever it answers. */
  heard(nowUs: Micros, call: EventualCall, tried: EventualTry, message: ClientReply | ConnectionRefused): void;
  report(operation: number, event: ClientReport): void;
  complete(id: number, outcome: Outcome): void;
}

/**
 * A client's operations of the eventual keyspace, each until somebody has coordinated it. Whoever is asked waits for others, for most of the operation's time:
 * only one that says nothing to the end counts as silent. Silence sends a read to somebody else as well. A write is sent again only where it was refused,
 * which says that nothing was done: each copy of it would get a stamp of its own, and a late one could undo what was written after it.
 */
export class EventualCalls {
  private readonly timing: ClientTiming;
  private readonly random: RandomStream;
  private readonly suspicions: Suspicions;
  private readonly port: EventualPort;
  private readonly contexts = new KeyContexts();
  private readonly calls = new Map<number, EventualCall>();
  private readonly requests = new Map<number, EventualCall>();

  constructor(timing: ClientTiming, random: RandomStream, suspicions: Suspicions, port: EventualPort) {
    this.timing = timing;
    this.random = random;
    this.suspicions = suspicions;
    this.port = port;
  }

  isUnderWay(id: number): boolean {
    return this.calls.has(id);
  }

  start(nowUs: Micros, id: number, shard: ShardId, operation: EventualOperation, options: OperationOptions): void {
    const call = new EventualCall(id, operation, shard, options.via, nowUs, nowUs + options.timeoutUs);
    const isFull = this.calls.size >= EVENTUAL_UNDER_WAY_MAX;
    this.calls.set(id, call);
    if (isFull) this.complete(call, eventualFailure(call, { code: 'Busy' }, nowUs));
    else this.attempt(nowUs, call);
  }

  /** @returns false: it is no answer to any of these. */
  receive(nowUs: Micros, message: ClientReply | ConnectionRefused): boolean {
    const call = this.requests.get(message.requestId);
    if (call === undefined) return false;
    this.requests.delete(message.requestId);
    const tried = call.settle(message.requestId);
    this.port.heard(nowUs, call, tried, message);
    if (message.type === 'ConnectionRefused') {
      this.refused(nowUs, call, tried, { code: 'ConnectionRefused', node: tried.to });
      return true;
    }
    const { body } = message;
    switch (body.type) {
      case 'EventualWritten':
      case 'EventualValue':
        this.answered(nowUs, call, tried.to, body);
        return true;
      case 'EventualRefused':
        this.refused(nowUs, call, tried, { code: body.why, node: tried.to, answer: body });
        return true;
      case 'WrongShard':
      case 'StaleEpoch':
        this.refused(nowUs, call, tried, { code: 'NotEnoughReplicas', node: tried.to });
        return true;
      default:
        throw new Error(`${body.type} is no answer in the eventual keyspace`);
    }
  }

  /** When something is to be done, whatever comes; undefined: nothing is. */
  get wakeAtUs(): Micros | undefined {
    let earliestUs: Micros | undefined;
    for (const { deadlineUs, wakeAtUs = deadlineUs } of this.calls.values()) {
      earliestUs = Math.min(earliestUs ?? deadlineUs, deadlineUs, wakeAtUs);
    }
    return earliestUs;
  }

  wakeDue(nowUs: Micros): void {
    for (const call of this.calls.values()) {
      if (nowUs >= call.deadlineUs) this.expired(nowUs, call);
      else if (call.wakeAtUs !== undefined && nowUs >= call.wakeAtUs) this.wake(nowUs, call);
    }
  }

  private attempt(nowUs: Micros, call: EventualCall): void {
    // So late an attempt would hardly be answered in time, and would only make a clear refusal into an unknown outcome.
    if (call.attempts > 0 && nowUs > call.deadlineUs - this.timing.backoffUsMin) return;
    const to = call.nextTarget(this.candidates(nowUs, call.shard));
    if (to !== undefined) this.send(nowUs, call, to);
    // Whose clock is behind the client's is not put right by asking again.
    else if (call.last?.code === 'ClockAhead') this.complete(call, eventualFailure(call, call.last, nowUs));
    else if (call.open.size === 0) {
      const untilUs = call.rest(nowUs, this.timing, this.random);
      this.port.report(call.operationId, { type: 'ClientRested', shard: call.shard, untilUs });
    }
  }

  /** A home before others, which would have to ask one; whoever is suspected last of all. */
  private candidates(nowUs: Micros, shard: ShardId): readonly NodeId[] {
    return this.suspicions.last(nowUs, [...this.port.homes(shard), ...this.port.others(shard)]);
  }

  private send(nowUs: Micros, call: EventualCall, to: NodeId): void {
    const { shard, operationId } = call;
    const body = this.bodyOf(nowUs, call);
    const requestId = this.port.post(to, shard, body);
    this.requests.set(requestId, call);
    call.sent({ requestId, to, sentAtUs: nowUs }, this.timing);
    const attempt = call.attempts;
    const request = requestName(body);
    this.port.report(operationId, { type: 'RequestSent', shard, requestId, to, request, attempt });
  }

  private bodyOf(nowUs: Micros, { operation, deadlineUs }: EventualCall): RequestBody {
    // Its coordinator is to answer before the client's time is up: what it knows then is more than silence.
    const leftUs = deadlineUs - nowUs;
    const waitUs = Math.max(1, Math.floor(leftUs / 2), leftUs - 2 * this.timing.backoffUsMin);
    const { key, sloppy } = operation;
    if (operation.type === 'EventualRead') return { type: 'EventualRead', key, r: operation.r, sloppy, waitUs };
    const { value, w, ttlUs, context } = operation;
    const expiry = ttlUs === undefined ? {} : { ttlUs };
    return { type: 'EventualWrite', key, value, ...expiry, w, sloppy, ...this.contexts.of(key, context), waitUs };
  }

  private answered(
    nowUs: Micros,
    call: EventualCall,
    node: NodeId,
    answer: Extract<EventualReply, { readonly type: 'EventualWritten' | 'EventualValue' }>,
  ): void {
    const stamp = answer.type === 'EventualWritten' ? answer.stamp : answer.versions[0]?.stamp;
    this.contexts.met(call.operation.key, answer.context, stamp);
    this.complete(call, eventualAnswer(call, node, answer, nowUs));
  }

  /** This attempt certainly did nothing. */
  private refused(
    nowUs: Micros,
    call: EventualCall,
    tried: EventualTry,
    refusal: NonNullable<EventualCall['last']>,
  ): void {
    call.last = refusal;
    const isFinal =
      call.via !== undefined ||
      refusal.code === 'TooManySiblings' ||
      refusal.code === 'RowTooLarge' ||
      lacksHomes(refusal);
    if (isFinal && call.open.size === 0) this.complete(call, eventualFailure(call, refusal, nowUs));
    else if (call.wasAwaited(tried)) this.attempt(nowUs, call);
  }

  private wake(nowUs: Micros, call: EventualCall): void {
    const silent = call.wake();
    if (silent !== undefined) {
      const { requestId, to, sentAtUs } = silent;
      const { shard, operationId } = call;
      const afterUs = nowUs - sentAtUs;
      this.port.report(operationId, { type: 'RequestGivenUp', shard, requestId, to, afterUs });
    }
    this.attempt(nowUs, call);
  }

  private expired(nowUs: Micros, call: EventualCall): void {
    for (const { to } of call.open.values()) this.suspicions.silent(nowUs, to);
    if (call.mayTakeEffect) this.complete(call, eventualUnknown(call, nowUs));
    else if (call.open.size > 0) this.complete(call, eventualFailure(call, { code: 'Timeout' }, nowUs));
    else this.complete(call, eventualFailure(call, call.last ?? { code: 'Timeout' }, nowUs));
  }

  private complete(call: EventualCall, outcome: Outcome): void {
    for (const requestId of call.open.keys()) this.requests.delete(requestId);
    this.calls.delete(call.operationId);
    this.port.complete(call.operationId, outcome);
  }
}

/** More is asked for than there are replicas: nobody else has more. */
const lacksHomes = ({ answer }: NonNullable<EventualCall['last']>): boolean =>
  answer?.why === 'NotEnoughReplicas' && answer.needed > answer.homes.length;
