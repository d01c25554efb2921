import type { Grant, GrantReply, KillReply, NodeInit } from '../../sim/node-host.ts';

/**
 * What conductor and node worker say to each other over their own MessagePort: one request, one reply, strictly in turn. `Died` may come at
 * any time instead of a reply, and is the last thing that a worker says.
 */
export type NodeRequest =
  | { readonly type: 'Start'; readonly init: NodeInit; readonly disk: DiskAccess }
  | { readonly type: 'Grant'; readonly grant: Grant }
  | { readonly type: 'Kill' };

export type NodeReply =
  /** The disk is open, and fenced against earlier boots. */
  | { readonly type: 'Started' }
  | { readonly type: 'Granted'; readonly reply: GrantReply }
  | { readonly type: 'Killed'; readonly reply: KillReply }
  | { readonly type: 'Died'; readonly reason: string };

/** How the process of one boot reaches its node's disk. */
export type DiskAccess =
  /** It opens the database itself, and holds the node's Web Lock for its life. */
  | {
      readonly type: 'IndexedDB';
      readonly runId: string;
      readonly place: DiskPlace;
    }
  /** The disk is in the conductor's memory: `StoreCall`s go out over this port, each is answered by a `DiskReadResult`, in turn. */
  | { readonly type: 'Port'; readonly port: MessagePort };

/**
 * Where a node's database is: in a storage bucket of the node's own, or among the origin's databases. Chromium commits each bucket on a sequence
 * of its own, so that no node waits for another one's disk; other browsers have no buckets.
 */
export type DiskPlace = 'bucket' | 'origin';
