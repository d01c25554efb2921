import { dataKeyFields, dataKeyText } from '../../../core/cluster/data-key.ts';
import { keyLabel } from '../../../core/cluster/describe.ts';
import type { TreeNodeReport } from '../../../core/lsm/engine-report.ts';
import { useSize } from '../../use-size.ts';
import { compareKeys } from './key-axis.ts';
import { layoutTree, type PlacedNode, searchPath } from './tree-layout.ts';

const ROW = 25;
const EDGE = 14;
const LABEL_CHAR = 6.2;
const LABEL_PAD = 12;
const LABEL_CHARS_MAX = 12;

interface Props {
  readonly tree: readonly TreeNodeReport[];
  /** The nodes that a search for it passes are lit. */
  readonly sought: Uint8Array | undefined;
}

/** The MemTable's red-black tree. Columns are key order; red is rounded and outlined, black is square and filled. */
export function MemTree({ tree, sought }: Props) {
  const [ref, { width }] = useSize<HTMLDivElement>();
  const { nodes, edges, depth } = layoutTree(tree);
  const visited = new Set(sought === undefined ? [] : searchPath(tree, (key) => compareKeys(sought, key)));
  const column = (width - 2 * EDGE) / Math.max(1, nodes.length);
  const x = ({ column: at }: PlacedNode): number => EDGE + (at + 0.5) * column;
  const y = ({ row }: PlacedNode): number => row * ROW + ROW / 2;
  const look = (placed: PlacedNode, i: number) => ({ placed, x: x(placed), y: y(placed), lit: visited.has(i) });
  return (
    <div ref={ref} className="mem-tree">
      {width === 0 ? null : (
        <svg width={width} height={depth * ROW} role="img" aria-label={treeText(tree)}>
          {edges.map(({ from, to }) => (
            <line
              key={to.column}
              x1={x(from)}
              y1={y(from)}
              x2={x(to)}
              y2={y(to)}
              className={visited.has(from.column) && visited.has(to.column) ? 'tree-edge tree-lit' : 'tree-edge'}
            />
          ))}
          {nodes.map((placed, i) => (
            <TreeMark key={placed.column} {...look(placed, i)} room={roomOf(placed, nodes, column)} width={width} />
          ))}
        </svg>
      )}
      <p className="tree-legend" aria-hidden="true">
        <span>
          <span className="tree-key tree-key-black" /> black
        </span>
        <span>
          <span className="tree-key tree-key-red" /> red
        </span>
      </p>
    </div>
  );
}

interface MarkProps {
  readonly placed: PlacedNode;
  readonly x: number;
  readonly y: number;
  readonly lit: boolean;
  /** CSS pixels that its label may take without touching the next one of its row. */
  readonly room: number;
  readonly width: number;
}

function TreeMark({ placed: { node }, x, y, lit, room, width }: MarkProps) {
  const label = labelOf(node, Math.floor((room - LABEL_PAD) / LABEL_CHAR));
  const wide = label === '' ? 10 : [...label].length * LABEL_CHAR + LABEL_PAD;
  // Kept inside the picture at its ends.
  const left = Math.max(0, Math.min(x - wide / 2, width - wide));
  const high = label === '' ? 10 : 18;
  const classes = `tree-node ${node.red ? 'tree-red' : 'tree-black'}${lit ? ' tree-lit' : ''}`;
  return (
    <g className={classes}>
      <title>{`${dataKeyText(node.key)}, ${node.red ? 'red' : 'black'}, sequence ${node.sequence}${node.type === 0 ? ', a tombstone' : ''}, versions: ${node.versions}`}</title>
      <rect x={left} y={y - high / 2} width={wide} height={high} rx={node.red ? high / 2 : 3} />
      {label === '' ? null : (
        <text x={left + wide / 2} y={y + 3.5}>
          {label}
        </text>
      )}
    </g>
  );
}

/** Half the way to each neighbour in its row. */
function roomOf(placed: PlacedNode, nodes: readonly PlacedNode[], column: number): number {
  const others = nodes.filter((each) => each.row === placed.row && each !== placed);
  const nearest = others.reduce(
    (least, each) => Math.min(least, Math.abs(each.column - placed.column)),
    nodes.length + 2,
  );
  return nearest * column - 4;
}

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
