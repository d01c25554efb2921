import type { DiskRoutine } from '../base/disk.ts';
import { type ClientActorId, type LogIndex, type Micros, NO_NODE, type NodeId, type ShardId } from '../base/ids.ts';
import { dataKey } from '../lsm/internal-key.ts';
import { newLookupReport } from '../lsm/lookup-report.ts';
import { isVoter } from '../raft/configuration.ts';
import type { RaftGroup } from '../raft/raft-group.ts';
import { STRONG_KEYSPACE } from './keyspace.ts';
import type { ReplicaState, ReplyBody, RequestBody } from './message.ts';
import type { ReplicaEnvironment } from './replica-environment.ts';
import { decodeStoredValue, NO_DEADLINE } from './stored-value.ts';

type ReplicaGet = Extract<RequestBody, { readonly type: 'ReplicaGet' }>;

export interface ReplicaRead {
  readonly client: ClientActorId;
  readonly requestId: number;
  readonly body: ReplicaGet;
}

interface Scope {
  readonly id: NodeId;
  readonly shard: ShardId;
  readonly replicaId: number;
  readonly storageId: number;
}

interface HeldRead {
  readonly read: ReplicaRead;
  readonly untilUs: Micros;
}

/** How far the replica's state machine is. */
interface Progress {
  readonly appliedIndex: LogIndex;
  readonly logTimeUs: Micros;
}

/** Nothing is held. */
const NEVER: Micros = Number.POSITIVE_INFINITY;

/**
 * Reads that a replica serves for itself, whoever leads: the state that it has applied, and with it how far it is. Of R=1 that is all. A session
 * (dissertation §6.4.1, end), a quorum read that rinses (PQR, Charapko 2019) and a client that asks whether a write is applied name an index,
 * and the replica waits until it has applied as much, for as long as it was told.
 */
export class ReplicaReads {
  private readonly env: ReplicaEnvironment;
  private readonly raft: RaftGroup;
  private readonly scope: Scope;
  private readonly answer: (read: ReplicaRead, body: ReplyBody) => void;
  private held: HeldRead[] = [];
  /** Being read from the engine. */
  private served = 0;
  /** When a leader last said something to it; undefined: not since the node was started. */
  private contactUs: Micros | undefined;

  constructor(
    env: ReplicaEnvironment,
    raft: RaftGroup,
    scope: Scope,
    answer: (read: ReplicaRead, body: ReplyBody) => void,
  ) {
    this.env = env;
    this.raft = raft;
    this.scope = scope;
    this.answer = answer;
  }

  /** All that are not answered. */
  get underWay(): number {
    return this.held.length + this.served;
  }

  /** When the first of those that wait has waited long enough. */
  get dueUs(): Micros {
    return this.held.reduce((dueUs, { untilUs }) => Math.min(dueUs, untilUs), NEVER);
  }

  heardLeader(): void {
    this.contactUs = this.env.nowUs;
  }

  start(read: ReplicaRead, progress: Progress): void {
    const { env, raft, scope } = this;
    const { client, requestId, body } = read;
    const { appliedIndex } = progress;
    // Made for a group that has not filled it yet: what it holds is no state that the shard ever was in for its clients.
    const isEmpty = appliedIndex === 0 && !isVoter(raft.configuration, scope.id);
    if (appliedIndex >= body.appliedIndex && !isEmpty) {
      this.serve(read, progress);
      return;
    }
    env.events.push({
      type: 'ReadHeld',
      shard: scope.shard,
      client,
      requestId,
      appliedIndex,
      needs: Math.max(1, body.appliedIndex),
    });
    this.held.push({ read, untilUs: env.nowUs + body.waitUs });
  }

  /** Serves what has been applied by now, and refuses what has waited long enough. */
  advance(progress: Progress): void {
    if (this.held.length === 0) return;
    const { nowUs } = this.env;
    const { held } = this;
    this.held = [];
    for (const each of held) {
      const needs = Math.max(1, each.read.body.appliedIndex);
      if (progress.appliedIndex >= needs) this.serve(each.read, progress);
      else if (nowUs >= each.untilUs) this.answer(each.read, { type: 'ReplicaBehind', ...this.state(progress) });
      else this.held.push(each);
    }
  }

  /** The replica is to be deleted: hands back what waits. */
  takeAll(): readonly ReplicaRead[] {
    const { held } = this;
    this.held = [];
    return held.map(({ read }) => read);
  }

  /** The engine is read as it is now, and how far the replica is belongs to the same moment. */
  private serve(read: ReplicaRead, progress: Progress): void {
    const { env, scope } = this;
    const { client, requestId, body } = read;
    const { shard } = scope;
    const { appliedIndex } = progress;
    const state = this.state(progress);
    env.events.push({ type: 'ReadServed', shard, client, requestId, appliedIndex });
    if (body.key === undefined) {
      this.answer(read, { type: 'ReplicaValue', value: undefined, isDue: false, ...state });
      return;
    }
    const report = newLookupReport();
    const stored = env.engine.get(dataKey(STRONG_KEYSPACE, shard, scope.storageId, body.key), undefined, report);
    const lookedUp = (): void => {
      env.events.push({ type: 'ValueLookedUp', shard, client, requestId, ...report });
    };
    const { wallUs } = env;
    this.served++;
    const served = (reply: ReplyBody): void => {
      this.served--;
      this.answer(read, reply);
    };
    const routine = replicaReply(stored, { wallUs, logTimeUs: progress.logTimeUs }, state, lookedUp);
    env.blocks.run(shard, routine, served, () => served({ type: 'NotLeader', leader: NO_NODE, term: state.term }));
  }

  private state({ appliedIndex }: Progress): ReplicaState {
    const { raft, env, scope, contactUs } = this;
    const leads = raft.role === 'leader';
    const heard = contactUs === undefined ? {} : { leaderContactUs: env.nowUs - contactUs };
    return {
      replicaId: scope.replicaId,
      leads,
      term: raft.currentTerm,
      appliedIndex,
      commitIndex: raft.commitIndex,
      lastIndex: raft.lastIndex,
      configuration: raft.configuration,
      configurationIndex: raft.configurationIndex,
      ...(leads ? { leaderContactUs: 0 } : heard),
    };
  }
}

function* replicaReply(
  routine: DiskRoutine<Uint8Array | undefined>,
  { wallUs, logTimeUs }: { readonly wallUs: Micros; readonly logTimeUs: Micros },
  state: ReplicaState,
  lookedUp: () => void,
): DiskRoutine<ReplyBody> {
  const found = yield* routine;
  lookedUp();
  if (found === undefined) return { type: 'ReplicaValue', value: undefined, isDue: false, ...state };
  const { value, deadlineUs } = decodeStoredValue(found);
  if (deadlineUs === NO_DEADLINE) return { type: 'ReplicaValue', value, isDue: false, ...state };
  const expiresInUs = Math.max(1, deadlineUs - Math.max(wallUs, logTimeUs));
  return { type: 'ReplicaValue', value, expiresInUs, isDue: deadlineUs <= wallUs, ...state };
}
