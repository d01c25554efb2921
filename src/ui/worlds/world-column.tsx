import type { CheckReport } from '../../core/cluster/check-report.ts';
import { violationWords } from '../../core/cluster/check-words.ts';
import { useJudged } from './use-judged.ts';
import { WorldPicture } from './world-picture.tsx';
import type { AskedHere } from './worlds-at.ts';
import { worldsHistory } from './worlds-history.ts';
import { answerOf, availabilityOf, headlineOf, promisesOf, promiseWords, WORLD_WORDS } from './worlds-words.ts';

type Props = Parameters<typeof WorldPicture>[0] & { readonly keyName: string };

/** One of the keyspaces: who holds what, what clients were told, and the verdict. */
export function WorldColumn({ keyName, ...picture }: Props) {
  const { world, now } = picture;
  const asked = now.asked.filter((each) => each.world === world);
  const report = useJudged(worldsHistory(now.asked, keyName, world));
  const id = `world-${world}`;
  return (
    <section className="world" aria-labelledby={id}>
      <h3 id={id}>
        {world} <span className="dim">{WORLD_WORDS[world]}</span>
      </h3>
      <WorldPicture {...picture} />
      {asked.length === 0 ? <p className="empty">Nothing asked yet.</p> : null}
      <ol className="world-lines">
        {asked.map((each) => (
          <Line key={each.id} asked={each} />
        ))}
      </ol>
      {asked.length === 0 ? null : <Verdict asked={asked} report={report} />}
    </section>
  );
}

function Line({ asked }: { readonly asked: AskedHere }) {
  const { tone, word, more } = answerOf(asked);
  return (
    <li>
      <span className="world-client-name">{asked.client}</span> {asked.verb} {asked.value ?? ''}
      <span className="world-answer">
        <span className={tone}>{word}</span> <span className="dim">{more}</span>
      </span>
    </li>
  );
}

const CHECKED = {
  linearizable: '✓ Linearizable: the checker found one order that explains all answers.',
  'not linearizable': '✕ Not linearizable.',
  unknown: '? The checker could not decide.',
  nothing: '○ Nothing to judge yet.',
} as const;

function Verdict({
  asked,
  report,
}: {
  readonly asked: readonly AskedHere[];
  readonly report: CheckReport | undefined;
}) {
  if (report === undefined) return <p className="dim">The checker judges …</p>;
  const { violation, verdict } = report;
  const promises = promisesOf(asked);
  return (
    <div className="world-verdict" data-verdict={verdict}>
      <p className="world-headline">{headlineOf(asked, verdict)}</p>
      <p>{availabilityOf(asked)}</p>
      <p>
        {CHECKED[verdict]} {violation === undefined ? '' : violationWords(violation)}
      </p>
      {promises === undefined ? null : promiseWords(promises).map((words) => <p key={words}>{words}</p>)}
    </div>
  );
}
