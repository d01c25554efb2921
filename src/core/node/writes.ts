import { must } from '../base/assert.ts';
import { type ClientActorId, type LogIndex, NO_NODE, type Term } from '../base/ids.ts';
import { votersOf } from '../raft/configuration.ts';
import type { Entry } from '../raft/entry.ts';
import type { RaftGroup } from '../raft/raft-group.ts';
import { earliestDeadlineOf, type NodeQueue, type ReplyBody, type ShardBody } from './message.ts';
import { PendingProposals } from './pending-proposals.ts';
import type { ReplicaScope } from './replica.ts';
import type { ReplicaEnvironment } from './replica-environment.ts';
import type { ApplyOutcome } from './state-machine.ts';
import { encodeCommand } from './write-command.ts';
import { LEADERSHIP_LOST, writeReply } from './write-reply.ts';

interface WriteRequest {
  readonly requestId: number;
  readonly body: Exclude<ShardBody, { readonly type: 'Get' | 'Scan' | 'ReplicaGet' }>;
}

/** What a leader does with writes: proposes them, keeps who waits for which entry, and answers. */
export class Writes {
  private readonly env: ReplicaEnvironment;
  private readonly raft: RaftGroup;
  private readonly scope: ReplicaScope;
  private readonly answer: (client: ClientActorId, requestId: number, body: ReplyBody) => void;
  /** By index. Empty unless leader. */
  private readonly proposals = new PendingProposals();

  constructor(
    env: ReplicaEnvironment,
    raft: RaftGroup,
    scope: ReplicaScope,
    answer: (client: ClientActorId, requestId: number, body: ReplyBody) => void,
  ) {
    this.env = env;
    this.raft = raft;
    this.scope = scope;
    this.answer = answer;
  }

  /** @returns false where this replica turns out not to lead: the client is to be sent on */
  ask(client: ClientActorId, request: WriteRequest, hasApplyBacklog: boolean): boolean {
    const { requestId, body } = request;
    const joined = this.proposals.join(client, requestId, body);
    if (joined !== undefined) {
      this.reportProposed(client, request, joined, true);
      return true;
    }
    const { transferee: to, currentTerm: term } = this.raft;
    if (to !== NO_NODE) {
      this.answer(client, requestId, { type: 'TransferUnderWay', to, term });
      return true;
    }
    const queue = this.fullQueue(hasApplyBacklog);
    if (queue !== undefined) {
      this.answer(client, requestId, { type: 'Busy', queue });
      return true;
    }
    const command = encodeCommand(body);
    const proposed = this.raft.propose(this.env.nowUs, this.env.wallUs, command);
    if (proposed === undefined) return false;
    this.proposals.add(proposed.index, proposed.term, client, requestId, body, command.length);
    this.reportProposed(client, request, proposed, false);
    return true;
  }

  /** What has no room for another write. Everything that one goes through is bounded here, where its client can be told. */
  private fullQueue(hasApplyBacklog: boolean): NodeQueue | undefined {
    const { limits, gate, log } = this.env;
    if (gate.isStopped) return 'engine';
    if (this.proposals.size >= limits.pendingProposalsMax) return 'proposals';
    if (this.proposals.bytes >= limits.pendingProposalBytesMax) return 'proposal bytes';
    if (log.pendingBytes >= limits.logQueueBytesMax) return 'log';
    return hasApplyBacklog ? 'apply' : undefined;
  }

  private reportProposed(
    client: ClientActorId,
    { requestId, body }: WriteRequest,
    { term, index }: { readonly term: Term; readonly index: LogIndex },
    joined: boolean,
  ): void {
    const { shard } = this.scope;
    const { stampUs } = must(this.raft.entry(index), 'a proposed entry is in the log');
    const deadlineUs = body.type === 'Write' ? earliestDeadlineOf(body.write, stampUs) : undefined;
    const { configuration } = this.raft;
    const entry = { term, index, joined, configuration, deadlineUs };
    this.env.events.push({ type: 'RequestProposed', shard, client, requestId, ...entry });
  }

  /** W=1: those whose entries are on this leader's own disk by now, committed or not. */
  answerAppended(): void {
    const { raft } = this;
    for (const { client, requestId, term, index } of this.proposals.takeAppended(raft.persistedIndex)) {
      const voters = votersOf(raft.configuration).length;
      this.answer(client, requestId, { type: 'Appended', term, index, voters });
    }
  }

  /** Who waits for this entry is told what came of it. */
  applied(entry: Entry, outcome: ApplyOutcome): void {
    const proposal = this.proposals.take(entry.index);
    if (proposal === undefined || proposal.isAnswered) return;
    const { client, requestId, term } = proposal;
    const isOwn = term === entry.term;
    this.answer(client, requestId, isOwn ? writeReply(this.raft, this.scope.id, entry, outcome) : LEADERSHIP_LOST);
  }

  /** Nobody here will know what becomes of them. */
  abandon(): void {
    for (const { client, requestId, isAnswered } of this.proposals.takeAll())
      if (!isAnswered) this.answer(client, requestId, LEADERSHIP_LOST);
  }
}
