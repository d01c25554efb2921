import type { EventualBody, EventualMessage, EventualMessageType, EventualReply } from './eventual-message.ts';
import type { SyncMessage } from './sync-message.ts';

/** Kinds of message on the wire, among those of codec.ts. */
export const EVENTUAL_REQUEST_KINDS = { EventualWrite: 22, EventualRead: 23 } as const;
export const EVENTUAL_REPLY_KINDS = { EventualWritten: 53, EventualValue: 54, EventualRefused: 55 } as const;

/** Of those between nodes: the first, and then by place. Do not reorder. */
export const FIRST_EVENTUAL_KIND = 96;
const SYNC_TYPES = [
  ...(['SyncAsked', 'SyncTold'] as const),
  ...(['FenceAsked', 'FenceTold', 'WatermarkRaised'] as const),
] satisfies EventualMessageType[];
export const EVENTUAL_TYPES = [
  ...(['RowSent', 'RowTaken', 'RowAsked', 'RowTold'] as const),
  ...SYNC_TYPES,
] satisfies EventualMessageType[];

export const isEventualKind = (kind: number): boolean =>
  kind >= FIRST_EVENTUAL_KIND && kind < FIRST_EVENTUAL_KIND + EVENTUAL_TYPES.length;
export const isEventualMessage = (message: { readonly type: string }): message is EventualMessage =>
  EVENTUAL_TYPES.includes(message.type as EventualMessageType);
export const isSyncMessage = (message: { readonly type: string }): message is SyncMessage =>
  SYNC_TYPES.includes(message.type as SyncMessage['type']);

export const isEventualBody = (body: { readonly type: string }): body is EventualBody =>
  body.type in EVENTUAL_REQUEST_KINDS;
export const isEventualReply = (body: { readonly type: string }): body is EventualReply =>
  body.type in EVENTUAL_REPLY_KINDS;

export const isEventualRequestKind = (kind: number): boolean => isAmong(EVENTUAL_REQUEST_KINDS, kind);
export const isEventualReplyKind = (kind: number): boolean => isAmong(EVENTUAL_REPLY_KINDS, kind);

const isAmong = (kinds: Readonly<Record<string, number>>, kind: number): boolean => Object.values(kinds).includes(kind);
