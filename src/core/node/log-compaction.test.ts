import { describe, expect, test } from 'vitest';
import { nodeId, shardId } from '../base/ids.ts';
import type { NodeLimits } from './config.ts';
import { put, TestCluster } from './testing/test-cluster.ts';

const S0 = shardId(0);
const LIMITS: Partial<NodeLimits> = { memTableBytesMax: 2000, logKeptEntries: 10 };

const logBytesOnDisk = (cluster: TestCluster, id: number): number =>
  [...cluster.at(id).disk.store('log').values()].reduce((bytes, { length }) => bytes + length, 0);

function report(cluster: TestCluster, id: number) {
  const answer = cluster.at(id).node?.answer({ type: 'Storage' }).next().value;
  if (answer === undefined || !('type' in answer) || answer.type !== 'Storage') throw new Error('no report');
  return answer.report.log;
}

const textOf = (sequence: number, bytes: number): string => `value ${sequence}`.padEnd(bytes, '.');

/** `count` writes over 20 keys, each acknowledged. */
function write(cluster: TestCluster, session: number, from: number, count: number, bytes = 0): void {
  for (let sequence = from; sequence < from + count; sequence++) {
    const reply = cluster.write(S0, session, sequence, put(`k${sequence % 20}`, textOf(sequence, bytes)));
    expect(reply.type).toBe('Written');
  }
}

function expectValues(cluster: TestCluster, last: number, bytes = 0): void {
  for (let sequence = last - 19; sequence <= last; sequence++) {
    expect(cluster.get(`k${sequence % 20}`)).toBe(textOf(sequence, bytes));
  }
}

describe('the log', () => {
  test('stays short on every replica, however many writes there are, and what it says is enough', () => {
    const cluster = new TestCluster({ limits: LIMITS });
    const session = cluster.register(S0);
    write(cluster, session, 1, 300);
    cluster.run(500_000);
    for (const id of [1, 2, 3]) {
      expect(logBytesOnDisk(cluster, id)).toBeLessThan(12_000);
      expect(report(cluster, id).bytes).toBe(logBytesOnDisk(cluster, id));
      expect(cluster.eventsOf(id, 'LogTrimmed').length).toBeGreaterThan(2);
      expect(cluster.eventsOf(id, 'LogCompacted').length).toBeGreaterThan(2);
    }
    for (const id of [1, 2, 3]) cluster.kill(nodeId(id));
    for (const id of [1, 2, 3]) cluster.revive(nodeId(id));
    for (const id of [1, 2, 3]) {
      const { baseIndex, entries, appliedIndex } = cluster.eventsOf(id, 'ReplicaRecovered').at(-1)!;
      expect(baseIndex).toBeGreaterThan(200);
      expect(entries[0]?.index).toBe(baseIndex + 1);
      expect(appliedIndex).toBeGreaterThanOrEqual(baseIndex);
      expect(cluster.at(id).report?.logRecords).toBe(report(cluster, id).records);
    }
    write(cluster, session, 301, 40);
    expectValues(cluster, 340);
  });

  test('goes on while a replica is down, which then is sent a snapshot', () => {
    const cluster = new TestCluster({ limits: LIMITS });
    const session = cluster.register(S0);
    write(cluster, session, 1, 60);
    cluster.run(200_000);
    const down = nodeId((cluster.leaderOf(S0) % 3) + 1);
    cluster.kill(down);
    write(cluster, session, 61, 300);
    const leader = cluster.leaderOf(S0);
    expect(cluster.eventsOf(leader, 'LogCompacted').at(-1)!.baseIndex).toBeGreaterThan(300);
    cluster.revive(down);
    cluster.run(1_000_000);
    expect(cluster.eventsOf(leader, 'SnapshotStarted').map(({ follower }) => follower)).toEqual([down]);
    expect(cluster.eventsOf(down, 'SnapshotInstalled').length).toBe(1);
    const states = [1, 2, 3].map((id) => cluster.stateOf(id, S0));
    expect(states[0]?.index).toBeGreaterThan(360);
    for (const each of states) expect(each).toEqual(states[0]);
    // Now everybody has everything: the next writes let the logs go.
    write(cluster, session, 361, 60);
    cluster.run(500_000);
    for (const id of [1, 2, 3]) expect(cluster.eventsOf(id, 'LogCompacted').at(-1)!.baseIndex).toBeGreaterThan(360);
  });

  test('forgets nothing that is not in a table yet', () => {
    // Heartbeats in between, so that everybody knows that all disks hold what is not flushed.
    const heartbeatIntervalUs = 5000;
    const limits = {
      logKeptEntries: 0,
      memTableBytesMax: 200_000,
      sliceBytesMax: 1024,
      blockBytes: 512,
      heartbeatIntervalUs,
    };
    const cluster = new TestCluster({ limits });
    const session = cluster.register(S0);
    write(cluster, session, 1, 60, 2000);
    cluster.run(200_000);
    for (const id of [1, 2, 3]) cluster.input(nodeId(id), { type: 'FlushAsked' });
    const flushed = cluster.eventsOf(1, 'EntryApplied').at(-1)!.index;
    // The flush takes many slices: meanwhile entries are applied that are in no table.
    write(cluster, session, 61, 5, 2000);
    for (const id of [1, 2, 3]) {
      cluster.until('the log is short', () => cluster.eventsOf(id, 'LogTrimmed').length > 0);
      expect(cluster.eventsOf(id, 'EntryApplied').at(-1)!.index).toBeGreaterThan(flushed);
      expect(cluster.eventsOf(id, 'LogCompacted').map(({ baseIndex }) => baseIndex)).toEqual([flushed]);
    }
    for (const id of [1, 2, 3]) cluster.kill(nodeId(id));
    for (const id of [1, 2, 3]) cluster.revive(nodeId(id));
    expectValues(cluster, 65, 2000);
  });
});
