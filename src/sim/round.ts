import type { NodeId } from '../core/base/ids.ts';
import type { DropReason } from '../core/cluster/trace-event.ts';
import type { ClientStep } from './client-shell.ts';
import type { EventKey } from './event-key.ts';
import type { Grant, GrantReply, InboundMessage, KillReply, NodeInit } from './node-host.ts';
import type { InvokedOperation } from './perform-action.ts';

/** Work that the driver carries out on the hosts, all of it in parallel. */
export interface Round {
  readonly calls: readonly HostCall[];
  /** Events of clients and undeliverable messages, already processed; merged with the nodes' steps in key order. */
  readonly clientSteps: readonly ClientStep[];
  readonly undelivered: readonly UndeliveredMessage[];
  /** Operations that clients took inside the window. */
  readonly invoked: readonly InvokedOperation[];
  /** When the round is complete, every event before this key has happened, and no other. */
  readonly end: EventKey;
}

export type HostCall = { readonly node: NodeId } & (
  | { readonly type: 'start'; readonly init: NodeInit }
  | { readonly type: 'grant'; readonly grant: Grant }
  | { readonly type: 'kill' }
);

export type HostReply =
  | { readonly type: 'started' }
  | { readonly type: 'granted'; readonly reply: GrantReply }
  | { readonly type: 'killed'; readonly reply: KillReply }
  /** The process is gone without being killed. `transactions` = what the head record of its disk says for this boot, else 0. */
  | { readonly type: 'died'; readonly reason: string; readonly transactions: number };

export interface UndeliveredMessage extends EventKey {
  readonly message: InboundMessage;
  readonly reason: Extract<DropReason, 'link is cut' | 'target is down' | 'buffer is full'>;
}
