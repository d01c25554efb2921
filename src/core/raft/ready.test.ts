import { describe, expect, test } from 'vitest';
import type { Entry } from './entry.ts';
import type { AppendEntries } from './message.ts';
import { entry, Network } from './testing/network.ts';

const append = (
  term: number,
  prevLogIndex: number,
  prevLogTerm: number,
  entries: Entry[],
  leaderCommit = 0,
): AppendEntries => ({
  type: 'AppendEntries',
  term,
  prevLogIndex,
  prevLogTerm,
  entries,
  leaderCommit,
  sentUs: 0,
});

describe('writes under way', () => {
  test('raft bug 18: the completion of an overwritten write vouches for nothing, even if the entry came back (ABA)', () => {
    const net = new Network(5, { logs: [[1]], checked: false });
    net.step(1, 2, append(3, 1, 1, [entry(2, 2)])); // A
    net.step(1, 3, append(4, 1, 1, [entry(2, 3)])); // B
    net.step(1, 4, append(5, 1, 1, [entry(2, 2)], 2)); // A again, committed
    expect([net.terms(1), net.group(1).persistedIndex]).toEqual([[1, 2], 1]);
    net.persist(1, 2);
    expect(net.host(1).disk.entries.map((one) => one.term)).toEqual([1, 3]);
    expect(net.group(1).persistedIndex).toBe(1);
    expect(net.host(1).applied.map((one) => one.index)).toEqual([1]);
    net.persist(1);
    expect(net.group(1).persistedIndex).toBe(2);
    expect(net.host(1).applied.map((one) => one.index)).toEqual([1, 2]);
  });

  test('one completion may stand for several writes', () => {
    const net = new Network(1);
    net.elect(1);
    net.propose(1);
    net.propose(1);
    const { writes, group } = net.host(1);
    expect(writes).toHaveLength(2);
    const last = writes[1];
    if (last !== undefined) group.persisted(last.mark);
    expect([group.persistedIndex, group.commitIndex]).toEqual([3, 3]);
  });

  test('an overwritten entry is handed out to be written again', () => {
    const net = new Network(3, { checked: false });
    net.step(1, 2, append(1, 0, 0, [entry(1, 1), entry(2, 1)]));
    net.step(1, 3, append(2, 1, 1, [entry(2, 2)]));
    expect(net.host(1).writes.map((ready) => ready.entries.map((one) => [one.index, one.term]))).toEqual([
      [
        [1, 1],
        [2, 1],
      ],
      [[2, 2]],
    ]);
  });
});

describe('Ready', () => {
  test('is undefined when there is nothing to do', () => {
    const net = new Network(3);
    expect(net.group(1).ready()).toBeUndefined();
    net.elect(1);
    for (const { group } of net.hosts) expect(group.ready()).toBeUndefined();
  });

  test('hands out each committed entry exactly once, only when its own record is durable', () => {
    const net = new Network(3, { checked: false });
    net.step(1, 2, append(1, 0, 0, [entry(1, 1), entry(2, 1)], 2));
    expect([net.group(1).commitIndex, net.host(1).applied]).toEqual([2, []]);
    net.persist(1);
    net.step(1, 2, append(1, 0, 0, [entry(1, 1), entry(2, 1)], 2));
    expect(net.host(1).applied.map((one) => one.index)).toEqual([1, 2]);
    expect(net.group(1).appliedIndex).toBe(2);
  });

  test('the commit index on disk lags, rides along with entries, and never leads the log on disk', () => {
    const net = new Network(3, { checked: false });
    net.step(1, 2, append(1, 0, 0, [entry(1, 1)], 1));
    net.persist(1);
    expect(net.host(1).disk.hardState).toEqual({ currentTerm: 1, votedFor: 0, commitIndex: 0 });
    net.step(1, 2, append(1, 1, 1, [], 1));
    expect(net.host(1).writes).toEqual([]);
    net.step(1, 2, append(1, 1, 1, [entry(2, 1)], 2));
    net.persist(1);
    expect(net.host(1).disk.hardState.commitIndex).toBe(1);
    net.crash(1);
    net.restart(1);
    net.collect(net.host(1));
    expect(net.host(1).applied.map((one) => one.index)).toEqual([1]);
  });

  test('a log on disk with a hole, or shorter than what was committed, is not accepted', () => {
    const net = new Network(1, { logs: [[1, 1, 1]] });
    net.host(1).disk.entries.splice(1, 1);
    expect(() => net.restart(1)).toThrow('no holes');
    net.host(1).disk.entries.pop();
    net.host(1).disk.hardState = { currentTerm: 1, votedFor: 0, commitIndex: 3 };
    expect(() => net.restart(1)).toThrow('reaches the commit index');
  });
});
