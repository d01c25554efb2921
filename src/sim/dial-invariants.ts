import type { LogIndex, NodeId, ShardId } from '../core/base/ids.ts';
import { isWritten, type Outcome, writeLevelOf } from '../core/client/operation.ts';
import type { TraceEvent } from '../core/cluster/trace-event.ts';
import { InvariantTally } from './invariant-tally.ts';
import type { Violation } from './invariants.ts';

type Of<T extends TraceEvent['type']> = Extract<TraceEvent, { readonly type: T }>;

/** An operation under way, with what held when it began. */
interface Invoked {
  readonly client: number;
  readonly write: number;
  /** `r=session`. */
  readonly inSession: boolean;
  /** What its client had seen of the shard. */
  readonly seen: LogIndex;
  /** What anybody knew to be committed there. */
  readonly committed: LogIndex;
}

/**
 * What each setting of R and W promises, held against what the nodes report.
 * - ReadFreshness: a read by lease, ReadIndex, a quorum or all shows what was committed, by whomever, when it was invoked.
 * - SessionOrder: a read with r=session shows what its client had read before, or written with W=2 or 3.
 * - EarlyWrites: when W=1 is answered, the leader's own disk has the entry.
 * - AppliedOnAll: when W=3 is answered so, each of those that are named has applied the entry.
 */
export class DialInvariants {
  private readonly tally: InvariantTally;
  private readonly operations = new Map<number, Invoked>();
  private readonly committed = new Map<ShardId, LogIndex>();
  private readonly seen = new Map<number, Map<ShardId, LogIndex>>();
  /** By shard and node: what its disk holds of its log, and the most that it has ever applied. */
  private readonly durable = new Map<string, LogIndex>();
  private readonly applied = new Map<string, LogIndex>();
  /** By leader, client and request: what waits for its answer. */
  private readonly proposed = new Map<string, LogIndex>();

  constructor(tally = new InvariantTally()) {
    this.tally = tally;
  }

  check(event: TraceEvent): Violation | undefined {
    switch (event.type) {
      case 'CommitAdvanced':
        raise(this.committed, event.shard, event.commitIndex);
        return undefined;
      case 'EntriesPersisted':
        this.durable.set(replicaOf(event), event.lastIndex);
        return undefined;
      case 'EntriesAppended': {
        const durable = this.durable.get(replicaOf(event)) ?? 0;
        if (event.truncatedFrom > 0) this.durable.set(replicaOf(event), Math.min(durable, event.truncatedFrom - 1));
        return undefined;
      }
      case 'ReplicaRecovered':
        this.durable.set(replicaOf(event), event.baseIndex + event.entries.length);
        raise(this.applied, replicaOf(event), event.appliedIndex);
        this.forget(event.node);
        return undefined;
      case 'EntryApplied':
      case 'SnapshotInstalled':
      case 'StateRestored':
        raise(this.applied, replicaOf(event), event.index);
        return undefined;
      case 'RequestProposed':
        this.proposed.set(requestOf(event), event.index);
        return undefined;
      case 'RequestAnswered':
        return this.answered(event);
      case 'OperationInvoked':
        this.invoked(event);
        return undefined;
      case 'OperationCompleted':
        return this.completed(event);
      case 'ActionTaken':
        if (event.action.type === 'Reload') this.reloaded();
        return undefined;
      default:
        return undefined;
    }
  }

  private answered(event: Of<'RequestAnswered'>): Violation | undefined {
    const index = this.proposed.get(requestOf(event));
    this.proposed.delete(requestOf(event));
    if (event.outcome !== 'Appended' || index === undefined) return undefined;
    this.tally.judged('EarlyWrites');
    const durable = this.durable.get(replicaOf(event)) ?? 0;
    if (durable >= index) return undefined;
    const detail = `n${event.node} answered W=1 for entry ${index} of s${event.shard}, and its disk has its log up to ${durable}`;
    return { invariant: 'EarlyWrites', detail };
  }

  private invoked({ id, client, operation, shard }: Of<'OperationInvoked'>): void {
    this.operations.set(id, {
      client,
      write: writeLevelOf(operation),
      inSession: operation.type === 'Get' && operation.read === 'session',
      seen: this.seen.get(client)?.get(shard) ?? 0,
      committed: this.committed.get(shard) ?? 0,
    });
  }

  private completed({ id, outcome }: Of<'OperationCompleted'>): Violation | undefined {
    const invoked = this.operations.get(id);
    this.operations.delete(id);
    if (invoked === undefined || outcome.status !== 'ok') return undefined;
    const { shard, appliedIndex, result, index } = outcome;
    const seen = appliedIndex ?? (isWritten(result) && invoked.write > 1 ? index : 0);
    const ofClient = this.seen.get(invoked.client) ?? new Map<ShardId, LogIndex>();
    raise(ofClient, shard, seen);
    this.seen.set(invoked.client, ofClient);
    return this.fresh(invoked, outcome) ?? this.inOrder(invoked, outcome) ?? this.onAll(outcome);
  }

  private fresh({ committed }: Invoked, outcome: Ok): Violation | undefined {
    const { shard, node, appliedIndex, ground } = outcome;
    if (appliedIndex === undefined || ground === 'applied' || ground === 'session') return undefined;
    this.tally.judged('ReadFreshness');
    if (appliedIndex >= committed) return undefined;
    const detail = `n${node} answered a read of s${shard} (${ground}) at entry ${appliedIndex}, and entry ${committed} had been committed when it was asked for`;
    return { invariant: 'ReadFreshness', detail };
  }

  private inOrder({ seen, inSession, client }: Invoked, outcome: Ok): Violation | undefined {
    const { shard, node, appliedIndex } = outcome;
    if (!inSession || appliedIndex === undefined) return undefined;
    this.tally.judged('SessionOrder');
    if (appliedIndex >= seen) return undefined;
    const detail = `n${node} answered a read of s${shard} at entry ${appliedIndex}, and client ${client} had seen entry ${seen} when it asked`;
    return { invariant: 'SessionOrder', detail };
  }

  private onAll({ shard, index, write }: Ok): Violation | undefined {
    if (write?.held !== 'all') return undefined;
    this.tally.judged('AppliedOnAll');
    const missing = write.by.find((node) => (this.applied.get(replicaOf({ shard, node })) ?? 0) < index);
    if (missing === undefined && write.by.length > 0) return undefined;
    const detail = `entry ${index} of s${shard} was said to be applied on all, and ${missing === undefined ? 'nobody said so' : `n${missing} has not`}`;
    return { invariant: 'AppliedOnAll', detail };
  }

  /** Nobody waits for an answer of that life of the node. */
  private forget(node: NodeId): void {
    for (const name of this.proposed.keys()) if (name.startsWith(`${node}/`)) this.proposed.delete(name);
  }

  /** The clients are gone, and with them what they had seen. */
  private reloaded(): void {
    this.operations.clear();
    this.seen.clear();
  }
}

type Ok = Extract<Outcome, { readonly status: 'ok' }>;

function raise<K>(all: Map<K, LogIndex>, key: K, index: LogIndex): void {
  if (index > (all.get(key) ?? 0)) all.set(key, index);
}

const replicaOf = ({ shard, node }: { readonly shard: ShardId; readonly node: NodeId }): string => `${shard} ${node}`;

const requestOf = ({ node, client, requestId }: Pick<Of<'RequestProposed'>, 'node' | 'client' | 'requestId'>): string =>
  `${node}/${client}/${requestId}`;
