import './share-bar.css';
import type { NodeId } from '../../core/base/ids.ts';
import type { Moved } from '../../core/ring/placement-moves.ts';
import { nodeStroke } from '../theme/palette.ts';

type BarKind = 'ring' | 'ideal' | 'modulo';

interface Props {
  readonly share: number;
  /** What the whole length stands for. */
  readonly most: number;
  /** The even share. */
  readonly mark?: number;
  /** In its hue; else what placed it. */
  readonly node?: NodeId;
  readonly kind?: BarKind;
}

/** A part of the whole as a length and in figures. */
export function ShareBar({ share, most, mark, node, kind = 'ring' }: Props) {
  const width = `${(share / most) * 100}%`;
  return (
    <span className="share">
      <span className="share-bar" aria-hidden="true">
        <span
          className={`share-fill share-${kind}`}
          style={node === undefined ? { width } : { width, background: nodeStroke(node) }}
        />
        {mark === undefined ? null : <span className="share-mark" style={{ left: `${(mark / most) * 100}%` }} />}
      </span>
      <span>{percent(share)}</span>
    </span>
  );
}

/** A row of a table of what moves: its name, of all copies, of the first ones. */
export const MovedRow = ({ name, copies, firsts, kind }: Moved & { readonly name: string; readonly kind: BarKind }) => (
  <tr>
    <th scope="row">{name}</th>
    <td>
      <ShareBar share={copies} most={1} kind={kind} />
    </td>
    <td>
      <ShareBar share={firsts} most={1} kind={kind} />
    </td>
  </tr>
);

export const percent = (share: number): string => `${(share * 100).toFixed(1)} %`;
