import { compactDuration } from '../base/duration.ts';
import type { Micros } from '../base/ids.ts';
import { decodeUtf8 } from '../base/utf8.ts';
import { isWritten, keysOfOperation } from '../client/operation.ts';
import { type Command, decodeCommand } from '../node/command.ts';
import type { KeyWrite, WriteOp } from '../node/message.ts';
import { configurationText, decodeConfiguration, isJoint } from '../raft/configuration.ts';
import type { Entry } from '../raft/entry.ts';

/** The same for the screen, which knows no client. */
export const operationKeys = keysOfOperation;
export const isLogged = isWritten;

const LABEL_MAX = 12;
const TEXT_MAX = 60;
/** Of a batch where it is told in one line. */
const ITEMS_TOLD = 5;

/** What a log entry's command does: `label` fits a log cell, `text` is the whole of it as a console line. */
export interface CommandDescription {
  readonly label: string;
  readonly text: string;
}

/** Bytes that are no command are said to be so: this is for the screen, which must show a log whatever is in it. */
export function describeEntry({ kind, command }: Pick<Entry, 'kind' | 'command'>): CommandDescription {
  if (kind === 'noop') return { label: 'no-op', text: 'no-op, appended by a new leader' };
  return kind === 'command' ? describeCommand(command) : describeConfiguration(command);
}

function describeConfiguration(bytes: Uint8Array): CommandDescription {
  const configuration = decodeConfiguration(bytes);
  const joint = isJoint(configuration);
  return {
    label: joint ? 'joint' : 'voters',
    text: `${joint ? 'joint configuration' : 'configuration'}: ${configurationText(configuration)}`,
  };
}

function describeCommand(bytes: Uint8Array): CommandDescription {
  let command: Command;
  try {
    command = decodeCommand(bytes);
  } catch {
    return { label: 'unreadable', text: `${bytes.length} bytes that are no command` };
  }
  if (command.type === 'RegisterClient') return { label: 'session', text: 'RegisterClient: opens a client session' };
  if (command.type === 'Time') return { label: 'time', text: 'time entry: log time goes on, so that values expire' };
  return { label: writeLabel(command.write), text: describeWrite(command.write) };
}

/** `user:42`, `batch×3`. */
const writeLabel = (write: WriteOp): string =>
  write.type === 'Batch' ? `batch×${write.items.length}` : keyLabel(write.key);

function describeWrite(write: WriteOp): string {
  if (write.type !== 'Batch') return describeKeyWrite(write);
  const shown = write.items.slice(0, ITEMS_TOLD).map(describeKeyWrite);
  const more = write.items.length > ITEMS_TOLD ? [`… ${write.items.length - ITEMS_TOLD} more`] : [];
  return `BATCH { ${[...shown, ...more].join('; ')} }`;
}

function describeKeyWrite(write: KeyWrite): string {
  const key = decodeKey(write.key);
  switch (write.type) {
    case 'Put':
      return `PUT ${key} ${decodeKey(write.value)}${ttlText(write.ttlUs)}`;
    case 'Delete':
      return `DELETE ${key}`;
    case 'Cas':
      return `CAS ${key} ${write.expected === undefined ? 'nil' : decodeKey(write.expected)} ${decodeKey(write.value)}${ttlText(write.ttlUs)}`;
  }
}

const ttlText = (ttlUs: Micros | undefined): string => (ttlUs === undefined ? '' : ` ttl=${compactDuration(ttlUs)}`);

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
  if (command.type === 'Time') return { type: 'time' };
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

/** A key or value as people read it, cut after 60 characters. */
export function decodeKey(bytes: Uint8Array): string {
  return shorten(decodeUtf8(bytes.length > 4 * TEXT_MAX ? bytes.subarray(0, 4 * TEXT_MAX) : bytes), TEXT_MAX);
}

/** A key that fits a log cell. */
export const keyLabel = (bytes: Uint8Array): string => shorten(decodeKey(bytes), LABEL_MAX);

function shorten(text: string, max: number): string {
  const points = [...text];
  return points.length <= max ? text : `${points.slice(0, max - 1).join('')}…`;
}
