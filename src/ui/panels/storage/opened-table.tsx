import { plural, showSize } from '../../../console/show.ts';
import { dataKeyText } from '../../../core/cluster/data-key.ts';
import { decodeKey } from '../../../core/cluster/describe.ts';
import type { BlockReport, EntryReport, OpenedTable } from '../../../core/lsm/engine-report.ts';
import { BloomField } from './bloom-field.tsx';
import { groupDigits } from './storage-words.ts';
import { ageText } from './table-facts.tsx';

interface Props {
  readonly opened: OpenedTable;
  readonly timeUs: number;
  /** The block whose entries are shown, or will be when they have come. */
  readonly block: number;
  readonly onBlock: (block: number) => void;
}

/** One SSTable as it is on disk: what its metadata say, its filter's bits, its blocks, and the entries of one of them. */
export function OpenedTableView({ opened: { table, bloom, blocks }, timeUs, block, onBlock }: Props) {
  const contents = blocks[block]?.contents;
  return (
    <>
      <dl className="opened-facts">
        <Fact name="Keys">
          <span className="mono">{dataKeyText(table.smallestKey)}</span> …{' '}
          <span className="mono">{dataKeyText(table.largestKey)}</span>
        </Fact>
        <Fact name="Entries">
          {groupDigits(table.entries)}, {plural(table.tombstones, 'tombstone')} among them; sequences{' '}
          {groupDigits(table.smallestSequence)} to {groupDigits(table.largestSequence)}
        </Fact>
        <Fact name="Size">
          {showSize(table.bytes)} in {plural(table.blocks, 'block')}, {ageText(table, timeUs)}
        </Fact>
      </dl>
      <h3>Bloom filter</h3>
      <BloomField bits={bloom.bits} probes={bloom.probes} />
      <h3>Blocks, as the index names them</h3>
      <ol className="blocks">
        {blocks.map((each, i) => (
          <li key={`${each.extent} ${each.offset}`}>
            <BlockButton block={each} ordinal={i} pressed={i === block} onPick={() => onBlock(i)} />
          </li>
        ))}
      </ol>
      <h3>Entries of block {block}</h3>
      {contents === undefined ? <p className="storage-note">Being read from disk…</p> : <Entries entries={contents} />}
    </>
  );
}

function Fact({ name, children }: { readonly name: string; readonly children: React.ReactNode }) {
  return (
    <div className="opened-fact">
      <dt>{name}</dt>
      <dd>{children}</dd>
    </div>
  );
}

interface BlockProps {
  readonly block: BlockReport;
  readonly ordinal: number;
  readonly pressed: boolean;
  readonly onPick: () => void;
}

function BlockButton({ block: { extent, offset, length, entries, firstKey }, ordinal, pressed, onPick }: BlockProps) {
  return (
    <button type="button" className="block-button" aria-pressed={pressed} onClick={onPick}>
      <b>Block {ordinal}</b>
      <span className="mono block-key">from {dataKeyText(firstKey)}</span>
      <span className="dim">
        {groupDigits(entries)} entries, {groupDigits(length)} B at {groupDigits(offset)} of extent {extent}
      </span>
    </button>
  );
}

function Entries({ entries }: { readonly entries: readonly EntryReport[] }) {
  return (
    <div className="entries-scroll">
      <table className="entries">
        <thead>
          <tr>
            <th scope="col">key</th>
            <th scope="col">sequence</th>
            <th scope="col">type</th>
            <th scope="col">value</th>
          </tr>
        </thead>
        <tbody>
          {entries.map((entry) => (
            <tr key={`${dataKeyText(entry.key)} ${entry.sequence}`}>
              <th scope="row" className="mono">
                {dataKeyText(entry.key)}
              </th>
              <td className="mono">{groupDigits(entry.sequence)}</td>
              <td>{entry.type === 0 ? '✕ tombstone' : 'put'}</td>
              <td className="mono">{valueText(entry)}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

/** Rows of the system keyspace are packed numbers; their bytes say nothing as text. */
function valueText({ type, key, value, valueBytes }: EntryReport): string {
  if (type === 0) return '';
  if (key[0] === 0) return `${valueBytes} B, packed`;
  if (valueBytes === 0) return '"" (empty)';
  const more = valueBytes > value.length ? `… (${groupDigits(valueBytes)} B)` : '';
  return `${decodeKey(value)}${more}`;
}
