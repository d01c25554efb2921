import { plural, showBytes } from '../../../console/show.ts';
import { decodeKey } from '../../../core/cluster/describe.ts';
import { nodeName } from '../../../core/cluster/snapshot.ts';
import type { WalkView } from '../../store/integrity-view.ts';

/** A longer value is not said twice. */
const NAMED_BYTES = 16;

/** The rows that were not the same, and what became of them. */
export function ReplacedRows({ walk }: { readonly walk: WalkView }) {
  const { rows, differing, equal, node, from, outcome } = walk;
  const [ours, theirs] = [nodeName(node), nodeName(from)];
  const isOver = outcome !== undefined;
  if (differing + equal === 0) return null;
  return (
    <section aria-labelledby="differs-title">
      <h3 id="differs-title">
        What {isOver ? 'differed, and what won' : 'differs, and what will win'}{' '}
        <span className="dim">
          behind entry {walk.index}; the majority is right, so {theirs} is
        </span>
      </h3>
      {rows.length === 0 ? null : (
        <div className="entropy-scroll">
          <table className="entropy-table">
            <thead>
              <tr>
                <th scope="col">leaf</th>
                <th scope="col">key</th>
                <th scope="col">{ours}</th>
                <th scope="col">{theirs}</th>
                <th scope="col">outcome</th>
              </tr>
            </thead>
            <tbody>
              {rows.map(({ leaf, key, own, theirs: right }, at) => (
                // biome-ignore lint/suspicious/noArrayIndexKey: the rows of one walk never change
                <tr key={at}>
                  <td>{leaf}</td>
                  <th scope="row" className="mono">
                    {key === undefined ? 'of a session' : decodeKey(key) || '""'}
                  </th>
                  <td className="entropy-text">{valueText(own)}</td>
                  <td className="entropy-text">{valueText(right)}</td>
                  <td>
                    {right === undefined
                      ? `${ours} deletes it`
                      : `${ours} takes ${right.length > NAMED_BYTES ? 'it' : showBytes(right)}`}
                  </td>
                </tr>
              ))}
            </tbody>
          </table>
        </div>
      )}
      <p className="entropy-note">
        {differing > rows.length ? `${differing - rows.length} more rows were not the same. ` : ''}
        {equal > 0
          ? `${plural(equal, 'other row')} of the same ${equal === 1 ? 'leaf' : 'leaves'} travelled as well, and ${equal === 1 ? 'was' : 'were'} equal: a leaf is the least that is fetched.`
          : ''}
      </p>
    </section>
  );
}

const valueText = (value: Uint8Array | undefined) =>
  value === undefined ? <span className="dim">absent</span> : showBytes(value);
