import { describe, expect, test } from 'vitest';
import { must } from '../base/assert.ts';
import { NO_BREAKS } from '../base/breaks.ts';
import { createRandomStream } from '../base/random.ts';
import { LOG_START } from './entry.ts';
import { RaftGroup } from './raft-group.ts';
import { entry, MS, Network, n } from './testing/network.ts';

const ALONE = {
  id: n(1),
  voters: [n(1)],
  electionTimeoutUsMin: 150 * MS,
  electionTimeoutUsMax: 300 * MS,
  heartbeatIntervalUs: 50 * MS,
  clockRateErrorPpmMax: 0,
  entriesPerAppendMax: 64,
  bytesPerAppendMax: 64 * 1024,
  inflightAppendsMax: 8,
  breaks: NO_BREAKS,
};

/** n1 leads; every log holds, and has applied, entries 1 … 6. */
function sixEntries(): Network {
  const net = new Network(3);
  net.elect(1);
  for (let i = 0; i < 5; i++) net.propose(1);
  net.run(200 * MS);
  expect(net.hosts.map(({ group }) => group.appliedIndex)).toEqual([6, 6, 6]);
  return net;
}

describe('compaction', () => {
  test('forgets entries up to the base, whose term stays known', () => {
    const net = sixEntries();
    const term = net.group(1).termAt(4);
    net.compact(1, 4, false);
    const group = net.group(1);
    const { stampUs } = must(net.host(1).disk.entries[3], 'on its disk');
    expect(group.base).toMatchObject({ index: 4, term, stampUs, configuration: group.configuration });
    expect([group.entry(4), group.entry(5)?.index]).toEqual([undefined, 5]);
    expect([group.termAt(3), group.termAt(4), group.termAt(5)]).toEqual([undefined, term, term]);
    expect([group.lastIndex, group.commitIndex]).toEqual([6, 6]);
    expect(net.host(1).events.at(-1)).toEqual({ type: 'LogCompacted', baseIndex: 4 });
  });

  test('a snapshot that takes over together with a new term is one record', () => {
    const options = { ...ALONE, voters: [n(1), n(2), n(3)], random: createRandomStream(1, 'election', 'n1', 1) };
    const hardState = { currentTerm: 3, votedFor: 0, commitIndex: 0 };
    const group = new RaftGroup(
      options,
      { hardState, base: LOG_START, entries: [], appliedIndex: 0, mayHavePromised: false },
      0,
    );
    group.step(1, n(2), { type: 'Heartbeat', term: 4, leaderCommit: 0, readContext: 0, sentUs: 0 });
    group.restore({ index: 9, term: 3, stampUs: 9, configuration: group.configuration });
    const ready = group.ready()!;
    expect(ready.hardState).toBeUndefined();
    expect(ready.checkpoint?.hardState).toEqual({ currentTerm: 4, votedFor: 0, commitIndex: 9 });
    expect(ready.mark.hardState?.currentTerm).toBe(4);
  });

  test('goes no further than what is applied, and never back', () => {
    const net = sixEntries();
    const { group } = net.host(1);
    net.propose(1);
    net.persist(1);
    net.compact(1, 99, false);
    expect([group.persistedIndex, group.base.index]).toEqual([7, 6]);
    net.compact(1, 3, false);
    expect(group.base.index).toBe(6);
    // Alone it holds, and commits, what is on its disk; what is done with it is another matter.
    const { hardState, entries } = net.host(2).disk;
    const options = { ...ALONE, random: createRandomStream(1, 'election', 'n1', 1) };
    const recovered = { hardState, base: LOG_START, entries, appliedIndex: 0, mayHavePromised: false };
    const alone = new RaftGroup(options, recovered, 0);
    alone.tick(MS * 1000);
    let committed = 0;
    const carryOut = (): void => {
      for (let ready = alone.ready(); ready !== undefined; ready = alone.ready()) {
        committed += ready.committed.length;
        alone.persisted(ready.mark);
      }
    };
    carryOut();
    alone.heartbeat(MS * 1001);
    carryOut();
    expect([alone.role, committed]).toEqual(['leader', 7]);
    alone.appliedTo(2);
    alone.compactTo(99);
    expect(alone.base.index).toBe(2);
  });

  test('of what a follower lacks is made up for by a snapshot, of whoever leads', () => {
    const net = sixEntries();
    net.isolate(3);
    for (let i = 0; i < 4; i++) net.propose(1);
    net.run(200 * MS);
    expect(net.group(2).appliedIndex).toBe(10);
    for (const id of [1, 2]) net.compact(id, 10, true);
    net.heal();
    // The one that never heard of the newest entries catches up from the other follower.
    net.crash(1);
    net.run(1000 * MS);
    expect(net.leader?.id).toBe(2);
    expect(net.host(3).installs).toBe(1);
    expect(net.host(3).applied[0]?.index).toBe(net.host(3).appliedBefore + 1);
    expect(net.group(3).appliedIndex).toBe(net.group(2).appliedIndex);
    expect(net.group(3).appliedIndex).toBeGreaterThan(10);
  });

  test('a log that begins later starts again, votes, leads and sends', () => {
    const net = sixEntries();
    for (const id of [1, 2, 3]) net.compact(id, 6, true);
    for (const id of [1, 2, 3]) net.crash(id);
    for (const id of [1, 2, 3]) net.restart(id);
    expect(net.hosts.map(({ group }) => [group.base.index, group.lastIndex, group.appliedIndex])).toEqual([
      [6, 6, 6],
      [6, 6, 6],
      [6, 6, 6],
    ]);
    expect(net.group(2).lastStampUs).toBe(net.host(2).disk.entries[5]?.stampUs);
    net.elect(2);
    net.propose(2);
    net.run(200 * MS);
    expect(net.hosts.map(({ applied }) => applied.map(({ index }) => index))).toEqual([
      [7, 8],
      [7, 8],
      [7, 8],
    ]);
  });

  test('raft bug 23: entries sent again from before the base are acknowledged and change nothing', () => {
    const net = sixEntries();
    net.compact(2, 5, false);
    const { currentTerm: term } = net.group(1);
    const again = [1, 2, 3, 4, 5, 6].map((index) => net.group(1).entry(index) ?? entry(index, term));
    const from = { prevLogIndex: 0, prevLogTerm: 0 };
    net.step(2, 1, { type: 'AppendEntries', term, ...from, entries: again, leaderCommit: 6, sentUs: 0 });
    expect(net.packets.at(-1)?.message).toMatchObject({ type: 'AppendEntriesResponse', success: true, index: 6 });
    expect([net.group(2).base.index, net.group(2).lastIndex]).toEqual([5, 6]);
  });

  test('a follower that differs behind the base is led back to it and no further', () => {
    const net = sixEntries();
    // The old leader appends what nobody else has, and the others what it has not.
    net.isolate(1);
    for (let i = 0; i < 3; i++) net.propose(1);
    net.run(1000 * MS);
    const leader = net.leader?.id ?? 0;
    expect(leader).toBeGreaterThan(1);
    net.propose(leader);
    net.run(200 * MS);
    for (const id of [1, 2, 3]) net.compact(id, 6, true);
    expect(net.hosts.map(({ group }) => group.base.index)).toEqual([6, 6, 6]);
    expect(net.group(1).termAt(7)).not.toBe(net.group(leader).termAt(7));
    net.heal();
    net.run(1000 * MS);
    expect(net.terms(1)).toEqual(net.terms(leader));
    expect(net.group(1).commitIndex).toBe(net.group(leader).commitIndex);
  });

  test('raft bug 51: a follower that is owed a snapshot is sent no entries, and goes on behind it', () => {
    const net = sixEntries();
    net.isolate(3);
    for (let i = 0; i < 4; i++) net.propose(1);
    net.run(200 * MS);
    net.compact(1, 9, false);
    net.heal();
    net.packets = [];
    net.group(1).heartbeat(net.nowUs);
    net.collect(net.host(1));
    // The answer to its heartbeat makes the leader look at what it is owed.
    net.settle();
    expect(net.group(1).needsSnapshot(n(3))).toBe(true);
    expect(net.group(1).progressOf(n(3))).toMatchObject({ mode: 'snapshot', matchIndex: 6 });
    net.propose(1);
    net.settle();
    expect(net.group(3).lastIndex).toBe(6);
    net.heartbeat(1);
    net.settle();
    expect(net.host(3).installs).toBe(1);
    expect([net.group(3).base.index, net.group(3).lastIndex]).toEqual([11, 11]);
    expect(net.group(1).progressOf(n(3))).toMatchObject({ mode: 'replicate', matchIndex: 11, nextIndex: 12 });
  });

  test('raft bug 20: a snapshot is acknowledged when its checkpoint is durable, and not before; a crash in between leaves the old log', () => {
    const net = sixEntries();
    net.isolate(3);
    for (let i = 0; i < 4; i++) net.propose(1);
    net.run(200 * MS);
    net.compact(1, 9, false);
    net.heal();
    net.heartbeat(1);
    net.settle();
    net.heartbeat(1);
    net.deliver();
    while (net.host(3).installs === 0) net.deliver();
    expect([net.group(3).commitIndex, net.group(3).persistedIndex]).toEqual([10, 6]);
    net.packets = [];
    net.crash(3);
    net.restart(3);
    expect([net.group(3).base.index, net.group(3).lastIndex]).toEqual([0, 6]);
    net.run(200 * MS);
    expect(net.group(3).base.index).toBe(10);
    expect(net.group(1).progressOf(n(3))?.matchIndex).toBe(10);
  });

  test('raft bug 23: a snapshot of what is committed already is acknowledged and changes nothing', () => {
    const net = sixEntries();
    const { currentTerm: term } = net.group(1);
    const { base } = net.group(2);
    const piece = { offset: 0, data: new Uint8Array(0), checksum: 0, done: true, root: { high: 0, low: 0 } };
    for (const index of [3, 6]) {
      const lastIncluded = { index, term, stampUs: 1, configuration: net.group(1).configuration };
      net.step(2, 1, { type: 'InstallSnapshot', term, lastIncluded, ...piece });
      expect(net.packets.at(-1)?.message).toMatchObject({ type: 'AppendEntriesResponse', success: true, index: 6 });
    }
    expect([net.group(2).base, net.group(2).lastIndex, net.host(2).installs]).toEqual([base, 6, 0]);
    // One of an entry that the log holds, not yet known to be committed: now it is.
    net.propose(1);
    net.persist(1);
    net.cut.add('2>1');
    net.settle();
    expect(net.group(2).lastIndex).toBe(7);
    const lastIncluded = { index: 7, term, stampUs: 1, configuration: net.group(1).configuration };
    net.step(2, 1, { type: 'InstallSnapshot', term, lastIncluded, ...piece });
    expect([net.group(2).commitIndex, net.group(2).base.index]).toEqual([7, 0]);
  });
});
