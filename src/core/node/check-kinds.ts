import type { CheckMessage, CheckMessageType } from './check-message.ts';

/** Kinds of message on the wire, beside those of codec.ts: the first, and then by place. Do not reorder. */
export const FIRST_CHECK_KIND = 80;
export const CHECK_TYPES = [
  ...(['RootAsked', 'RootTold', 'RepairAsked', 'MerkleAsked', 'MerkleTold'] as const),
] satisfies CheckMessageType[];

export const isCheckKind = (kind: number): boolean =>
  kind >= FIRST_CHECK_KIND && kind < FIRST_CHECK_KIND + CHECK_TYPES.length;
export const isCheckMessage = (message: { readonly type: string }): message is CheckMessage =>
  CHECK_TYPES.includes(message.type as CheckMessageType);
