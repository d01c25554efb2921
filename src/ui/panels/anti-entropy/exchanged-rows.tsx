import { showBytes } from '../../../console/show.ts';
import { decodeKey } from '../../../core/cluster/describe.ts';
import { stampText } from '../../../core/cluster/eventual-words.ts';
import { nodeName } from '../../../core/cluster/snapshot.ts';
import type { ExchangedRow, ExchangedVersion } from '../../../core/node/eventual/sync-event.ts';
import type { WalkView } from '../../store/integrity-view.ts';

/** A longer value is not said twice. */
const NAMED_BYTES = 16;

/** Of a sync in the eventual keyspace: the rows that either side lacked, as both held them, and which version won. */
export function ExchangedRows({ walk }: { readonly walk: WalkView }) {
  const { sync, node, from } = walk;
  if (sync === undefined || sync.rows.length === 0) return null;
  const { rows, sent, taken } = sync;
  const names = [nodeName(node), nodeName(from)] as const;
  const isMerged = rows.some(({ held = [] }) => held.length > 1);
  const isMore = Math.max(sent, taken) > rows.length;
  return (
    <section aria-labelledby="exchanged-title">
      <h3 id="exchanged-title">
        What differed, and what won{' '}
        <span className="dim">
          {isMerged ? 'what neither write had seen stays beside the other' : 'the later stamp, on both sides'}
        </span>
      </h3>
      <div className="entropy-scroll">
        <table className="entropy-table">
          <thead>
            <tr>
              <th scope="col">leaf</th>
              <th scope="col">key</th>
              <th scope="col">{names[0]}</th>
              <th scope="col">{names[1]}</th>
              <th scope="col">outcome</th>
            </tr>
          </thead>
          <tbody>
            {rows.map((row, at) => (
              // biome-ignore lint/suspicious/noArrayIndexKey: rows of a walk are only appended
              <tr key={at}>
                <td>{row.leaf}</td>
                <th scope="row" className="mono">
                  {decodeKey(row.key) || '""'}
                </th>
                <td className="entropy-text">
                  <Versions of={row.own} />
                </td>
                <td className="entropy-text">
                  <Versions of={row.theirs} />
                </td>
                <td>{exchangeOutcome(row, ...names)}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
      {isMore ? <p className="entropy-note">The first {rows.length} rows of those that went either way.</p> : null}
    </section>
  );
}

const Versions = ({ of: versions }: { readonly of: readonly ExchangedVersion[] }) =>
  versions.length === 0 ? (
    <span className="dim">absent</span>
  ) : (
    versions.map(({ value, stamp, deadlineUs }) => (
      <span key={stampText(stamp)} className="held-version">
        {value === undefined ? (deadlineUs === undefined ? 'deleted' : 'expired') : showBytes(value)}{' '}
        <span className="dim mono">{stampText(stamp)}</span>
      </span>
    ))
  );

/** What became of one row, in words. */
export function exchangeOutcome({ own, theirs, held }: ExchangedRow, ours: string, other: string): string {
  if (held === undefined) return `✕ ${ours} refused what came`;
  if (held.length > 1) return `both keep ${held.length} siblings`;
  const isHeld = ({ stamp }: ExchangedVersion): boolean => held.some((each) => stampText(each) === stampText(stamp));
  const [mine, its] = [own.find(isHeld), theirs.find(isHeld)];
  if (mine !== undefined && its !== undefined) return 'both hold the same version';
  const won = mine ?? its;
  if (won === undefined) return 'a later write has taken its place';
  const [taker, lost] = mine === undefined ? [ours, own] : [other, theirs];
  const gone = lost.flatMap(({ value }) => (value === undefined ? [] : [nameOf(value)]));
  const goneText = gone.length === 0 ? '' : `; ${gone.join(', ')} is gone`;
  if (won.value === undefined) {
    return gone.length === 0 ? `${taker} takes the tombstone` : `${taker} deletes it${goneText}`;
  }
  return `${taker} takes ${nameOf(won.value)}${goneText}`;
}

const nameOf = (value: Uint8Array): string => (value.length > NAMED_BYTES ? 'it' : showBytes(value));
