import type { NodeId } from '../base/ids.ts';
import { type Configuration, configurationText, isJoint, isVoter, membersOf, votersOf } from '../raft/configuration.ts';
import { majority } from '../raft/quorum.ts';

// What a group's configuration means to whoever looks on.

/** A change of voters is under way: the configuration is joint. */
export const isChanging = (configuration: Configuration): boolean => isJoint(configuration);

/** It gets the log, and counts for no majority. */
export const learnsIn = (configuration: Configuration, node: NodeId): boolean => !isVoter(configuration, node);

/** `voters n1 n2, learner n3`. */
export const membersText = (configuration: Configuration): string => configurationText(configuration);

/** `2 of 3`; while joint `2/3 + 1/1`, the old majority first. */
export function quorumWords({ voters, votersOutgoing }: Configuration): string {
  const words = (all: readonly NodeId[], between: string): string => `${majority(all.length)}${between}${all.length}`;
  return votersOutgoing.length === 0 ? words(voters, ' of ') : `${words(votersOutgoing, '/')} + ${words(voters, '/')}`;
}

/** Why an entry is committed: whose disks hold it. */
export function holdersWords(configuration: Configuration): string {
  if (isJoint(configuration)) return `the old and the new majority hold it (${quorumWords(configuration)})`;
  return `${quorumWords(configuration)} ${configuration.learners.length === 0 ? 'replicas' : 'voters'} hold it`;
}

/** All that have a copy by this configuration. */
export const holdersOf = (configuration: Configuration): readonly NodeId[] => membersOf(configuration);

export const voterCount = (configuration: Configuration): number => votersOf(configuration).length;

/** Where its vote counts while the configuration is joint; empty when it is not, or nowhere. */
export function jointSides(configuration: Configuration, node: NodeId): string {
  if (!isJoint(configuration)) return '';
  const isOld = configuration.votersOutgoing.includes(node);
  if (!configuration.voters.includes(node)) return isOld ? 'old' : '';
  return isOld ? 'old + new' : 'new';
}
