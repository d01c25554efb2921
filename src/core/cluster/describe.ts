import { decodeUtf8 } from '../base/utf8.ts';
import { type Command, decodeCommand } from '../node/command.ts';
import type { WriteOp } from '../node/message.ts';

const LABEL_MAX = 12;
const TEXT_MAX = 60;

/** What a log entry's command does: `label` fits a log cell, `text` is the whole of it as a console line. */
export interface CommandDescription {
  readonly label: string;
  readonly text: string;
}

/** Bytes that are no command are said to be so: this is for the screen, which must show a log whatever is in it. */
export function describeCommand(bytes: Uint8Array): CommandDescription {
  let command: Command;
  try {
    command = decodeCommand(bytes);
  } catch {
    return { label: 'unreadable', text: `${bytes.length} bytes that are no command` };
  }
  if (command.type === 'RegisterClient') return { label: 'session', text: 'RegisterClient: opens a client session' };
  return { label: keyLabel(command.write.key), text: describeWrite(command.write) };
}

function describeWrite(write: WriteOp): string {
  const key = decodeKey(write.key);
  switch (write.type) {
    case 'Put':
      return `PUT ${key} ${decodeKey(write.value)}`;
    case 'Delete':
      return `DELETE ${key}`;
    case 'Cas':
      return `CAS ${key} ${write.expected === undefined ? 'nil' : decodeKey(write.expected)} ${decodeKey(write.value)}`;
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
