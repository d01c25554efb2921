import type { LogIndex, NodeId, ShardId } from '../core/base/ids.ts';
import type { TraceEvent } from '../core/cluster/trace-event.ts';
import { InvariantTally } from './invariant-tally.ts';
import type { Violation } from './invariants.ts';

interface Commits {
  /** The highest that anybody knows to be committed. */
  index: LogIndex;
  /** The same at the moment when each read that waits for a quorum came in, by leader, client and request. */
  readonly atReads: Map<string, LogIndex>;
  /** The index that each read which is confirmed waits for. */
  readonly confirmed: Map<string, LogIndex>;
}

/**
 * What linearizable reads rest on, before a client sees a stale value: a read is confirmed at no lower index than what was committed, by whomever,
 * when it came in, and served when the replica has applied that much (dissertation §6.4). A leader that was deposed and does not know it would read lower.
 */
export class ReadInvariant {
  private readonly shards: Commits[] = [];
  private readonly tally: InvariantTally;

  /** @param tally is told how often the rule was judged */
  constructor(tally = new InvariantTally()) {
    this.tally = tally;
  }

  check(event: TraceEvent): Violation | undefined {
    switch (event.type) {
      case 'CommitAdvanced': {
        const commits = this.ofShard(event.shard);
        commits.index = Math.max(commits.index, event.commitIndex);
        return undefined;
      }
      case 'ReadIndexStarted': {
        const { index, atReads } = this.ofShard(event.shard);
        atReads.set(nameOf(event), index);
        return undefined;
      }
      case 'ReadIndexConfirmed': {
        const { atReads } = this.ofShard(event.shard);
        const committed = atReads.get(nameOf(event)) ?? 0;
        atReads.delete(nameOf(event));
        return this.confirmed(event, committed);
      }
      case 'LeaseConfirmed':
        return this.confirmed(event, this.ofShard(event.shard).index);
      case 'ReadServed':
        return this.served(event);
      case 'RoleChanged':
      case 'ReplicaRecovered':
        this.forget(event.shard, event.node);
        return undefined;
      default:
        return undefined;
    }
  }

  private confirmed(read: ConfirmedRead, committed: LogIndex): Violation | undefined {
    this.tally.judged('ReadFreshness');
    this.ofShard(read.shard).confirmed.set(nameOf(read), read.index);
    return judge(read, committed);
  }

  private served(read: Read & { readonly shard: ShardId; readonly appliedIndex: LogIndex }): Violation | undefined {
    const { confirmed } = this.ofShard(read.shard);
    const index = confirmed.get(nameOf(read));
    if (index === undefined) return undefined;
    confirmed.delete(nameOf(read));
    const { node, shard, appliedIndex } = read;
    if (appliedIndex >= index) return undefined;
    const detail = `n${node} serves a read of s${shard} with ${appliedIndex} applied, which was confirmed at entry ${index}`;
    return { invariant: 'ReadFreshness', detail };
  }

  /** Its reads are over: whoever leads no more answers none. */
  private forget(shard: ShardId, node: NodeId): void {
    const { atReads, confirmed } = this.ofShard(shard);
    for (const reads of [atReads, confirmed])
      for (const name of reads.keys()) if (name.startsWith(`${node}/`)) reads.delete(name);
  }

  private ofShard(shard: ShardId): Commits {
    this.shards[shard] ??= { index: 0, atReads: new Map(), confirmed: new Map() };
    return this.shards[shard];
  }
}

interface Read {
  readonly node: NodeId;
  readonly client: number;
  readonly requestId: number;
}

type ConfirmedRead = Read & { readonly shard: ShardId; readonly index: LogIndex };

const nameOf = ({ node, client, requestId }: Read): string => `${node}/${client}/${requestId}`;

function judge({ node, shard, index }: ConfirmedRead, committed: LogIndex): Violation | undefined {
  if (index >= committed) return undefined;
  const detail = `n${node} reads s${shard} at entry ${index}, and entry ${committed} had been committed when the read came in`;
  return { invariant: 'ReadFreshness', detail };
}
