import { describe, expect, test } from 'vitest';
import type { TraceEvent } from '../../core/cluster/trace-event.ts';
import {
  ALL_VOTE,
  appended,
  CLIENT,
  entries,
  modelAfter,
  N1,
  N2,
  persisted,
  replica,
  replicaRecovered,
  S0,
} from '../testing/trace-events.ts';
import { milestoneOf } from './milestones.ts';
import { reduce, reduceAll } from './reduce.ts';

describe('what an entry has been through', () => {
  test('each replica keeps when it stored, committed and applied up to where', () => {
    const at = (timeUs: number, lastIndex: number): TraceEvent =>
      ({ ...persisted(N1, lastIndex), timeUs }) as TraceEvent;
    const model = modelAfter(appended(N1, entries(1, 5, 1)), at(31, 2), at(35, 5));
    const { persisted: stored, entries: held } = replica(model, N1);
    expect([1, 2, 3, 5, 6].map((index) => milestoneOf(stored, index)?.timeUs)).toEqual([31, 31, 35, 35, undefined]);
    expect(held[0]?.appendedAtUs).toBe(20);
    // What replaces entry 4 is not stored; entry 3 was, when it was.
    const cut = replica(reduce(model, appended(N1, entries(4, 4, 2), 4, 50)), N1);
    expect([2, 3, 4].map((index) => milestoneOf(cut.persisted, index)?.timeUs)).toEqual([31, 35, undefined]);
    expect(cut.truncation).toMatchObject({
      timeUs: 50,
      removed: [
        { index: 4, term: 1 },
        { index: 5, term: 1 },
      ],
    });
  });

  test('a log that forgets shows what it still holds', () => {
    const compacted: TraceEvent = { timeUs: 60, type: 'LogCompacted', node: N1, shard: S0, baseIndex: 3 };
    const model = modelAfter(appended(N1, entries(1, 5, 1)), persisted(N1, 5), compacted);
    expect(replica(model, N1).entries.map(({ index }) => index)).toEqual([4, 5]);
    expect(replica(model, N1)).toMatchObject({ lastIndex: 5, persistedIndex: 5 });
    const all = reduce(model, { ...compacted, baseIndex: 5 });
    const next = replica(reduceAll(all, [{ ...compacted, baseIndex: 5 }, appended(N1, entries(6, 6, 1))]), N1);
    expect(next.entries.map(({ index }) => index)).toEqual([6]);
  });

  test('a snapshot takes the place of the log: it is durable when that is reported', () => {
    const snapshot = {
      timeUs: 60,
      type: 'SnapshotInstalled',
      node: N1,
      shard: S0,
      index: 9,
      term: 2,
      configuration: ALL_VOTE,
    } as const;
    const model = modelAfter(appended(N1, entries(1, 5, 1)), persisted(N1, 5), {
      ...snapshot,
      keys: 4,
      stateHash: 1,
    });
    expect(replica(model, N1)).toMatchObject({
      entries: [],
      lastIndex: 9,
      persistedIndex: 0,
      commitIndex: 9,
      appliedIndex: 9,
      keys: 4,
    });
    const after = replica(reduceAll(model, [persisted(N1, 9), appended(N1, entries(10, 10, 2))]), N1);
    expect(after).toMatchObject({ persistedIndex: 9, lastIndex: 10, entries: [{ index: 10 }] });
    expect(milestoneOf(after.applied, 9)?.timeUs).toBe(60);
  });

  test('a replica that starts holds what it holds since an unknown time', () => {
    const model = modelAfter(replicaRecovered(N1));
    expect(milestoneOf(replica(model, N1).persisted, 3)).toEqual({ index: 3, timeUs: undefined });
    expect(milestoneOf(replica(model, N1).committed, 3)).toBeUndefined();
  });

  test('the request that became it is known from proposal to answer, whichever attempt is answered', () => {
    const proposed = (requestId: number, joined: boolean): TraceEvent => ({
      timeUs: 80 + requestId,
      type: 'RequestProposed',
      node: N2,
      shard: S0,
      client: CLIENT,
      requestId,
      term: 4,
      index: 17,
      joined,
      configuration: ALL_VOTE,
      deadlineUs: undefined,
    });
    const answered: TraceEvent = {
      timeUs: 110,
      type: 'RequestAnswered',
      node: N2,
      shard: S0,
      client: CLIENT,
      requestId: 6,
      outcome: 'Written',
    };
    const model = modelAfter(proposed(5, false), proposed(6, true), answered);
    expect(model.requests.get(S0)).toEqual([
      {
        index: 17,
        term: 4,
        proposed: { node: N2, timeUs: 85, client: CLIENT, requestId: 6 },
        answer: { timeUs: 110, type: 'Written' },
        told: undefined,
      },
    ]);
    expect(modelAfter(proposed(5, false), answered).requests.get(S0)?.[0]?.answer).toBeUndefined();
  });
});
