import type { ActorId, NodeId } from '../../core/base/ids.ts';
import type { AppStore } from '../store/app-store.ts';

/** Selects a node, or nothing when it is selected already. */
export function toggleNode(store: AppStore, node: NodeId): void {
  const { selectedNode, selectedLink } = store.getState();
  const again = selectedNode === node && selectedLink === undefined;
  store.setState({ selectedNode: again ? undefined : node, selectedLink: undefined });
}

/** Selects a link, or nothing when it is selected already. */
export function toggleLink(store: AppStore, one: ActorId, other: ActorId): void {
  const [a, b] = one < other ? [one, other] : [other, one];
  const { selectedLink } = store.getState();
  const again = selectedLink?.a === a && selectedLink.b === b;
  store.setState({ selectedNode: undefined, selectedLink: again ? undefined : { a, b } });
}

export const selectNothing = (store: AppStore): void =>
  store.setState({ selectedNode: undefined, selectedLink: undefined });
