import { expect, test } from 'vitest';
import { type NodeId, nodeId } from '../../core/base/ids.ts';
import { encodeUtf8 } from '../../core/base/utf8.ts';
import type { Outcome } from '../../core/client/operation.ts';
import { JudgedFile } from '../../sim/file-check.ts';
import { type AskedHere, stampId, type World, type WorldsNow } from './worlds-at.ts';
import { worldsHistory } from './worlds-history.ts';
import { availabilityOf, eventualFacts, fatesOf, strongFacts } from './worlds-score.ts';
import { headlineOf } from './worlds-words.ts';

type Ok = Extract<Outcome, { readonly status: 'ok' }>['result'];

const HOMES = [1, 2, 3].map(nodeId);
const stamp = (wallUs: number) => ({ wallUs, logical: 0, node: nodeId(1) });
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
const found = (versions: readonly (readonly [string, number])[]) =>
  ok({
    type: 'EventualFound',
    versions: versions.map(([value, at]) => ({ value: encodeUtf8(value), stamp: stamp(at) })),
    repaired: [],
    token: '',
  });
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
  const siblings = found([
    ['ada', 2],
    ['bob', 1],
  ]);
  const history = [asked('a', 'bob', wrote(1)), asked('b', 'ada', wrote(2)), asked('a', undefined, siblings)];
  expect(verdictOf(history).verdict).toBe('not linearizable');
});

const version = (value: string, at: number) => ({ stamp: stamp(at), text: `"${value}"` });
const [MILK, BOB, ADA] = [version('milk', 1), version('bob', 2), version('ada', 3)];
const history = [asked('b', 'milk', wrote(1)), asked('a', 'bob', wrote(2)), asked('b', 'ada', wrote(3))];
type Rows = readonly (typeof MILK)[];
const nowOf = (held: readonly Rows[], more: Partial<WorldsNow> = {}): WorldsNow => ({
  asked: history,
  marks: [],
  held: new Map(held.map((rows, i) => [HOMES[i] as NodeId, rows] as const)),
  // Whoever wrote bob and ada had milk before their eyes, and not each other.
  seen: new Set([stampId(MILK.stamp)]),
  hints: new Map(),
  alike: HOMES.map((home) => [home]),
  ...more,
});
const factsOf = (now: WorldsNow) => eventualFacts(now, HOMES).map(({ words }) => words);

test('a write is overwritten unseen, or lost where nothing newer is; one that somebody holds, or a hint may bring, is neither', () => {
  const ofAll = (row: Rows) => HOMES.map(() => row);
  expect(fatesOf(nowOf(ofAll([ADA])), HOMES)).toEqual({ unseen: ['"bob"'], lost: [] });
  expect(fatesOf(nowOf(ofAll([BOB])), HOMES)).toEqual({ unseen: [], lost: ['"ada"'] });
  expect(fatesOf(nowOf([[BOB], [ADA], [ADA]]), HOMES)).toEqual({ unseen: [], lost: [] });
  expect(fatesOf(nowOf(ofAll([ADA, BOB])), HOMES)).toEqual({ unseen: [], lost: [] });
  expect(fatesOf(nowOf(ofAll([ADA]), { hints: new Map([[HOMES[1] as NodeId, 1]]) }), HOMES)).toEqual({
    unseen: [],
    lost: [],
  });
});

test('while the replicas differ nothing is decided; alike are they only when their Merkle roots were found equal', () => {
  expect(factsOf(nowOf([]))).toEqual(['–', '–']);
  expect(factsOf(nowOf([[BOB], [ADA], [ADA]]))).toEqual([
    'open: the replicas differ',
    '✕ 1 of 3 homes differs: n2, n3 "ada"; n1 "bob"',
  ]);
  const equal = nowOf([[ADA], [ADA], [ADA]]);
  expect(factsOf(equal)[1]).toBe('the key is alike; Merkle roots not compared yet');
  const [n1, n2, n3] = HOMES as [NodeId, NodeId, NodeId];
  expect(factsOf({ ...equal, alike: [[n1, n2], [n3]] })[1]).toBe(
    'the key is alike; Merkle roots of 1 of 3 homes not compared yet',
  );
  expect(factsOf({ ...equal, alike: [[n1, n2, n3]] })).toEqual([
    '✕ "bob", overwritten unseen by "ada"',
    '✓ converged: equal Merkle roots on n1, n2 and n3',
  ]);
});

test('a follower that has not applied what was committed is behind', () => {
  const replicas = (...applied: number[]) =>
    new Map(applied.map((appliedIndex, i) => [HOMES[i] as NodeId, { appliedIndex, commitIndex: appliedIndex }]));
  const told = (applied: readonly number[]) =>
    strongFacts(nowOf([]), replicas(...applied), HOMES, 'linearizable').map(({ words }) => words);
  expect(told([3, 5, 5])[1]).toBe('✕ n1 is 2 entries behind');
  expect(told([5, 5, 5])[1]).toBe('✓ converged: one log up to entry 5 on n1, n2 and n3');
});

test('that the strong keyspace lost nothing is said when a read after the heal has shown it', () => {
  const written = ok({ type: 'Written', existed: false });
  const read = (outcome: Outcome) => asked('a', undefined, outcome, 'strong');
  const value = ok({ type: 'Value', value: encodeUtf8('ada') });
  const before = [asked('b', 'ada', written, 'strong'), read(value)];
  const healed: WorldsNow['marks'] = [
    { does: 'cut', place: place++ },
    { does: 'heal', place: place++ },
  ];
  const refused = read(failed);
  const after = read(value);
  const lost = (all: readonly AskedHere[], marks: WorldsNow['marks'], verdict: 'linearizable' | 'not linearizable') =>
    strongFacts({ asked: all, marks }, undefined, HOMES, verdict)[0].words;
  expect(lost(before, [], 'linearizable')).toBe('–');
  expect(lost(before, healed, 'linearizable')).toBe('–');
  expect(lost([...before, refused], healed, 'linearizable')).toBe('–');
  expect(lost([...before, after], healed, 'linearizable')).toBe('✓ nothing');
  expect(lost(before, [], 'not linearizable')).toBe('✕ what the checker names');
});

test('who was refused, and what may have happened, is said by client', () => {
  const all = [asked('b', 'x', wrote(1)), asked('a', undefined, failed), asked('a', 'y', unknown)];
  expect(availabilityOf(all).map(({ words }) => words)).toEqual(['1 of 3', '✕ 1 of client a, 1 of client a unknown']);
  expect(availabilityOf(all.slice(0, 1)).map(({ words }) => words)).toEqual(['✓ yes', '✓ nothing']);
});
