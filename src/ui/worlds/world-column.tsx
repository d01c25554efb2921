import type { CompareStep } from '../../console/compare-script.ts';
import { violationWords } from '../../core/cluster/check-words.ts';
import { nodeName } from '../../core/cluster/snapshot.ts';
import { useAppState } from '../app-context.ts';
import { type ScriptRow, scriptRows } from './script-rows.ts';
import { useJudged } from './use-judged.ts';
import { WorldPicture } from './world-picture.tsx';
import { worldsHistory } from './worlds-history.ts';
import { availabilityOf, checkerFact, eventualFacts, type Fact, strongFacts } from './worlds-score.ts';
import { answerOf, headlineOf, WORLD_WORDS } from './worlds-words.ts';

type Props = Parameters<typeof WorldPicture>[0] & {
  readonly keyName: string;
  readonly steps: readonly CompareStep[];
  readonly done: number;
};

/** One of the keyspaces: who holds what, the five answers, and what clients were told. */
export function WorldColumn({ keyName, steps, done, ...picture }: Props) {
  const { world, now, shard, homes, alone } = picture;
  const replicas = useAppState(({ model }) => model.shards.get(shard));
  const asked = now.asked.filter((each) => each.world === world);
  const report = useJudged(worldsHistory(now.asked, keyName, world));
  const verdict = asked.length === 0 ? undefined : report?.verdict;
  const kept =
    world === 'strong' ? strongFacts({ asked, marks: now.marks }, replicas, homes, verdict) : eventualFacts(now, homes);
  const facts = [...availabilityOf(asked), ...kept, checkerFact(verdict)];
  const violation = asked.length === 0 ? undefined : report?.violation;
  const id = `world-${world}`;
  return (
    <section className="world" aria-labelledby={id}>
      <h3 id={id}>
        {world} <span className="world-what">{WORLD_WORDS[world]}</span>
      </h3>
      <div className="world-drawn" data-world={world}>
        <WorldPicture {...picture} />
      </div>
      <div className="world-score" data-verdict={verdict ?? 'nothing'}>
        <p className="world-headline">
          {asked.length === 0
            ? 'Nothing asked yet.'
            : verdict === undefined
              ? 'The checker judges …'
              : headlineOf(asked, verdict)}
        </p>
        <dl>
          {facts.map((fact) => (
            <FactLine key={fact.question} {...fact} />
          ))}
        </dl>
      </div>
      <div className="world-told">
        <ol className="world-lines" aria-label={`What clients were told in the ${world} keyspace`}>
          {keyed(scriptRows(now, world, steps, done)).map(([name, row]) => (
            <Line key={name} row={row} alone={nodeName(alone)} />
          ))}
        </ol>
        {violation === undefined ? null : <p className="world-why">{violationWords(violation)}</p>}
      </div>
    </section>
  );
}

/** Rows are only ever added behind those that happened: a place in the list is a name. */
const keyed = (rows: readonly ScriptRow[]) => rows.map((row, place) => [place, row] as const);

const FactLine = ({ question, tone, words }: Fact) => (
  <div>
    <dt>{question}</dt>
    <dd className={tone}>{words}</dd>
  </div>
);

const MARK_WORDS = { heal: 'the network heals', repair: 'replicas compare their Merkle trees' } as const;

function Line({ row, alone }: { readonly row: ScriptRow; readonly alone: string }) {
  if (row.type === 'mark')
    return (
      <li className="world-mark" data-does={row.does} data-done={row.isDone}>
        <span>{row.does === 'cut' ? `${alone} and a are cut off` : MARK_WORDS[row.does]}</span>
      </li>
    );
  if (row.type === 'planned')
    return (
      <li className="world-planned">
        {row.client} {row.verb} {row.value ?? ''}
      </li>
    );
  const { client, verb, value } = row.asked;
  const { tone, word, more } = answerOf(row.asked);
  return (
    <li>
      <span className="world-client-name">{client}</span> {verb} {value ?? ''}
      <span className="world-answer">
        <span className={tone}>{word}</span> <span className="world-more">{more}</span>
      </span>
    </li>
  );
}
