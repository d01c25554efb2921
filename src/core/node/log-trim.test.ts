import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { must } from '../base/assert.ts';
import { NO_BREAKS } from '../base/breaks.ts';
import { type NodeId, nodeId, type ShardId, shardId } from '../base/ids.ts';
import { createRandomStream, type RandomStream } from '../base/random.ts';
import { CorruptStore } from '../lsm/corrupt-store.ts';
import { MemoryDisk } from '../lsm/testing/memory-disk.ts';
import { simpleConfiguration } from '../raft/configuration.ts';
import { type Entry, type HardState, LOG_START } from '../raft/entry.ts';
import { RaftGroup } from '../raft/raft-group.ts';
import type { Effect } from './effect.ts';
import { EventLog } from './event-log.ts';
import { LOG_BEGIN_KEY } from './log-begin.ts';
import { encodeLogGroup, logGroupKey } from './log-group.ts';
import { encodeCheckpoint, encodeEntries, encodeHardState } from './log-record.ts';
import { type RecoveredLog, recoverLog } from './log-recovery.ts';
import { type LogOwner, LogTrimmer } from './log-trimmer.ts';
import { PhysicalLog } from './physical-log.ts';

type LogWrite = Extract<Effect, { queue: 'log' }>;

/** What is to be known of a replica: all entries that it ever had and has not thrown away. */
interface Known {
  readonly hardState: HardState;
  readonly entries: readonly Entry[];
  /** Those up to here may be gone. */
  readonly compactable: number;
}

const NOTHING: Known = { hardState: { currentTerm: 0, votedFor: 0, commitIndex: 0 }, entries: [], compactable: 0 };

/** One replica's share of the log: the log of a real Raft group, which a real leader's messages shape. */
class Owner implements LogOwner {
  readonly shard: ShardId;
  readonly raft: RaftGroup;
  private readonly node: LogNode;
  private nowUs = 0;
  private kept = 0;

  constructor(node: LogNode, shard: ShardId, recovered: ConstructorParameters<typeof RaftGroup>[1]) {
    this.node = node;
    this.shard = shard;
    const options = {
      id: nodeId(1),
      voters: [nodeId(1), nodeId(2), nodeId(3)],
      electionTimeoutUsMin: 1_000_000,
      electionTimeoutUsMax: 1_000_000,
      heartbeatIntervalUs: 1000,
      clockRateErrorPpmMax: 0,
      entriesPerAppendMax: 64,
      bytesPerAppendMax: 1_000_000,
      inflightAppendsMax: 8,
      breaks: NO_BREAKS,
      random: createRandomStream(1, 'election', 'n1', 1),
    };
    this.raft = new RaftGroup(options, recovered, 0);
    this.advance();
  }

  /** A leader of `term` sends `count` entries behind the `prevLogIndex` that this log matches, and says what is committed. */
  append(term: number, prevLogIndex: number, count: number, committed: number): void {
    const { raft } = this;
    const entries = Array.from({ length: count }, (_, i): Entry => {
      const index = prevLogIndex + 1 + i;
      return { term, index, kind: 'command', stampUs: index * 1000 + term, command: Uint8Array.of(term, index) };
    });
    const prevLogTerm = raft.termAt(prevLogIndex) ?? 0;
    const from = leaderOf(term);
    const message = {
      type: 'AppendEntries',
      term,
      prevLogIndex,
      prevLogTerm,
      entries,
      leaderCommit: committed,
      sentUs: 0,
    } as const;
    raft.step(++this.nowUs, from, message);
    this.advance();
  }

  vote(term: number): void {
    const { raft } = this;
    const { lastIndex: lastLogIndex, lastTerm: lastLogTerm } = raft;
    // Long after it last heard of a leader: it would not listen before.
    this.nowUs += 2_000_000;
    const request = { type: 'RequestVote', term, preVote: false, transfer: false, lastLogIndex, lastLogTerm } as const;
    raft.step(this.nowUs, leaderOf(term), request);
    this.advance();
  }

  /** A heartbeat; from now on so many applied entries are kept. */
  hold(kept: number): void {
    const { raft } = this;
    this.kept = kept;
    const from = leaderOf(raft.currentTerm);
    if (raft.leader !== from) return;
    const { currentTerm: term, commitIndex: leaderCommit } = raft;
    raft.step(++this.nowUs, from, { type: 'Heartbeat', term, leaderCommit, readContext: 0, sentUs: 0 });
    this.advance();
  }

  released(ready: Parameters<RaftGroup['persisted']>[0]): void {
    this.raft.persisted(ready);
    this.advance();
  }

  advance(): void {
    const { raft, node, shard } = this;
    for (let ready = raft.ready(); ready !== undefined; ready = raft.ready()) {
      const { hardState, entries, committed, mark } = ready;
      const records: Uint8Array[] = [];
      if (hardState !== undefined) records.push(encodeHardState(shard, 1, hardState));
      if (entries.length > 0) records.push(encodeEntries(shard, 1, entries));
      const last = committed[committed.length - 1];
      if (last !== undefined) raft.appliedTo(last.index);
      if (records.length === 0) continue;
      if (hardState !== undefined) node.know(shard, { hardState });
      if (entries.length > 0) node.know(shard, { added: entries });
      node.log.write(records, { scope: { shard }, released: ({ mark: own }) => this.released(own) }, ready);
      expect(mark.lastIndex).toBe(raft.lastIndex);
    }
    raft.takeEvents();
  }

  compactLog(): void {
    this.raft.compactTo(this.raft.appliedIndex - this.kept);
  }

  get checkpointBytes(): number {
    return this.raft.commandBytes;
  }

  checkpoint(): readonly Uint8Array[] {
    const checkpoint = this.raft.checkpoint();
    this.node.know(this.shard, { hardState: checkpoint.hardState, compactable: checkpoint.base.index });
    return [encodeCheckpoint(this.shard, 1, checkpoint)];
  }
}

/** A term's leader is always the same. */
const leaderOf = (term: number): NodeId => nodeId(2 + (term % 2));

/** The log of one boot of one node on a disk, and what a reader of it must find for every number of its records. */
class LogNode {
  readonly disk: MemoryDisk;
  readonly log: PhysicalLog;
  readonly owners: readonly Owner[];
  readonly trimmer: LogTrimmer;
  readonly events = new EventLog();
  /** By position behind a record of this boot: the state of every replica there. */
  private readonly states = new Map<number, ReadonlyMap<ShardId, Known>>();
  readonly epoch: number;
  private present = new Map<ShardId, Known>();
  private position: number;
  private flying: LogWrite | undefined;
  private trimming:
    | { readonly transaction: Parameters<MemoryDisk['transact']>[0]; readonly durable: () => void }
    | undefined;
  private lastId = 0;

  constructor(disk: MemoryDisk, epoch: number, shards: number) {
    this.disk = disk;
    this.epoch = epoch;
    const recovered = disk.run(recoverLog(epoch));
    disk.transact(recovered.transaction);
    this.log = new PhysicalLog(epoch, recovered.nextRecord, recovered.values);
    this.position = recovered.nextRecord;
    this.owners = Array.from({ length: shards }, (_, i) => {
      const log = recovered.replicas.get(shardId(i));
      const base = log?.base ?? LOG_START;
      const { hardState, entries } = log ?? NOTHING;
      const restarted = { hardState, base, entries: [...entries], appliedIndex: base.index, mayHavePromised: false };
      return new Owner(this, shardId(i), restarted);
    });
    this.trimmer = new LogTrimmer(this.log, this.owners, this.events, 0);
  }

  /** One record more. */
  know(
    shard: ShardId,
    { hardState, added, compactable }: { hardState?: HardState; added?: readonly Entry[]; compactable?: number },
  ): void {
    const before = this.present.get(shard) ?? NOTHING;
    const first = added?.[0]?.index ?? before.entries.length + 1;
    this.present = new Map(this.present).set(shard, {
      hardState: hardState ?? before.hardState,
      entries: [...before.entries.slice(0, first - 1), ...(added ?? [])],
      compactable: Math.max(before.compactable, compactable ?? 0),
    });
    this.position++;
    this.states.set(this.position, this.present);
  }

  /** Takes over what an earlier boot left. */
  inherit(known: ReadonlyMap<ShardId, Known>): void {
    this.present = new Map(known);
    this.states.set(this.position, this.present);
  }

  stateBehind(record: number): ReadonlyMap<ShardId, Known> {
    return must(this.states.get(record), `what was known when the log ended at ${record}`);
  }

  /** Issues what may be issued. */
  settle(): void {
    this.trimmer.advance();
    this.flying ??= this.log.startSync(() => ++this.lastId);
    this.trimming ??= this.trimmer.take();
  }

  completeSync(): void {
    const write = this.flying;
    if (write === undefined) return;
    this.flying = undefined;
    this.disk.transact([{ type: 'put', store: 'log', key: write.key, value: encodeLogGroup(write.group) }]);
    for (const { writer, ready } of this.log.completed().sync.releases) writer.released(ready);
    this.settle();
  }

  completeTrim(): void {
    const { trimming } = this;
    if (trimming === undefined) return;
    this.trimming = undefined;
    this.disk.transact(trimming.transaction);
    trimming.durable();
    this.settle();
  }

  /** What a crash may leave: the disk, with the sync in flight cut at a byte, and the deletion in flight done or not. */
  crash(random: RandomStream): MemoryDisk {
    const disk = this.disk.crashedAfter(this.disk.journal.length);
    if (this.trimming !== undefined && random.chance(0.5)) disk.transact(this.trimming.transaction);
    if (this.flying !== undefined) {
      const value = encodeLogGroup(this.flying.group);
      const cutAt = random.between(0, value.length);
      if (cutAt > 0) disk.transact([{ type: 'put', store: 'log', key: this.flying.key, value: value.slice(0, cutAt) }]);
    }
    return disk;
  }
}

function matches(recovered: RecoveredLog, known: ReadonlyMap<ShardId, Known>, shards: number): void {
  for (let s = 0; s < shards; s++) {
    const { hardState, entries, compactable } = known.get(shardId(s)) ?? NOTHING;
    const log = recovered.replicas.get(shardId(s));
    expect(log?.hardState ?? NOTHING.hardState).toEqual(hardState);
    const base = log?.base ?? LOG_START;
    expect(base.index).toBeLessThanOrEqual(compactable);
    const last = entries[base.index - 1];
    expect([base.term, base.stampUs]).toEqual([last?.term ?? 0, last?.stampUs ?? 0]);
    expect(log?.entries ?? []).toEqual(entries.slice(base.index));
  }
}

function act(node: LogNode, random: RandomStream, termOf: (shard: number) => number): void {
  const kind = random.between(0, 99);
  const owner = node.owners[random.between(0, node.owners.length - 1)] as Owner;
  const { raft, shard } = owner;
  if (kind < 35) {
    const newTerm = random.chance(0.2) || raft.currentTerm === 0;
    const term = newTerm ? termOf(shard) : raft.currentTerm;
    // A new leader may find entries that it lacks; the same one only goes on.
    const canGoBack = newTerm && raft.lastIndex > raft.commitIndex;
    const prev = canGoBack ? random.between(raft.commitIndex, raft.lastIndex) : raft.lastIndex;
    if (raft.leader !== 0 && !newTerm && raft.leader !== leaderOf(term)) return;
    const count = random.between(0, 4);
    const committed = random.between(0, prev + count);
    owner.append(term, prev, count, committed);
  } else if (kind < 45) owner.vote(termOf(shard));
  else if (kind < 60) owner.hold(random.between(0, 6));
  else if (kind < 68) for (const each of node.owners) each.compactLog();
  else if (kind < 76) node.trimmer.begin();
  else if (kind < 94) node.completeSync();
  else node.completeTrim();
  node.settle();
}

test('whatever is appended, truncated, voted and trimmed: a crash at any moment leaves what was durable', () => {
  let trims = 0;
  let compacted = 0;
  let crashes = 0;
  const property = fc.property(fc.integer(), fc.integer({ min: 1, max: 4 }), (seed, shards) => {
    const random = createRandomStream(seed, 'trim', 'test', 0);
    let disk = new MemoryDisk();
    let known: ReadonlyMap<ShardId, Known> = new Map();
    const terms = new Map<number, number>();
    const termOf = (shard: number): number => {
      const term = (terms.get(shard) ?? 0) + random.between(1, 2);
      terms.set(shard, term);
      return term;
    };
    for (let epoch = 1; epoch <= 6; epoch++) {
      const node = new LogNode(disk, epoch, shards);
      node.inherit(known);
      const steps = random.between(0, 120);
      for (let step = 0; step < steps; step++) {
        act(node, random, termOf);
        if (!random.chance(0.15)) continue;
        // A crash now, and what the boot after it finds; then the run goes on as if it had not been.
        const left = node.crash(random);
        const recovered = left.run(recoverLog(epoch + 1));
        matches(recovered, node.stateBehind(recovered.nextRecord), shards);
        crashes++;
      }
      trims += node.events.take().filter(({ type }) => type === 'LogTrimmed').length;
      for (const { raft } of node.owners) compacted += raft.base.index;
      disk = node.crash(random);
      const recovered = disk.run(recoverLog(epoch + 1));
      known = node.stateBehind(recovered.nextRecord);
      matches(recovered, known, shards);
    }
  });
  fc.assert(property, { numRuns: 40, seed: 20261123 });
  // Trims that never happened would prove nothing.
  expect(trims).toBeGreaterThan(100);
  expect(compacted).toBeGreaterThan(300);
  expect(crashes).toBeGreaterThan(1000);
});

describe('a log that begins later', () => {
  const S0 = shardId(0);
  const entry = (index: number, term = 1): Entry => ({
    term,
    index,
    kind: 'command',
    stampUs: index,
    command: Uint8Array.of(index, term),
  });
  const appended = (...list: Entry[]): Uint8Array => encodeEntries(S0, 1, list);
  const store = (disk: MemoryDisk, epoch: number, firstRecord: number, records: Uint8Array[], cutAt?: number): void => {
    const value = encodeLogGroup({ epoch, firstRecord, records, bytes: 0 }).slice(0, cutAt);
    disk.transact([{ type: 'put', store: 'log', key: logGroupKey(epoch, firstRecord), value }]);
  };
  const hardState = { currentTerm: 1, votedFor: 2, commitIndex: 3 };
  const configuration = simpleConfiguration({ voters: [1, 2, 3].map(nodeId), learners: [] });
  const base = { index: 2, term: 1, stampUs: 2, configuration };

  /** Six records; the log begins with the third, which says what the first two did. */
  function trimmed(): MemoryDisk {
    const disk = new MemoryDisk();
    const log = new PhysicalLog(1, 0, []);
    const write = (...records: Uint8Array[]): void => {
      for (const record of records) log.append(record);
      const { key, group } = log.startSync(() => 1) as LogWrite;
      disk.transact([{ type: 'put', store: 'log', key, value: encodeLogGroup(group) }]);
      log.completed();
    };
    write(encodeHardState(S0, 1, { ...hardState, commitIndex: 0 }), appended(entry(1), entry(2)));
    write(appended(entry(3)));
    write(encodeCheckpoint(S0, 1, { hardState, base, entries: [entry(3)] }));
    write(appended(entry(4)));
    write(appended(entry(5)));
    const trim = log.trim(3);
    expect(trim).toMatchObject({ records: 3, bytes: expect.any(Number) });
    disk.transact(trim?.transaction ?? []);
    trim?.done();
    expect([log.records, log.bytes]).toEqual([
      3,
      [...disk.store('log').values()].reduce((sum, { length }) => sum + length, 0),
    ]);
    return disk;
  }
  const indicesOf = (recovered: RecoveredLog): string[] =>
    (recovered.replicas.get(S0)?.entries ?? []).map(({ index, term }) => `${index}/${term}`);
  const recover = (disk: MemoryDisk, epoch: number): RecoveredLog => {
    const recovered = disk.run(recoverLog(epoch));
    disk.transact(recovered.transaction);
    return recovered;
  };
  const refusal = (disk: MemoryDisk, epoch = 2): string => {
    try {
      disk.run(recoverLog(epoch));
      return 'accepted';
    } catch (error) {
      expect(error).toBeInstanceOf(CorruptStore);
      return String(error);
    }
  };

  test('holds what it held', () => {
    const recovered = recover(trimmed(), 2);
    expect(recovered.replicas.get(S0)).toMatchObject({ hardState, base });
    expect(indicesOf(recovered)).toEqual(['3/1', '4/1', '5/1']);
    expect([recovered.begin, recovered.nextRecord]).toEqual([{ firstRecord: 3, endRecord: 6 }, 6]);
  });

  // storage.md, section E, 6
  test('what is appended behind a torn tail is reached', () => {
    const records = [appended(entry(6)), appended(entry(7))];
    const { length } = encodeLogGroup({ epoch: 2, firstRecord: 6, records, bytes: 0 });
    for (let cutAt = 0; cutAt <= length; cutAt++) {
      const disk = trimmed();
      recover(disk, 2);
      store(disk, 2, 6, records, cutAt);
      const { nextRecord } = recover(disk, 3);
      const next = nextRecord;
      store(disk, 3, nextRecord, [appended(entry(next, 2))]);
      expect(refusal(disk, 4), `entries of term 2 without the term, cut at ${cutAt}`).toContain(
        `log record ${next + 1}`,
      );
      store(disk, 3, nextRecord, [encodeHardState(S0, 1, { ...hardState, currentTerm: 2 }), appended(entry(next, 2))]);
      expect(indicesOf(recover(disk, 4)).at(-1)).toBe(`${next}/2`);
    }
  });

  // storage.md, section E, 7
  test('a hole is refused wherever it is, at the front as well', () => {
    for (const [record, missing] of [
      [3, 'log record 3: is missing'],
      [4, 'log record 4: is missing'],
      [5, 'log record 5: is missing'],
    ] as const) {
      const disk = trimmed();
      disk.store('log').delete(logGroupKey(1, record));
      expect(refusal(disk)).toContain(missing);
      const closed = trimmed();
      recover(closed, 2);
      closed.store('log').delete(logGroupKey(1, record));
      expect(refusal(closed, 3)).toContain(missing);
    }
    const empty = trimmed();
    empty.store('log').clear();
    expect(refusal(empty)).toContain('log record 3: is missing: the log was trimmed when it reached 6');
  });

  test('a beginning that is lost or damaged is no beginning', () => {
    const lost = trimmed();
    lost.store('meta').delete(LOG_BEGIN_KEY);
    expect(refusal(lost)).toContain('log record 0: is missing');
    const damaged = trimmed();
    (damaged.store('meta').get(LOG_BEGIN_KEY) as Uint8Array)[1]! ^= 1;
    expect(refusal(damaged)).toContain('meta 4');
  });

  test('a replica without a checkpoint is refused: what was said of it before is gone', () => {
    const disk = trimmed();
    store(disk, 1, 6, [encodeHardState(shardId(1), 1, { currentTerm: 3, votedFor: 1, commitIndex: 0 })]);
    expect(refusal(disk)).toContain('was to follow a checkpoint of s1');
  });

  test('a checkpoint that is not of the log before it is refused', () => {
    const disk = trimmed();
    const shorter = { hardState, base: { ...base, index: 4, stampUs: 4 }, entries: [] };
    store(disk, 1, 6, [encodeCheckpoint(S0, 1, shorter)]);
    expect(refusal(disk)).toContain('log record 6: is a checkpoint of a log of 5 … 4');
  });

  // storage.md, section E, 9
  test('a crash between checkpoint and deletion leaves every entry once', () => {
    const whole = trimmed();
    const disk = whole.crashedAfter(whole.journal.length - 1);
    expect(disk.store('log').size).toBe(5);
    expect(indicesOf(recover(disk, 2))).toEqual(['3/1', '4/1', '5/1']);
  });

  // storage.md, section E, 10
  test('a crash during recovery moves no boundary', () => {
    const disk = trimmed();
    store(disk, 1, 6, [appended(entry(6)), appended(entry(7))], 40);
    const first = disk.run(recoverLog(2));
    const again = disk.run(recoverLog(3));
    expect([indicesOf(again), again.nextRecord, again.begin]).toEqual([
      indicesOf(first),
      first.nextRecord,
      first.begin,
    ]);
    disk.transact(first.transaction);
    expect(indicesOf(recover(disk, 3))).toEqual(indicesOf(first));
    expect(indicesOf(recover(disk, 4))).toEqual(indicesOf(first));
  });

  test('what a worker of a trimmed epoch writes afterwards does not count and is deleted', () => {
    const disk = trimmed();
    recover(disk, 2);
    const log = new PhysicalLog(2, 6, recover(disk, 3).values);
    log.append(encodeCheckpoint(S0, 1, { hardState, base, entries: [entry(3), entry(4), entry(5)] }));
    const { key, group } = log.startSync(() => 1) as LogWrite;
    disk.transact([
      { type: 'put', store: 'log', key: key + 4294967296, value: encodeLogGroup({ ...group, epoch: 3 }) },
    ]);
    log.completed();
    disk.transact([
      ...(log.trim(6)?.transaction.slice(0, 1) ?? []),
      { type: 'deleteRange', store: 'log', from: 0, to: logGroupKey(3, 6) },
    ]);
    store(disk, 1, 6, [appended(entry(6, 9))]);
    expect(indicesOf(recover(disk, 4))).toEqual(['3/1', '4/1', '5/1']);
    expect([...disk.store('log').keys()]).toEqual([logGroupKey(3, 6)]);
  });
});
