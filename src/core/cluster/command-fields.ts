import type { Micros } from '../base/ids.ts';
import { type Command, decodeCommand } from '../node/command.ts';
import { decodeKey, describeKeyWrite } from './describe.ts';

/** A command as fields, for who wants to read all of it; keys and values as `decodeKey` shows them. */
export type CommandFields =
  | { readonly type: 'session' }
  | { readonly type: 'time' }
  /** `items`: each as a console line. */
  | {
      readonly type: 'batch';
      readonly items: readonly string[];
      readonly session: number;
      readonly sequence: number;
    }
  | {
      readonly type: 'write';
      readonly verb: 'PUT' | 'DELETE' | 'CAS';
      readonly key: string;
      /** Undefined: it deletes. */
      readonly value: string | undefined;
      /** Of a CAS. */
      readonly expected: string | undefined;
      /** After the entry's stamp the value lives this long; undefined: until it is replaced or deleted. */
      readonly ttlUs: Micros | undefined;
      /** The index of the entry that opened the client's session, and the write's number in it. */
      readonly session: number;
      readonly sequence: number;
    };

/** Undefined: the bytes are no command. */
export function commandFields(bytes: Uint8Array): CommandFields | undefined {
  let command: Command;
  try {
    command = decodeCommand(bytes);
  } catch {
    return undefined;
  }
  if (command.type === 'RegisterClient') return { type: 'session' };
  if (command.type !== 'Write') return { type: 'time' };
  const { write, session, sequence } = command;
  if (write.type === 'Batch') return { type: 'batch', items: write.items.map(describeKeyWrite), session, sequence };
  const key = decodeKey(write.key);
  const ttlUs = write.type === 'Delete' ? undefined : write.ttlUs;
  const common = { type: 'write', key, session, sequence, ttlUs } as const;
  switch (write.type) {
    case 'Put':
      return { ...common, verb: 'PUT', value: decodeKey(write.value), expected: undefined };
    case 'Delete':
      return { ...common, verb: 'DELETE', value: undefined, expected: undefined };
    case 'Cas': {
      const expected = write.expected === undefined ? '(nil)' : decodeKey(write.expected);
      return { ...common, verb: 'CAS', value: decodeKey(write.value), expected };
    }
  }
}
