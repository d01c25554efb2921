import type { NodeId, ShardId, Term } from '../core/base/ids.ts';
import type { TraceEvent } from '../core/cluster/trace-event.ts';
import { InvariantTally } from './invariant-tally.ts';
import type { Violation } from './invariants.ts';

/** A voter's vote in one shard. */
interface Vote {
  readonly shard: ShardId;
  readonly term: Term;
}

/** Votes that are not on the voter's disk yet: those of the sync under way, and those that wait for the next one. */
interface PendingVotes {
  waiting: Vote[];
  syncing: Vote[];
}

/** What is known of a replica as a voter. */
interface Voter {
  /** The highest term of a vote of it that is on its disk. */
  durableTerm: Term;
  /** The highest term in which a candidate received its vote. */
  receivedTerm: Term;
  /** By term: whom it voted for, as the candidate received it. A vote that never left its voter may be forgotten in a crash. */
  readonly candidates: Map<Term, NodeId>;
}

type Of<T extends TraceEvent['type']> = Extract<TraceEvent, { readonly type: T }>;

/**
 * What elections rest on, from what the nodes report: a vote is on the voter's disk before anybody counts it, and a voter has one vote in a term,
 * over all its restarts. A vote is on disk when a log write that began after the vote was given is complete: such a write takes all that waits.
 */
export class VoteInvariants {
  private readonly pending = new Map<NodeId, PendingVotes>();
  private readonly voters = new Map<string, Voter>();
  private readonly tally: InvariantTally;

  constructor(tally = new InvariantTally()) {
    this.tally = tally;
  }

  check(event: TraceEvent): Violation | undefined {
    switch (event.type) {
      case 'NodeStarted':
        this.pending.delete(event.node);
        return undefined;
      case 'RoleChanged':
        if (event.role === 'candidate') this.pendingOf(event.node).waiting.push(event);
        return undefined;
      case 'VoteGranted':
        this.pendingOf(event.node).waiting.push(event);
        return undefined;
      case 'LogSyncStarted': {
        const votes = this.pendingOf(event.node);
        votes.syncing = votes.waiting;
        votes.waiting = [];
        return undefined;
      }
      case 'LogSynced':
        for (const { shard, term } of this.pendingOf(event.node).syncing) this.durable(shard, event.node, term);
        return undefined;
      case 'ReplicaCreated':
        this.voters.delete(`${event.shard}/${event.node}`);
        return undefined;
      case 'ReplicaRecovered':
        return this.recovered(event);
      case 'MessageSent':
        return this.sent(event);
      case 'VoteReceived':
        return event.granted && !event.preVote ? this.received(event) : undefined;
      default:
        return undefined;
    }
  }

  private durable(shard: ShardId, node: NodeId, term: Term): void {
    const voter = this.voter(shard, node);
    voter.durableTerm = Math.max(voter.durableTerm, term);
  }

  private recovered({ shard, node, term, votedFor }: Of<'ReplicaRecovered'>): Violation | undefined {
    if (votedFor !== 0) this.durable(shard, node, term);
    const { receivedTerm, candidates } = this.voter(shard, node);
    if (term < receivedTerm) return undurable(`n${node} voted in term ${receivedTerm} and recovered in term ${term}`);
    const candidate = candidates.get(term);
    if (candidate === undefined || candidate === votedFor) return undefined;
    return undurable(`n${node} voted for n${candidate} in term ${term} and recovered without that vote`);
  }

  private received({ shard, node, from, term }: Of<'VoteReceived'>): Violation | undefined {
    const voter = this.voter(shard, from);
    this.tally.judged('OneVotePerTerm');
    this.tally.judged('VoteDurability');
    voter.receivedTerm = Math.max(voter.receivedTerm, term);
    const known = voter.candidates.get(term);
    if (known === undefined) voter.candidates.set(term, node);
    else if (known !== node)
      return { invariant: 'OneVotePerTerm', detail: `n${from} voted for n${known} and n${node} in term ${term}` };
    if (voter.durableTerm >= term) return undefined;
    return undurable(`n${node} counts the vote of n${from} in term ${term}, which is not on its disk`);
  }

  /** Told only where messages are shown; everywhere else a vote that left too early is found where it comes too early. */
  private sent({ from, items }: Of<'MessageSent'>): Violation | undefined {
    for (const { kind, ok, shard, term } of items) {
      if (kind !== 'RequestVoteResponse' || !ok || this.voter(shard, from as NodeId).durableTerm >= term) continue;
      return undurable(`n${from} sends its vote in term ${term} before it is on its disk`);
    }
    return undefined;
  }

  private pendingOf(node: NodeId): PendingVotes {
    let known = this.pending.get(node);
    if (known === undefined) {
      known = { waiting: [], syncing: [] };
      this.pending.set(node, known);
    }
    return known;
  }

  private voter(shard: ShardId, node: NodeId): Voter {
    const key = `${shard}/${node}`;
    let known = this.voters.get(key);
    if (known === undefined) {
      known = { durableTerm: 0, receivedTerm: 0, candidates: new Map() };
      this.voters.set(key, known);
    }
    return known;
  }
}

const undurable = (detail: string): Violation => ({ invariant: 'VoteDurability', detail });
