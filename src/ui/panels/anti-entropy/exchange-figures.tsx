import { plural, showSize } from '../../../console/show.ts';
import type { IntegrityView, WalkView } from '../../store/integrity-view.ts';
import { treeCosts } from './comparisons.ts';

interface Props {
  readonly integrity: IntegrityView;
  readonly walk: WalkView;
  readonly keysHeld: number | undefined;
}

/** What was sent to find and mend the difference, beside what comparing everything would send. */
export function ExchangeFigures({ integrity, walk, keysHeld }: Props) {
  const costs = treeCosts(integrity, walk);
  const { hashes, keys, bytes } = walk;
  const all = costs?.bytes ?? 0;
  const most = Math.max(bytes, all, 1);
  return (
    <section aria-labelledby="exchange-title">
      <h3 id="exchange-title">
        Exchanged <span className="dim">and what comparing everything would have sent</span>
      </h3>
      <table className="exchange-bars">
        <tbody>
          <Bar
            name="by the trees"
            share={bytes / most}
            words={`${plural(hashes, 'hash', 'hashes')} and ${plural(keys, 'row')}, ${showSize(bytes)}`}
            className="exchange-sent"
          />
          {costs === undefined ? null : (
            <Bar
              name="everything"
              share={all / most}
              words={`${plural(costs.rows, 'row')}, ${showSize(all)}`}
              className="exchange-all"
            />
          )}
        </tbody>
      </table>
      <p className="entropy-note">
        {keysHeld === undefined ? '' : `${plural(keysHeld, 'key')} held now; rows of sessions count as well. `}
        {costs === undefined
          ? ''
          : `${plural(costs.scanned, 'row')} read to build ${plural(costs.built, 'tree')}: for a check no hash is believed that was computed before. `}
        {costs !== undefined && bytes > all && hashes > 1
          ? 'With so few rows a tree costs more than it saves; its price does not grow with the rows that are equal.'
          : ''}
      </p>
    </section>
  );
}

interface BarProps {
  readonly name: string;
  readonly share: number;
  readonly words: string;
  readonly className: string;
}

const Bar = ({ name, share, words, className }: BarProps) => (
  <tr>
    <th scope="row">{name}</th>
    <td className="exchange-way" aria-hidden="true">
      <span className={className} style={{ width: `${Math.max(share * 100, 0.5)}%` }} />
    </td>
    <td className="exchange-words">{words}</td>
  </tr>
);
