import { configurationText, decodeConfiguration } from '../../configuration.ts';
import type { Entry, HardState, LogBase } from '../../entry.ts';
import type { RaftMessage } from '../../message.ts';

/** Fields whose `false` says as much as their `true`. */
const ANSWERS = new Set(['success', 'voteGranted']);
/** Fields that say nothing when they are 0. */
const ZERO_IS_NONE = new Set(['conflictTerm', 'conflictIndex', 'readContext', 'snapshotFrom', 'offset', 'checksum']);
const NODES = new Set(['leader', 'votedFor']);

export const nodeText = (id: number): string => (id === 0 ? 'nobody' : `n${id}`);

/** `3:t2 "x"`: index 3, term 2, and the command where it is text. */
export function entryText({ index, term, kind, command }: Entry): string {
  const position = `${index}:t${term}`;
  if (kind === 'noop') return `${position} no-op`;
  if (kind === 'configuration') return `${position} ${configurationText(decodeConfiguration(command))}`;
  const isText = command.length > 0 && command.every((byte) => byte >= 0x20 && byte < 0x7f);
  return isText ? `${position} "${String.fromCharCode(...command)}"` : position;
}

/** `6:t2 (voters n1 n2 n3)`: index and term of the last entry that is no longer in the log, and the configuration in force there. */
const baseText = ({ index, term, configuration }: LogBase): string =>
  `${index}:t${term}${configuration === undefined ? '' : ` (${configurationText(configuration)})`}`;

/** The message with the names of Figure 2, and any field that it has beyond them. */
export const messageText = ({ type, ...fields }: RaftMessage): string => [type, fieldsText(fields)].join(' ');

export const hardStateText = (state: HardState): string => fieldsText(state);

/** `a=1 b c=[…]`: what is false or means "none" is left out, and moments (`…Us`): what time it is, the commands say. */
export function fieldsText(fields: object): string {
  const texts = Object.entries(fields).map(([name, value]) => fieldText(name, value));
  return texts.filter((text) => text !== '').join(' ');
}

function fieldText(name: string, value: unknown): string {
  if (typeof value === 'boolean') return ANSWERS.has(name) ? `${name}=${value}` : value ? name : '';
  if (typeof value === 'number') {
    if (name.endsWith('Us')) return '';
    if (NODES.has(name)) return `${name}=${nodeText(value)}`;
    return value === 0 && ZERO_IS_NONE.has(name) ? '' : `${name}=${value}`;
  }
  if (value instanceof Uint8Array) return value.length === 0 ? '' : `${name}=${value.length} bytes`;
  if (name === 'lastIncluded' || name === 'base') return `${name}=${baseText(value as LogBase)}`;
  if (name === 'entries') return `${name}=[${(value as readonly Entry[]).map(entryText).join(', ')}]`;
  return value === undefined ? '' : `${name}=${typeof value === 'string' ? value : JSON.stringify(value)}`;
}
