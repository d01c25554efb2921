import { showBytes, showTime } from '../../../console/show.ts';
import type { NodeId, ShardId } from '../../../core/base/ids.ts';
import { stampText } from '../../../core/cluster/eventual-words.ts';
import { nodeName } from '../../../core/cluster/snapshot.ts';
import type { HeldKey } from '../../../core/node/eventual/eventual-report.ts';
import type { Stamp } from '../../../core/replication/stamp.ts';
import { NodeChip } from '../node-chip.tsx';
import { useHeldRows } from './use-held-rows.ts';

interface Props {
  readonly shard: ShardId;
  readonly nodes: readonly NodeId[];
  readonly picked: Uint8Array;
}

type Version = NonNullable<HeldKey['row']>[number];

/** A key of the eventual keyspace: every replica's versions with their stamps, and what becomes of them when they meet. */
export function HeldEventual({ shard, nodes, picked }: Props) {
  const rows = useHeldRows('heldEventualRow', shard, picked, nodes);
  const read = new Map([...(rows ?? [])].flatMap(([node, held]) => (held && 'standing' in held ? [[node, held]] : [])));
  const hints = [...read].flatMap(([node, held]) => held.hints.map((hint) => ({ node, ...hint })));
  return (
    <div className="entropy-scroll">
      <table className="entropy-table held-table">
        <thead>
          <tr>
            <th scope="col">replica</th>
            <th scope="col">value</th>
            <th scope="col">stamped</th>
            <th scope="col">so</th>
          </tr>
        </thead>
        <tbody>
          {nodes.map((node) => {
            const held = rows?.get(node);
            const isDown = rows !== undefined && held === undefined;
            if (held === undefined || !('standing' in held))
              return (
                <tr key={node}>
                  <th scope="row">
                    <NodeChip node={node} up={!isDown} />
                  </th>
                  <td>{held === undefined ? <span className="dim">{isDown ? 'not asked' : '…'}</span> : <Broken />}</td>
                  <td />
                  <td>{isDown ? 'it does not run' : held?.damage}</td>
                </tr>
              );
            const versions = held.row ?? [];
            return (
              <tr key={node}>
                <th scope="row">
                  <NodeChip node={node} />
                </th>
                <td className="entropy-text">
                  {versions.length === 0 ? <span className="dim">absent</span> : null}
                  {versions.map((version) => (
                    <span key={stampText(version.stamp)} className="held-version">
                      {valueText(version, held.timeUs)}
                    </span>
                  ))}
                </td>
                <td>
                  {versions.map(({ stamp }) => (
                    <span key={stampText(stamp)} className="held-version mono">
                      {stampText(stamp)}
                    </span>
                  ))}
                </td>
                <td>{outcomeOf(held, [...read.values()])}</td>
              </tr>
            );
          })}
        </tbody>
      </table>
      {hints.map(({ node, home, row }) => (
        <p key={`${node} ${home}`} className="entropy-note">
          ◆ {nodeName(node)} keeps a hint for {nodeName(home)}: {row.map((each) => stampText(each.stamp)).join(', ')}
        </p>
      ))}
    </div>
  );
}

const Broken = () => <span className="bad">✕ cannot be read</span>;

function valueText({ value, deadlineUs }: Version, timeUs: number): string {
  if (value === undefined) return 'deleted (tombstone)';
  const end = deadlineUs === undefined ? '' : deadlineUs <= timeUs ? ', expired' : `, until ${showTime(deadlineUs)}`;
  return `${showBytes(value)}${end}`;
}

/** As `compareStamps` orders, which is not the page's to import. */
const isLater = (a: Stamp, b: Stamp): boolean => (a.wallUs - b.wallUs || a.logical - b.logical || a.node - b.node) > 0;

const namesOf = (held: HeldKey): string => (held.row ?? []).map(({ stamp }) => stampText(stamp)).join();

/** What this replica holds, against what all who were asked hold. */
export function outcomeOf(held: HeldKey, all: readonly HeldKey[]): string {
  if (held.standing !== 'complete') return STANDINGS[held.standing];
  const whole = all.filter(({ standing }) => standing === 'complete');
  if (whole.every((other) => namesOf(other) === namesOf(held))) return 'in step';
  const versions = whole.flatMap(({ row }) => row ?? []);
  const isMerged = whole.some(({ row = [] }) => row.length > 1);
  if (isMerged) return '≠ differs: they are merged when they meet';
  const [latest] = versions.toSorted((a, b) => (isLater(a.stamp, b.stamp) ? -1 : 1));
  const [own] = held.row ?? [];
  if (latest === undefined || (own !== undefined && !isLater(latest.stamp, own.stamp))) return '✓ the latest: it wins';
  const wins = latest.value === undefined ? 'deletes it' : `takes ${showBytes(latest.value)}`;
  return `≠ ${wins} when they meet${own?.value === undefined ? '' : `; ${showBytes(own.value)} is gone`}`;
}

const STANDINGS: Record<Exclude<HeldKey['standing'], 'complete'>, string> = {
  none: 'no home of the key',
  copying: 'being copied: it answers nobody',
  lost: 'its rows cannot be read: it begins anew',
};
