import { must } from '../../base/assert.ts';
import type { ClientActorId, Micros, NodeId, ShardId } from '../../base/ids.ts';
import { CLOCK_MODES, type ClockMode, CONFLICTS, type Conflicts } from '../../replication/choices.ts';
import type { HintLimits } from '../../replication/hints.ts';
import type { NodeLimits } from '../config.ts';
import type { EventualEvent } from './eventual-event.ts';
import type { EventualMessage, EventualReply } from './eventual-message.ts';

/** One choice for the whole cluster; CONFIG changes it. */
export interface EventualSettings {
  readonly conflicts: Conflicts;
  readonly clock: ClockMode;
}

/** What a configuration says until CONFIG says something else. */
export const eventualSettings = ({ conflicts, clockMode }: SettingPlaces): EventualSettings => ({
  conflicts: must(CONFLICTS[conflicts], 'a way to settle conflicts'),
  clock: must(CLOCK_MODES[clockMode], 'a clock'),
});

/** As a configuration says it. */
export const settingPlaces = ({ conflicts, clock }: EventualSettings): SettingPlaces => ({
  conflicts: CONFLICTS.indexOf(conflicts),
  clockMode: CLOCK_MODES.indexOf(clock),
});

type SettingPlaces = Pick<NodeLimits, 'conflicts' | 'clockMode'>;

/** Who is asked about a key of a shard. */
export interface ShardPlacement {
  /** The voters of its group, clockwise from its start. */
  readonly homes: readonly NodeId[];
  /** A replica is moving there: they get every write and count for nothing. */
  readonly joiners: readonly NodeId[];
  /** All other members, clockwise behind the homes. */
  readonly fallbacks: readonly NodeId[];
  /** Numbers of replicas that have to go, and are not known to be gone: their nodes may be homes or joiners again, with others. */
  readonly retired: readonly number[];
}

export interface EventualLimits extends HintLimits {
  /** Operations that this node coordinates and has not answered. */
  readonly operationsMax: number;
  /** Who has not answered for so long is asked again, and a fallback in its place. */
  readonly overdueUs: Micros;
  /** As CockroachDB's largest offset of two clocks. */
  readonly clockAheadMaxUs: Micros;
  readonly clockBoundStepUs: Micros;
}

/** @param heartbeatIntervalUs of the node: several times what a message takes there and back */
export const eventualLimits = (heartbeatIntervalUs: Micros): EventualLimits => ({
  operationsMax: 1000,
  overdueUs: heartbeatIntervalUs,
  clockAheadMaxUs: 500_000,
  clockBoundStepUs: 100_000,
  hintBytesMax: 4 * 1024 * 1024,
  batchBytes: 16 * 1024,
  batchIntervalUs: heartbeatIntervalUs,
});

/** What the eventual keyspace needs of its node beside storage. */
export interface EventualWorld {
  readonly id: NodeId;
  /** Boot number. */
  readonly epoch: number;
  /** Monotonic clock at the present input. */
  readonly nowUs: Micros;
  readonly wallUs: Micros;
  readonly suspects: readonly NodeId[];
  readonly limits: EventualLimits;
  shardOfKey(key: Uint8Array): ShardId;
  placement(shard: ShardId): ShardPlacement;
  /** Another number as soon as anybody's placement may be another one. */
  readonly placementVersion: number;
  /** What this node says to itself comes back by `onOwn` at once. */
  send(to: NodeId, message: EventualMessage): void;
  onOwn: (message: EventualMessage) => void;
  answer(client: ClientActorId, requestId: number, shard: ShardId, reply: EventualReply): void;
  event(event: EventualEvent): void;
}
