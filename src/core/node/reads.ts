import type { DiskRoutine } from '../base/disk.ts';
import type { ClientActorId, LogIndex, NodeId, ShardId } from '../base/ids.ts';
import { dataKey, replicaRange, userKeyOf } from '../lsm/internal-key.ts';
import { newLookupReport } from '../lsm/lookup-report.ts';
import type { RaftGroup } from '../raft/raft-group.ts';
import type { ReadState } from '../raft/ready.ts';
import { SCAN_BYTES_MAX, SCAN_LIMIT_MAX } from './config.ts';
import { STRONG_KEYSPACE } from './keyspaces.ts';
import type { ReplyBody, RequestBody } from './message.ts';
import type { ReplicaEnvironment } from './replica-environment.ts';

export interface Read {
  readonly client: ClientActorId;
  readonly requestId: number;
  readonly body: Extract<RequestBody, { type: 'Get' | 'Scan' }>;
}

interface ConfirmedRead {
  readonly read: Read;
  readonly readIndex: LogIndex;
}

/**
 * Linearizable reads of one replica (dissertation §6.4): ReadIndex, then wait until that index is applied, then read the engine as it is at
 * that instant, whatever is written while blocks are being fetched.
 */
export class Reads {
  private readonly env: ReplicaEnvironment;
  private readonly raft: RaftGroup;
  private readonly shard: ShardId;
  private readonly replicaId: number;
  private readonly voters: readonly NodeId[];
  private readonly answer: (read: Read, body: ReplyBody) => void;
  /** By ReadIndex context. */
  private readonly unconfirmed = new Map<number, Read>();
  /** In the order of their confirmation, so with read indices that never decrease. */
  private confirmed: ConfirmedRead[] = [];
  /** Strictly increases; 0 means "none" to Raft. */
  private lastContext = 0;

  constructor(
    env: ReplicaEnvironment,
    raft: RaftGroup,
    scope: { readonly shard: ShardId; readonly replicaId: number; readonly voters: readonly NodeId[] },
    answer: (read: Read, body: ReplyBody) => void,
  ) {
    this.env = env;
    this.raft = raft;
    this.shard = scope.shard;
    this.replicaId = scope.replicaId;
    this.voters = scope.voters;
    this.answer = answer;
  }

  /** Reads that wait for a quorum or for entries to be applied. */
  get pending(): number {
    return this.unconfirmed.size + this.confirmed.length;
  }

  /** @returns false when this replica is not the leader */
  start(read: Read): boolean {
    const context = ++this.lastContext;
    if (!this.raft.readIndex(this.env.nowUs, context)) return false;
    this.unconfirmed.set(context, read);
    const { client, requestId } = read;
    this.env.events.push({ type: 'ReadIndexStarted', shard: this.shard, client, requestId, context });
    return true;
  }

  /** A quorum confirmed that the replica still led after the read came in. */
  confirm({ context, index }: ReadState): void {
    const read = this.unconfirmed.get(context);
    if (read === undefined) return;
    this.unconfirmed.delete(context);
    this.confirmed.push({ read, readIndex: index });
    const { client, requestId } = read;
    const by = this.voters.filter((voter) => (this.raft.progressOf(voter)?.readContext ?? 0) >= context);
    this.env.events.push({ type: 'ReadIndexConfirmed', shard: this.shard, client, requestId, index, by });
  }

  /** Serves what needs no more than `appliedIndex`. */
  serve(appliedIndex: LogIndex): void {
    while (this.confirmed.length > 0) {
      const { read, readIndex } = this.confirmed[0] as ConfirmedRead;
      if (readIndex > appliedIndex) return;
      this.confirmed.shift();
      const { client, requestId } = read;
      this.env.events.push({ type: 'ReadServed', shard: this.shard, client, requestId, appliedIndex });
      const routine = this.execute(read, readIndex, appliedIndex);
      this.env.blocks.run(this.shard, routine, (body) => this.answer(read, body));
    }
  }

  /** Leadership is over: hands back every read that is not being served yet. */
  takeAll(): Read[] {
    const reads = [...this.unconfirmed.values(), ...this.confirmed.map(({ read }) => read)];
    this.unconfirmed.clear();
    this.confirmed = [];
    return reads;
  }

  /** Not a generator itself: `get` and `scan` pin their view when they are called, which is now. */
  private execute(read: Read, readIndex: LogIndex, appliedIndex: LogIndex): DiskRoutine<ReplyBody> {
    const { env, shard, replicaId } = this;
    const { client, requestId, body } = read;
    const term = this.raft.currentTerm;
    if (body.type === 'Get') {
      const report = newLookupReport();
      const value = env.engine.get(dataKey(STRONG_KEYSPACE, shard, replicaId, body.key), undefined, report);
      const lookedUp = (): void => {
        env.events.push({ type: 'ValueLookedUp', shard, client, requestId, ...report });
      };
      return getReply(value, { term, readIndex, appliedIndex }, lookedUp);
    }
    const from = dataKey(STRONG_KEYSPACE, shard, replicaId, body.from);
    const { to: end } = replicaRange(STRONG_KEYSPACE, shard, replicaId);
    const to = body.to === undefined ? end : dataKey(STRONG_KEYSPACE, shard, replicaId, body.to);
    const limit = Math.min(body.limit, SCAN_LIMIT_MAX);
    const range = env.engine.scan(from, to, limit, { bytesMax: SCAN_BYTES_MAX });
    return scanReply(range, { term, readIndex });
  }
}

function* getReply(
  routine: DiskRoutine<Uint8Array | undefined>,
  ground: { readonly term: number; readonly readIndex: number; readonly appliedIndex: number },
  lookedUp: () => void,
): DiskRoutine<ReplyBody> {
  const value = yield* routine;
  lookedUp();
  return { type: 'Value', value, ...ground };
}

function* scanReply(
  routine: ReturnType<ReplicaEnvironment['engine']['scan']>,
  ground: { readonly term: number; readonly readIndex: number },
): DiskRoutine<ReplyBody> {
  const { pairs, more } = yield* routine;
  const userPairs = pairs.map(({ key, value }) => ({ key: userKeyOf(key).slice(), value }));
  return { type: 'Range', pairs: userPairs, more, ...ground };
}
