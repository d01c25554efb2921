import type { ReactNode } from 'react';
import type { CheckReport } from '../../../core/cluster/check-report.ts';
import { sizeWords, tookWords, violationWords } from '../../../core/cluster/check-words.ts';
import { formatSeconds } from '../../format.ts';
import { brokenWords } from './invariant-words.ts';

interface Props {
  readonly report: CheckReport;
  /** In place of `so far`, of a file that is complete. */
  readonly whole: boolean;
  /** Leads to a moment of the run. */
  readonly onGo: (timeUs: number) => void;
  /** What can be done about a violation. */
  readonly children?: ReactNode;
}

const VERDICTS = {
  linearizable: { mark: '✓', tone: 'good' },
  'not linearizable': { mark: '✕', tone: 'bad' },
  unknown: { mark: '?', tone: 'open' },
  nothing: { mark: '○', tone: 'open' },
} as const;

/** The verdict on a whole history: what it is, on how much, and of a violation why. */
export function VerdictCard({ report, whole, onGo, children }: Props) {
  const { verdict, violation, due, full, earlier } = report;
  const { mark, tone } = VERDICTS[verdict];
  const broken = brokenWords(report.invariants);
  return (
    <div className={`verdict verdict-${tone}`}>
      <span className="verdict-mark" aria-hidden="true">
        {mark}
      </span>
      <div className="verdict-words">
        <p>
          <span className="verdict-title">{titleOf(report, whole)}</span>{' '}
          {verdict === 'nothing' ? null : (
            <span className="verdict-facts">
              {sizeWords(report)} · {judgedWords(report)}
              {due === 0 ? '' : ` · ${due} keys still to be judged`}
            </span>
          )}
        </p>
        {violation === undefined ? <p className="dim">{reasonOf(report)}</p> : <p>{violationWords(violation)}</p>}
        {broken === undefined ? null : (
          <p className="bad">
            <span aria-hidden="true">✕</span> {broken.text}{' '}
            <button type="button" className="link-button" onClick={() => onGo(broken.timeUs)}>
              Go to {formatSeconds(broken.timeUs)} s
            </button>
          </p>
        )}
        {earlier === 0 ? null : (
          <p className="verdict-facts">
            {earlier} writes from before the page was loaded, whose answers nobody kept, may have happened or not.
          </p>
        )}
        {full ? (
          <p className="verdict-facts">The history is full: what began later is not in it. RESET begins a new one.</p>
        ) : null}
      </div>
      {children === undefined ? null : <div className="verdict-acts">{children}</div>}
    </div>
  );
}

function titleOf({ verdict, violation, keys }: CheckReport, whole: boolean): string {
  switch (verdict) {
    case 'linearizable':
      return whole ? 'Linearizable' : 'Linearizable so far';
    case 'not linearizable': {
      const key = violation?.key ?? keys[0]?.key ?? '';
      return key === '' ? 'Not linearizable' : `Not linearizable: key ${key}`;
    }
    case 'unknown':
      return 'Unknown: there are too many orders to try them all';
    case 'nothing':
      return 'No operations to examine';
  }
}

/** One sentence for who has never heard the word. */
function reasonOf({ verdict, keys }: CheckReport): string {
  if (verdict === 'unknown') {
    const open = keys.filter((key) => key.verdict === 'unknown').map(({ key }) => key);
    return `Nothing wrong was found, and nothing is proven for ${open.slice(0, 4).join(', ')}${open.length > 4 ? ` and ${open.length - 4} more` : ''}.`;
  }
  return 'Linearizable means: every answer is as if there were one copy of the data, and each operation happened there at one moment between its call and its answer.';
}

function judgedWords({ checked, keys, tookMs }: CheckReport): string {
  if (checked === keys.length) return `judged in ${tookWords(tookMs)}`;
  return `${checked} key${checked === 1 ? '' : 's'} judged anew in ${tookWords(tookMs)}`;
}
