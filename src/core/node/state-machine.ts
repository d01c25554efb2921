import { assert } from '../base/assert.ts';
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
import { deadlineOfWrite, type SessionId, type WriteAnswer, type WriteOp } from './message.ts';
import { decodeSession, encodeSession, NEW_SESSION, sessionKey } from './session-table.ts';
import { decodeStoredValue, encodeStoredValue, isExpired, NO_DEADLINE } from './stored-value.ts';
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
  unknownSession: 6,
  time: 7,
};

export interface Applied {
  readonly outcome: ApplyOutcome;
  /** The keys whose values expired with this entry, by deadline. */
  readonly expired: readonly Uint8Array[];
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
  | { readonly type: 'unknownSession' };

/** What one entry changes, collected before anything does. */
interface Change {
  readonly batch: WriteBatch;
  /** Live keys more, or fewer. */
  keys: number;
  /** The deadline of a value that this entry replaced or deleted before its time. */
  removed: Deadline | undefined;
  /** The deadline of the value that it wrote. */
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

  constructor(engine: LsmEngine, shard: ShardId, replicaId: number) {
    this.engine = engine;
    this.shard = shard;
    this.replicaId = replicaId;
    this.summaryKey = dataKey(SYSTEM_KEYSPACE, shard, replicaId, SUMMARY_KEY);
    this.appliedIndex = engine.appliedIndex(shard, replicaId);
    this.deadlines = new DeadlineIndex(engine, shard, replicaId);
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
  }

  /** Applies the next committed entry: reads first, then one batch with everything that it changes. */
  *apply(entry: Entry): DiskRoutine<Applied> {
    assert(entry.index === this.appliedIndex + 1, 'entries are applied in log order, each once');
    assert(entry.stampUs > this.logTimeUs, 'stamps ascend along a log');
    const change: Change = { batch: new WriteBatch(), keys: 0, removed: undefined, addedUs: NO_DEADLINE };
    const expired = yield* this.expire(entry.stampUs, change);
    const outcome = entry.kind === 'command' ? yield* this.applyCommand(entry, change) : NOOP;
    const earliestUs = yield* this.deadlines.earliestAfter(entry.stampUs, change.removed, change.addedUs);
    this.appliedIndex = entry.index;
    this.logTimeUs = entry.stampUs;
    this.keys += change.keys;
    assert(this.keys >= 0, 'there are no fewer than zero keys');
    this.stateHash = foldEntry(this.stateHash, entry, outcome, expired);
    this.deadlines.earliestUs = earliestUs;
    change.batch.put(this.summaryKey, this.encodeSummary());
    this.engine.write(change.batch);
    this.engine.setApplied(this.shard, this.replicaId, entry.index);
    return { outcome, expired: expired.map(({ userKey }) => userKey) };
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

  private *applyCommand(entry: Entry, change: Change): DiskRoutine<ApplyOutcome> {
    const command = decodeCommand(entry.command);
    if (command.type === 'Time') return TIME;
    if (command.type === 'RegisterClient') {
      const { batch } = change;
      batch.put(this.sessionRow(entry.index), encodeSession(NEW_SESSION));
      return { type: 'registered', session: entry.index };
    }
    return yield* this.applyInSession(entry, command, change);
  }

  private *applyInSession(
    entry: Entry,
    command: Extract<Command, { type: 'Write' }>,
    change: Change,
  ): DiskRoutine<ApplyOutcome> {
    const rowKey = this.sessionRow(command.session);
    const row = yield* this.engine.get(rowKey);
    if (row === undefined) return UNKNOWN_SESSION;
    const session = decodeSession(row);
    if (command.sequence === session.lastSequence && session.last !== undefined) {
      return { type: 'duplicate', ...session.last };
    }
    if (command.sequence <= session.lastSequence) return STALE;
    const answer = yield* this.applyWrite(command.write, entry.stampUs, change);
    const last = { answer, term: entry.term, index: entry.index };
    change.batch.put(rowKey, encodeSession({ lastSequence: command.sequence, last }));
    return { type: answer.type === 'Ok' ? 'written' : 'mismatch', ...last };
  }

  /** @param stampUs the entry's: what is due by it is absent, and a new value's time to live begins with it */
  private *applyWrite(write: WriteOp, stampUs: Micros, change: Change): DiskRoutine<WriteAnswer> {
    const { batch } = change;
    const userKey = write.key;
    const key = this.dataRow(userKey);
    const found = yield* this.engine.get(key);
    const stored = found === undefined ? undefined : decodeStoredValue(found);
    const old = stored === undefined || isExpired(stored.deadlineUs, stampUs) ? undefined : stored;
    if (write.type === 'Cas' && !sameValue(old?.value, write.expected)) return { type: 'Mismatch', actual: old?.value };
    if (old !== undefined && old.deadlineUs !== NO_DEADLINE) {
      change.removed = { deadlineUs: old.deadlineUs, userKey };
      batch.delete(this.deadlines.row(change.removed));
    }
    const existed = old !== undefined;
    if (existed) change.keys--;
    if (write.type !== 'Delete') {
      const deadlineUs = deadlineOfWrite(write, stampUs) ?? NO_DEADLINE;
      batch.put(key, encodeStoredValue({ value: write.value, deadlineUs }));
      if (deadlineUs !== NO_DEADLINE) batch.put(this.deadlines.row({ deadlineUs, userKey }), NO_BYTES);
      change.addedUs = deadlineUs;
      change.keys++;
    } else if (existed) {
      batch.delete(key);
    }
    return { type: 'Ok', existed };
  }

  private dataRow(userKey: Uint8Array): Uint8Array {
    return dataKey(STRONG_KEYSPACE, this.shard, this.replicaId, userKey);
  }

  private sessionRow(session: SessionId): Uint8Array {
    return dataKey(SYSTEM_KEYSPACE, this.shard, this.replicaId, sessionKey(session));
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
const UNKNOWN_SESSION: ApplyOutcome = { type: 'unknownSession' };

function foldEntry(hash: number, entry: Entry, outcome: ApplyOutcome, expired: readonly Deadline[]): number {
  const withPlace = mix32(mix32(hash, entry.index), entry.term);
  let folded = mix32(mix32(withPlace, crc32(entry.command)), OUTCOME[outcome.type]);
  for (const { deadlineUs, userKey } of expired) folded = mix32(mix32(folded, deadlineUs | 0), crc32(userKey));
  return folded >>> 0;
}

function sameValue(a: Uint8Array | undefined, b: Uint8Array | undefined): boolean {
  return a === undefined || b === undefined ? a === b : compareBytes(a, b) === 0;
}
