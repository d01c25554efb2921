import { assert, must } from '../base/assert.ts';
import { type LogIndex, type Micros, NO_NODE, type NodeId, type ShardId, type Term } from '../base/ids.ts';
import type { RandomStream } from '../base/random.ts';
import type { NodeQueue, ReplyBody, SessionId } from '../node/message.ts';
import { majority } from '../raft/quorum.ts';
import {
  type FailCode,
  type FallbackReason,
  isReplicaRead,
  isWrite,
  type Quarantine,
  type StrongOperation,
} from './operation.ts';
import type { ReplicaPoll } from './replica-poll.ts';
import { type ClientTiming, patienceUs, SILENCE_DOUBLINGS_MAX } from './timing.ts';

/** One message sent for a call. */
export interface Attempt {
  readonly requestId: number;
  readonly to: NodeId;
  /** The session of a write; undefined for a registration and for reads. */
  readonly session: SessionId | undefined;
  readonly sentAtUs: Micros;
}

/** An answer that was no result. */
export interface Refusal {
  readonly code: FailCode;
  readonly node: NodeId;
  readonly term: Term;
  /** Of a Busy. */
  readonly queue?: NodeQueue;
  /** Of a Quarantined. */
  readonly quarantine?: Quarantine;
  /** Of a ReplicaBehind: what it has applied. */
  readonly index?: LogIndex;
}

/** A write that is committed. */
export interface CommittedWrite {
  readonly node: NodeId;
  readonly answer: Extract<ReplyBody, { readonly type: 'Written' }>;
}

/** Before others are asked. */
const ROUNDS_AMONG_REPLICAS = 2;

/**
 * One request to one shard, until somebody answers it: which replica is asked next, when silence counts as refusal, and what is
 * certain about the attempts so far. In one round every replica is asked at most once; between two rounds the call rests.
 */
export class Call {
  readonly operationId: number;
  readonly operation: StrongOperation;
  readonly shard: ShardId;
  readonly via: NodeId | undefined;

  /** Attempts without an answer, by request id. Each may still be under way: it can be answered, and a write in it can take effect. */
  readonly open = new Map<number, Attempt>();
  /** Messages sent, without the registration that was answered. */
  attempts = 0;
  /** Answers that were no result. */
  refusals = 0;
  /** Some leader took the write and stepped down before it knew the outcome: from then on nobody can say that it did not happen. */
  leadershipLost = false;
  /** Its session expired while an earlier attempt may have taken effect: no retry can find out any more. */
  sessionExpired = false;
  /** The write's number in its session, the same in every attempt; 0 before it has one. */
  sequence = 0;
  lastRefusal: Refusal | undefined;
  /** Several replicas are being asked. Undefined: one after the other, for the rest of the call if there was one. */
  poll: ReplicaPoll | undefined;
  /** Why a leader is asked after all, or a majority where it should have been all. */
  instead: FallbackReason | undefined;
  /** W=3, from its commitment on. */
  committed: CommittedWrite | undefined;
  /** When the current attempt counts as silent, or the rest is over. Undefined: nothing to wait for but answers and the deadline. */
  wakeAtUs: Micros | undefined;

  /** The attempt whose silence is timed; undefined while resting. Always one of `open`. */
  private current: Attempt | undefined;
  private readonly tried: NodeId[] = [];
  /** Who answered in this round as one that has a replica of the shard. */
  private readonly heard = new Set<NodeId>();
  private rounds = 0;
  private silences = 0;
  /** When the current attempt is given up. */
  private silentAtUs: Micros = 0;
  /** In this round. */
  private hasHedged = false;

  constructor(operationId: number, operation: StrongOperation, shard: ShardId, via: NodeId | undefined) {
    this.operationId = operationId;
    this.operation = operation;
    this.shard = shard;
    this.via = via;
  }

  /** The only replica that there is has nothing to say, and nobody to be repaired from: no retry helps. */
  get isHopeless(): boolean {
    return this.lastRefusal?.quarantine?.isAlone === true;
  }

  /** With `via` one node and no other is asked; a scan asks every shard already. */
  get mayHedge(): boolean {
    return this.operation.type === 'Get' && !isReplicaRead(this.operation) && this.via === undefined && !this.hasHedged;
  }

  /** R=1: any replica will do, so that a second one is asked when the first is slow. */
  private get mayAskAnother(): boolean {
    const { operation } = this;
    return operation.type === 'Get' && operation.read === 1 && this.via === undefined && !this.hasHedged;
  }

  /** Whether a write in one of the attempts has happened, or may still. A refused attempt certainly has not and will not. */
  get mayTakeEffect(): boolean {
    return this.leadershipLost || [...this.open.values()].some((attempt) => attempt.session !== undefined);
  }

  /**
   * The replica to ask next; undefined when each was asked in this round.
   * @param others other nodes: they know who holds the shard by now. Asked when the replicas have said nothing of use for two rounds
   */
  nextTarget(leader: NodeId, replicas: readonly NodeId[], others: readonly NodeId[] = []): NodeId | undefined {
    if (this.via !== undefined) return this.via;
    const isNew = (node: NodeId): boolean => !this.tried.includes(node);
    if (leader !== NO_NODE && isNew(leader)) return leader;
    return replicas.find(isNew) ?? (this.rounds < ROUNDS_AMONG_REPLICAS ? undefined : others.find(isNew));
  }

  sent(attempt: Attempt, nowUs: Micros, timing: ClientTiming): void {
    assert(this.current === undefined, 'a call has one current attempt');
    assert(attempt.to !== NO_NODE, 'an attempt goes to a node');
    this.open.set(attempt.requestId, attempt);
    this.current = attempt;
    this.tried.push(attempt.to);
    this.attempts++;
    this.silentAtUs = nowUs + timing.requestTimeoutUs * (1 << Math.min(this.silences, SILENCE_DOUBLINGS_MAX));
    this.wakeAtUs = this.mayAskAnother ? nowUs + patienceUs(timing) : this.silentAtUs;
  }

  /** Whoever was asked has been silent for a while, and not for so long that it is given up: another one may be asked as well. */
  isHedgeDue(nowUs: Micros): boolean {
    return this.current !== undefined && nowUs < this.silentAtUs;
  }

  /** @returns whom it still waits for, from now on until that one is given up; undefined: nobody else may be asked */
  waitOn(): Attempt | undefined {
    this.wakeAtUs = this.silentAtUs;
    return this.mayAskAnother ? this.current : undefined;
  }

  /** A read asks another replica as well; nothing is timed by it. Once a round. */
  hedged(attempt: Attempt): void {
    assert(!isWrite(this.operation), 'only a read may be served by two');
    assert(this.mayHedge || this.mayAskAnother, 'one hedge a round');
    if (isReplicaRead(this.operation)) this.tried.push(attempt.to);
    this.open.set(attempt.requestId, attempt);
    this.attempts++;
    this.hasHedged = true;
  }

  /** One of several that are asked at once; what is timed is all of them. */
  polled(attempt: Attempt): void {
    this.open.set(attempt.requestId, attempt);
  }

  /** What is still under way says nothing any more. */
  forgetOpen(): void {
    this.open.clear();
    this.current = undefined;
    this.wakeAtUs = undefined;
  }

  /** Takes an answered attempt off the open ones. True if the call was waiting for it, so that it must now go on. */
  settle(requestId: number): boolean {
    assert(this.open.delete(requestId), 'an answer settles an open attempt');
    if (this.current?.requestId !== requestId) return false;
    this.current = undefined;
    this.wakeAtUs = undefined;
    return true;
  }

  heardReplica(node: NodeId): void {
    this.heard.add(node);
  }

  /** Whether so many of them have answered in this round that they could be the shard's group. */
  heardMajority(replicas: readonly NodeId[]): boolean {
    return replicas.filter((node) => this.heard.has(node)).length >= majority(replicas.length);
  }

  refused(refusal: Refusal): void {
    this.refusals++;
    this.lastRefusal = refusal;
  }

  /** The current attempt is given up, but stays open. Returns that silent attempt; undefined if the call was only resting. */
  wake(): Attempt | undefined {
    must(this.wakeAtUs, 'a call wakes when it has something to wait for');
    this.wakeAtUs = undefined;
    if (this.current === undefined) return undefined;
    const silent = this.current;
    this.current = undefined;
    this.silences++;
    return silent;
  }

  /** Waits before the next round: exponential back-off, the second half of it drawn, so that clients do not return in step. */
  rest(nowUs: Micros, timing: ClientTiming, random: RandomStream): void {
    assert(this.current === undefined, 'a call that waits for an answer does not rest');
    const doubled = timing.backoffUsMin * (1 << Math.min(this.rounds, 16));
    const backoffUs = Math.min(timing.backoffUsMax, doubled);
    this.newRound();
    this.rounds++;
    this.wakeAtUs = nowUs + random.between(Math.ceil(backoffUs / 2), backoffUs);
  }

  /** The session is there: whatever registering took, the write itself starts afresh. */
  registered(): void {
    this.attempts--;
    this.current = undefined;
    this.wakeAtUs = undefined;
    this.newRound();
  }

  private newRound(): void {
    this.tried.length = 0;
    this.heard.clear();
    this.hasHedged = false;
  }
}

/** Another one is to be asked. */
export function redirection(node: NodeId, body: Extract<ReplyBody, { type: 'NotLeader' | 'Quarantined' }>): Refusal {
  const { type: code, term } = body;
  if (body.type === 'NotLeader') return { code, node, term };
  return { code, node, term, quarantine: { reason: body.reason, isAlone: body.isAlone } };
}

/** The same one is to be asked, later. */
export function delay(node: NodeId, body: Extract<ReplyBody, { type: 'Busy' | 'TransferUnderWay' }>): Refusal {
  const refusal = { code: body.type, node, term: 0 };
  return body.type === 'Busy' ? { ...refusal, queue: body.queue } : refusal;
}
