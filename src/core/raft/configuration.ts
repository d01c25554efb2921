import { ByteReader, CorruptBytes } from '../base/bytes.ts';
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
  /** Fencing token of whoever had it made; absent = 0: made by hand, or what the group began with. */
  readonly token?: number;
  /** Which replica each member is, ascending by node; absent: the group's replicas have no numbers. */
  readonly replicas?: readonly NumberedReplica[];
}

/** The replica of a group on a node: another one, of another number, each time that the node becomes a member again. */
export interface NumberedReplica {
  readonly node: NodeId;
  readonly replicaId: number;
}

/** Of which replica the configuration speaks when it names this node; 0: it does not say. */
export const replicaIdOf = ({ replicas }: Configuration, node: NodeId): number =>
  replicas?.find((replica) => replica.node === node)?.replicaId ?? 0;

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

/** The least number of voters that may be enough: while joint, of the larger of the two majorities. */
export const votesNeeded = ({ voters, votersOutgoing }: Configuration): number =>
  Math.max(majority(voters.length), votersOutgoing.length === 0 ? 0 : majority(votersOutgoing.length));

/** `holders` are a majority of the voters; while joint, of either configuration. */
export function isQuorum({ voters, votersOutgoing }: Configuration, holders: (node: NodeId) => boolean): boolean {
  const hold = (all: readonly NodeId[]): boolean => all.filter(holders).length >= majority(all.length);
  return hold(voters) && (votersOutgoing.length === 0 || hold(votersOutgoing));
}

/** `voters n1 n2, learner n3`; while joint `voters n1 n2 n3 → n1 n2, learner n3`. */
export function configurationText({ voters, votersOutgoing, learners }: Configuration): string {
  const names = (ids: readonly NodeId[]): string => ids.map((id) => `n${id}`).join(' ');
  const old = votersOutgoing.length === 0 ? '' : `${names(votersOutgoing)} → `;
  const learning =
    learners.length === 0 ? '' : `, ${learners.length === 1 ? 'learner' : 'learners'} ${names(learners)}`;
  return `voters ${old}${names(voters)}${learning}`;
}

/** What `writeConfiguration` wrote. Throws CorruptBytes. */
export function readConfiguration(reader: ByteReader): Configuration {
  const voters = readIds(reader);
  if (voters.length === 0) throw new CorruptBytes('a configuration without a voter');
  const votersOutgoing = readIds(reader);
  const learners = readIds(reader);
  const token = reader.varint();
  const count = reader.varint();
  if (count * 2 > reader.remaining) throw new CorruptBytes(`${count} replicas do not fit`);
  const replicas = Array.from({ length: count }, () => ({ node: nodeId(reader.varint()), replicaId: reader.varint() }));
  const bare = { voters, votersOutgoing, learners };
  return { ...bare, ...(token === 0 ? {} : { token }), ...(count === 0 ? {} : { replicas }) };
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
