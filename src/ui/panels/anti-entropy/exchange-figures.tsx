import { plural, showSize } from '../../../console/show.ts';
import { nodeName } from '../../../core/cluster/snapshot.ts';
import type { IntegrityView, SyncView, WalkView } from '../../store/integrity-view.ts';
import { treeCosts } from './comparisons.ts';
import { treePicture } from './tree-picture.ts';

interface Props {
  readonly integrity: IntegrityView;
  readonly walk: WalkView;
  readonly keysHeld: number | undefined;
}

/** What was sent to find and mend the difference, beside what comparing everything would send. */
export function ExchangeFigures({ integrity, walk, keysHeld }: Props) {
  if (walk.sync !== undefined) return <SyncFigures walk={walk} sync={walk.sync} />;
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

/**
 * The rows that differ travel in any case: what is compared are the hashes of the trees and the digests of those leaves' keys with a digest of every key.
 */
function SyncFigures({ walk, sync }: { readonly walk: WalkView; readonly sync: SyncView }) {
  const { hashes, keys, outcome } = walk;
  const { keysHeld = 0, keysThere = 0, tries, sent, taken, refused } = sync;
  const leaves = treePicture(walk).leavesDiffering;
  const [told, all] = [hashes + keys, Math.max(keysHeld, keysThere)];
  const most = Math.max(told, all, 1);
  const isBound = tries === 1 && leaves > 0;
  return (
    <section aria-labelledby="exchange-title">
      <h3 id="exchange-title">
        Exchanged <span className="dim">to find what differs, and what comparing every key would have told</span>
      </h3>
      <table className="exchange-bars">
        <tbody>
          <Bar
            name="by the trees"
            share={told / most}
            words={`${plural(hashes, 'hash', 'hashes')} and ${plural(keys, 'key')}`}
            className="exchange-sent"
          />
          <Bar name="every key" share={all / most} words={plural(all, 'key')} className="exchange-all" />
        </tbody>
      </table>
      <p className="entropy-note">
        {leaves === 0 ? '' : `${plural(leaves, 'leaf differs', 'leaves differ')}`}
        {isBound ? `: at most 1 + ${leaves} × 64 = ${1 + leaves * 64} hashes, and then the keys of those leaves. ` : ''}
        {leaves > 0 && !isBound ? '. ' : ''}
        {tries > 1 ? `It was begun anew ${tries === 2 ? 'once' : `${tries - 1} times`}. ` : ''}
        {sent + taken + refused > 0 || (outcome !== undefined && leaves > 0)
          ? `${nodeName(walk.node)} took ${plural(taken, 'row')}, ${nodeName(walk.from)} took ${sent}${refused > 0 ? `; ${refused} refused` : ''}. `
          : ''}
        {outcome === 'exchanged' && sent + taken + refused === 0
          ? 'By then another way had brought what differed. '
          : ''}
        {told > all && hashes > 1
          ? 'With so few keys a tree costs more than it saves; its price does not grow with the keys that are equal.'
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
