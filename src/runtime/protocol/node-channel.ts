import type { Grant, GrantReply, KillReply, NodeInit } from '../../sim/node-host.ts';

/**
 * What conductor and node worker say to each other over their own MessagePort: one request, one reply, strictly in turn. `Died` may come at
 * any time instead of a reply, and is the last thing that a worker says.
 */
export type NodeRequest =
  | { readonly type: 'Start'; readonly init: NodeInit; readonly runId: string; readonly durability: Durability }
  | { readonly type: 'Grant'; readonly grant: Grant }
  | { readonly type: 'Kill' };

export type NodeReply =
  /** The worker holds its lock, its disk is open and fenced. */
  | { readonly type: 'Started' }
  | { readonly type: 'Granted'; readonly reply: GrantReply }
  | { readonly type: 'Killed'; readonly reply: KillReply }
  | { readonly type: 'Died'; readonly reason: string };

/** `strict` waits for the disk itself, `relaxed` for the operating system: survives the process, not the power. */
export type Durability = 'relaxed' | 'strict';
