import { assert, must } from '../base/assert.ts';
import type { Micros, NodeId, ShardId } from '../base/ids.ts';
import type { RandomStream } from '../base/random.ts';
import type { EventualReply } from '../node/eventual/eventual-message.ts';
import type { EventualOperation, FailCode } from './operation.ts';
import { type ClientTiming, SILENCE_DOUBLINGS_MAX } from './timing.ts';

/** One message sent for an operation of the eventual keyspace. */
export interface EventualTry {
  readonly requestId: number;
  readonly to: NodeId;
  readonly sentAtUs: Micros;
}

/** Certainly nothing was done. */
export interface EventualRefused {
  readonly code: FailCode;
  /** Who said so; absent: the client itself. */
  readonly node?: NodeId;
  readonly answer?: Extract<EventualReply, { readonly type: 'EventualRefused' }>;
}

/** One operation of the eventual keyspace: whom it may still ask, and what is certain about what was sent. In one round everybody is asked at most once. */
export class EventualCall {
  readonly operationId: number;
  readonly operation: EventualOperation;
  readonly shard: ShardId;
  readonly via: NodeId | undefined;
  readonly invokedAtUs: Micros;
  readonly deadlineUs: Micros;
  /** Without an answer, by request id: each may still be carried out. Of a write at most one. */
  readonly open = new Map<number, EventualTry>();
  attempts = 0;
  last: EventualRefused | undefined;
  /** When a read is sent to somebody else as well, or a rest is over. Undefined: nothing to wait for but answers and the deadline. */
  wakeAtUs: Micros | undefined;

  private current: EventualTry | undefined;
  private readonly asked: NodeId[] = [];
  private rounds = 0;
  private silences = 0;

  constructor(
    operationId: number,
    operation: EventualOperation,
    shard: ShardId,
    via: NodeId | undefined,
    invokedAtUs: Micros,
    deadlineUs: Micros,
  ) {
    this.operationId = operationId;
    this.operation = operation;
    this.shard = shard;
    this.via = via;
    this.invokedAtUs = invokedAtUs;
    this.deadlineUs = deadlineUs;
  }

  /** Whether a write has happened, or may still. */
  get mayTakeEffect(): boolean {
    return this.operation.type === 'EventualWrite' && this.open.size > 0;
  }

  /** Undefined: everybody was asked in this round. */
  nextTarget(candidates: readonly NodeId[]): NodeId | undefined {
    const { via } = this;
    return (via === undefined ? candidates : [via]).find((node) => !this.asked.includes(node));
  }

  sent(attempt: EventualTry, timing: ClientTiming): void {
    const isRead = this.operation.type === 'EventualRead';
    assert(isRead || this.open.size === 0, 'no two copies of a write are under way');
    this.open.set(attempt.requestId, attempt);
    this.current = attempt;
    this.asked.push(attempt.to);
    this.attempts++;
    const patienceUs = timing.requestTimeoutUs * (1 << Math.min(this.silences, SILENCE_DOUBLINGS_MAX));
    this.wakeAtUs = isRead && this.via === undefined ? attempt.sentAtUs + patienceUs : undefined;
  }

  /** Takes what was answered off the open ones. */
  settle(requestId: number): EventualTry {
    const tried = must(this.open.get(requestId), 'an answer settles what is open');
    this.open.delete(requestId);
    return tried;
  }

  /** Whether the call was waiting for this one, so that it must now go on. */
  wasAwaited(tried: EventualTry): boolean {
    if (this.current !== tried) return false;
    this.current = undefined;
    this.wakeAtUs = undefined;
    return true;
  }

  /** What was waited for is given up, but stays open; undefined: the call was only resting. */
  wake(): EventualTry | undefined {
    const silent = this.current;
    this.current = undefined;
    this.wakeAtUs = undefined;
    if (silent !== undefined) this.silences++;
    return silent;
  }

  /** Everybody refused: exponential back-off, the second half of it drawn. @returns its end */
  rest(nowUs: Micros, { backoffUsMin, backoffUsMax }: ClientTiming, random: RandomStream): Micros {
    const backoffUs = Math.min(backoffUsMax, backoffUsMin * (1 << Math.min(this.rounds, 16)));
    this.rounds++;
    this.asked.length = 0;
    this.wakeAtUs = nowUs + random.between(Math.ceil(backoffUs / 2), backoffUs);
    return this.wakeAtUs;
  }
}
