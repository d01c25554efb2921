import type { ClientActorId, LogIndex, Term } from '../base/ids.ts';
import type { RequestBody } from './message.ts';

export interface PendingProposal {
  readonly term: Term;
  readonly client: ClientActorId;
  /** The newest attempt that waits for this entry; earlier ones have been given up by their client. */
  requestId: number;
  readonly bytes: number;
  /** W=1: the newest attempt was answered when it was durable here, and nobody waits for it any more. */
  isAnswered: boolean;
  /** (session, sequence) of a write; undefined for a registration. */
  readonly write: string | undefined;
}

/**
 * What this leader has proposed and not yet applied. A retry of a write that is still on its way joins it instead of being appended again: the
 * session table would recognise the second copy, but only after it had been through every log.
 */
export class PendingProposals {
  private readonly byIndex = new Map<LogIndex, PendingProposal>();
  private readonly indexOfWrite = new Map<string, LogIndex>();
  /** Of W=1: those that nobody was told of, in the order in which they came. */
  private readonly unanswered = new Set<LogIndex>();
  /** Sum of the commands' bytes. */
  bytes = 0;

  get size(): number {
    return this.byIndex.size;
  }

  /** The same write is already proposed, and this attempt now waits for its entry. Undefined: it is not. */
  join(
    client: ClientActorId,
    requestId: number,
    body: RequestBody,
  ): { readonly term: Term; readonly index: LogIndex } | undefined {
    const write = writeKey(body);
    const index = write === undefined ? undefined : this.indexOfWrite.get(write);
    const proposal = index === undefined ? undefined : this.byIndex.get(index);
    if (index === undefined || proposal === undefined || proposal.client !== client) return undefined;
    proposal.requestId = requestId;
    if (proposal.isAnswered) {
      proposal.isAnswered = false;
      this.unanswered.add(index);
    }
    return { term: proposal.term, index };
  }

  add(index: LogIndex, term: Term, client: ClientActorId, requestId: number, body: RequestBody, bytes: number): void {
    const write = writeKey(body);
    this.byIndex.set(index, { term, client, requestId, bytes, isAnswered: false, write });
    if (body.type === 'Write' && body.leaderAck === true) this.unanswered.add(index);
    if (write !== undefined) this.indexOfWrite.set(write, index);
    this.bytes += bytes;
  }

  /** W=1: those whose entries are durable here up to `persistedIndex`. They stay: a retry must find its entry. */
  takeAppended(persistedIndex: LogIndex): readonly (PendingProposal & { readonly index: LogIndex })[] {
    const durable: (PendingProposal & { readonly index: LogIndex })[] = [];
    for (const index of this.unanswered) {
      const proposal = this.byIndex.get(index);
      if (index > persistedIndex || proposal === undefined) continue;
      proposal.isAnswered = true;
      this.unanswered.delete(index);
      durable.push({ ...proposal, index });
    }
    return durable;
  }

  take(index: LogIndex): PendingProposal | undefined {
    const proposal = this.byIndex.get(index);
    if (proposal === undefined) return undefined;
    this.byIndex.delete(index);
    this.unanswered.delete(index);
    if (proposal.write !== undefined) this.indexOfWrite.delete(proposal.write);
    this.bytes -= proposal.bytes;
    return proposal;
  }

  /** Leadership is over: hands back everything, in the order of the log. */
  takeAll(): readonly PendingProposal[] {
    const all = [...this.byIndex.values()];
    this.byIndex.clear();
    this.indexOfWrite.clear();
    this.unanswered.clear();
    this.bytes = 0;
    return all;
  }
}

const writeKey = (body: RequestBody): string | undefined =>
  body.type === 'Write' ? `${body.session}/${body.sequence}` : undefined;
