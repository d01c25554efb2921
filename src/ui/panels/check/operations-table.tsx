import type { SeenOperation } from '../../../core/cluster/check-report.ts';
import { answerWords, askedWords } from '../../../core/cluster/check-words.ts';
import { formatSeconds } from '../../format.ts';
import { beginsAt, endsAt } from './lanes-layout.ts';
import { MARK_SIGNS, type MarkWords } from './mark-words.ts';

interface Props {
  readonly operations: readonly SeenOperation[];
  readonly marks: readonly (MarkWords & { readonly timeUs: number })[];
  readonly axis: 'time' | 'place';
  /** Places of operations in a possible order, and of those that fit in none. */
  readonly order: readonly number[];
  readonly stuck: readonly number[];
  readonly selected: number | undefined;
  readonly onSelect: (place: number) => void;
}

const ROWS_MAX = 200;
const TONES = { bad: 'bad', good: 'ok', plain: 'dim' } as const;

interface Row {
  readonly at: number;
  readonly operation?: SeenOperation;
  readonly mark?: MarkWords;
}

/** What the lanes show, as rows, newest first. */
export function OperationsTable({ operations, marks, axis, order, stuck, selected, onSelect }: Props) {
  const rows: Row[] = [
    ...operations.map((operation) => ({ at: beginsAt(operation, axis), operation })),
    ...marks.map((mark) => ({ at: mark.timeUs, mark })),
  ].sort((a, b) => b.at - a.at);
  const placeText = (at: number): string =>
    at === Number.POSITIVE_INFINITY ? '…' : axis === 'time' ? formatSeconds(at) : String(at);
  return (
    <div className="check-table">
      <table className="check-ops">
        <caption className="sr-only">Operations in view, newest first</caption>
        <thead>
          <tr>
            {['From', 'To', 'Client', 'Key', 'Asked', 'Answer', 'Order'].map((name) => (
              <th key={name} scope="col">
                {name}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {rows.slice(0, ROWS_MAX).map(({ at, operation, mark }) =>
            operation === undefined ? (
              <tr key={`mark ${at} ${mark?.text}`}>
                <td className="mono">{placeText(at)}</td>
                <td colSpan={6} className={mark && TONES[mark.tone]}>
                  {mark && MARK_SIGNS[mark.tone]} {mark?.text}
                </td>
              </tr>
            ) : (
              <tr key={`${operation.invoked} ${operation.key}`}>
                <td className="mono">
                  <button
                    type="button"
                    className="link-button"
                    aria-pressed={operation.invoked === selected}
                    onClick={() => onSelect(operation.invoked)}
                  >
                    {placeText(at)}
                  </button>
                </td>
                <td className="mono">{placeText(endsAt(operation, axis))}</td>
                <td>{operation.process}</td>
                <td className="mono">{operation.key}</td>
                <td>{askedWords(operation)}</td>
                <td>{answerWords(operation)}</td>
                <td>{orderText(operation.invoked, order, stuck)}</td>
              </tr>
            ),
          )}
        </tbody>
      </table>
      {rows.length > ROWS_MAX ? (
        <p className="dim">… {rows.length - ROWS_MAX} earlier: look closer to see them.</p>
      ) : null}
    </div>
  );
}

function orderText(place: number, order: readonly number[], stuck: readonly number[]) {
  if (stuck.includes(place)) return <span className="bad">✕ fits nowhere</span>;
  const at = order.indexOf(place);
  return at < 0 ? '' : `${at + 1}`;
}
