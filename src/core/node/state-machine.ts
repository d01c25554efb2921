import { assert, must } from '../base/assert.ts';
import { ByteReader, ByteWriter, compareBytes, crc32 } from '../base/bytes.ts';
import type { DiskRoutine } from '../base/disk.ts';
import { mix32 } from '../base/hash.ts';
import type { LogIndex, Micros, ShardId, Term } from '../base/ids.ts';
import { encodeUtf8 } from '../base/utf8.ts';
import { dataKey } from '../lsm/internal-key.ts';
import type { LsmEngine } from '../lsm/lsm-engine.ts';
import { WriteBatch } from '../lsm/write-batch.ts';
import type { Entry } from '../raft/entry.ts';
import { type Command, decodeCommand } from './command.ts';
import { type Deadline, DeadlineIndex } from './deadline-index.ts';
import { STRONG_KEYSPACE, SYSTEM_KEYSPACE } from './keyspace.ts';
import {
  deadlineOfWrite,
  isMismatch,
  type KeyWrite,
  type SessionId,
  type WriteAnswer,
  type WriteOp,
} from './message.ts';
import { decodeSession, encodeSession } from './session-row.ts';
import { type ExpiredSessions, rowKey, type SessionLimits, SessionTable } from './session-table.ts';
import { decodeStoredValue, encodeStoredValue, isExpired, NO_DEADLINE, type StoredValue } from './stored-value.ts';
import { expectEnd } from './wire.ts';

const SUMMARY_KEY = encodeUtf8('summary');

const scratch = new ByteWriter(32);
const NO_BYTES = new Uint8Array(0);

/** What applying an entry came to. The numbers enter the state hash: do not change. */
export const OUTCOME = {
  noop: 0,
  registered: 1,
  written: 2,
  mismatch: 3,
  duplicate: 4,
  stale: 5,
  sessionExpired: 6,
  time: 7,
};

export interface Applied {
  readonly outcome: ApplyOutcome;
  /** The keys whose values expired with this entry, by deadline. */
  readonly expired: readonly Uint8Array[];
  readonly expiredSessions: ExpiredSessions;
}

export type ApplyOutcome =
  | { readonly type: 'noop' | 'time' }
  | { readonly type: 'registered'; readonly session: SessionId }
  /** `term` and `index` of the entry that did it: for a duplicate, the first one. */
  | {
      readonly type: 'written' | 'mismatch' | 'duplicate';
      readonly answer: WriteAnswer;
      readonly term: Term;
      readonly index: LogIndex;
    }
  /** The session has gone on to a later sequence: this one's answer is forgotten, and whether it was applied is not told. */
  | { readonly type: 'stale' }
  /** The session is not in the table any more: whether an earlier copy was applied, nobody knows. This one is not. */
  | { readonly type: 'sessionExpired' };

/** What one entry changes, collected before anything does. */
interface Change {
  readonly batch: WriteBatch;
  /** Live keys more, or fewer. */
  keys: number;
  /** The deadlines of values that this entry replaced or deleted before their time. */
  readonly removed: Deadline[];
  /** The earliest deadline of the values that it wrote. */
  addedUs: Micros;
}

/**
 * One replica's state machine: user data, sessions and their summary in the LSM engine, one batch per entry.
 *
 * Values expire when an entry is applied: each entry moves the shard's log time to its stamp, and first removes every value whose deadline is
 * at or before it, in the same batch. So what the engine holds at an applied index is what is live then, on every replica; keys are counted
 * exactly; and no read has to compare deadlines with any clock.
 */
export class StateMachine {
  private readonly engine: LsmEngine;
  private readonly shard: ShardId;
  readonly replicaId: number;
  private readonly summaryKey: Uint8Array;
  /** Everything up to here is in the engine. */
  appliedIndex: LogIndex;
  /** The stamp of the last entry applied. */
  logTimeUs: Micros = 0;
  /** Live user keys. */
  keys = 0;
  /** Folds (index, term, command, outcome, what expired) of every entry applied: equal on all replicas at equal appliedIndex. Unsigned. */
  stateHash = 0;
  private readonly deadlines: DeadlineIndex;
  private readonly sessions: SessionTable;

  constructor(engine: LsmEngine, shard: ShardId, replicaId: number, limits: SessionLimits) {
    this.engine = engine;
    this.shard = shard;
    this.replicaId = replicaId;
    this.summaryKey = dataKey(SYSTEM_KEYSPACE, shard, replicaId, SUMMARY_KEY);
    this.appliedIndex = engine.appliedIndex(shard, replicaId);
    this.deadlines = new DeadlineIndex(engine, shard, replicaId);
    this.sessions = new SessionTable(limits);
  }

  /** When the next value expires, in log time: later than `logTimeUs`; NO_DEADLINE if none does. */
  get earliestDeadlineUs(): Micros {
    return this.deadlines.earliestUs;
  }

  /** Reads what the tables hold of it; to be run once, before the first `apply`. */
  *recover(): DiskRoutine<void> {
    const row = yield* this.engine.get(this.summaryKey);
    assert(
      (row === undefined) === (this.appliedIndex === 0),
      `s${this.shard}: tables and manifest disagree on what is applied`,
    );
    if (row === undefined) return;
    const reader = new ByteReader(row);
    const index = reader.varint();
    assert(
      index === this.appliedIndex,
      `s${this.shard}: tables are at entry ${index}, the manifest at ${this.appliedIndex}`,
    );
    this.keys = reader.varint();
    this.stateHash = reader.u32();
    this.logTimeUs = reader.varint();
    expectEnd(reader);
    yield* this.deadlines.recover();
    yield* this.sessions.recover(this.engine, this.shard, this.replicaId);
  }

  /** Applies the next committed entry: reads first, then one batch with everything that it changes. */
  *apply(entry: Entry): DiskRoutine<Applied> {
    assert(entry.index === this.appliedIndex + 1, 'entries are applied in log order, each once');
    assert(entry.stampUs > this.logTimeUs, 'stamps ascend along a log');
    const change: Change = { batch: new WriteBatch(), keys: 0, removed: [], addedUs: NO_DEADLINE };
    const command = entry.kind === 'command' ? decodeCommand(entry.command) : undefined;
    const expired = yield* this.expire(entry.stampUs, change);
    const expiredSessions = this.expireSessions(entry.stampUs, command, change);
    const outcome = command === undefined ? NOOP : yield* this.applyCommand(entry, command, change);
    const earliestUs = yield* this.deadlines.earliestAfter(entry.stampUs, change.removed, change.addedUs);
    this.appliedIndex = entry.index;
    this.logTimeUs = entry.stampUs;
    this.keys += change.keys;
    assert(this.keys >= 0, 'there are no fewer than zero keys');
    this.stateHash = foldEntry(this.stateHash, entry, outcome, { expired, expiredSessions });
    this.deadlines.earliestUs = earliestUs;
    change.batch.put(this.summaryKey, this.encodeSummary());
    this.engine.write(change.batch);
    this.engine.setApplied(this.shard, this.replicaId, entry.index);
    return { outcome, expired: expired.map(({ userKey }) => userKey), expiredSessions };
  }

  /** Removes what is due at the entry's stamp, before the entry's own write: a later operation of a batch wins. */
  private *expire(stampUs: Micros, change: Change): DiskRoutine<readonly Deadline[]> {
    const due = yield* this.deadlines.due(stampUs);
    for (const deadline of due) {
      change.batch.delete(this.dataRow(deadline.userKey));
      change.batch.delete(this.deadlines.row(deadline));
    }
    change.keys -= due.length;
    return due;
  }

  /** Before the entry's own command: what it lets expire is not there for it. */
  private expireSessions(stampUs: Micros, command: Command | undefined, { batch }: Change): ExpiredSessions {
    const expired = this.sessions.expire(stampUs, command?.type === 'RegisterClient');
    for (const session of expired.idle) batch.delete(this.sessionRow(session));
    for (const session of expired.crowdedOut) batch.delete(this.sessionRow(session));
    return expired;
  }

  private *applyCommand(entry: Entry, command: Command, change: Change): DiskRoutine<ApplyOutcome> {
    if (command.type === 'Time') return TIME;
    if (command.type === 'RegisterClient') {
      const { batch } = change;
      const opened = { lastSequence: 0, usedUs: entry.stampUs, last: undefined };
      batch.put(this.sessionRow(entry.index), encodeSession(opened));
      this.sessions.use(entry.index, entry.stampUs);
      return { type: 'registered', session: entry.index };
    }
    return yield* this.applyInSession(entry, command, change);
  }

  private *applyInSession(
    entry: Entry,
    command: Extract<Command, { type: 'Write' }>,
    change: Change,
  ): DiskRoutine<ApplyOutcome> {
    if (!this.sessions.has(command.session)) return SESSION_EXPIRED;
    const row = this.sessionRow(command.session);
    const found = yield* this.engine.get(row);
    const session = decodeSession(must(found, 'a session in the table has its row'));
    if (command.sequence === session.lastSequence && session.last !== undefined) {
      return { type: 'duplicate', ...session.last };
    }
    if (command.sequence <= session.lastSequence) return STALE;
    const answer = yield* this.applyWrite(command.write, entry.stampUs, change);
    const last = { answer, term: entry.term, index: entry.index };
    change.batch.put(row, encodeSession({ lastSequence: command.sequence, usedUs: entry.stampUs, last }));
    this.sessions.use(command.session, entry.stampUs);
    return { type: isMismatch(answer) ? 'mismatch' : 'written', ...last };
  }

  /** @param stampUs the entry's: what is due by it is absent, and a new value's time to live begins with it */
  private *applyWrite(write: WriteOp, stampUs: Micros, change: Change): DiskRoutine<WriteAnswer> {
    if (write.type === 'Batch') return yield* this.applyBatch(write.items, stampUs, change);
    const old = yield* this.liveValue(write.key, stampUs);
    if (!matches(write, old)) return { type: 'Mismatch', actual: old?.value };
    this.stage(write, old, stampUs, change);
    return { type: 'Ok', existed: old !== undefined };
  }

  /** Every condition is compared with what was there before the entry, and only then does anything change: all of it, or nothing. */
  private *applyBatch(items: readonly KeyWrite[], stampUs: Micros, change: Change): DiskRoutine<WriteAnswer> {
    const before: (StoredValue | undefined)[] = [];
    for (const [item, write] of items.entries()) {
      const old = yield* this.liveValue(write.key, stampUs);
      if (!matches(write, old)) return { type: 'BatchMismatch', item, actual: old?.value };
      before.push(old);
    }
    for (const [item, write] of items.entries()) this.stage(write, before[item], stampUs, change);
    return { type: 'BatchOk', existed: before.map((old) => old !== undefined) };
  }

  private *liveValue(userKey: Uint8Array, stampUs: Micros): DiskRoutine<StoredValue | undefined> {
    const found = yield* this.engine.get(this.dataRow(userKey));
    const stored = found === undefined ? undefined : decodeStoredValue(found);
    return stored === undefined || isExpired(stored.deadlineUs, stampUs) ? undefined : stored;
  }

  /** @param old what the key holds; each key is staged once an entry */
  private stage(write: KeyWrite, old: StoredValue | undefined, stampUs: Micros, change: Change): void {
    const { batch } = change;
    const userKey = write.key;
    const key = this.dataRow(userKey);
    if (old !== undefined && old.deadlineUs !== NO_DEADLINE) {
      const removed = { deadlineUs: old.deadlineUs, userKey };
      change.removed.push(removed);
      batch.delete(this.deadlines.row(removed));
    }
    if (old !== undefined) change.keys--;
    if (write.type !== 'Delete') {
      const deadlineUs = deadlineOfWrite(write, stampUs) ?? NO_DEADLINE;
      batch.put(key, encodeStoredValue({ value: write.value, deadlineUs }));
      if (deadlineUs !== NO_DEADLINE) batch.put(this.deadlines.row({ deadlineUs, userKey }), NO_BYTES);
      change.addedUs = Math.min(change.addedUs, deadlineUs);
      change.keys++;
    } else if (old !== undefined) {
      batch.delete(key);
    }
  }

  private dataRow(userKey: Uint8Array): Uint8Array {
    return dataKey(STRONG_KEYSPACE, this.shard, this.replicaId, userKey);
  }

  private sessionRow(session: SessionId): Uint8Array {
    return rowKey(this.shard, this.replicaId, session);
  }

  /** appliedIndex, keys varints, stateHash u32, logTime varint. */
  private encodeSummary(): Uint8Array {
    scratch.length = 0;
    return scratch.varint(this.appliedIndex).varint(this.keys).u32(this.stateHash).varint(this.logTimeUs).finish();
  }
}

const NOOP: ApplyOutcome = { type: 'noop' };
const TIME: ApplyOutcome = { type: 'time' };
const STALE: ApplyOutcome = { type: 'stale' };
const SESSION_EXPIRED: ApplyOutcome = { type: 'sessionExpired' };

interface Gone {
  readonly expired: readonly Deadline[];
  readonly expiredSessions: ExpiredSessions;
}

function foldEntry(
  hash: number,
  entry: Entry,
  outcome: ApplyOutcome,
  { expired, expiredSessions: { idle, crowdedOut } }: Gone,
): number {
  const withPlace = mix32(mix32(hash, entry.index), entry.term);
  let folded = mix32(mix32(withPlace, crc32(entry.command)), OUTCOME[outcome.type]);
  for (const { deadlineUs, userKey } of expired) folded = mix32(mix32(folded, deadlineUs | 0), crc32(userKey));
  for (const session of idle) folded = mix32(folded, session | 0);
  for (const session of crowdedOut) folded = mix32(folded, ~session);
  return folded >>> 0;
}

/** Whether nothing stands against the write. */
const matches = (write: KeyWrite, old: StoredValue | undefined): boolean =>
  write.type !== 'Cas' || sameValue(old?.value, write.expected);

function sameValue(a: Uint8Array | undefined, b: Uint8Array | undefined): boolean {
  return a === undefined || b === undefined ? a === b : compareBytes(a, b) === 0;
}
