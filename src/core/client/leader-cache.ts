import { assert } from '../base/assert.ts';
import { NO_NODE, type NodeId, type ShardId, type Term } from '../base/ids.ts';
import type { Holders } from '../node/message.ts';

interface Belief {
  readonly leader: NodeId;
  readonly term: Term;
}

/**
 * Who a client believes leads each shard. Only a hint: a wrong one costs a refused attempt, never a wrong answer. Terms make sure that
 * a follower that lags, or an answer that was long under way, does not overwrite newer knowledge.
 */
export class LeaderCache {
  /** `leader` is NO_NODE when the leader of `term` is not known or did not answer. Terms never go back. */
  private readonly beliefs = new Map<ShardId, Belief>();

  leader(shard: ShardId): NodeId {
    return this.beliefs.get(shard)?.leader ?? NO_NODE;
  }

  learn(shard: ShardId, leader: NodeId, term: Term): void {
    assert(Number.isSafeInteger(term) && term >= 0, 'a term is a natural number');
    if (term >= this.term(shard)) this.beliefs.set(shard, { leader, term });
  }

  /** Hearsay, which may be old: only of a later term than what is known, or of the first. A leader that holds no replica any more is forgotten. */
  hint(shard: ShardId, { replicas, leader, term }: Holders): void {
    const known = this.leader(shard);
    if (leader !== NO_NODE && term > this.term(shard)) this.learn(shard, leader, term);
    else if (known !== NO_NODE && replicas.length > 0 && !replicas.includes(known)) this.forget(shard, known);
  }

  /** `node` says that it is not the leader, and who is (NO_NODE: it does not know). */
  learnRefusal(shard: ShardId, node: NodeId, hint: NodeId, term: Term): void {
    if (hint !== NO_NODE && hint !== node) this.learn(shard, hint, term);
    else if (this.leader(shard) === node) this.learn(shard, NO_NODE, term);
  }

  /** `node` did not answer or stepped down: it is no longer asked first. */
  forget(shard: ShardId, node: NodeId): void {
    if (this.leader(shard) === node) this.beliefs.set(shard, { leader: NO_NODE, term: this.term(shard) });
  }

  private term(shard: ShardId): Term {
    return this.beliefs.get(shard)?.term ?? 0;
  }
}
