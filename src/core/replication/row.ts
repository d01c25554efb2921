import { ByteWriter } from '../base/byte-writer.ts';
import { ByteReader, CorruptBytes, compareBytes } from '../base/bytes.ts';
import type { Micros } from '../base/ids.ts';
import type { Conflicts } from './choices.ts';
import { laterStamp, NO_STAMP, type Stamp } from './stamp.ts';
import { clockOf, compareVersions, isDead, readVersion, type Version, writeVersion } from './version.ts';
import { compareDots, covers, EMPTY_VECTOR, joinVectors, type VersionVector } from './version-vector.ts';

/** All that a replica holds under one key: its versions, in the order of their dots. Empty: it knows of nothing. */
export type Row = readonly Version[];

export const NO_ROW: Row = [];

/** What two replicas know of a key together. Commutative, associative, idempotent: the order in which rows arrive, and how often, does not count. */
export function mergeRows(conflicts: Conflicts, a: Row, b: Row): Row {
  return conflicts === 'lww' ? lastWriter([...a, ...b]) : siblings([...a, ...b]);
}

function lastWriter(versions: readonly Version[]): Row {
  const last = versions.reduce<Version | undefined>(
    (latest, version) => (latest === undefined || compareVersions(version, latest) > 0 ? version : latest),
    undefined,
  );
  return last === undefined ? NO_ROW : [last];
}

/** Those that no other one had seen. */
function siblings(versions: readonly Version[]): Row {
  const sorted = [...versions].sort((a, b) => compareDots(clockOf(a).dot, clockOf(b).dot) || compareVersions(b, a));
  const distinct = sorted.filter((version, i) => {
    const before = sorted[i - 1];
    return before === undefined || compareDots(clockOf(before).dot, clockOf(version).dot) !== 0;
  });
  return distinct.filter(
    (version) => !distinct.some((other) => other !== version && covers(clockOf(other).context, clockOf(version).dot)),
  );
}

/** All that whoever reads the row has seen: what a PUT with this context replaces. */
export function contextOf(row: Row): VersionVector {
  return row.reduce((context, version) => {
    const { dot, context: seen } = clockOf(version);
    return joinVectors(context, joinVectors(seen, [dot]));
  }, EMPTY_VECTOR);
}

/** NO_STAMP where the row is empty. */
export const latestStamp = (row: Row): Stamp => row.reduce((latest, { stamp }) => laterStamp(latest, stamp), NO_STAMP);

/** What a reader is shown: the values that neither a DELETE nor their deadline has ended. */
export const liveVersions = (row: Row, timeUs: Micros): Row => row.filter((version) => !isDead(version, timeUs));

/** The same row without the values that have expired: their stamps and deadlines stay, as tombstones. */
export function expireRow(row: Row, timeUs: Micros): Row {
  const expires = (version: Version): boolean => version.value !== undefined && isDead(version, timeUs);
  return row.some(expires) ? row.map((each) => (expires(each) ? { ...each, value: undefined } : each)) : row;
}

/** What does not change when a value expires and is dropped: of a version with a deadline only its stamps, and that deadline. */
export const withoutExpiring = (row: Row): Row =>
  row.map((version) => (version.deadlineUs === undefined ? version : { ...version, value: undefined }));

const scratch = new ByteWriter(256);

/** Number of versions, then each. Equal rows have equal bytes. */
export function encodeRow(row: Row): Uint8Array {
  scratch.length = 0;
  scratch.varint(row.length);
  for (const version of row) writeVersion(scratch, version);
  return scratch.finish();
}

/** Throws CorruptBytes. Values are views of `bytes`. */
export function decodeRow(bytes: Uint8Array): Row {
  const reader = new ByteReader(bytes);
  const row: Version[] = [];
  for (let rest = reader.varint(); rest > 0; rest--) {
    const version = readVersion(reader);
    const before = row[row.length - 1];
    if (before !== undefined && compareDots(clockOf(before).dot, clockOf(version).dot) >= 0) {
      throw new CorruptBytes('versions out of order');
    }
    row.push(version);
  }
  if (reader.remaining !== 0) throw new CorruptBytes(`${reader.remaining} bytes too many`);
  return row;
}

export const equalRows = (a: Row, b: Row): boolean =>
  a === b || (a.length === b.length && compareBytes(encodeRow(a), encodeRow(b)) === 0);
