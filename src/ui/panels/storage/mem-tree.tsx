import { memo } from 'react';
import { dataKeyFields, dataKeyText } from '../../../core/cluster/data-key.ts';
import { keyLabel } from '../../../core/cluster/describe.ts';
import type { TreeNodeReport } from '../../../core/lsm/engine-report.ts';
import { useSize } from '../../use-size.ts';
import { byteString, compareKeys } from './key-axis.ts';
import { layoutTree, type PlacedNode, roomsOf, searchPath, type TreeLayout } from './tree-layout.ts';

const ROW = 25;
/** As many are shown, and as many have room even where there are fewer: what is below never moves. */
const ROWS = 3;
const EDGE = 14;
const LABEL_CHAR = 6.2;
const LABEL_PAD = 12;
const LABEL_CHARS_MAX = 12;
/** Between two labels of a row. */
const ROOM_BETWEEN = 4;
/** A node without a label. */
const DOT = 10;

interface Props {
  readonly tree: readonly TreeNodeReport[];
  /** The nodes that a search for it passes are lit. */
  readonly sought: Uint8Array | undefined;
}

/** The MemTable's red-black tree. Columns are key order; red is rounded and outlined, black is square and filled. */
export function MemTree({ tree, sought }: Props) {
  const [ref, { width }] = useSize<HTMLDivElement>();
  const { nodes, edges } = layoutTree(tree, ROWS);
  const visited = new Set(sought === undefined ? [] : searchPath(tree, (key) => compareKeys(sought, key)));
  const column = (width - 2 * EDGE) / Math.max(1, nodes.length);
  const x = ({ column: at }: Pick<PlacedNode, 'column'>): number => EDGE + (at + 0.5) * column;
  const y = ({ row }: Pick<PlacedNode, 'row'>): number => row * ROW + ROW / 2;
  const rooms = roomsOf(nodes);
  const path = (edge: TreeLayout['edges'][number]): string =>
    `M${x(edge.from)} ${y(edge.from)}L${x(edge.to)} ${y(edge.to)}`;
  const [lit, others] = [true, false].map((isLit) =>
    edges
      .filter(({ from, to }) => isLit === (visited.has(from.at) && visited.has(to.at)))
      .map(path)
      .join(''),
  );
  return (
    <div ref={ref} className="mem-tree">
      {width === 0 ? null : (
        <svg width={width} height={ROWS * ROW} role="img" aria-label={treeText(tree)}>
          <path className="tree-edge" d={others} />
          <path className="tree-edge tree-lit" d={lit} />
          {nodes.map((placed, i) => {
            const { node } = placed;
            const label = labelOf(
              node,
              Math.floor(((rooms[i] as number) * column - ROOM_BETWEEN - LABEL_PAD) / LABEL_CHAR),
            );
            const wide = label === '' ? DOT : [...label].length * LABEL_CHAR + LABEL_PAD;
            const middle = x(placed);
            return (
              <TreeMark
                key={byteString(node.key)}
                // Kept inside the picture at its ends.
                left={Math.max(0, Math.min(middle - wide / 2, width - wide))}
                middle={y(placed)}
                wide={wide}
                label={label}
                red={node.red}
                lit={visited.has(placed.at)}
                title={nodeText(node)}
              />
            );
          })}
        </svg>
      )}
    </div>
  );
}

/** How much of the tree is shown, and what its shapes mean. */
export function TreeLegend({ tree }: Pick<Props, 'tree'>) {
  const { depth } = layoutTree(tree, ROWS);
  return (
    <span className="tree-legend">
      {depth <= ROWS ? null : (
        <span>
          top {ROWS} of {depth} levels
        </span>
      )}
      <span aria-hidden="true">
        <span className="tree-key tree-key-black" /> black
      </span>
      <span aria-hidden="true">
        <span className="tree-key tree-key-red" /> red
      </span>
    </span>
  );
}

interface MarkProps {
  /** CSS pixels from the picture's left and top. */
  readonly left: number;
  readonly middle: number;
  readonly wide: number;
  /** Empty: there is no room for one. */
  readonly label: string;
  readonly red: boolean;
  readonly lit: boolean;
  readonly title: string;
}

/** Drawn around its own origin and then moved: a node that only moves is not laid out again. */
const TreeMark = memo(function TreeMark({ left, middle, wide, label, red, lit, title }: MarkProps) {
  const high = label === '' ? DOT : 18;
  return (
    <g
      className={`tree-node ${red ? 'tree-red' : 'tree-black'}${lit ? ' tree-lit' : ''}`}
      transform={`translate(${left} ${middle})`}
    >
      <title>{title}</title>
      <rect y={-high / 2} width={wide} height={high} rx={red ? high / 2 : 3} />
      {label === '' ? null : (
        <text x={wide / 2} y={3.5}>
          {label}
        </text>
      )}
    </g>
  );
});

const nodeText = ({ key, red, sequence, type, versions }: TreeNodeReport): string =>
  `${dataKeyText(key)}, ${red ? 'red' : 'black'}, sequence ${sequence}${type === 0 ? ', a tombstone' : ''}, versions: ${versions}`;

function labelOf({ key, type }: TreeNodeReport, chars: number): string {
  const fields = dataKeyFields(key);
  const system = fields?.keyspace === 'system' ? `s${fields.shard} ${fields.text.replace(/[()]/g, '')}` : undefined;
  const shown = `${type === 0 ? '✕ ' : ''}${system ?? fields?.text ?? keyLabel(key)}`;
  const max = Math.min(chars, LABEL_CHARS_MAX);
  const points = [...shown];
  if (points.length <= max) return shown;
  return max < 4 ? '' : `${points.slice(0, max - 1).join('')}…`;
}

const treeText = (tree: readonly TreeNodeReport[]): string =>
  `Red-black tree of ${tree.length} ${tree.length === 1 ? 'key' : 'keys'}, from ${dataKeyText(tree[0]?.key ?? new Uint8Array(0))} to ${dataKeyText(tree.at(-1)?.key ?? new Uint8Array(0))}`;
