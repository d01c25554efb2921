import type { NodeId } from '../core/base/ids.ts';
import { nodeName, shardName } from '../core/cluster/snapshot.ts';
import type { ReplicaContents } from '../core/node/replica-contents.ts';
import { type InProcessHosts, performRound } from './in-process-host.ts';
import type { World } from './world.ts';

interface NodeContents {
  readonly node: NodeId;
  readonly replicas: readonly ReplicaContents[];
}

/** What every node that runs holds just now. Nothing in the run is changed by it. */
export function askContents(world: World, hosts: InProcessHosts): readonly NodeContents[] {
  return world.snapshot().nodes.flatMap((_, i): readonly NodeContents[] => {
    const node = (i + 1) as NodeId;
    const round = world.planStorageQuery(node, { type: 'Contents' });
    if (round === undefined) return [];
    performRound(world, hosts, round);
    const answer = world.storageAnswer(node);
    return answer?.type === 'Contents' ? [{ node, replicas: answer.replicas }] : [];
  });
}

export interface EqualityReport {
  /** In words. */
  readonly violations: readonly string[];
  /** How many replicas were held against another one that had applied as much. */
  readonly compared: number;
}

/**
 * Equal data at equal applied index, by the rows themselves. The state hash that is compared after every entry folds what was to be done; that the
 * tables hold what came of it, after flushes, compactions, recoveries and snapshots, only a look at them tells.
 */
export function compareContents(contents: readonly NodeContents[]): EqualityReport {
  const first = new Map<string, { readonly node: NodeId; readonly replica: ReplicaContents }>();
  const violations: string[] = [];
  let compared = 0;
  for (const { node, replicas } of contents) {
    for (const replica of replicas) {
      const { shard, appliedIndex, bytes, checksum } = replica;
      const place = `${shard} ${appliedIndex}`;
      const other = first.get(place);
      if (other === undefined) {
        first.set(place, { node, replica });
        continue;
      }
      compared++;
      if (other.replica.checksum === checksum && other.replica.bytes === bytes) continue;
      const [one, two] = [`${nodeName(other.node)} holds ${other.replica.bytes} bytes`, `${nodeName(node)} ${bytes}`];
      violations.push(
        `EqualData: of ${shardName(shard)} at applied index ${appliedIndex} ${one} and ${two}, not the same`,
      );
    }
  }
  return { violations, compared };
}
