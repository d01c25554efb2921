import type { DiskRoutine } from '../base/disk.ts';
import {
  type ClientActorId,
  type LogIndex,
  type Micros,
  NO_NODE,
  type NodeId,
  type ShardId,
  type Term,
} from '../base/ids.ts';
import { dataKey, replicaRange, userKeyOf } from '../lsm/internal-key.ts';
import { newLookupReport } from '../lsm/lookup-report.ts';
import type { ScanPage } from '../lsm/store-iterator.ts';
import { votersOf } from '../raft/configuration.ts';
import type { RaftGroup } from '../raft/raft-group.ts';
import type { ReadState } from '../raft/ready.ts';
import { SCAN_BYTES_MAX, SCAN_LIMIT_MAX } from './config.ts';
import { STRONG_KEYSPACE } from './keyspace.ts';
import type { LeaderGround, ReplyBody, RequestBody } from './message.ts';
import type { ReadIndexMessage, ReadName } from './read-index-message.ts';
import type { ReplicaEnvironment } from './replica-environment.ts';
import { decodeStoredValue, NO_DEADLINE } from './stored-value.ts';

/** How far the replica's state machine is. */
interface Progress {
  readonly appliedIndex: LogIndex;
  readonly logTimeUs: Micros;
  readonly earliestDeadlineUs: Micros;
}

export interface Read {
  readonly client: ClientActorId;
  readonly requestId: number;
  readonly body: Extract<RequestBody, { type: 'Get' | 'Scan' }>;
}

/** Of another replica of the group, which serves the read itself once it knows from which index on it may. */
interface AskedRead {
  readonly client: ClientActorId;
  readonly requestId: number;
  readonly from: NodeId;
  readonly name: ReadName;
}

/** A read, and what the wall clock showed when it came in. */
interface TimedRead {
  readonly read: Read | AskedRead;
  readonly arrivedUs: Micros;
}

interface ConfirmedRead extends TimedRead {
  readonly readIndex: LogIndex;
  readonly ground: LeaderGround;
  /** Whom this replica asked; undefined: it leads itself. */
  readonly leader: NodeId | undefined;
}

/** Waits for what the leader says. */
interface AskingRead {
  readonly read: Read;
  readonly leader: NodeId;
  readonly sinceUs: Micros;
}

/** The leader's clock is what counts, and it has waited already. */
const WAITED: Micros = Number.NEGATIVE_INFINITY;

/**
 * Linearizable reads of one replica (dissertation §6.4): the leader's lease, or else ReadIndex; then wait until that index is applied, then read the engine as it is at
 * that instant, whatever is written while blocks are being fetched. What had reached its deadline by this leader's clock when the read came in is
 * gone by then: the read waits for the time entry, as a write's own stamp makes it see such a value as absent.
 *
 * A replica that does not lead serves a hedged read: it asks its leader, which goes through a round of ReadIndex and all the rest as for a read of its
 * own and says how far it has applied; the replica then waits until it has applied as much. Whatever it believes of who leads, the
 * answer is right: somebody who was confirmed to lead after the read came in gave the index.
 */
export class Reads {
  private readonly env: ReplicaEnvironment;
  private readonly raft: RaftGroup;
  private readonly shard: ShardId;
  private readonly scope: { readonly storageId: number };
  private readonly answer: (read: Read, body: ReplyBody) => void;
  /** By ReadIndex context. */
  private readonly unconfirmed = new Map<number, TimedRead>();
  /** In the order of their confirmation. One whose index is not applied yet holds those behind it up, for as long as applying takes. */
  private confirmed: ConfirmedRead[] = [];
  /** By context. */
  private readonly asking = new Map<number, AskingRead>();
  /** Being read from the engine. */
  private served = 0;
  /** Strictly increases; 0 means "none" to Raft. */
  private lastContext = 0;

  constructor(
    env: ReplicaEnvironment,
    raft: RaftGroup,
    scope: { readonly shard: ShardId; readonly storageId: number },
    answer: (read: Read, body: ReplyBody) => void,
  ) {
    this.env = env;
    this.raft = raft;
    this.shard = scope.shard;
    this.scope = scope;
    this.answer = answer;
  }

  /** Reads that wait for a quorum or for entries to be applied. */
  get pending(): number {
    return this.unconfirmed.size + this.confirmed.length + this.asking.size;
  }

  /** All that are not answered. */
  get underWay(): number {
    return this.pending + this.served;
  }

  /** @returns false when this replica is not the leader */
  start(read: Read): boolean {
    if (read.body.read !== 'index' && this.startLeased(read)) return true;
    const context = ++this.lastContext;
    if (!this.raft.readIndex(this.env.nowUs, context)) return false;
    this.unconfirmed.set(context, { read, arrivedUs: this.env.wallUs });
    const { client, requestId } = read;
    this.env.events.push({ type: 'ReadIndexStarted', shard: this.shard, client, requestId, context });
    return true;
  }

  /** @returns false when this replica knows of no leader to ask */
  ask(read: Read): boolean {
    const { env, raft, shard } = this;
    const { leader } = raft;
    if (leader === NO_NODE || raft.role === 'leader') return false;
    const context = ++this.lastContext;
    this.asking.set(context, { read, leader, sinceUs: env.nowUs });
    const { client, requestId } = read;
    const name = { shard, epoch: env.epoch, context };
    env.outbox.push(leader, { type: 'ReadIndexAsked', ...name, client, requestId });
    env.events.push({ type: 'ReadIndexStarted', shard, client, requestId, context, asks: leader });
    return true;
  }

  /** Another replica wants to know from which index on it may serve a read. Who does not lead says nothing: the asker waits for only so long. */
  asked(from: NodeId, { client, requestId, shard, epoch, context: theirs }: Asked): void {
    const { env, raft } = this;
    const isSame = ({ read }: TimedRead): boolean =>
      'from' in read && read.from === from && read.name.epoch === epoch && read.name.context === theirs;
    // A copy of the question.
    if ([...this.unconfirmed.values()].some(isSame) || this.confirmed.some(isSame)) return;
    const context = ++this.lastContext;
    if (!raft.readIndex(env.nowUs, context)) return;
    const read = { client, requestId, from, name: { shard, epoch, context: theirs } };
    this.unconfirmed.set(context, { read, arrivedUs: env.wallUs });
    env.events.push({ type: 'ReadIndexStarted', shard, client, requestId, context });
  }

  /** What a leader answered to `ask`. One to another boot of this node is void: it may say too little. */
  told({ epoch, context, index }: Told): void {
    const asking = this.asking.get(context);
    if (epoch !== this.env.epoch || asking === undefined) return;
    this.asking.delete(context);
    const { read, leader } = asking;
    this.confirmed.push({ read, arrivedUs: WAITED, readIndex: index, ground: 'index', leader });
    const { client, requestId } = read;
    this.env.events.push({ type: 'ReadIndexConfirmed', shard: this.shard, client, requestId, index, by: [leader] });
  }

  /** Those to which no leader has said anything for `waitUs`: they are not served here. */
  takeUnanswered(waitUs: Micros): readonly Read[] {
    const reads: Read[] = [];
    for (const [context, { read, sinceUs }] of this.asking) {
      if (this.env.nowUs - sinceUs < waitUs) continue;
      this.asking.delete(context);
      reads.push(read);
    }
    return reads;
  }

  private startLeased(read: Read): boolean {
    const { raft, env, shard } = this;
    const index = raft.leaseRead(env.nowUs);
    if (index === undefined) return false;
    this.confirmed.push({ read, arrivedUs: env.wallUs, readIndex: index, ground: 'lease', leader: undefined });
    const { client, requestId } = read;
    const leftUs = raft.leaseUntilUs - env.nowUs;
    env.events.push({ type: 'LeaseConfirmed', shard, client, requestId, index, leftUs });
    return true;
  }

  /** A quorum confirmed that the replica still led after the read came in. */
  confirm({ context, index }: ReadState): void {
    const timed = this.unconfirmed.get(context);
    if (timed === undefined) return;
    this.unconfirmed.delete(context);
    this.confirmed.push({ ...timed, readIndex: index, ground: 'index', leader: undefined });
    const { client, requestId } = timed.read;
    const by = votersOf(this.raft.configuration).filter(
      (voter) => (this.raft.progressOf(voter)?.readContext ?? 0) >= context,
    );
    this.env.events.push({ type: 'ReadIndexConfirmed', shard: this.shard, client, requestId, index, by });
  }

  /** Serves what needs no more than has been applied. */
  serve({ appliedIndex, logTimeUs, earliestDeadlineUs }: Progress): void {
    while (this.confirmed.length > 0) {
      const { read, readIndex, arrivedUs, ground, leader } = this.confirmed[0] as ConfirmedRead;
      if (readIndex > appliedIndex || earliestDeadlineUs <= arrivedUs) return;
      this.confirmed.shift();
      const { client, requestId } = read;
      this.env.events.push({ type: 'ReadServed', shard: this.shard, client, requestId, appliedIndex });
      if ('from' in read) {
        this.env.outbox.push(read.from, { type: 'ReadIndexTold', ...read.name, index: appliedIndex });
        continue;
      }
      const term = this.raft.currentTerm;
      const routine = this.execute(read, { term, readIndex, appliedIndex, ground, leader }, logTimeUs);
      this.served++;
      const answered = (body: ReplyBody): void => {
        this.served--;
        this.answer(read, body);
      };
      // A block cannot be read: somebody else may have the value.
      const failed = (): void => answered({ type: 'NotLeader', leader: NO_NODE, term });
      this.env.blocks.run(this.shard, routine, answered, failed);
    }
  }

  /** Leadership is over: hands back every read that is not being served yet. */
  takeAll(): Read[] {
    const reads = [...this.unconfirmed.values(), ...this.confirmed, ...this.asking.values()].map(({ read }) => read);
    this.unconfirmed.clear();
    this.asking.clear();
    this.confirmed = [];
    return reads.flatMap((read) => ('from' in read ? [] : [read]));
  }

  /** Not a generator itself: `get` and `scan` pin their view when they are called, which is now. */
  private execute(read: Read, ground: Ground, logTimeUs: Micros): DiskRoutine<ReplyBody> {
    const { env, shard } = this;
    const { storageId: replicaId } = this.scope;
    const { client, requestId, body } = read;
    if (body.type === 'Get') {
      const report = newLookupReport();
      const stored = env.engine.get(dataKey(STRONG_KEYSPACE, shard, replicaId, body.key), undefined, report);
      const lookedUp = (): void => {
        env.events.push({ type: 'ValueLookedUp', shard, client, requestId, ...report });
      };
      // The stamp of an entry appended now would be at least this.
      const nowUs = Math.max(env.wallUs, logTimeUs);
      return getReply(stored, nowUs, ground, lookedUp);
    }
    return scanReply(this.scan(body), ground);
  }

  private scan(body: Extract<RequestBody, { type: 'Scan' }>): DiskRoutine<ScanPage> {
    const { env, shard } = this;
    const { storageId: replicaId } = this.scope;
    const from = dataKey(STRONG_KEYSPACE, shard, replicaId, body.from);
    const { to: end } = replicaRange(STRONG_KEYSPACE, shard, replicaId);
    const to = body.to === undefined ? end : dataKey(STRONG_KEYSPACE, shard, replicaId, body.to);
    const limit = Math.min(body.limit, SCAN_LIMIT_MAX);
    return env.engine.scan(from, to, limit, { bytesMax: SCAN_BYTES_MAX, reverse: body.reverse === true });
  }
}

/** What makes an answer to a read right. */
interface Ground {
  readonly term: Term;
  readonly readIndex: LogIndex;
  readonly appliedIndex: LogIndex;
  readonly ground: LeaderGround;
  readonly leader: NodeId | undefined;
}

type Asked = Extract<ReadIndexMessage, { readonly type: 'ReadIndexAsked' }>;
type Told = Extract<ReadIndexMessage, { readonly type: 'ReadIndexTold' }>;

function* getReply(
  routine: DiskRoutine<Uint8Array | undefined>,
  nowUs: Micros,
  { leader, ...confirmed }: Ground,
  lookedUp: () => void,
): DiskRoutine<ReplyBody> {
  const ground = leader === undefined ? confirmed : { ...confirmed, leader };
  const found = yield* routine;
  lookedUp();
  if (found === undefined) return { type: 'Value', value: undefined, ...ground };
  const { value, deadlineUs } = decodeStoredValue(found);
  const expiry = deadlineUs === NO_DEADLINE ? {} : { expiresInUs: Math.max(1, deadlineUs - nowUs) };
  return { type: 'Value', value, ...expiry, ...ground };
}

function* scanReply(
  routine: DiskRoutine<ScanPage>,
  { term, readIndex, appliedIndex, ground }: Ground,
): DiskRoutine<ReplyBody> {
  const { pairs, more } = yield* routine;
  const userPairs = pairs.map(({ key, value }) => ({
    key: userKeyOf(key).slice(),
    value: decodeStoredValue(value).value,
  }));
  return { type: 'Range', pairs: userPairs, more, term, readIndex, appliedIndex, ground };
}
