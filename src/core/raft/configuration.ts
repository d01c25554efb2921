import { assert } from '../base/assert.ts';
import { ByteReader, ByteWriter, CorruptBytes } from '../base/bytes.ts';
import { type NodeId, nodeId } from '../base/ids.ts';
import { majority } from './quorum.ts';

/** Who takes part in a group. The one in force is the latest in the log, committed or not (dissertation §4.1). */
export interface Configuration {
  /** While joint: C_new. Ascending, distinct, at least one. */
  readonly voters: readonly NodeId[];
  /** While joint: C_old, whose majority is needed as well (§4.3). Else empty. */
  readonly votersOutgoing: readonly NodeId[];
  /** They get the log and count for nothing (§4.2.1). One that is in `votersOutgoing` still votes until the joint configuration is left. */
  readonly learners: readonly NodeId[];
}

/** What a configuration is to become. */
export type ConfigurationTarget = Pick<Configuration, 'voters' | 'learners'>;

export function simpleConfiguration({ voters, learners }: ConfigurationTarget): Configuration {
  return { voters: ascending(voters), votersOutgoing: [], learners: ascending(learners) };
}

export const isJoint = ({ votersOutgoing }: Configuration): boolean => votersOutgoing.length > 0;

export const isVoter = ({ voters, votersOutgoing }: Configuration, id: NodeId): boolean =>
  voters.includes(id) || votersOutgoing.includes(id);

/** Everybody who gets the log, ascending. */
export function membersOf({ voters, votersOutgoing, learners }: Configuration): readonly NodeId[] {
  return ascending([...new Set([...voters, ...votersOutgoing, ...learners])]);
}

/** Of either configuration while joint; ascending. */
export const votersOf = ({ voters, votersOutgoing }: Configuration): readonly NodeId[] =>
  ascending([...new Set([...voters, ...votersOutgoing])]);

export const sameConfiguration = (a: Configuration, b: Configuration): boolean =>
  sameIds(a.voters, b.voters) && sameIds(a.votersOutgoing, b.votersOutgoing) && sameIds(a.learners, b.learners);

/** The least number of voters that may be enough: while joint, of the larger of the two majorities. */
export const votesNeeded = ({ voters, votersOutgoing }: Configuration): number =>
  Math.max(majority(voters.length), votersOutgoing.length === 0 ? 0 : majority(votersOutgoing.length));

/** `holders` are a majority of the voters; while joint, of either configuration. */
export function isQuorum({ voters, votersOutgoing }: Configuration, holders: (node: NodeId) => boolean): boolean {
  const hold = (all: readonly NodeId[]): boolean => all.filter(holders).length >= majority(all.length);
  return hold(voters) && (votersOutgoing.length === 0 || hold(votersOutgoing));
}

/**
 * The next configuration on the way to `target`: joint when the voters change, however many do (§4.3), so that no majority of one
 * can act without a majority of the other; at once when only learners come and go.
 */
export function towards(current: Configuration, target: ConfigurationTarget): Configuration {
  assert(!isJoint(current), 'one change at a time');
  const next = simpleConfiguration(target);
  return sameIds(next.voters, current.voters) ? next : { ...next, votersOutgoing: current.voters };
}

/** C_new alone. */
export function leaveJoint(joint: Configuration): Configuration {
  assert(isJoint(joint), 'only a joint configuration is left');
  return { ...joint, votersOutgoing: [] };
}

/** Why this cannot be a configuration, in words; undefined = it can. */
export function invalidTarget(current: Configuration, { voters, learners }: ConfigurationTarget): string | undefined {
  if (voters.length === 0) return 'a group needs at least one voter';
  const twice = [...voters, ...learners].find((id, at, all) => all.indexOf(id) !== at);
  if (twice !== undefined) return `n${twice} is named twice`;
  const next = simpleConfiguration({ voters, learners });
  const same = sameIds(next.voters, current.voters) && sameIds(next.learners, current.learners);
  return same ? 'the group has this configuration already' : undefined;
}

/** `voters n1 n2, learner n3`; while joint `voters n1 n2 n3 → n1 n2, learner n3`. */
export function configurationText({ voters, votersOutgoing, learners }: Configuration): string {
  const names = (ids: readonly NodeId[]): string => ids.map((id) => `n${id}`).join(' ');
  const old = votersOutgoing.length === 0 ? '' : `${names(votersOutgoing)} → `;
  const learning =
    learners.length === 0 ? '' : `, ${learners.length === 1 ? 'learner' : 'learners'} ${names(learners)}`;
  return `voters ${old}${names(voters)}${learning}`;
}

// On disk and on the wire: do not change. Three lists of ids, each a varint count and varints.
export function writeConfiguration(writer: ByteWriter, { voters, votersOutgoing, learners }: Configuration): void {
  for (const ids of [voters, votersOutgoing, learners]) {
    writer.varint(ids.length);
    for (const id of ids) writer.varint(id);
  }
}

/** Throws CorruptBytes. */
export function readConfiguration(reader: ByteReader): Configuration {
  const voters = readIds(reader);
  if (voters.length === 0) throw new CorruptBytes('a configuration without a voter');
  return { voters, votersOutgoing: readIds(reader), learners: readIds(reader) };
}

/** A configuration entry's command. */
export function encodeConfiguration(configuration: Configuration): Uint8Array {
  const writer = new ByteWriter(16);
  writeConfiguration(writer, configuration);
  return writer.finish();
}

/** Throws CorruptBytes. */
export function decodeConfiguration(bytes: Uint8Array): Configuration {
  const reader = new ByteReader(bytes);
  const configuration = readConfiguration(reader);
  if (reader.remaining > 0) throw new CorruptBytes(`${reader.remaining} bytes behind a configuration`);
  return configuration;
}

function readIds(reader: ByteReader): NodeId[] {
  const count = reader.varint();
  if (count > reader.remaining) throw new CorruptBytes(`${count} ids do not fit`);
  const ids = Array.from({ length: count }, () => nodeId(reader.varint()));
  if (ids.some((id, at) => id <= (ids[at - 1] ?? 0))) throw new CorruptBytes('ids of a configuration do not ascend');
  return ids;
}

const ascending = (ids: readonly NodeId[]): readonly NodeId[] => [...ids].sort((a, b) => a - b);
const sameIds = (a: readonly NodeId[], b: readonly NodeId[]): boolean =>
  a.length === b.length && a.every((id, at) => id === b[at]);
