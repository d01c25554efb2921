import type { Micros, NodeId, ShardId } from '../../base/ids.ts';
import type { PurgeLimits } from '../../replication/purge-limits.ts';
import type { Row } from '../../replication/row.ts';
import type { RowsStanding } from './eventual-rows.ts';
import type { EventualSettings } from './eventual-world.ts';

/** What a node's part in the eventual keyspace is like now. */
export interface EventualReport {
  readonly settings: EventualSettings;
  /** Hints that it keeps for others, by home, ascending. */
  readonly hints: readonly { readonly home: NodeId; readonly hints: number }[];
  readonly hintBytes: number;
  /** Since it was started, as a coordinator: rows sent to homes that held less than was known. */
  readonly readRepairs: number;
  /** Operations that it coordinates and has not answered. */
  readonly operations: number;
  /** Its hybrid clock, how far that is ahead of its wall clock, and the bound that a later life begins at. */
  readonly clockUs: Micros;
  readonly clockAheadUs: Micros;
  readonly clockBoundUs: Micros;
  /** Of the shards of which it is a home, ascending. */
  readonly shards: readonly ({ readonly shard: ShardId; readonly standing: RowsStanding } & PurgeLimits)[];
}

/** One key as one node holds it, asked beside time. */
export interface HeldKey {
  readonly standing: RowsStanding;
  /** Undefined: it serves none of the shard's rows. */
  readonly row: Row | undefined;
  /** What it keeps for others of this key. */
  readonly hints: readonly { readonly home: NodeId; readonly row: Row }[];
  /** By which values expire. */
  readonly timeUs: Micros;
}
