import { equalHashes, type Hash64 } from '../base/hash128.ts';

/** What the roots of a group's replicas behind one entry come to. Members in the order in which they were given. */
export interface RootJudgement<Member> {
  /** Of more than half of all voters; undefined: nobody knows who is right. */
  readonly root: Hash64 | undefined;
  /** Voters and learners with another root than that. */
  readonly damaged: readonly Member[];
  /** Of whom no root is known. */
  readonly missing: readonly Member[];
  /** Whether all roots that are known are the same. */
  readonly isEqual: boolean;
}

/**
 * Whoever is outvoted is wrong, whoever asked: a leader has no more reason to be believed than others (research/core.md, bug 49). Learners are judged
 * and do not judge; a voter that says nothing counts as one that has another root.
 */
export function judgeRoots<Member>(
  voters: readonly Member[],
  learners: readonly Member[],
  roots: ReadonlyMap<Member, Hash64>,
): RootJudgement<Member> {
  const members = [...voters, ...learners];
  const rootsOf = (some: readonly Member[]): Hash64[] => some.flatMap((member) => roots.get(member) ?? []);
  const votes = rootsOf(voters);
  const isAgreed = (root: Hash64): boolean =>
    2 * votes.filter((other) => equalHashes(root, other)).length > voters.length;
  const root = votes.find(isAgreed);
  const differs = (member: Member): boolean => {
    const found = roots.get(member);
    return root !== undefined && found !== undefined && !equalHashes(found, root);
  };
  const known = rootsOf(members);
  return {
    root,
    damaged: members.filter(differs),
    missing: members.filter((member) => !roots.has(member)),
    isEqual: known.every((other) => equalHashes(other, known[0] as Hash64)),
  };
}
