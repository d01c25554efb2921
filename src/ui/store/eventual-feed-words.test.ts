import { expect, test } from 'vitest';
import type { ClientActorId } from '../../core/base/ids.ts';
import { encodeUtf8 } from '../../core/base/utf8.ts';
import type { TraceEvent } from '../../core/cluster/trace-event.ts';
import { SYNC_REFUSALS } from '../../core/node/eventual/sync-message.ts';
import { N1, N2, N3, S0 } from '../testing/trace-events.ts';
import { reduceAll } from './reduce.ts';
import { EMPTY_MODEL } from './view-model.ts';

const feed = (...events: readonly TraceEvent[]) => reduceAll(EMPTY_MODEL, events).feed;
const told = (...events: readonly TraceEvent[]): readonly string[] =>
  feed(...events).map(({ actor, text, why, tone }) => `${actor}: ${text} (${why}) ${tone}`);
const key = encodeUtf8('k');
const at = { timeUs: 10, node: N1, shard: S0 };
const stamp = { wallUs: 12_604_000, logical: 0, node: N3 };
const applied = (change: Partial<Extract<TraceEvent, { type: 'RowApplied' }>>): TraceEvent => ({
  ...{ ...at, type: 'RowApplied', key, from: N2, purpose: 'write', isChanged: true, held: [stamp] },
  ...{ dropped: [], replaced: [], ...change },
});
const counts = { hashes: 65, keys: 2, leaves: 1, sent: 3, taken: 1, refused: 0, keysHeld: 9, scanned: 9 };
const synced = (change: Partial<Extract<TraceEvent, { type: 'SyncEnded' }>>): TraceEvent => ({
  ...{ ...at, type: 'SyncEnded', peer: N2, sync: 4, outcome: 'exchanged', ...counts, ...change },
});

test('a hint from its beginning to its end', () => {
  expect(
    told(
      { ...at, type: 'FallbackAsked', op: 1, key, home: N3, to: N2 },
      { ...at, node: N2, type: 'HintStored', key, home: N3, from: N1, waiting: 1 },
      { timeUs: 20, node: N2, type: 'HintsSent', home: N3, hints: 1, waiting: 1 },
      { ...at, node: N2, type: 'HintDelivered', key, home: N3, waiting: 0 },
    ),
  ).toEqual([
    '1: asked n2 in the place of n3 (n3 does not answer: a sloppy quorum counts who stands in for it) plain',
    '2: keeps k for n3 (n3 did not answer; 1 hint waits for it here) plain',
    '2: sends n3 1 hint (n3 seems to be up, and 1 hint waits for it) plain',
    '2: handed k over to n3 (it is on the disk there, so the hint goes: none waits any more) good',
  ]);
});

test('a row is news where something lost, or siblings are there', () => {
  expect(told(applied({}))).toEqual([]);
  expect(told(applied({ replaced: [stamp] })), 'a newer write replaces an older one').toEqual([]);
  expect(told(applied({ dropped: [stamp], isChanged: false }))).toEqual([
    '1: dropped a write of k (it is stamped 12.604000 n3, before what is held here: the last writer wins) bad',
  ]);
  expect(told(applied({ purpose: 'repair', replaced: [stamp] }))).toEqual([
    '1: took k of n2 (it replaces what was stamped 12.604000 n3, which is gone) plain',
  ]);
  expect(told(applied({ held: [stamp, stamp] }))).toEqual([
    '1: holds 2 siblings of k (neither write had seen the other: a PUT of the key merges them) plain',
  ]);
});

test('a hint that is refused whenever it is sent stands in one line; refused writes in one each', () => {
  const refused = (purpose: 'handoff' | 'write', name: string, from = N2): TraceEvent => {
    const row = { key: encodeUtf8(name), from, home: N1, purpose };
    return { ...at, ...row, type: 'RowRefused', refusal: 'ClockAhead' };
  };
  const handed = feed(refused('handoff', 'a'), refused('handoff', 'b'), refused('handoff', 'a'));
  expect(handed).toMatchObject([{ count: 3, text: 'refused a of n2' }]);
  expect(feed(refused('handoff', 'a'), refused('handoff', 'a', N3))).toHaveLength(2);
  expect(feed(refused('write', 'a'), refused('write', 'b'))).toHaveLength(2);
});

test('a round of purging is told from its beginning', () => {
  const round = { ...at, round: 1, watermarkUs: 2_500_000 };
  expect(told({ ...round, type: 'PurgeRoundStarted', members: [N1, N2] })).toEqual([
    '1: begins a round of purging of s0 (to forget what was deleted up to 2.500 s: n1, n2 are asked, and compare what they hold first) plain',
  ]);
});

test('a round that was broken on purpose does not say that all hold the same', () => {
  const purge = { ...at, type: 'PurgeRoundEnded', round: 1, watermarkUs: 2_500_000, isCompleted: true } as const;
  expect(told({ ...purge, waitedFor: [N1, N2, N3] })).toEqual([
    '1: purged tombstones of s0 early (broken on purpose: what was deleted up to 2.500 s is forgotten, whether or not all replicas have heard of it) bad',
  ]);
});

test('what two replicas exchanged is told; where all is equal one line stands for all; what came to nothing says why', () => {
  expect(told(synced({}))).toEqual([
    '1: compared its eventual rows of s0 with n2 (65 hashes and 2 keys were told for 1 leaf; it took 1 row and sent 3) good',
  ]);
  expect(feed(synced({ outcome: 'equal' }), synced({ outcome: 'equal', sync: 5, timeUs: 30 }))).toMatchObject([
    { count: 2, why: 'the Merkle roots are equal' },
  ]);
  expect(told(synced({ outcome: 'equal', keysHeld: 0 })), 'nobody uses this keyspace').toEqual([]);
  for (const outcome of [...SYNC_REFUSALS, 'no answer', 'unsettled', 'rows refused'] as const)
    expect(told(synced({ outcome }))[0], outcome).toMatch(/\(to no end: [a-z ]+\) bad$/);
});

test('refusals, purges, copies and repairs say why', () => {
  const purge = { ...at, type: 'PurgeRoundEnded', round: 1, watermarkUs: 2_500_000 } as const;
  expect(
    told(
      { ...at, type: 'RowRefused', key, from: N2, home: N1, purpose: 'write', refusal: 'BelowLimit' },
      { ...at, type: 'ClockRefused', from: 100 as ClientActorId, aheadUs: 2_000_000, maxUs: 500_000 },
      { ...at, type: 'ReadRepaired', op: 1, key, to: N3 },
      { ...purge, isCompleted: true, waitedFor: [] },
      { ...purge, timeUs: 20, isCompleted: false, waitedFor: [N3] },
      { ...at, type: 'EventualCopyCompleted', peer: N2, keys: 1 },
      { ...at, type: 'EventualLossAccepted', homes: [N1] },
      { ...at, type: 'EventualLossAccepted', homes: [N1, N3] },
      { ...at, type: 'EventualRowsLeft', peer: N2 },
    ),
  ).toEqual([
    '1: refused k of n2 (it is from before a purge of tombstones: what was deleted since would come back) bad',
    '1: refused a stamp of a client (it is 2s ahead of its clock, which believes at most 500ms) bad',
    '1: repaired k on n3 (a read found that it held less than others) good',
    '1: ended a round of purging of s0 (all replicas hold the same up to 2.500 s: what was deleted by then is forgotten) good',
    '1: gave up a round of purging of s0 (n3 said nothing, or still holds hints: tombstones stay) plain',
    '1: has copied the eventual rows of s0 (1 key of n2: from now on it answers) good',
    '1: goes on with what it holds of the eventual rows of s0 (the shard has no other home: what no hint brings back is gone) bad',
    '1: goes on with what it holds of the eventual rows of s0 (none of n1, n3 holds all of them any more: what no hint brings back is gone) bad',
    '1: forgets its eventual rows of s0 (it holds the shard no more, and n2 has all of them) plain',
  ]);
});
