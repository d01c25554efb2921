import type { NodeId } from '../../../core/base/ids.ts';
import type { ViewModel } from '../../store/view-model.ts';

type Nodes = Pick<ViewModel, 'nodes' | 'placement'>;

const hasLeft = ({ placement }: Nodes, node: NodeId): boolean => placement.members.get(node) === 'left';

/** Whether it thinks anything just now that counts: whoever has left runs on, and nobody speaks to it any more. */
export function isThinking(model: Nodes, node: NodeId): boolean {
  const known = model.nodes.get(node);
  return known?.state === 'up' && !known.frozen && !hasLeft(model, node);
}

/** Whose views there are: all that have not left. */
export const observersOf = (model: Nodes): readonly NodeId[] =>
  [...model.nodes.keys()].filter((node) => !hasLeft(model, node));

/** Of whom they have views: each other, and whoever has left for as long as some of them have yet to hear of it. */
export function subjectsOf(model: Nodes & Pick<ViewModel, 'membership'>): readonly NodeId[] {
  const thinking = observersOf(model).filter((node) => isThinking(model, node));
  const isCounted = (subject: NodeId) =>
    thinking.some((node) => {
      const state = model.membership.get(node)?.subjects.get(subject)?.state;
      return state === 'heard' || state === 'suspected';
    });
  return [...model.nodes.keys()].filter((node) => !hasLeft(model, node) || isCounted(node));
}

/** How many of those that think suspect it. */
export const suspectsOf = (model: Nodes & Pick<ViewModel, 'membership'>, subject: NodeId): number =>
  [...model.membership].filter(
    ([node, { subjects }]) => isThinking(model, node) && subjects.get(subject)?.state === 'suspected',
  ).length;
