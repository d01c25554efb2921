import { showBytes, showTime } from '../../../console/show.ts';
import type { NodeId, ShardId } from '../../../core/base/ids.ts';
import { decodeKey } from '../../../core/cluster/describe.ts';
import { shardName } from '../../../core/cluster/snapshot.ts';
import type { HeldRow, HeldVersion } from '../../../core/node/held-row.ts';
import { useAppState } from '../../app-context.ts';
import { OnlyNow } from '../../past/only-now.tsx';
import { NodeChip } from '../node-chip.tsx';
import { useHeldRows } from './use-held-rows.ts';

interface Props {
  readonly shard: ShardId;
  readonly nodes: readonly NodeId[];
  /** Of this shard, as far as the page knows of any. */
  readonly keys: readonly Uint8Array[];
  readonly picked: Uint8Array | undefined;
  readonly onPick: (key: Uint8Array) => void;
}

/** One key as every replica sees it now: asked of each of them, without a read that could wait for anything or change anything. */
export function HeldRows({ shard, nodes, keys, picked, onPick }: Props) {
  const inPast = useAppState((state) => state.past !== undefined);
  return (
    <section aria-labelledby="held-title">
      <div className="entropy-head">
        <h3 id="held-title">
          The same key, as every replica holds it now <span className="dim">asked of each, beside time</span>
        </h3>
        {keys.length === 0 ? null : (
          <label className="field">
            <span>key</span>
            <select
              value={picked === undefined ? '' : String(picked)}
              onChange={({ target }) => {
                const key = keys.find((each) => String(each) === target.value);
                if (key !== undefined) onPick(key);
              }}
            >
              {keys.map((key) => (
                <option key={String(key)} value={String(key)}>
                  {decodeKey(key) || '""'}
                </option>
              ))}
            </select>
          </label>
        )}
      </div>
      {inPast ? (
        <OnlyNow what="What replicas hold is asked of the nodes themselves: there is only what they hold now." />
      ) : picked === undefined ? (
        <p className="entropy-note">No key of {shardName(shard)} was read or written lately.</p>
      ) : (
        <Held shard={shard} nodes={nodes} picked={picked} />
      )}
    </section>
  );
}

function Held({ shard, nodes, picked }: { readonly picked: Uint8Array } & Pick<Props, 'shard' | 'nodes'>) {
  const rows = useHeldRows(shard, picked, nodes);
  const all = [...(rows?.values() ?? [])].filter((row) => row !== undefined);
  const newest = Math.max(0, ...all.map(({ appliedIndex }) => appliedIndex));
  return (
    <div className="entropy-scroll">
      <table className="entropy-table held-table">
        <thead>
          <tr>
            <th scope="col">replica</th>
            <th scope="col">value</th>
            <th scope="col">version</th>
            <th scope="col">so</th>
          </tr>
        </thead>
        <tbody>
          {nodes.map((node) => {
            const row = rows?.get(node);
            return (
              <tr key={node} className={row !== undefined && isAlone(row, all) ? 'held-alone' : undefined}>
                <th scope="row">
                  <NodeChip node={node} up={rows === undefined || row !== undefined} />
                </th>
                <td className="entropy-text">
                  {row === undefined ? (
                    <span className="dim">{rows === undefined ? '…' : 'not asked'}</span>
                  ) : (
                    <Value row={row} />
                  )}
                </td>
                <td>{row === undefined ? '' : `as of entry ${row.appliedIndex}`}</td>
                <td>
                  {row === undefined
                    ? rows === undefined
                      ? ''
                      : 'it does not run'
                    : standingOf(row, newest, isAlone(row, all))}
                </td>
              </tr>
            );
          })}
        </tbody>
      </table>
    </div>
  );
}

function Value({ row }: { readonly row: HeldRow }) {
  if (row.damage !== undefined) return <span className="bad">✕ cannot be read</span>;
  if (row.versions.length === 0) return <span className="dim">absent</span>;
  return row.versions.map((version, at) => (
    // biome-ignore lint/suspicious/noArrayIndexKey: siblings have no other name
    <span key={at} className="held-version">
      {versionText(version)}
    </span>
  ));
}

function versionText({ value, deadlineUs, isExpired, stamp }: HeldVersion): string {
  const text = value === undefined ? 'deleted' : showBytes(value);
  const end = deadlineUs === undefined ? '' : isExpired ? ', expired' : `, until ${showTime(deadlineUs)}`;
  return `${text}${end}${stamp === undefined ? '' : ` ${stamp}`}`;
}

const contentOf = ({ versions }: HeldRow): string => versions.map(({ value, stamp }) => `${value} ${stamp}`).join('|');

/** It holds what nobody else holds that has applied as much. */
function isAlone(row: HeldRow, all: readonly HeldRow[]): boolean {
  const others = all.filter((other) => other !== row && other.appliedIndex === row.appliedIndex);
  return others.length > 1 && others.every((other) => contentOf(other) !== contentOf(row));
}

function standingOf(row: HeldRow, newest: number, alone: boolean): string {
  if (row.isQuarantined) return 'quarantined: it answers nobody';
  if (alone) return '✕ differs, and nobody has noticed yet';
  if (row.appliedIndex < newest) return `${newest - row.appliedIndex} behind`;
  return 'in step';
}
