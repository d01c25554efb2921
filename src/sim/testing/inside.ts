import type { Micros, NodeId } from '../../core/base/ids.ts';
import type { Operation } from '../../core/client/operation.ts';
import type { WorldEvent } from '../../core/cluster/trace-event.ts';
import type { Membership } from '../../core/membership/membership.ts';
import type { Replica } from '../../core/node/replica.ts';
import type { GroupState } from '../../core/raft/group-state.ts';
import type { RaftGroup } from '../../core/raft/raft-group.ts';
import type { ClientShell } from '../client-shell.ts';
import type { InProcessHosts } from '../in-process-host.ts';
import type { NetworkModel } from '../network-model.ts';
import type { World } from '../world.ts';
import type { WorldState } from '../world-state.ts';

/**
 * What the parts of a world keep to themselves, for tests that must not believe reports. Fields are named as in their classes: one that is
 * renamed there reads as undefined here, and the tests fail.
 */
export interface InsideShell {
  readonly state: 'down' | 'recovering' | 'up' | 'dead';
  readonly queue: { values(): readonly { readonly timeUs: Micros; readonly work: { readonly event?: WorldEvent } }[] };
  readonly node: {
    readonly started:
      | { readonly replicas: readonly Replica[]; readonly gossip: { readonly membership: Membership } }
      | undefined;
  };
}

const inside = <T>(part: object): T => part as unknown as T;

export const insideWorld = (world: World): WorldState => inside<{ state: WorldState }>(world).state;

/** The process of a node; undefined: there is none. */
export const insideShell = (hosts: InProcessHosts, node: NodeId): InsideShell | undefined =>
  inside<{ shell: InsideShell | undefined }>(hosts.host(node)).shell;

export const insideGroup = (group: RaftGroup): GroupState => inside<{ state: GroupState }>(group).state;

/** Directions of links that are cut, each as from × 65536 + to. */
export const cutsInside = (network: NetworkModel): ReadonlySet<number> => inside<{ cuts: Set<number> }>(network).cuts;

/** Ids of messages that were lost on their way, and are not yet told as dropped. */
export const messagesLost = (state: WorldState): readonly string[] =>
  inside<{ messages: { fading: readonly { readonly id: number }[] } }>(state)
    .messages.fading.map(({ id }) => `${id}`)
    .sort();

/** What a client has been asked and has not yet answered. */
export function operationsInside(
  shell: ClientShell,
): readonly { readonly id: number; readonly operation: Operation }[] {
  type Client = { client: { operations: ReadonlyMap<number, { id: number; operation: Operation }> } };
  return [...inside<Client>(shell).client.operations.values()];
}
