/**
 * Whether damage to this node's disk as well would leave some shard with half of its replicas damaged, or more. Up to there the others are a
 * quorum, and hold everything that was ever acknowledged; beyond it nothing is promised. What is damaged stays so until RESET.
 * @param shards the replicas of each shard
 */
export const exceedsDamageBudget = <T>(shards: readonly (readonly T[])[], damaged: ReadonlySet<T>, node: T): boolean =>
  shards.some((replicas) => {
    const minority = Math.floor((replicas.length - 1) / 2);
    const hit = replicas.filter((replica) => replica === node || damaged.has(replica));
    return replicas.includes(node) && hit.length > minority;
  });
