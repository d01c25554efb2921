import { memo } from 'react';
import { plural } from '../../../console/show.ts';
import { nodeName } from '../../../core/cluster/snapshot.ts';
import type { WalkView } from '../../store/integrity-view.ts';
import { NodeChip } from '../node-chip.tsx';
import {
  hashWord,
  type LeafStrip,
  pictureWords,
  type TreeCell,
  type TreePicture,
  treePicture,
} from './tree-picture.ts';

type Side = 'own' | 'theirs';

/** Of strips of leaves so many are drawn. */
const STRIPS_SHOWN = 6;
/** And of the leaves of one so many are named. */
const LEAVES_NAMED = 4;
const INNER_CELLS = 33;

interface Props {
  readonly walk: WalkView;
  /** Live keys of each side; undefined: not reported. */
  readonly keysOf: (node: number) => number | undefined;
}

/** The trees of two replicas beside each other, as far as a walk has seen them: under a node that is equal nothing is asked for. */
export const MerkleTrees = memo(function MerkleTrees({ walk, keysOf }: Props) {
  const picture = treePicture(walk);
  const words = pictureWords(picture);
  return (
    <>
      <div className="merkle-trees">
        <Tree node={walk.node} side="own" picture={picture} words={words} keys={keysOf(walk.node)} />
        <Tree node={walk.from} side="theirs" picture={picture} words={words} keys={keysOf(walk.from)} />
      </div>
      <p className="merkle-legend">
        <Key state="differs" words="differs: go down" />
        <Key state="equal" words="equal: stop here" />
        <Key state="unseen" words="never compared" />
        <span>1 root, 32 + 1 inner nodes, 32 leaves each</span>
      </p>
    </>
  );
});

const Key = ({ state, words }: { readonly state: TreeCell['state']; readonly words: string }) => (
  <span className="merkle-key">
    <span className={`merkle-cell merkle-${state}`} /> {words}
  </span>
);

interface TreeProps {
  readonly node: number;
  readonly side: Side;
  readonly picture: TreePicture;
  readonly words: string;
  readonly keys: number | undefined;
}

function Tree({ node, side, picture, words, keys }: TreeProps) {
  const { root, inner, strips } = picture;
  const name = nodeName(node);
  return (
    <figure className="merkle-tree">
      <figcaption>
        <NodeChip node={node} /> {keys === undefined ? null : <span className="dim">{plural(keys, 'key')}</span>}
      </figcaption>
      <div role="img" aria-label={`Merkle tree of ${name}: ${words}`}>
        <div className="merkle-row">
          <span className={`merkle-root merkle-${root.state}`}>{hashWord(root, side) || '·'}</span>
        </div>
        <Lines cells={inner} from={INNER_CELLS / 2} />
        <Strip cells={inner} side={side} what="inner node" className="merkle-inner" />
        {strips.slice(0, STRIPS_SHOWN).map((strip, at) => (
          <Leaves key={strip.node} strip={strip} side={side} cell={inner[strip.node]} fans={at === 0} />
        ))}
        {strips.length > STRIPS_SHOWN ? (
          <p className="merkle-more">and the leaves of {strips.length - STRIPS_SHOWN} more inner nodes</p>
        ) : null}
      </div>
    </figure>
  );
}

/** From one point above down to each cell that is or was asked for because of it. */
function Lines({ cells, from }: { readonly cells: readonly TreeCell[]; readonly from: number }) {
  const differing = cells.flatMap(({ state }, at) => (state === 'differs' ? [at + 0.5] : []));
  return (
    <svg className="merkle-lines" viewBox={`0 0 ${cells.length} 1`} preserveAspectRatio="none" aria-hidden="true">
      {cells[0]?.state === 'asked' ? <polygon points={`${from - 1},0 ${from + 1},0 ${cells.length},1 0,1`} /> : null}
      {differing.map((x) => (
        <line key={x} x1={from} y1={0} x2={x} y2={1} />
      ))}
    </svg>
  );
}

interface LeavesProps {
  readonly strip: LeafStrip;
  readonly side: Side;
  /** The inner node above. */
  readonly cell: TreeCell | undefined;
  /** It hangs straight below its node: nothing is in between. */
  readonly fans: boolean;
}

/** One row of leaves and, below it, the words of what is above and of what differs in it. */
function Leaves({ strip: { node, cells }, side, cell, fans }: LeavesProps) {
  const differing = cells.filter(({ state }) => state === 'differs');
  const word = cell === undefined ? '' : hashWord(cell, side);
  return (
    <>
      {fans ? (
        <svg className="merkle-fan" viewBox={`0 0 ${INNER_CELLS} 1`} preserveAspectRatio="none" aria-hidden="true">
          <polygon points={`${node},0 ${node + 1},0 ${INNER_CELLS},1 0,1`} />
        </svg>
      ) : null}
      <Strip cells={cells} side={side} what="leaf" className="merkle-leaves" />
      <p className="merkle-words">
        <span>
          inner node {node} <code>{word}</code>
        </span>
        {differing.length === 0 ? (
          <span>
            {cells.some(({ state }) => state !== 'asked') ? 'no leaf differs' : 'its 32 leaves are asked for'}
          </span>
        ) : (
          differing.slice(0, LEAVES_NAMED).map((leaf) => (
            <span key={leaf.number}>
              leaf {leaf.number} <code className="bad">{hashWord(leaf, side)}</code>
            </span>
          ))
        )}
        {differing.length > LEAVES_NAMED ? <span>and {differing.length - LEAVES_NAMED} more</span> : null}
      </p>
    </>
  );
}

interface StripProps {
  readonly cells: readonly TreeCell[];
  readonly side: Side;
  readonly what: string;
  readonly className: string;
}

const Strip = ({ cells, side, what, className }: StripProps) => (
  <div className={`merkle-strip ${className}`} style={{ gridTemplateColumns: `repeat(${cells.length}, 1fr)` }}>
    {cells.map((cell) => (
      <span
        key={cell.number}
        className={`merkle-cell merkle-${cell.state}`}
        title={`${what} ${cell.number}: ${hashWord(cell, side) || 'no hash'}, ${cell.state === 'unseen' ? 'never compared' : cell.state}`}
      />
    ))}
  </div>
);
