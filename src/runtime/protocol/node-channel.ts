import type { Grant, GrantReply, KillReply, NodeInit } from '../../sim/node-host.ts';

/**
 * What conductor and node worker say to each other over their own MessagePort: one request, one reply, strictly in turn. `Died` may come at
 * any time instead of a reply, and is the last thing that a worker says.
 */
export type NodeRequest =
  | { readonly type: 'Start'; readonly init: NodeInit; readonly disks: DiskSettings }
  | { readonly type: 'Grant'; readonly grant: Grant }
  | { readonly type: 'Kill' };

export type NodeReply =
  /** The worker holds its lock, its disk is open and fenced. */
  | { readonly type: 'Started' }
  | { readonly type: 'Granted'; readonly reply: GrantReply }
  | { readonly type: 'Killed'; readonly reply: KillReply }
  | { readonly type: 'Died'; readonly reason: string };

/**
 * Where a node's database is: in a storage bucket of the node's own, or among the origin's databases. Chromium commits each bucket on a sequence
 * of its own, so that no node waits for another one's disk; other browsers have no buckets.
 */
export type DiskPlace = 'bucket' | 'origin';

/** What the disks of a run's nodes have in common. */
export interface DiskSettings {
  readonly runId: string;
  readonly place: DiskPlace;
  readonly durability: Durability;
}

/** `strict` waits for the disk itself, `relaxed` for the operating system: survives the process, not the power. */
export type Durability = 'relaxed' | 'strict';
