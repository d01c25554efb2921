import { useEffect, useRef, useState } from 'react';
import type { NodeId } from '../../../core/base/ids.ts';
import { nodeName } from '../../../core/cluster/snapshot.ts';
import type { DamagedTable, OpenedTable } from '../../../core/lsm/engine-report.ts';
import { useApp } from '../../app-context.ts';
import { OpenedTableView } from './opened-table.tsx';

interface Props {
  readonly node: NodeId;
  readonly fileNumber: number;
  readonly timeUs: number;
  readonly onClose: () => void;
}

type Answer =
  | { readonly type: 'reading' }
  | { readonly type: 'opened'; readonly opened: OpenedTable }
  | { readonly type: 'none'; readonly why: string };

/** One table of one node, read from that node's disk for this. */
export function TableDialog({ node, fileNumber, timeUs, onClose }: Props) {
  const { engines } = useApp();
  const dialog = useRef<HTMLDialogElement>(null);
  const [block, setBlock] = useState(0);
  const [answer, setAnswer] = useState<Answer>({ type: 'reading' });
  useEffect(() => dialog.current?.showModal(), []);
  useEffect(() => {
    let wanted = true;
    void engines
      .openTable(node, fileNumber, block)
      .then(
        answerOf,
        (error: unknown): Answer => ({ type: 'none', why: error instanceof Error ? error.message : String(error) }),
      )
      .then((next) => {
        if (wanted) setAnswer(next);
      });
    return () => {
      wanted = false;
    };
  }, [engines, node, fileNumber, block]);
  const level = answer.type === 'opened' ? ` of L${answer.opened.table.level}` : '';
  return (
    <dialog
      ref={dialog}
      className="sheet table-dialog"
      aria-labelledby="table-dialog-title"
      onClose={onClose}
      onClick={(event) => {
        if (event.target === dialog.current) dialog.current?.close();
      }}
      onKeyDown={(event) => event.stopPropagation()}
    >
      <div className="sheet-body">
        <div className="card-head">
          <h2 id="table-dialog-title">
            Table {fileNumber}
            {level} on {nodeName(node)}
          </h2>
          <button type="button" className="close-button" onClick={() => dialog.current?.close()}>
            <span aria-hidden="true">✕</span>
            <span className="sr-only">Close</span>
          </button>
        </div>
        {answer.type === 'reading' ? (
          <p className="storage-note">
            {nodeName(node)} reads table {fileNumber} from its disk…
          </p>
        ) : answer.type === 'none' ? (
          <p className="storage-note">
            Table {fileNumber} cannot be shown: {answer.why}
          </p>
        ) : (
          <OpenedTableView opened={answer.opened} timeUs={timeUs} block={block} onBlock={setBlock} />
        )}
      </div>
    </dialog>
  );
}

function answerOf(opened: OpenedTable | DamagedTable | undefined): Answer {
  if (opened === undefined) return { type: 'none', why: GONE };
  return 'damage' in opened ? { type: 'none', why: `${opened.damage}.` } : { type: 'opened', opened };
}

const GONE = 'the node does not run, or a compaction has merged it into others. Close this and open one of those.';
