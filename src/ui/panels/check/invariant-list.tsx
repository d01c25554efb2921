import type { InvariantReport } from '../../../core/cluster/check-report.ts';
import { useApp } from '../../app-context.ts';
import { formatSeconds } from '../../format.ts';
import { goToEvents, goToMoment } from './go-to-moment.ts';
import { invariantWords } from './invariant-words.ts';

interface Props {
  readonly invariants: readonly InvariantReport[];
  /** Says what could not be done. */
  readonly onNote: (text: string) => void;
}

/** The rules that the world judges after every event. One that was never put to the test is not said to hold. */
export function InvariantList({ invariants, onNote }: Props) {
  const app = useApp();
  const ordered = [...invariants].sort((a, b) => rankOf(a) - rankOf(b));
  const go = async ({ name, broken }: InvariantReport) => {
    if (broken === undefined) goToEvents(app, invariantWords(name));
    else if ((await goToMoment(app, broken.timeUs)) === 'earliest')
      onNote(`${formatSeconds(broken.timeUs)} s is no longer kept; then: ${broken.detail}.`);
  };
  return (
    <section className="check-part" aria-labelledby="check-invariants">
      <h3 id="check-invariants">
        Invariants <span className="dim">judged after every event</span>
      </h3>
      <ul className="check-rows">
        {ordered.map((invariant) => {
          const { name, judged, broken } = invariant;
          const { mark, tone, word } = stateOf(invariant);
          return (
            <li key={name}>
              <button type="button" className="check-row" title={titleOf(invariant)} onClick={() => go(invariant)}>
                <span className={`check-mark ${tone}`} aria-hidden="true">
                  {mark}
                </span>
                <span className={judged === 0 ? 'check-name dim' : 'check-name'}>{invariantWords(name).text}</span>
                <span className={broken === undefined ? 'check-fact' : 'check-fact bad'}>{word}</span>
                {broken === undefined ? null : (
                  <span className="check-detail">
                    <span className="mono">{name}</span>: {broken.detail}
                  </span>
                )}
              </button>
            </li>
          );
        })}
      </ul>
    </section>
  );
}

const titleOf = ({ broken }: InvariantReport): string =>
  broken === undefined ? 'Show what the feed tells of it' : 'Show the moment';

const rankOf = ({ judged, broken }: InvariantReport): number => (broken !== undefined ? 0 : judged > 0 ? 1 : 2);

function stateOf({ judged, broken }: InvariantReport) {
  if (broken !== undefined) return { mark: '✕', tone: 'bad', word: `broken at ${formatSeconds(broken.timeUs)}` };
  if (judged === 0) return { mark: '◌', tone: 'faint', word: 'not yet exercised' };
  return { mark: '✓', tone: 'ok', word: `holds, judged ${judged.toLocaleString('en')}×` };
}
