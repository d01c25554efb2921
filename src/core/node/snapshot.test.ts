import { describe, expect, test } from 'vitest';
import { must } from '../base/assert.ts';
import { ByteWriter } from '../base/byte-writer.ts';
import { crc32 } from '../base/crc32.ts';
import { type NodeId, nodeId, shardId } from '../base/ids.ts';
import { createRandomStream } from '../base/random.ts';
import { simpleConfiguration } from '../raft/configuration.ts';
import { encodeEnvelope } from './codec.ts';
import type { NodeLimits } from './config.ts';
import { STRONG_KEYSPACE } from './keyspace.ts';
import { decodeLogGroup } from './log-group.ts';
import { decodeLogRecord } from './log-record.ts';
import type { ReplicaRow } from './replica-rows.ts';
import { readRows } from './snapshot-rows.ts';
import { cas, put, TestCluster, text } from './testing/test-cluster.ts';

const S0 = shardId(0);
/** Snapshots of many pieces, logs that forget at once. */
const LIMITS: Partial<NodeLimits> = { memTableBytesMax: 2000, logKeptEntries: 0, bytesPerAppendMax: 300 };

/** n3 is down, and the others' logs begin behind what it holds. `session` wrote sequences 1 … 120, k0 … k29. */
function oneBehind(
  limits: Partial<NodeLimits> = LIMITS,
  seed = 1,
): { cluster: TestCluster; session: number; down: NodeId } {
  const cluster = new TestCluster({ seed, limits });
  const session = cluster.register(S0);
  for (let sequence = 1; sequence <= 20; sequence++)
    cluster.write(S0, session, sequence, put(`k${sequence % 30}`, 'old'));
  cluster.run(100_000);
  const down = nodeId((cluster.leaderOf(S0) % 3) + 1);
  cluster.kill(down);
  for (let sequence = 21; sequence <= 120; sequence++) {
    // Every third expires long after the test.
    const ttlUs = sequence % 3 === 0 ? 3_600_000_000 : undefined;
    cluster.write(S0, session, sequence, put(`k${sequence % 30}`, `value ${sequence}`, ttlUs));
  }
  cluster.run(200_000);
  return { cluster, session, down };
}

function expectEqualReplicas(cluster: TestCluster): void {
  // An entry more, so that everybody reports what it has come to.
  cluster.register(S0);
  cluster.run(300_000);
  const [first, ...others] = [1, 2, 3].map((id) => cluster.stateOf(id, S0));
  expect(first?.keys).toBe(30);
  for (const other of others) expect(other).toEqual(first);
  const [root, ...otherRoots] = [1, 2, 3].map((id) => cluster.rootsOf(id));
  expect(root).toMatchObject([{ shard: S0, appliedIndex: first?.index, staleLeaves: [] }]);
  for (const other of otherRoots) expect(other).toEqual(root);
}

/** Of the first snapshot on its way, and of others of that index, one thing is changed; the checksums are right. @param change of the rows of a piece: of as many bytes */
function corruptSnapshot(
  cluster: TestCluster,
  change: (rows: ReplicaRow[]) => ReplicaRow | undefined,
): { index: number } {
  const corrupted = { index: 0 };
  cluster.onWire = (message) => {
    if (message.type !== 'Raft' || message.body.type !== 'InstallSnapshot') return message;
    const { body } = message;
    const { index } = body.lastIncluded;
    if (corrupted.index !== 0 && corrupted.index !== index) return message;
    const rows = readRows(body.data);
    if (change(rows) === undefined) return message;
    corrupted.index = index;
    const writer = new ByteWriter();
    for (const { keyspace, key, value } of rows) writer.u8(keyspace).bytes(key).bytes(value);
    const data = writer.finish();
    expect(data.length).toBe(body.data.length);
    return { ...message, body: { ...body, data, checksum: crc32(data) } };
  };
  return corrupted;
}

/** A bit of the byte there, from the end: of the value itself, or of the deadline before it. */
const flip = (row: ReplicaRow | undefined, fromEnd: number): ReplicaRow | undefined => {
  if (row !== undefined) row.value[row.value.length - fromEnd] = must(row.value.at(-fromEnd), 'a byte of it') ^ 1;
  return row;
};
const rowOf = (rows: readonly ReplicaRow[], key: string): ReplicaRow | undefined =>
  rows.find((row) => row.keyspace === STRONG_KEYSPACE && text(row.key) === key);

const installed = (cluster: TestCluster, id: number): number => cluster.eventsOf(id, 'SnapshotInstalled').length;

/** Replica ids of the shard that a disk holds tables of, by what recovery made of them. */
const replicaIds = (cluster: TestCluster, id: number): number[] => {
  const answer = cluster.at(id).node;
  const engine = (answer as unknown as { recovered: { engine: { replicas: { shard: number; replicaId: number }[] } } })
    .recovered.engine;
  return engine.replicas.filter(({ shard }) => shard === S0).map(({ replicaId }) => replicaId);
};

describe('a follower that needs what no log holds', () => {
  test('raft bug 38: gets the state in pieces, becomes another replica, and goes on', () => {
    const { cluster, session, down } = oneBehind({ ...LIMITS, bytesPerAppendMax: 60 });
    cluster.revive(down);
    cluster.until('the snapshot is installed', () => installed(cluster, down) === 1);
    const leader = cluster.leaderOf(S0);
    const pieces = cluster.sent.flatMap(({ from, messages }) =>
      from !== leader
        ? []
        : messages.flatMap((m) => (m.type === 'Raft' && m.body.type === 'InstallSnapshot' ? [m.body] : [])),
    );
    expect(pieces.length).toBeGreaterThan(5);
    for (const { data } of pieces) expect(data.length).toBeLessThan(160);
    for (const [i, piece] of pieces.entries()) {
      const before = pieces[i - 1];
      expect(piece.offset).toBe(before === undefined ? 0 : before.offset + before.data.length);
    }
    cluster.run(200_000);
    expect(replicaIds(cluster, down)).toEqual([2]);
    expectEqualReplicas(cluster);
    // It leads, with the sessions and deadlines that came with the snapshot.
    const others = [1, 2, 3].filter((id) => id !== down);
    for (const id of others) cluster.kill(nodeId(id));
    cluster.revive(nodeId(others[0]!));
    cluster.run(1_500_000);
    expect(cluster.get('k0')).toBe('value 120');
    expect(cluster.write(S0, session, 120, put('k0', 'value 120'))).toMatchObject({ type: 'Written', duplicate: true });
    expect(cluster.write(S0, session, 121, cas('k1', 'value 91', 'next'))).toMatchObject({ answer: { type: 'Ok' } });
  });

  test('is sent it at once, though an entry is being applied that waits for its blocks', () => {
    const { cluster, session, down } = oneBehind({ ...LIMITS, blockCacheBytes: 0 });
    const leader = cluster.leaderOf(S0);
    const slot = cluster.at(leader);
    const applied = (): number => cluster.eventsOf(leader, 'EntryApplied').length;
    const before = applied();
    slot.holdReads = true;
    cluster.send(leader, S0, { type: 'Write', session, sequence: 121, write: put('k1', 'late') });
    cluster.until('the entry waits for a block', () => slot.heldReads.length > 0);
    cluster.revive(down);
    cluster.until('it begins', () => cluster.eventsOf(leader, 'SnapshotStarted').length > 0);
    expect(applied()).toBe(before);
    expect(cluster.leaderOf(S0)).toBe(leader);
    cluster.completeReads(leader);
    cluster.until('the snapshot is installed', () => installed(cluster, down) === 1);
    const { index } = cluster.eventsOf(leader, 'SnapshotStarted').at(-1)!;
    expect(index).toBe(cluster.eventsOf(leader, 'EntryApplied')[before]!.index - 1);
    expectEqualReplicas(cluster);
  });

  test('that starts again finds the snapshot, not what was before it', () => {
    const { cluster, session, down } = oneBehind();
    cluster.revive(down);
    cluster.until('the snapshot is installed', () => installed(cluster, down) === 1);
    cluster.run(300_000);
    cluster.write(S0, session, 121, put('k1', 'after'));
    cluster.run(100_000);
    cluster.kill(down);
    cluster.revive(down);
    const recovered = cluster.eventsOf(down, 'ReplicaRecovered').at(-1)!;
    expect(recovered.baseIndex).toBe(cluster.eventsOf(down, 'SnapshotInstalled').at(-1)!.index);
    expect(recovered.keys).toBe(30);
    cluster.run(500_000);
    expect(replicaIds(cluster, down)).toEqual([2]);
    expectEqualReplicas(cluster);
    expect(installed(cluster, down)).toBe(1);
  });

  // core.md, section E, 11
  test('learns from the snapshot who votes at its end, and knows it from its own log after a restart', () => {
    const { cluster, session, down } = oneBehind();
    const leader = cluster.leaderOf(S0);
    const voters = [1, 2, 3].map(nodeId).filter((id) => id !== down);
    // Room in the MemTable: nothing is flushed that says it.
    for (let sequence = 121; sequence <= 126; sequence++)
      cluster.write(S0, session, sequence, put(`k${sequence % 30}`, 'more'));
    cluster.input(leader, { type: 'ReconfigureAsked', shard: S0, target: { voters, learners: [down] } });
    cluster.run(100_000);
    const compacted = cluster.eventsOf(leader, 'LogCompacted').at(-1)!.baseIndex;
    expect(compacted).toBeLessThan(cluster.eventsOf(leader, 'ConfigurationChanged').at(-1)!.index);
    cluster.revive(down);
    cluster.until('the snapshot is installed', () => installed(cluster, down) === 1);
    const target = simpleConfiguration({ voters, learners: [down] });
    expect(cluster.eventsOf(down, 'SnapshotInstalled').at(-1)!.configuration).toMatchObject(target);
    cluster.run(300_000);
    cluster.kill(down);
    cluster.revive(down);
    const { baseIndex, baseConfiguration, configuration } = cluster.eventsOf(down, 'ReplicaRecovered').at(-1)!;
    expect(baseIndex).toBeGreaterThan(compacted);
    expect([baseConfiguration, configuration]).toMatchObject([target, target]);
    expectEqualReplicas(cluster);
  });

  test('raft bug 20: may crash at any moment of it: it is the old replica or the new one, and comes to the same', () => {
    let cutBefore = 0;
    let cutAfter = 0;
    for (let afterUs = 0; afterUs < 16_000; afterUs += 1000) {
      const { cluster, down } = oneBehind({ ...LIMITS, sliceBytesMax: 1024 }, 3);
      cluster.revive(down);
      cluster.until('it begins', () => cluster.eventsOf(cluster.leaderOf(S0), 'SnapshotStarted').length > 0);
      cluster.run(afterUs);
      const random = createRandomStream(afterUs, 'cut', 'test', 0);
      cluster.kill(down, { records: random.between(0, 2), tornBytes: random.between(0, 60) });
      if (installed(cluster, down) === 0) cutBefore++;
      else cutAfter++;
      cluster.revive(down);
      cluster.run(1_000_000);
      expectEqualReplicas(cluster);
      expect(replicaIds(cluster, down).length, `after ${afterUs} us`).toBe(1);
    }
    expect(cutBefore).toBeGreaterThan(3);
    expect(cutAfter).toBeGreaterThan(3);
  });

  test('raft bug 20: keeps the old replica until its log names the new one', () => {
    const { cluster, down } = oneBehind();
    cluster.revive(down);
    const slot = cluster.at(down);
    cluster.until('the table is being published', () =>
      slot.pendingWrites.some(
        (write) =>
          write.queue === 'table' &&
          write.transaction.some((op) => op.store === 'manifest' && op.type === 'put') &&
          cluster.eventsOf(down, 'SSTablePublished').length > 0,
      ),
    );
    slot.holdWrites = true;
    cluster.until('the snapshot took over', () => installed(cluster, down) === 1);
    cluster.run(1000);
    // Every table write that was issued reaches the disk, and the record of the log does not.
    for (const write of slot.pendingWrites) if (write.queue === 'table') slot.disk.transact(write.transaction);
    expect(slot.pendingWrites.some((write) => write.queue === 'log')).toBe(true);
    cluster.kill(down);
    cluster.revive(down);
    expect(cluster.eventsOf(down, 'ReplicaRecovered').at(-1)?.entries.at(-1)?.index ?? 0).toBeLessThan(30);
    cluster.run(1_000_000);
    expect(replicaIds(cluster, down)).toEqual([3]);
    expectEqualReplicas(cluster);
  });

  test('may be replaced again before its log names the first that took its place', () => {
    const { cluster, session, down } = oneBehind();
    cluster.revive(down);
    const slot = cluster.at(down);
    const complete = (queue: 'log' | 'table'): void => {
      const write = slot.pendingWrites.find((pending) => pending.queue === queue);
      if (write !== undefined) cluster.complete(down, write);
    };
    const untilInstalled = (count: number): void => {
      for (let i = 0; i < 2000 && installed(cluster, down) < count; i++) {
        complete('table');
        cluster.run(500);
      }
      expect(installed(cluster, down)).toBe(count);
    };
    cluster.until('it has told its term', () => cluster.eventsOf(down, 'LogSynced').length > 0);
    slot.holdWrites = true;
    untilInstalled(1);
    // Away for so long that the leader gives it up, and begins with another snapshot when it is back.
    cluster.isolated.add(down);
    for (let sequence = 121; sequence <= 160; sequence++)
      cluster.write(S0, session, sequence, put(`k${sequence % 30}`, 'new'));
    cluster.run(4_000_000);
    cluster.isolated.delete(down);
    untilInstalled(2);
    // The log comes to name the first; what that leads to is durable, and then the power goes.
    const named = (): number[] => {
      const groups = [...slot.disk.store('log').values()].map((value) => must(decodeLogGroup(value), 'a whole group'));
      const records = groups.flatMap((group) => group.records.map(decodeLogRecord));
      return records.flatMap((record) =>
        record.type === 'Checkpoint' && record.replicaId > 1 ? [record.replicaId] : [],
      );
    };
    while (named().length === 0) complete('log');
    expect(named()).toEqual([2]);
    for (let i = 0; i < 20; i++) complete('table');
    cluster.kill(down);
    cluster.revive(down);
    cluster.run(1_000_000);
    expectEqualReplicas(cluster);
  });

  test('is sent a lost piece again', () => {
    const { cluster, down } = oneBehind();
    cluster.revive(down);
    cluster.until('a piece is on its way', () =>
      cluster.sent.some(({ messages }) =>
        messages.some((m) => m.type === 'Raft' && m.body.type === 'InstallSnapshot' && m.body.offset > 0),
      ),
    );
    // Shorter than an election timeout, longer than the piece needs.
    cluster.isolated.add(down);
    cluster.run(20_000);
    cluster.isolated.delete(down);
    cluster.until('the snapshot is installed', () => installed(cluster, down) === 1);
    expectEqualReplicas(cluster);
  });

  test('and never comes to install its snapshot holds only so much of the log back', () => {
    const { cluster, session, down } = oneBehind();
    cluster.revive(down);
    cluster.at(down).holdWrites = true;
    const leader = cluster.leaderOf(S0);
    cluster.until('it begins', () => cluster.eventsOf(leader, 'SnapshotStarted').length > 0);
    const base = cluster.eventsOf(leader, 'SnapshotStarted').at(-1)!.index;
    const compactedTo = (): number => cluster.eventsOf(leader, 'LogCompacted').at(-1)!.baseIndex;
    const large = 'x'.repeat(1_000_000);
    for (let sequence = 121; sequence <= 124; sequence++) cluster.write(S0, session, sequence, put('k1', large));
    cluster.run(10_000);
    expect(compactedTo()).toBe(base);
    for (let sequence = 125; sequence <= 134; sequence++) cluster.write(S0, session, sequence, put('k1', large));
    cluster.run(10_000);
    expect(compactedTo()).toBeGreaterThan(base);
    // What it comes with is behind the log by then: it is sent another one.
    cluster.completeWrites(down);
    cluster.run(1_000_000);
    expectEqualReplicas(cluster);
  });

  test('starts anew with the snapshot of another leader', () => {
    const { cluster, down } = oneBehind({ ...LIMITS, bytesPerAppendMax: 60 });
    cluster.revive(down);
    cluster.until('pieces have arrived', () => cluster.eventsOf(cluster.leaderOf(S0), 'SnapshotStarted').length > 0);
    cluster.run(10_000);
    const first = cluster.leaderOf(S0);
    expect(installed(cluster, down)).toBe(0);
    cluster.kill(first);
    cluster.run(2_000_000);
    const second = cluster.leaderOf(S0);
    expect(second).not.toBe(first);
    expect(cluster.eventsOf(second, 'SnapshotStarted').length).toBeGreaterThan(0);
    expect(installed(cluster, down)).toBe(1);
    cluster.revive(first);
    cluster.run(1_000_000);
    expectEqualReplicas(cluster);
  });

  test.each<[string, (rows: ReplicaRow[]) => ReplicaRow | undefined]>([
    ['a value', (rows) => flip(rowOf(rows, 'k1'), 1)],
    ['a deadline', (rows) => flip(rowOf(rows, 'k0'), 'value 120'.length + 1)],
    [
      'a session',
      (rows) =>
        flip(
          rows.find(({ key }) => text(key).startsWith('session/')),
          1,
        ),
    ],
    [
      'two values, that are swapped',
      (rows) => {
        const [a, b] = [rowOf(rows, 'k11'), rowOf(rows, 'k10')];
        if (a === undefined || b === undefined) return undefined;
        const before = a.value.slice();
        a.value.set(b.value);
        b.value.set(before);
        return a;
      },
    ],
  ])('raft bug 20: refuses a snapshot that comes to another root: %s', (_, change) => {
    const { cluster, down } = oneBehind();
    const corrupted = corruptSnapshot(cluster, change);
    cluster.revive(down);
    const refusals = () => cluster.eventsOf(down, 'SnapshotRefused');
    cluster.until('it is refused', () => refusals().length > 0);
    cluster.onWire = (message) => message;
    const [refusal] = refusals();
    const leader = cluster.leaderOf(S0);
    expect(refusal).toMatchObject({ shard: S0, from: leader, index: corrupted.index });
    expect(refusal?.found).toMatch(/^[0-9a-f]{16}$/);
    expect(refusal?.found).not.toBe(refusal?.expected);
    // Nobody was told that it is there, and nobody sees it.
    const acknowledged = cluster.sent.flatMap(({ from, messages }) =>
      from !== down
        ? []
        : messages.flatMap((m) =>
            m.type === 'Raft' && m.body.type === 'AppendEntriesResponse' && m.body.success ? [m.body.index] : [],
          ),
    );
    expect(Math.max(0, ...acknowledged)).toBeLessThan(corrupted.index);
    expect(installed(cluster, down)).toBe(0);
    cluster.until('another one is installed', () => installed(cluster, down) === 1);
    expect(refusals().length).toBe(1);
    expectEqualReplicas(cluster);
    expect(replicaIds(cluster, down).length, 'what was refused is dropped').toBe(1);
  });

  test('that refuses every snapshot is sent no more than one in an election timeout', () => {
    const { cluster, down } = oneBehind();
    corruptSnapshot(cluster, (rows) => flip(rowOf(rows, 'k1'), 1));
    cluster.revive(down);
    cluster.run(3_000_000);
    const refusals = cluster.eventsOf(down, 'SnapshotRefused').length;
    expect(refusals).toBeGreaterThan(4);
    expect(refusals).toBeLessThanOrEqual(10);
    cluster.onWire = (message) => message;
    cluster.run(1_000_000);
    expectEqualReplicas(cluster);
    expect(replicaIds(cluster, down).length).toBe(1);
  });

  test('is sent another snapshot too where its refusal is lost, or where it was the root that was wrong', () => {
    const { cluster, down } = oneBehind();
    let wrong = 0;
    cluster.onWire = (message) => {
      if (message.type !== 'Raft' || message.body.type !== 'InstallSnapshot') return message;
      const { root, lastIncluded } = message.body;
      if (root === undefined || (wrong !== 0 && wrong !== lastIncluded.index)) return message;
      wrong = lastIncluded.index;
      return { ...message, body: { ...message.body, root: { ...root, low: (root.low ^ 1) >>> 0 } } };
    };
    cluster.revive(down);
    cluster.until('it is refused', () => cluster.eventsOf(down, 'SnapshotRefused').length > 0);
    cluster.isolated.add(down);
    cluster.run(10_000);
    cluster.isolated.delete(down);
    // So that the next one is another one.
    cluster.register(S0);
    cluster.until('another one is installed', () => installed(cluster, down) === 1);
    expectEqualReplicas(cluster);
  });

  test('is sent a snapshot that was hashed anew, once the tree that its leader kept has proved wrong', () => {
    const { cluster, session, down } = oneBehind();
    cluster.revive(down);
    cluster.until('the leader has made a tree', () => installed(cluster, down) === 1);
    expectEqualReplicas(cluster);
    const leader = cluster.leaderOf(S0);
    cluster.kill(down);
    // From here on it does not hear of what is written.
    const { started } = cluster.at(leader).node as unknown as { started: { replicas: { machine: object }[] } };
    const machine = must(started.replicas[0], 'one shard').machine as { content?: { written: () => void } };
    must(machine.content, 'a tree').written = () => {};
    for (let sequence = 121; sequence <= 220; sequence++)
      cluster.write(S0, session, sequence, put(`k${sequence % 30}`, 'again'));
    cluster.run(200_000);
    const [stale] = cluster.rootsOf(leader);
    expect(stale?.staleLeaves.length).toBeGreaterThan(10);
    cluster.revive(down);
    cluster.until('it is installed', () => installed(cluster, down) === 2);
    expect(cluster.eventsOf(down, 'SnapshotRefused').length).toBe(1);
  });

  test('does not take in a piece that is not what was sent', () => {
    const { cluster, down } = oneBehind();
    cluster.revive(down);
    cluster.until(
      'the first piece was sent',
      () => cluster.eventsOf(cluster.leaderOf(S0), 'SnapshotStarted').length > 0,
    );
    const leader = cluster.leaderOf(S0);
    const { currentTerm: term } = { currentTerm: cluster.eventsOf(leader, 'RoleChanged').at(-1)!.term };
    const data = Uint8Array.of(1, 2, 3);
    const configuration = simpleConfiguration({ voters: [1, 2, 3].map(nodeId), learners: [] });
    const lastIncluded = { index: 999, term, stampUs: 5, configuration };
    const body = {
      type: 'InstallSnapshot',
      term,
      lastIncluded,
      offset: 0,
      data,
      checksum: crc32(data) ^ 1,
      done: true,
      root: { high: 0, low: 0 },
    } as const;
    expect(
      encodeEnvelope([
        {
          type: 'Raft',
          shard: S0,
          fromReplica: leader,
          toReplica: down,
          body: { ...body, checksum: body.checksum >>> 0 },
        },
      ]).length,
    ).toBeGreaterThan(0);
    cluster.input(down, {
      type: 'MessagesReceived',
      from: leader,
      messages: [{ type: 'Raft', shard: S0, fromReplica: leader, toReplica: down, body }],
    });
    cluster.until('the snapshot is installed', () => installed(cluster, down) === 1);
    expectEqualReplicas(cluster);
  });
});
