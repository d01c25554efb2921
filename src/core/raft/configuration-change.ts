import { assert } from '../base/assert.ts';
import type { NodeId } from '../base/ids.ts';
import {
  type Configuration,
  type ConfigurationTarget,
  isJoint,
  membersOf,
  type NumberedReplica,
  simpleConfiguration,
} from './configuration.ts';

export const sameConfiguration = (a: Configuration, b: Configuration): boolean =>
  sameIds(a.voters, b.voters) && sameIds(a.votersOutgoing, b.votersOutgoing) && sameIds(a.learners, b.learners);

/**
 * The next configuration on the way to `target`: joint when the voters change, however many do (§4.3), so that no majority of one
 * can act without a majority of the other; at once when only learners come and go.
 */
export function towards(
  current: Configuration,
  target: ConfigurationTarget,
  { token, arriving }: { readonly token: number; readonly arriving: readonly NumberedReplica[] } = BY_HAND,
): Configuration {
  assert(!isJoint(current), 'one change at a time');
  const simple = simpleConfiguration(target);
  const next = sameIds(simple.voters, current.voters) ? simple : { ...simple, votersOutgoing: current.voters };
  const staying = (current.replicas ?? []).filter(({ node }) => arriving.every((replica) => replica.node !== node));
  return { ...numbered(next, [...staying, ...arriving]), ...(token === 0 ? {} : { token }) };
}

const BY_HAND = { token: 0, arriving: [] };

/** With the numbers of those that are its members. */
export function numbered(configuration: Configuration, replicas: readonly NumberedReplica[]): Configuration {
  const members = membersOf(configuration);
  const known = replicas.filter(({ node }) => members.includes(node)).sort((a, b) => a.node - b.node);
  const { replicas: _, ...bare } = configuration;
  return known.length === 0 ? bare : { ...bare, replicas: known };
}

/** C_new alone. */
export function leaveJoint(joint: Configuration): Configuration {
  assert(isJoint(joint), 'only a joint configuration is left');
  return numbered({ ...joint, votersOutgoing: [] }, joint.replicas ?? []);
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

const sameIds = (a: readonly NodeId[], b: readonly NodeId[]): boolean =>
  a.length === b.length && a.every((id, at) => id === b[at]);
