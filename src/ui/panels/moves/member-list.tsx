import { useAppState } from '../../app-context.ts';
import type { RunView } from '../../store/app-store.ts';
import { nodesShown } from '../../store/node-count.ts';
import { standingOf } from '../../store/standing.ts';
import { NodeChip } from '../node-chip.tsx';
import { STANDING_SIGNS } from './standing-words.ts';

/** What each node that there ever was is to the ring, those that have left among them. */
export function MemberList({ run }: { readonly run: RunView }) {
  const model = useAppState((state) => state.model);
  return (
    <ul className="member-list" aria-label="Nodes, as the meta group has them">
      {nodesShown({ run, model }).map((node) => {
        const standing = standingOf(run.config, node, model.placement.members);
        return (
          <li key={node}>
            <NodeChip node={node} up={standing !== 'left' && model.nodes.get(node)?.state === 'up'} />
            <span className={standing === 'normal' ? 'dim' : undefined}>{STANDING_SIGNS[standing]}</span>
          </li>
        );
      })}
    </ul>
  );
}
