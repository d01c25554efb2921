import type { LogIndex, NodeId, ShardId } from '../core/base/ids.ts';
import type { TraceEvent } from '../core/cluster/trace-event.ts';
import { InvariantTally } from './invariant-tally.ts';
import type { Violation } from './invariants.ts';

interface Commits {
  /** The highest that anybody knows to be committed. */
  index: LogIndex;
  /** The same at the moment when each read that waits for a quorum came in, by leader, client and request. */
  readonly atReads: Map<string, LogIndex>;
}

/**
 * What linearizable reads rest on, before a client sees a stale value: a read is served at no lower index than what was committed, by whomever, when
 * it came in (dissertation §6.4). A leader that was deposed and does not know it would read lower.
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
        this.tally.judged('ReadFreshness');
        return judge(event, committed);
      }
      case 'LeaseConfirmed':
        this.tally.judged('ReadFreshness');
        return judge(event, this.ofShard(event.shard).index);
      case 'RoleChanged':
      case 'ReplicaRecovered':
        this.forget(event.shard, event.node);
        return undefined;
      default:
        return undefined;
    }
  }

  /** Its reads are over: whoever leads no more answers none. */
  private forget(shard: ShardId, node: NodeId): void {
    const { atReads } = this.ofShard(shard);
    for (const name of atReads.keys()) if (name.startsWith(`${node}/`)) atReads.delete(name);
  }

  private ofShard(shard: ShardId): Commits {
    this.shards[shard] ??= { index: 0, atReads: new Map() };
    return this.shards[shard];
  }
}

interface Read {
  readonly node: NodeId;
  readonly client: number;
  readonly requestId: number;
}

const nameOf = ({ node, client, requestId }: Read): string => `${node}/${client}/${requestId}`;

function judge(
  { node, shard, index }: Read & { readonly shard: ShardId; readonly index: LogIndex },
  committed: LogIndex,
): Violation | undefined {
  if (index >= committed) return undefined;
  const detail = `n${node} reads s${shard} at entry ${index}, and entry ${committed} had been committed when the read came in`;
  return { invariant: 'ReadFreshness', detail };
}
