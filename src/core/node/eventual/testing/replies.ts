import { decodeUtf8 } from '../../../base/utf8.ts';
import type { EventualReply } from '../eventual-message.ts';

type Of<T extends EventualReply['type']> = Extract<EventualReply, { type: T }>;

/** That the reply is one of this type. */
export function told<T extends EventualReply['type']>(type: T, reply: EventualReply | undefined): Of<T> {
  if (reply?.type !== type) throw new Error(JSON.stringify(reply));
  return reply as Of<T>;
}

/** In their order; `-`: a tombstone. */
export const values = (reply: EventualReply): readonly string[] =>
  told('EventualValue', reply).versions.map(({ value }) => (value === undefined ? '-' : decodeUtf8(value)));
