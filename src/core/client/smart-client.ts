import { assert, assertNever, must } from '../base/assert.ts';
import { type LogIndex, type Micros, NO_NODE, type NodeId, type ShardId, shardId } from '../base/ids.ts';
import {
  type ClientReply,
  type ConnectionRefused,
  type Message,
  type RequestBody,
  requestName,
  type SessionId,
} from '../node/message.ts';
import { keyToken } from '../ring/hash-ring.ts';
import { type Attempt, Call, delay, type Refusal, redirection } from './call.ts';
import type { ClientEffect, ClientInput, ClientOptions } from './client-io.ts';
import { ClientPlacement } from './client-placement.ts';
import type { EventualCalls } from './eventual-calls.ts';
import { HedgeBudget } from './hedge-budget.ts';
import { lateClient } from './late-client.ts';
import { LeaderCache } from './leader-cache.ts';
import {
  isEventual,
  isQuorumRead,
  isReplicaRead,
  isWrite,
  keyOfOperation,
  keysOfOperation,
  type Operation,
  type OperationOptions,
  type Outcome,
  type StrongOperation,
  writeLevelOf,
} from './operation.ts';
import { type Answer, failOutcome, okOutcome, rangeOutcome, timedOutOutcome, unknownOutcome } from './outcome.ts';
import { anotherReplica, type Hedge, hedgeOf } from './pick-hedge.ts';
import type { ReplicaPolls } from './replica-polls.ts';
import { replyReceived } from './reply-received.ts';
import { assertValid, getBody, replicaBody, requestBody } from './request-body.ts';
import { mergeRanges, type ShardRange } from './scan-merge.ts';
import { type ShardSession, sessionOf } from './shard-session.ts';
import { Suspicions } from './suspicions.ts';
import { patienceUs, QUEUED_WRITES_MAX, READS_UNDER_WAY_MAX } from './timing.ts';
import type { ClientEvent, ClientReport } from './trace-event.ts';

interface OperationUnderWay {
  readonly id: number;
  readonly operation: StrongOperation;
  readonly invokedAtUs: Micros;
  readonly deadlineUs: Micros;
  /** One per shard that takes part, ascending by shard: all of them for a scan, else one. */
  readonly calls: readonly Call[];
  /** A scan's answers so far. */
  readonly ranges: Map<ShardId, ShardRange>;
}

type Asked = Pick<Call, 'operationId' | 'shard'>;
type Sent = Pick<Attempt, 'requestId' | 'to'>;

/**
 * A client that knows where every key lives, finds the leaders, tries again until the operation's timeout and never does a write twice
 * (Raft dissertation §6.3). Pure: the time and the messages come in, effects go out. `fail` is only said of what certainly did not
 * happen. That rests on one thing outside: **two copies of one request never get different fates** (requests travel as on a
 * connection, which does not duplicate). Copies of accepted requests, and duplicated or late replies, do no harm.
 */
export class SmartClient {
  private readonly options: ClientOptions;
  readonly leaders = new LeaderCache();
  readonly placement: ClientPlacement;
  readonly suspicions: Suspicions;
  private readonly hedges = new HedgeBudget();
  private madeEventual: EventualCalls | undefined;
  private madePolls: ReplicaPolls | undefined;
  private readonly sessions = new Map<ShardId, ShardSession>();
  /**
   * What this client has seen of each shard: the newest entry that it was told to be committed, or read. No two terms commit different entries at one index, so
   * that the index alone says enough.
   */
  private readonly seen = new Map<ShardId, LogIndex>();
  private readonly operations = new Map<number, OperationUnderWay>();
  /** Whose attempt a request id is; exactly the open attempts of all calls. An answer to any other id is late or a duplicate. */
  private readonly requests = new Map<number, Call>();
  private readsUnderWay = 0;
  private lastRequestId = 0;
  private lastNonce = 0;
  /** When the timer that was set last will fire; undefined if it has. */
  private timerAtUs: Micros | undefined;
  /** Effects of the step that runs. */
  private sends: { readonly type: 'Send'; readonly to: NodeId; readonly messages: Message[] }[] = [];
  private completions: ClientEffect[] = [];
  private events: ClientEvent[] = [];

  constructor(options: ClientOptions) {
    assert(options.requestTimeoutUs > 0, 'an attempt takes time');
    assert(options.backoffUsMin > 0 && options.backoffUsMin <= options.backoffUsMax, 'back-off runs from min to max');
    this.options = options;
    this.placement = new ClientPlacement(options, this.leaders, {
      post: (to, shard, body) => this.post(to, shard, body),
      report: (operation, event) => this.report(operation, event),
    });
    this.suspicions = new Suspicions(options.requestTimeoutUs);
  }

  private get eventual(): EventualCalls {
    this.madeEventual ??= new (lateClient.get().EventualCalls)(this.options, this.options.random, this.suspicions, {
      homes: (shard) => this.placement.replicas(shard),
      others: (shard) => this.placement.others(shard),
      post: (to, shard, body) => this.post(to, shard, body),
      heard: (nowUs, call, attempt, message) => this.heard(nowUs, call, attempt, message),
      report: (operation, event) => this.report(operation, event),
      complete: (id, outcome) => this.completions.push({ type: 'Complete', id, outcome }),
    });
    return this.madeEventual;
  }

  private get polls(): ReplicaPolls {
    this.madePolls ??= new (lateClient.get().ReplicaPolls)(this.options, {
      replicas: (shard) => this.placement.replicas(shard),
      ask: (nowUs, call, to, body) => this.askReplica(nowUs, call, to, body),
      report: (operation, event) => this.report(operation, event),
      silent: (nowUs, node) => this.suspicions.silent(nowUs, node),
      leads: (shard, node, term) => this.leaders.learn(shard, node, term),
      askLeader: (nowUs, call) => {
        this.close(call);
        call.forgetOpen();
        this.attempt(nowUs, call);
      },
      answered: (nowUs, call, outcomeOf) => {
        const outcome = outcomeOf(nowUs - this.underWay(call).invokedAtUs);
        const read = outcome.status === 'ok' ? outcome.appliedIndex : undefined;
        if (read !== undefined) this.hasSeen(call.shard, read);
        this.complete(nowUs, call, outcome);
      },
    });
    return this.madePolls;
  }

  /** Sends come first, then completions in the order in which they became known, then the timer. */
  step(nowUs: Micros, input: ClientInput): ClientEffect[] {
    this.sends = [];
    this.completions = [];
    switch (input.type) {
      case 'Invoke':
        this.invoke(nowUs, input.id, input.operation, input.options);
        break;
      case 'MessagesReceived':
        for (const message of input.messages) this.receive(nowUs, input.from, message);
        break;
      case 'TimerFired':
        this.timerAtUs = undefined;
        break;
      default:
        assertNever(input);
    }
    this.wakeDue(nowUs);
    return [...this.sends, ...this.completions, ...this.armTimer()];
  }

  /** Everything that happened since the last call, oldest first. */
  takeEvents(): readonly ClientEvent[] {
    const { events } = this;
    if (events.length > 0) this.events = [];
    return events;
  }

  private invoke(nowUs: Micros, id: number, operation: Operation, { timeoutUs, via }: OperationOptions): void {
    assert(
      !this.operations.has(id) && this.madeEventual?.isUnderWay(id) !== true,
      `operation ${id} is under way already`,
    );
    assert(Number.isSafeInteger(timeoutUs) && timeoutUs > 0, 'a timeout is a positive number of microseconds');
    assertValid(operation);
    assert(via === undefined || !isQuorumRead(operation), 'a quorum is not at one node');
    const { ring } = this.options;
    const shards =
      operation.type === 'Scan'
        ? Array.from({ length: ring.shards }, (_, s) => shardId(s))
        : [ring.shardOfKey(keyOfOperation(operation))];
    if (operation.type !== 'Scan') {
      const [shard] = shards as [ShardId];
      const token = keyToken(keyOfOperation(operation));
      this.report(id, { type: 'KeyHashed', token, shard, replicas: this.placement.replicas(shard) });
      if (isEventual(operation)) {
        this.eventual.start(nowUs, id, shard, operation, { timeoutUs, via });
        return;
      }
    }
    const isOneShard = keysOfOperation(operation).every((key) => ring.shardOfKey(key) === shards[0]);
    assert(isOneShard || operation.type === 'Scan', 'the keys of a batch are of one shard');
    const calls = shards.map((shard) => new Call(id, operation, shard, via));
    const deadlineUs = nowUs + timeoutUs;
    this.operations.set(id, { id, operation, invokedAtUs: nowUs, deadlineUs, calls, ranges: new Map() });
    if (isWrite(operation)) {
      for (const call of calls) this.enqueue(nowUs, call);
    } else if (this.readsUnderWay++ >= READS_UNDER_WAY_MAX) {
      const [call] = calls as [Call];
      this.complete(nowUs, call, failOutcome(call, 'Busy', NO_NODE, 0));
    } else if (operation.type === 'Get' && isQuorumRead(operation)) {
      const [call] = calls as [Call];
      this.polls.startRead(nowUs, call, operation.read === 3 ? 'all' : 'quorum');
    } else {
      for (const call of calls) this.attempt(nowUs, call);
    }
  }

  private enqueue(nowUs: Micros, write: Call): void {
    const session = sessionOf(this.sessions, write.shard);
    const full = session.queued >= QUEUED_WRITES_MAX;
    session.enqueue(write);
    if (full) this.complete(nowUs, write, failOutcome(write, 'Busy', NO_NODE, 0));
    else if (session.head === write) this.attempt(nowUs, write);
    else this.report(write.operationId, { type: 'WriteQueued', shard: write.shard, ahead: session.queued - 1 });
  }

  /** Asks the next replica, or rests when all were asked. */
  private attempt(nowUs: Micros, call: Call): void {
    const underWay = this.underWay(call);
    if (isWrite(call.operation) && sessionOf(this.sessions, call.shard).session === undefined && call.sequence > 0) {
      // Its session is gone. Under a new one the shard would not recognise a copy of it that was applied before.
      if (call.mayTakeEffect) {
        this.complete(nowUs, call, unknownOutcome(call, nowUs - underWay.invokedAtUs));
        return;
      }
      call.sequence = 0;
    }
    // So late an attempt would hardly be answered in time, and would only make a clear refusal into an unknown outcome.
    if (call.attempts > 0 && nowUs > underWay.deadlineUs - this.options.backoffUsMin) return;
    const { placement } = this;
    const own = isReplicaRead(call.operation);
    const to = call.nextTarget(
      own ? NO_NODE : this.leaders.leader(call.shard),
      own ? this.suspicions.last(nowUs, placement.replicas(call.shard)) : placement.replicas(call.shard),
      placement.others(call.shard),
    );
    if (to === undefined) {
      const replicas = placement.replicas(call.shard);
      // A group of which no majority even speaks as such is not to be found there: dead, or somewhere else by now.
      if (!call.heardMajority(replicas)) this.placement.search(nowUs, replicas, call.operationId);
      this.rest(nowUs, call);
      return;
    }
    this.send(nowUs, call, to);
    if (call.mayHedge) this.hedge(nowUs, call, to);
  }

  /** W=3: the write is committed; has everybody applied it? The shard's next write need not wait for that. */
  private askApplied(nowUs: Micros, call: Call, node: NodeId, answer: Extract<Answer, { type: 'Written' }>): void {
    this.close(call);
    call.forgetOpen();
    call.committed = { node, answer };
    this.leaveSession(nowUs, call);
    this.polls.startApplied(nowUs, call, answer.index);
  }

  private askReplica(nowUs: Micros, call: Call, to: NodeId, body: RequestBody): void {
    const requestId = this.post(to, call.shard, body);
    this.requests.set(requestId, call);
    call.polled({ requestId, to, session: undefined, sentAtUs: nowUs });
    this.reportSent(call, requestId, to, body);
  }

  private hasSeen(shard: ShardId, index: LogIndex): void {
    this.seen.set(shard, Math.max(index, this.seen.get(shard) ?? 0));
  }

  private hedge(nowUs: Micros, call: Call, to: NodeId): void {
    const { operation } = call;
    if (operation.type !== 'Get') return;
    const hedge = hedgeOf(call, to, nowUs, this);
    if (hedge !== undefined && this.hedges.spend())
      this.sendHedge(nowUs, call, { ...getBody(operation), hedge: true }, hedge);
  }

  private sendHedge(nowUs: Micros, call: Call, body: RequestBody, { suspected, by, through }: Hedge): void {
    const { shard, operationId } = call;
    const requestId = this.post(through, shard, body);
    this.requests.set(requestId, call);
    call.hedged({ requestId, to: through, session: undefined, sentAtUs: nowUs });
    this.report(operationId, { type: 'ReadHedged', shard, requestId, suspected, by, through });
    this.reportSent(call, requestId, through, body, { hedge: true });
  }

  private askAnother(nowUs: Micros, call: Call): void {
    const slow = call.waitOn();
    const hedge = slow && anotherReplica(call, slow.to, nowUs, this);
    if (hedge !== undefined && this.hedges.spend()) this.sendHedge(nowUs, call, this.bodyOf(call, undefined), hedge);
  }

  private send(nowUs: Micros, call: Call, to: NodeId): void {
    let session: SessionId | undefined;
    let body: RequestBody;
    const shardSession = isWrite(call.operation) ? sessionOf(this.sessions, call.shard) : undefined;
    if (shardSession !== undefined && shardSession.session === undefined) {
      this.lastNonce++;
      body = { type: 'RegisterClient', nonce: this.lastNonce };
    } else {
      session = shardSession?.session;
      const isNew = call.sequence === 0 || this.options.breaks.has('no-sessions');
      if (shardSession !== undefined && isNew) call.sequence = shardSession.nextSequence();
      body = this.bodyOf(call, session);
    }
    const requestId = this.post(to, call.shard, body);
    this.requests.set(requestId, call);
    call.sent({ requestId, to, session, sentAtUs: nowUs }, nowUs, this.options);
    this.reportSent(call, requestId, to, body);
  }

  private reportSent(
    { shard, operationId, attempts }: Call,
    requestId: number,
    to: NodeId,
    body: RequestBody,
    hedge: { readonly hedge?: true } = {},
  ): void {
    const request = requestName(body);
    this.report(operationId, { type: 'RequestSent', shard, requestId, to, request, attempt: attempts, ...hedge });
  }

  private bodyOf({ operation, shard, sequence }: Call, session: SessionId | undefined): RequestBody {
    if (operation.type !== 'Get' || !isReplicaRead(operation)) return requestBody(operation, session, sequence);
    const index = operation.read === 'session' ? (this.seen.get(shard) ?? 0) : 0;
    return replicaBody(operation.key, index, patienceUs(this.options));
  }

  /** @returns the request's id */
  private post(to: NodeId, shard: ShardId, body: RequestBody): number {
    const requestId = ++this.lastRequestId;
    const { ringEpoch } = this.placement;
    const message: Message = { type: 'ClientRequest', requestId, shard, ringEpoch, body };
    const envelope = this.sends.find((each) => each.to === to);
    if (envelope === undefined) this.sends.push({ type: 'Send', to, messages: [message] });
    else envelope.messages.push(message);
    return requestId;
  }

  private receive(nowUs: Micros, from: NodeId, message: Message): void {
    assert(message.type === 'ClientReply' || message.type === 'ConnectionRefused', 'clients get replies only');
    if (this.placement.receive(nowUs, from, message)) return;
    if (this.madeEventual?.receive(nowUs, message)) return;
    const call = this.requests.get(message.requestId);
    if (call === undefined) return;
    const attempt = must(call.open.get(message.requestId), 'a known request is an open attempt');
    this.requests.delete(message.requestId);
    const awaited = call.settle(message.requestId);
    this.heard(nowUs, call, attempt, message);
    if (message.type === 'ConnectionRefused') {
      this.leaders.forget(call.shard, attempt.to);
      this.refused(nowUs, call, { code: 'ConnectionRefused', node: attempt.to, term: 0 }, awaited);
      return;
    }
    assert(from === attempt.to && message.shard === call.shard, 'the asked node answers for the asked shard');
    this.answered(nowUs, call, attempt, message.body, awaited);
  }

  private answered(nowUs: Micros, call: Call, attempt: Attempt, body: ClientReply['body'], awaited: boolean): void {
    const { shard } = call;
    const node = attempt.to;
    if (body.type !== 'WrongShard' && body.type !== 'StaleEpoch') call.heardReplica(node);
    switch (body.type) {
      case 'Registered':
        this.leaders.learn(shard, node, body.term);
        this.registered(nowUs, call, body.session);
        return;
      case 'Written':
      case 'Appended':
        this.leaders.learn(shard, node, body.term);
        // W=1 is told of what may be lost: a session that waited for it might wait for ever.
        if (writeLevelOf(call.operation) > 1) this.hasSeen(shard, body.index);
        this.result(nowUs, call, node, body);
        return;
      case 'Value':
      case 'Range':
        this.leaders.learn(shard, body.type === 'Value' ? (body.leader ?? node) : node, body.term);
        if (body.type === 'Value') this.hedges.readAnswered();
        this.hasSeen(shard, body.appliedIndex);
        this.result(nowUs, call, node, body);
        return;
      case 'ReplicaValue':
        if (call.poll !== undefined) {
          this.polls.heard(nowUs, call, call.poll, node, body);
          return;
        }
        if (body.leads) this.leaders.learn(shard, node, body.term);
        this.hedges.readAnswered();
        this.hasSeen(shard, body.appliedIndex);
        this.result(nowUs, call, node, body);
        return;
      case 'ReplicaBehind':
        if (call.poll !== undefined) this.polls.heard(nowUs, call, call.poll, node, body);
        else this.refused(nowUs, call, { code: body.type, node, term: body.term, index: body.appliedIndex }, awaited);
        return;
      case 'NotLeader':
      case 'Quarantined':
        this.leaders.learnRefusal(shard, node, body.leader, body.term);
        this.refused(nowUs, call, redirection(node, body), awaited);
        return;
      case 'WrongShard':
      case 'StaleEpoch':
        this.leaders.forget(shard, node);
        this.placement.learn(shard, body);
        this.leaders.hint(shard, body.holders);
        this.refused(nowUs, call, { code: 'NotLeader', node, term: 0 }, awaited);
        return;
      case 'Busy':
      case 'TransferUnderWay':
        this.refused(nowUs, call, delay(node, body), awaited);
        return;
      case 'SessionExpired':
        sessionOf(this.sessions, shard).forget(must(attempt.session, 'only a write names a session'));
        call.refused({ code: 'SessionExpired', node, term: 0 });
        call.sessionExpired ||= call.mayTakeEffect;
        if (awaited) this.rest(nowUs, call);
        return;
      case 'LeadershipLost':
        this.leaders.forget(shard, node);
        call.refused({ code: 'NotLeader', node, term: 0 });
        if (attempt.session !== undefined) call.leadershipLost = true;
        if (awaited) this.rest(nowUs, call);
        return;
      default:
        throw new Error(`${body.type} is no answer to an operation`);
    }
  }

  /** What any answer tells, whatever it answers. */
  private heard(nowUs: Micros, call: Asked, sent: Sent, message: ClientReply | ConnectionRefused): void {
    const isReply = message.type === 'ClientReply';
    this.report(call.operationId, replyReceived(call.shard, sent, message));
    this.suspicions.answered(nowUs, sent.to, isReply ? message.suspects : []);
    if (isReply) this.placement.heard(nowUs, call, sent.to, message);
  }

  private registered(nowUs: Micros, call: Call, id: SessionId): void {
    const session = sessionOf(this.sessions, call.shard);
    assert(session.head === call, 'only the first write of a shard registers');
    // A copy of the registration that was slower: the session made by it stays unused.
    if (session.session !== undefined || call.sequence > 0) return;
    session.registered(id);
    call.registered();
    this.attempt(nowUs, call);
  }

  private result(nowUs: Micros, call: Call, node: NodeId, answer: Answer): void {
    const underWay = this.underWay(call);
    const elapsedUs = nowUs - underWay.invokedAtUs;
    if (answer.type === 'Written' && writeLevelOf(call.operation) === 3) {
      this.askApplied(nowUs, call, node, answer);
      return;
    }
    if (answer.type !== 'Range' || underWay.calls.length === 1) {
      this.complete(nowUs, call, okOutcome(call, node, answer, elapsedUs));
      return;
    }
    assert(underWay.operation.type === 'Scan', 'only a scan is answered with a range');
    this.close(call);
    underWay.ranges.set(call.shard, answer);
    if (underWay.ranges.size < underWay.calls.length) return;
    const ranges = underWay.calls.map(({ shard }) => must(underWay.ranges.get(shard), 'every shard has answered'));
    const attempts = underWay.calls.reduce((sum, each) => sum + each.attempts, 0);
    const { limit, reverse } = underWay.operation;
    const merged = mergeRanges(ranges, limit, reverse);
    this.complete(nowUs, call, rangeOutcome(merged, attempts, elapsedUs));
  }

  /** The attempt certainly did nothing. With `via` that is the final answer, and where the shard's only copy is damaged. */
  private refused(nowUs: Micros, call: Call, refusal: Refusal, awaited: boolean): void {
    const { code } = refusal;
    call.refused(refusal);
    if (call.poll !== undefined) {
      this.polls.refused(nowUs, call, call.poll, refusal.node);
    } else if (call.via !== undefined || call.isHopeless) {
      const elapsedUs = nowUs - this.underWay(call).invokedAtUs;
      const leader = this.leaders.leader(call.shard);
      const outcome = call.mayTakeEffect ? unknownOutcome(call, elapsedUs) : failOutcome(call, code, leader, elapsedUs);
      this.complete(nowUs, call, outcome);
    } else if (awaited && (code === 'Busy' || code === 'TransferUnderWay')) this.rest(nowUs, call);
    else if (awaited) this.attempt(nowUs, call);
  }

  private rest(nowUs: Micros, call: Call): void {
    call.rest(nowUs, this.options, this.options.random);
    const untilUs = must(call.wakeAtUs, 'a rest has an end');
    this.report(call.operationId, { type: 'ClientRested', shard: call.shard, untilUs });
  }

  private wakeDue(nowUs: Micros): void {
    this.placement.wakeDue(nowUs);
    this.madeEventual?.wakeDue(nowUs);
    for (const underWay of this.operations.values()) {
      if (nowUs >= underWay.deadlineUs) {
        const call = must(
          underWay.calls.find(({ shard }) => !underWay.ranges.has(shard)),
          'some shard is unanswered',
        );
        const elapsedUs = nowUs - underWay.invokedAtUs;
        const leader = this.leaders.leader(call.shard);
        this.complete(nowUs, call, timedOutOutcome(call, leader, this.placement.replicas(call.shard), elapsedUs));
        continue;
      }
      for (const call of underWay.calls) {
        if (call.wakeAtUs === undefined || nowUs < call.wakeAtUs) continue;
        if (call.poll !== undefined) {
          this.polls.overdue(nowUs, call, call.poll);
          continue;
        }
        if (call.isHedgeDue(nowUs)) {
          this.askAnother(nowUs, call);
          continue;
        }
        const silent = call.wake();
        if (silent !== undefined) this.silent(nowUs, call, silent);
        this.attempt(nowUs, call);
      }
    }
  }

  private silent(nowUs: Micros, call: Call, { requestId, to, sentAtUs }: Attempt): void {
    const { shard } = call;
    this.leaders.forget(shard, to);
    this.suspicions.silent(nowUs, to);
    const afterUs = nowUs - sentAtUs;
    this.report(call.operationId, { type: 'RequestGivenUp', shard, requestId, to, afterUs });
  }

  private complete(nowUs: Micros, call: Call, outcome: Outcome): void {
    const underWay = this.underWay(call);
    for (const each of underWay.calls) this.close(each);
    this.operations.delete(underWay.id);
    this.completions.push({ type: 'Complete', id: underWay.id, outcome });
    if (!isWrite(underWay.operation)) {
      this.readsUnderWay--;
      return;
    }
    if (call.committed === undefined) this.leaveSession(nowUs, call);
  }

  private leaveSession(nowUs: Micros, call: Call): void {
    const session = sessionOf(this.sessions, call.shard);
    if (!session.remove(call) || session.head === undefined) return;
    // One whose time is over as well completes in its own turn, without ever having been sent.
    if (nowUs < this.underWay(session.head).deadlineUs) this.attempt(nowUs, session.head);
  }

  /** From here on answers to the call are late. */
  private close(call: Call): void {
    for (const requestId of call.open.keys()) this.requests.delete(requestId);
    call.wakeAtUs = undefined;
  }

  private report(operation: number, event: ClientReport): void {
    this.events.push({ ...event, client: this.options.actor, operation });
  }

  private armTimer(): ClientEffect[] {
    let earliestUs = this.placement.wakeAtUs;
    const eventualUs = this.madeEventual?.wakeAtUs;
    if (eventualUs !== undefined) earliestUs = Math.min(earliestUs ?? eventualUs, eventualUs);
    for (const { deadlineUs, calls } of this.operations.values()) {
      earliestUs = Math.min(earliestUs ?? deadlineUs, deadlineUs);
      for (const { wakeAtUs } of calls) if (wakeAtUs !== undefined) earliestUs = Math.min(earliestUs, wakeAtUs);
    }
    if (earliestUs === undefined || earliestUs === this.timerAtUs) return [];
    this.timerAtUs = earliestUs;
    return [{ type: 'SetTimer', atUs: earliestUs }];
  }

  private underWay(call: Call): OperationUnderWay {
    return must(this.operations.get(call.operationId), 'a call belongs to an operation under way');
  }
}
