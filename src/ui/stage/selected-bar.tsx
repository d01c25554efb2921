import { type RefObject, useCallback } from 'react';
import type { ActorId } from '../../core/base/ids.ts';
import { useApp, useAppState } from '../app-context.ts';
import type { RunView } from '../store/app-store.ts';
import { ActionBar } from './action-bar.tsx';
import { between, linkSegment, type StageLayout } from './geometry.ts';
import { LinkActions } from './link-actions.tsx';
import { NodeActions } from './node-actions.tsx';
import { selectNothing } from './selection.ts';

interface Props {
  readonly run: RunView;
  readonly layout: StageLayout;
  readonly nameOf: (actor: ActorId) => string;
  /** What on the stage was pressed last. */
  readonly opener: RefObject<SVGElement | undefined>;
}

/** Around the middle of a link: the mark of its cut. */
const LINK_RADIUS = 16;

/** The actions of what is selected: a link, or else a node. */
export function SelectedBar({ run, layout, nameOf, opener }: Props) {
  const { store } = useApp();
  const node = useAppState((state) => state.selectedNode);
  const link = useAppState((state) => state.selectedLink);
  const close = useCallback(() => selectNothing(store), [store]);
  const common = { layout, opener: opener.current, onClose: close };
  if (link !== undefined) {
    const { a, b } = link;
    const ends = linkSegment(layout, a, b, 0);
    if (ends === undefined) return null;
    return (
      <ActionBar
        {...common}
        key={`${a}-${b}`}
        anchor={{ ...between(ends.a, ends.b, 0.5), radius: LINK_RADIUS }}
        title={`Link ${nameOf(a)} – ${nameOf(b)}`}
      >
        <LinkActions run={run} a={a} b={b} nameOf={nameOf} />
      </ActionBar>
    );
  }
  const at = node === undefined ? undefined : layout.nodes.get(node);
  if (node === undefined || at === undefined) return null;
  const peers: ActorId[] = [...layout.nodes.keys(), ...layout.clients.keys()];
  return (
    <ActionBar {...common} key={node} anchor={{ ...at, radius: layout.nodeRadius }} title={`Node ${nameOf(node)}`}>
      <NodeActions node={node} peers={peers.filter((peer) => peer !== node)} nameOf={nameOf} />
    </ActionBar>
  );
}
