import type { ActorId, ClientActorId, NodeId } from '../../core/base/ids.ts';
import { nodeName } from '../../core/cluster/snapshot.ts';
import type { ViewModel } from '../store/view-model.ts';
import type { StageLayout } from './geometry.ts';
import { partitionOf, partitionText } from './partition.ts';
import { crossingsOf, wallOf, wallPath, wallWithDoors } from './wall.ts';

// What cut links make of the picture: fetched with the first cut (late-split.ts).

export interface Split {
  /** The wall as an SVG path; empty: there is none. */
  readonly wall: string;
  /** Where messages meet it, by `from>to`, as a fraction of their way. */
  readonly crossings: ReadonlyMap<string, number>;
  /** `n1 | n2 n3`. */
  readonly words: string;
}

export function splitOf(layout: StageLayout, cuts: ViewModel['cuts'], nameOf: (actor: ActorId) => string): Split {
  const partition = partitionOf([...layout.nodes.keys()], [...layout.clients.keys()], cuts);
  const wall = wallOf(layout, partition);
  return {
    wall: wallPath(wallWithDoors(layout, wall, partition)),
    crossings: crossingsOf(layout, wall, partition),
    words: partitionText(partition, nameOf),
  };
}

/** Who reaches whom in a sentence, and the remedy; empty where all do. */
export function splitSentence({ nodes, cuts, clients }: ViewModel): string {
  if (cuts.size === 0) return '';
  const partition = partitionOf([...nodes.keys()], [...clients.keys()], cuts);
  const words = partitionText(partition, (actor) => clients.get(actor as ClientActorId) ?? nodeName(actor as NodeId));
  return words === '' ? '' : `✕ ${partition.groups > 1 ? 'The network is split: ' : ''}${words}. HEAL joins it.`;
}
