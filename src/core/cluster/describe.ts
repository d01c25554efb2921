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
  if (command.type === 'Compare') {
    const text = `token ${command.token}: learner and leader say what they hold behind this entry`;
    return { label: 'compare', text: `compare, ${text}` };
  }
  if (command.type === 'Check') return { label: 'check', text: 'check: all say what they hold behind this entry' };
  if (command.type === 'Verdict')
    return {
      label: 'verdict',
      text: `verdict: what a majority holds behind entry ${command.index}; all others are damaged`,
    };
  if (command.type === 'Repair')
    return { label: 'repair', text: 'repair: one that is damaged stands here until it holds what its leader holds' };
  // What it says is told by what it changes; to read it takes a codec that the screen needs for nothing else.
  if (command.type === 'Meta') return { label: 'meta', text: 'a command of the meta group' };
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

/** A write as a console line. */
export function describeKeyWrite(write: KeyWrite): string {
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
