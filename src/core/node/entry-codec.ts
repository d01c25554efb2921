import { must } from '../base/assert.ts';
import type { ByteWriter } from '../base/byte-writer.ts';
import { type ByteReader, CorruptBytes } from '../base/bytes.ts';
import { decodeConfiguration, readConfiguration } from '../raft/configuration.ts';
import type { Entry, LogBase } from '../raft/entry.ts';
import { writeConfiguration } from '../raft/write-configuration.ts';

// On disk and on the wire: do not change these numbers.
const KINDS: readonly Entry['kind'][] = ['noop', 'command', 'configuration'];

/** The least bytes an entry takes: guards counts read from garbage before anything is allocated for them. */
const ENTRY_BYTES_MIN = 5;

/** term, index, stamp (varints), kind u8, command (length, bytes). The same on the wire as in the log. */
function writeEntry(writer: ByteWriter, entry: Entry): void {
  writer.varint(entry.term).varint(entry.index).varint(entry.stampUs);
  writer.u8(KINDS.indexOf(entry.kind)).bytes(entry.command);
}

function readEntry(reader: ByteReader): Entry {
  const term = reader.varint();
  const index = reader.varint();
  const stampUs = reader.varint();
  const kindNumber = reader.u8();
  const kind = KINDS[kindNumber];
  if (kind === undefined) throw new CorruptBytes(`unknown entry kind ${kindNumber}`);
  // A copy: entries live as long as the log does and must not keep their whole envelope or log group alive.
  const command = reader.bytes().slice();
  if (kind === 'configuration') decodeConfiguration(command);
  return { term, index, kind, stampUs, command };
}

/** index, term, stamp (varints); behind an index above 0 the configuration as well, and the index of its entry. */
export function writeBase(
  writer: ByteWriter,
  { index, term, stampUs, configuration, configurationIndex }: LogBase,
): void {
  writer.varint(index).varint(term).varint(stampUs);
  if (index === 0) return;
  writeConfiguration(writer, must(configuration, 'a base behind an entry names its configuration'));
  writer.varint(configurationIndex ?? index);
}

export function readBase(reader: ByteReader): LogBase {
  const index = reader.varint();
  const term = reader.varint();
  const stampUs = reader.varint();
  if (index === 0) return { index, term, stampUs, configuration: undefined };
  const configuration = readConfiguration(reader);
  const configurationIndex = reader.varint();
  if (configurationIndex > index) throw new CorruptBytes(`configuration ${configurationIndex} at entry ${index}`);
  return { index, term, stampUs, configuration, configurationIndex };
}

/** A varint count, then the entries. */
export function writeEntries(writer: ByteWriter, entries: readonly Entry[]): void {
  writer.varint(entries.length);
  for (const entry of entries) writeEntry(writer, entry);
}

export function readEntries(reader: ByteReader): Entry[] {
  const count = reader.varint();
  if (count * ENTRY_BYTES_MIN > reader.remaining) throw new CorruptBytes(`${count} entries do not fit`);
  const entries: Entry[] = [];
  for (let i = 0; i < count; i++) entries.push(readEntry(reader));
  return entries;
}
