import { equalHashes, hashText } from '../core/base/hash128.ts';
import type { NodeId } from '../core/base/ids.ts';
import { nodeName, shardName } from '../core/cluster/snapshot.ts';
import type { ReplicaRoot } from '../core/node/replica-root.ts';

export interface NodeRoot extends ReplicaRoot {
  readonly node: NodeId;
}

export interface RootComparison {
  /** In words. */
  readonly violations: readonly string[];
  /** Replicas that were held against another one with as much applied. */
  readonly compared: number;
}

/** Replicas of a shard with one applied index hold the same, and the tree that each of them keeps says so as well. */
export function compareRoots(roots: readonly NodeRoot[]): RootComparison {
  const violations: string[] = [];
  const first = new Map<string, NodeRoot>();
  let compared = 0;
  for (const root of roots) {
    const { shard, appliedIndex, node, staleLeaves } = root;
    const where = `${shardName(shard)} at entry ${appliedIndex}`;
    if (staleLeaves.length > 0)
      violations.push(
        `EqualRoots: the Merkle tree that ${nodeName(node)} keeps of ${where} is not what it holds, in leaves ${staleLeaves}`,
      );
    const other = first.get(where);
    if (other === undefined) {
      first.set(where, root);
      continue;
    }
    compared++;
    if (equalHashes(root.root, other.root)) continue;
    const [a, b] = [other, root].map((each) => `${hashText(each.root)} on ${nodeName(each.node)}`);
    violations.push(`EqualRoots: ${where} has the Merkle root ${a} and ${b}`);
  }
  return { violations, compared };
}
