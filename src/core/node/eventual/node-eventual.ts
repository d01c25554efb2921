import type { Breaks } from '../../base/breaks.ts';
import type { ClientActorId, Micros, NodeId, ShardId } from '../../base/ids.ts';
import type { RandomStream } from '../../base/random.ts';
import type { MetaState } from '../../meta/meta-state.ts';
import type { HashRing } from '../../ring/hash-ring.ts';
import type { BlockReads } from '../block-reads.ts';
import type { NodeConfig } from '../config.ts';
import type { ReplicaEnvironment } from '../replica-environment.ts';
import type { EventualEvent } from './eventual-event.ts';
import type { EventualMessage, EventualReply } from './eventual-message.ts';
import { type EventualLimits, type EventualWorld, eventualLimits, type ShardPlacement } from './eventual-world.ts';
import type { SyncSurroundings } from './hosted-sync.ts';
import { ShardPlacements } from './shard-placements.ts';
import type { SyncEvent } from './sync-event.ts';
import type { SyncPlacement } from './sync-world.ts';

/** Answers a client, as the node does. */
export type AnswerClient = (client: ClientActorId, requestId: number, shard: ShardId, reply: EventualReply) => void;

/** What the eventual keyspace needs of its node, as a node has it. */
export class NodeEventual implements EventualWorld, SyncSurroundings {
  readonly id: NodeId;
  readonly epoch: number;
  readonly limits: EventualLimits;
  readonly answer: AnswerClient;
  readonly random: RandomStream;
  onOwn: (message: EventualMessage) => void = () => {};
  private readonly env: ReplicaEnvironment;
  private readonly ring: HashRing;
  private readonly stateOf: () => MetaState;
  private readonly placements: ShardPlacements;

  /** @param stateOf what the meta group has agreed on, as far as the node knows */
  constructor(
    env: ReplicaEnvironment,
    { id, shards, limits }: NodeConfig,
    ring: HashRing,
    stateOf: () => MetaState,
    answer: AnswerClient,
    random: RandomStream,
  ) {
    this.id = id;
    this.epoch = env.epoch;
    this.limits = eventualLimits(limits.heartbeatIntervalUs);
    this.answer = answer;
    this.random = random;
    this.env = env;
    this.ring = ring;
    this.stateOf = stateOf;
    this.placements = new ShardPlacements(shards, stateOf());
  }

  get nowUs(): Micros {
    return this.env.nowUs;
  }

  get wallUs(): Micros {
    return this.env.wallUs;
  }

  get suspects(): readonly NodeId[] {
    return this.env.suspects;
  }

  get blocks(): BlockReads {
    return this.env.blocks;
  }

  get breaks(): Breaks {
    return this.env.breaks;
  }

  get heartbeatIntervalUs(): Micros {
    return this.env.limits.heartbeatIntervalUs;
  }

  get electionTimeoutUsMax(): Micros {
    return this.env.limits.electionTimeoutUsMax;
  }

  get checkIntervalUs(): Micros {
    return this.env.checkIntervalUs;
  }

  syncPlacement(shard: ShardId): SyncPlacement {
    return this.placements.forSync(this.stateOf(), shard);
  }

  report(event: SyncEvent): void {
    this.env.events.push(event);
  }

  get placementVersion(): number {
    this.placements.update(this.stateOf());
    return this.placements.version;
  }

  shardOfKey(key: Uint8Array): ShardId {
    return this.ring.shardOfKey(key);
  }

  placement(shard: ShardId): ShardPlacement {
    return this.placements.of(this.stateOf(), shard);
  }

  send(to: NodeId, message: EventualMessage): void {
    if (to === this.id) this.onOwn(message);
    else this.env.outbox.push(to, message);
  }

  event(event: EventualEvent): void {
    this.env.events.push(event);
  }
}
