import type { LogIndex, Micros, NodeId, ShardId, Term } from '../base/ids.ts';
import type { RequestBody } from '../node/message.ts';
import type { Call } from './call.ts';
import type { FallbackReason, Outcome } from './operation.ts';
import { confirmedOutcome, polledOutcome } from './outcome.ts';
import { type PollGoal, type ReplicaAnswer, ReplicaPoll } from './replica-poll.ts';
import { replicaBody } from './request-body.ts';
import { type ClientTiming, patienceUs } from './timing.ts';
import type { ClientReport } from './trace-event.ts';

/** What the client does for a poll. */
export interface PollHost {
  readonly replicas: (shard: ShardId) => readonly NodeId[];
  readonly ask: (nowUs: Micros, call: Call, to: NodeId, body: RequestBody) => void;
  readonly report: (operation: number, event: ClientReport) => void;
  readonly silent: (nowUs: Micros, node: NodeId) => void;
  readonly leads: (shard: ShardId, node: NodeId, term: Term) => void;
  /** The leader serves the read after all; nothing that is under way counts any more. */
  readonly askLeader: (nowUs: Micros, call: Call) => void;
  readonly answered: (nowUs: Micros, call: Call, outcomeOf: (elapsedUs: Micros) => Outcome) => void;
}

/**
 * The calls that several replicas answer together: R=2, R=3, and the last part of W=3. A read that cannot be served so in time goes to the leader, by
 * ReadIndex: after a request timeout without a majority, or after `rinseUsMax` in which nobody applied what was in the logs.
 *
 * Time to live: whoever asks for a value after its deadline is promised not to see it, and no replica compares a deadline with a clock of its own. So a replica that
 * finds the deadline passed by its clock says so with the value (`isDue`), and the leader is asked, which appends the entry that lets it expire. Who is asked is
 * all that a follower's clock decides. R=1 and `session` promise no freshness, and show the value until its entry is applied.
 */
export class ReplicaPolls {
  private readonly timing: ClientTiming;
  private readonly host: PollHost;

  constructor(timing: ClientTiming, host: PollHost) {
    this.timing = timing;
    this.host = host;
  }

  startRead(nowUs: Micros, call: Call, goal: PollGoal): void {
    call.attempts++;
    this.start(nowUs, call, new ReplicaPoll(goal, nowUs));
  }

  /** W=3: entry `index` is committed. */
  startApplied(nowUs: Micros, call: Call, index: LogIndex): void {
    this.host.report(call.operationId, { type: 'AppliedAsked', shard: call.shard, index });
    this.start(nowUs, call, new ReplicaPoll('applied', nowUs, index));
  }

  private start(nowUs: Micros, call: Call, poll: ReplicaPoll): void {
    call.poll = poll;
    this.advance(nowUs, call, poll);
  }

  heard(nowUs: Micros, call: Call, poll: ReplicaPoll, node: NodeId, answer: ReplicaAnswer): void {
    const { shard, operationId } = call;
    const { bound, difference } = poll;
    if (answer.leads) this.host.leads(shard, node, answer.term);
    poll.heard(nowUs, node, answer);
    if (bound === undefined) this.reportQuorum(call, poll);
    if (difference === undefined && poll.difference !== undefined)
      this.host.report(operationId, { type: 'ReplicasDiffered', shard, ...poll.difference });
    this.advance(nowUs, call, poll);
  }

  refused(nowUs: Micros, call: Call, poll: ReplicaPoll, node: NodeId): void {
    poll.refused(node);
    this.advance(nowUs, call, poll);
  }

  /** Time is up for what the poll waits for. */
  overdue(nowUs: Micros, call: Call, poll: ReplicaPoll): void {
    for (const to of poll.silent) this.host.silent(nowUs, to);
    if (poll.goal === 'applied') {
      poll.nextRound(nowUs);
      this.advance(nowUs, call, poll);
    } else if (poll.goal === 'all') {
      this.lower(nowUs, call, poll);
      if (poll.bound === undefined) this.fallBack(nowUs, call, 'no quorum');
      else this.advance(nowUs, call, poll);
    } else this.fallBack(nowUs, call, poll.bound === undefined ? 'no quorum' : 'dead tail');
  }

  /** Asks whom the poll needs, and ends it when it has what it needs, or can have no more. */
  private advance(nowUs: Micros, call: Call, poll: ReplicaPoll): void {
    if (poll.result !== undefined) {
      this.end(nowUs, call, poll);
      return;
    }
    if (poll.goal === 'all' && poll.lacksVoter) {
      this.lower(nowUs, call, poll);
      this.advance(nowUs, call, poll);
      return;
    }
    const { operation, shard } = call;
    const { bound } = poll;
    const isRead = poll.goal !== 'applied';
    const key = isRead && operation.type === 'Get' ? operation.key : undefined;
    const waitUs = isRead ? this.timing.rinseUsMax : patienceUs(this.timing);
    for (const to of poll.next(this.host.replicas(shard))) {
      poll.asked(to);
      this.host.ask(nowUs, call, to, replicaBody(key, bound ?? 0, bound === undefined ? 0 : waitUs));
    }
    if (isRead && poll.isStuck) this.fallBack(nowUs, call, bound === undefined ? 'no quorum' : 'dead tail');
    else call.wakeAtUs = this.overdueUs(poll);
  }

  private overdueUs({ goal, bound, boundUs, roundUs }: ReplicaPoll): Micros {
    const { requestTimeoutUs, rinseUsMax } = this.timing;
    const rinses = goal === 'quorum' && bound !== undefined;
    return rinses ? boundUs + rinseUsMax : roundUs + requestTimeoutUs;
  }

  private end(nowUs: Micros, call: Call, poll: ReplicaPoll): void {
    const { result } = poll;
    if (poll.goal === 'applied')
      this.host.answered(nowUs, call, (elapsedUs) => confirmedOutcome(call, poll, [], elapsedUs));
    else if (result?.answer.isDue === true) this.fallBack(nowUs, call, 'due');
    else if (result !== undefined)
      this.host.answered(nowUs, call, (elapsedUs) => polledOutcome(call, poll, result, elapsedUs));
  }

  private reportQuorum({ shard, operationId }: Call, poll: ReplicaPoll): void {
    const { bound: index, heardVoters: voters, result } = poll;
    if (index === undefined) return;
    this.host.report(operationId, { type: 'QuorumHeard', shard, index, voters, behind: result === undefined });
  }

  /** R=3 with a voter that does not answer. */
  private lower(nowUs: Micros, call: Call, poll: ReplicaPoll): void {
    const { bound } = poll;
    poll.lower(nowUs);
    call.instead = 'silent voter';
    this.host.report(call.operationId, { type: 'ReadFellBack', shard: call.shard, reason: 'silent voter' });
    if (bound === undefined) this.reportQuorum(call, poll);
  }

  private fallBack(nowUs: Micros, call: Call, reason: FallbackReason): void {
    call.instead = reason;
    call.poll = undefined;
    this.host.report(call.operationId, { type: 'ReadFellBack', shard: call.shard, reason });
    this.host.askLeader(nowUs, call);
  }
}
