import type { KeyReport } from '../../../core/cluster/check-report.ts';
import { tookWords } from '../../../core/cluster/check-words.ts';

interface Props {
  readonly keys: readonly KeyReport[];
  readonly picked: string | undefined;
  readonly onPick: (key: string | undefined) => void;
}

const SHOWN_MAX = 60;
const MARKS = { linearizable: '✓', 'not linearizable': '✕', unknown: '?' } as const;
const TONES = { linearizable: 'ok', 'not linearizable': 'bad', unknown: 'dim' } as const;

/** Each key by itself: linearizability is local. Worst first. */
export function KeyVerdicts({ keys, picked, onPick }: Props) {
  return (
    <section className="check-part" aria-labelledby="check-keys">
      <h3 id="check-keys">
        Keys <span className="dim">each is judged by itself</span>
      </h3>
      {keys.length === 0 ? <p className="dim">None yet.</p> : null}
      <ul className="check-rows">
        {keys.slice(0, SHOWN_MAX).map(({ key, verdict, operations, unknown, tookMs }) => (
          <li key={key}>
            <button
              type="button"
              className="check-row"
              aria-pressed={key === picked}
              onClick={() => onPick(key === picked ? undefined : key)}
            >
              <span className={`check-mark ${TONES[verdict]}`}>
                <span aria-hidden="true">{MARKS[verdict]}</span>
                <span className="sr-only">{verdict}:</span>
              </span>
              <span className="check-name mono">{key === '' ? 'the register' : key}</span>
              <span className="check-fact">
                {operations} op{operations === 1 ? '' : 's'}
                {unknown === 0 ? '' : `, ${unknown} unknown`} · {tookWords(tookMs)}
              </span>
            </button>
          </li>
        ))}
      </ul>
      {keys.length > SHOWN_MAX ? <p className="dim">… {keys.length - SHOWN_MAX} more; choose one above.</p> : null}
    </section>
  );
}
