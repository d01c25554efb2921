import { expect, test } from 'vitest';
import { encodeUtf8 } from '../../core/base/utf8.ts';
import type { Outcome } from '../../core/client/operation.ts';
import { JudgedFile } from '../../sim/file-check.ts';
import type { AskedHere, World } from './worlds-at.ts';
import { worldsHistory } from './worlds-history.ts';
import { headlineOf, promisesOf } from './worlds-words.ts';

type Ok = Extract<Outcome, { readonly status: 'ok' }>['result'];

const HOMES = [1, 2, 3];
const stamp = (wallUs: number) => ({ wallUs, logical: 0, node: 1 });
const base = { shard: 0, node: 1, term: 1, index: 1, acks: 1, voters: 3, elapsedUs: 1, attempts: 1 };
const ok = (result: unknown, answers = 1): Outcome =>
  ({
    ...base,
    status: 'ok',
    result: result as Ok,
    replicas: { homes: HOMES, answers: HOMES.slice(0, answers).map((to) => ({ to, home: to })) },
  }) as unknown as Outcome;
const failed = { ...base, status: 'fail', code: 'NotEnoughReplicas', leader: 0 } as unknown as Outcome;
const unknown = { ...base, status: 'unknown', code: 'OutcomeUnknown', reason: 'timeout' } as unknown as Outcome;

let place = 0;
function asked(client: string, value: string | undefined, outcome: Outcome, world: World = 'eventual'): AskedHere {
  const begun = place++;
  const ended = place++;
  const verb = value === undefined ? 'GET' : 'PUT';
  return { id: begun, client, world, verb, value, askedUs: begun, answeredUs: ended, begun, ended, outcome };
}
const wrote = (at: number) => ok({ type: 'EventualWritten', stamp: stamp(at), versions: 1, token: '' });
const found = (versions: readonly (readonly [string, number])[], answers = 1, repaired: readonly number[] = []) =>
  ok(
    {
      type: 'EventualFound',
      versions: versions.map(([value, at]) => ({ value: encodeUtf8(value), stamp: stamp(at) })),
      repaired,
      token: '',
    },
    answers,
  );
const verdictOf = (history: readonly AskedHere[], world: World = 'eventual') => {
  const judged = JudgedFile.judge(
    worldsHistory(history, 'k', world),
    () => 0,
    () => undefined,
  );
  if (!(judged instanceof JudgedFile)) throw new Error(judged.text);
  return judged.report({});
};

test('a read of what had been overwritten before it began is not linearizable, and says which', () => {
  const history = [
    asked('a', 'bob', wrote(1)),
    asked('b', 'ada', wrote(2)),
    asked('a', undefined, found([['bob', 1]])),
  ];
  const report = verdictOf(history);
  expect(report.verdict).toBe('not linearizable');
  expect(report.violation?.failed).toMatchObject({ process: 'a', kind: 'read', answered: '"bob"' });
  expect(headlineOf(history, report.verdict)).toBe('Available, not consistent.');
});

test('who refuses says nothing wrong, and an unknown write may have happened, or happen while its client goes on', () => {
  const read = (value: string) => asked('a', undefined, ok({ type: 'Value', value: encodeUtf8(value) }), 'strong');
  const written = ok({ type: 'Written', existed: false });
  const refused = [asked('b', 'ada', written, 'strong'), asked('a', 'bob', failed, 'strong'), read('ada')];
  expect(verdictOf(refused, 'strong').verdict).toBe('linearizable');
  expect(headlineOf(refused, 'linearizable')).toBe('Consistent, not available.');
  expect(verdictOf([...refused, read('bob')], 'strong').verdict).toBe('not linearizable');
  const doubtful = [
    asked('b', 'ada', written, 'strong'),
    asked('a', 'bob', unknown, 'strong'),
    read('ada'),
    read('bob'),
  ];
  expect(verdictOf(doubtful, 'strong').verdict).toBe('linearizable');
});

test('operations of one keyspace are not in the history of the other', () => {
  const history = [asked('a', 'x', ok({ type: 'Written', existed: false }), 'strong'), asked('b', 'y', wrote(1))];
  expect(worldsHistory(history, 'k', 'strong')).not.toContain('"y"');
  expect(worldsHistory(history, 'k', 'eventual')).not.toContain('"x"');
});

test('siblings are an answer that no single copy gives', () => {
  const siblings = found(
    [
      ['ada', 2],
      ['bob', 1],
    ],
    3,
  );
  const history = [asked('a', 'bob', wrote(1)), asked('b', 'ada', wrote(2)), asked('a', undefined, siblings)];
  expect(verdictOf(history).verdict).toBe('not linearizable');
  expect(promisesOf(history)).toEqual({ converged: true, holds: ['"ada"', '"bob"'], replaced: [], lost: [] });
});

test('a write is replaced by what is newer, and lost where nothing is', () => {
  const [bob, ada] = [asked('a', 'bob', wrote(1)), asked('b', 'ada', wrote(2))];
  expect(promisesOf([bob, ada])).toBeUndefined();
  expect(promisesOf([bob, ada, asked('a', undefined, found([['ada', 2]], 2))])).toBeUndefined();
  const last = (value: string, at: number, repaired: readonly number[] = []) =>
    promisesOf([bob, ada, asked('a', undefined, found([[value, at]], 3, repaired))]);
  expect(last('ada', 2)).toMatchObject({ converged: true, replaced: ['"bob"'], lost: [] });
  expect(last('bob', 1, [2])).toMatchObject({ converged: false, replaced: [], lost: ['"ada"'] });
});
