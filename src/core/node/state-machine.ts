import { assert } from '../base/assert.ts';
import { ByteReader, ByteWriter, compareBytes, crc32 } from '../base/bytes.ts';
import type { DiskRoutine } from '../base/disk.ts';
import { mix32 } from '../base/hash.ts';
import type { LogIndex, ShardId, Term } from '../base/ids.ts';
import { encodeUtf8 } from '../base/utf8.ts';
import { dataKey } from '../lsm/internal-key.ts';
import type { LsmEngine } from '../lsm/lsm-engine.ts';
import { WriteBatch } from '../lsm/write-batch.ts';
import type { Entry } from '../raft/entry.ts';
import { decodeCommand } from './command.ts';
import { STRONG_KEYSPACE, SYSTEM_KEYSPACE } from './keyspaces.ts';
import type { SessionId, WriteAnswer, WriteOp } from './message.ts';
import { decodeSession, encodeSession, NEW_SESSION, sessionKey } from './session-table.ts';
import { expectEnd } from './wire.ts';

const SUMMARY_KEY = encodeUtf8('summary');

const scratch = new ByteWriter(24);

/** What applying an entry came to. The numbers enter the state hash: do not change. */
export const OUTCOME = { noop: 0, registered: 1, written: 2, mismatch: 3, duplicate: 4, stale: 5, unknownSession: 6 };

export type ApplyOutcome =
  | { readonly type: 'noop' }
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

/** One replica's state machine: user data, sessions and their summary in the LSM engine, one batch per entry. */
export class StateMachine {
  private readonly engine: LsmEngine;
  private readonly shard: ShardId;
  private readonly replicaId: number;
  private readonly summaryKey: Uint8Array;
  /** Everything up to here is in the engine. */
  appliedIndex: LogIndex;
  /** Live user keys. */
  keys = 0;
  /** Folds (index, term, command, outcome) of every entry applied: equal on all replicas at equal appliedIndex. Unsigned. */
  stateHash = 0;

  constructor(engine: LsmEngine, shard: ShardId, replicaId: number) {
    this.engine = engine;
    this.shard = shard;
    this.replicaId = replicaId;
    this.summaryKey = dataKey(SYSTEM_KEYSPACE, shard, replicaId, SUMMARY_KEY);
    this.appliedIndex = engine.appliedIndex(shard, replicaId);
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
    expectEnd(reader);
  }

  /** Applies the next committed entry: reads first, then one batch with everything that it changes. */
  *apply(entry: Entry): DiskRoutine<ApplyOutcome> {
    assert(entry.index === this.appliedIndex + 1, 'entries are applied in log order, each once');
    const batch = new WriteBatch();
    const outcome = entry.kind === 'noop' ? NOOP : yield* this.applyCommand(entry, batch);
    this.appliedIndex = entry.index;
    this.stateHash = foldEntry(this.stateHash, entry, outcome);
    batch.put(this.summaryKey, this.encodeSummary());
    this.engine.write(batch);
    this.engine.setApplied(this.shard, this.replicaId, entry.index);
    return outcome;
  }

  private *applyCommand(entry: Entry, batch: WriteBatch): DiskRoutine<ApplyOutcome> {
    const command = decodeCommand(entry.command);
    if (command.type === 'RegisterClient') {
      batch.put(this.sessionRow(entry.index), encodeSession(NEW_SESSION));
      return { type: 'registered', session: entry.index };
    }
    const rowKey = this.sessionRow(command.session);
    const row = yield* this.engine.get(rowKey);
    if (row === undefined) return UNKNOWN_SESSION;
    const session = decodeSession(row);
    if (command.sequence === session.lastSequence && session.last !== undefined) {
      return { type: 'duplicate', ...session.last };
    }
    if (command.sequence <= session.lastSequence) return STALE;
    const answer = yield* this.applyWrite(command.write, batch);
    const last = { answer, term: entry.term, index: entry.index };
    batch.put(rowKey, encodeSession({ lastSequence: command.sequence, last }));
    return { type: answer.type === 'Ok' ? 'written' : 'mismatch', ...last };
  }

  private *applyWrite(write: WriteOp, batch: WriteBatch): DiskRoutine<WriteAnswer> {
    const key = dataKey(STRONG_KEYSPACE, this.shard, this.replicaId, write.key);
    const old = yield* this.engine.get(key);
    if (write.type === 'Cas' && !sameValue(old, write.expected)) return { type: 'Mismatch', actual: old };
    const existed = old !== undefined;
    if (write.type === 'Delete') {
      if (existed) {
        batch.delete(key);
        this.keys--;
      }
    } else {
      batch.put(key, write.value);
      if (!existed) this.keys++;
    }
    assert(this.keys >= 0, 'there are no fewer than zero keys');
    return { type: 'Ok', existed };
  }

  private sessionRow(session: SessionId): Uint8Array {
    return dataKey(SYSTEM_KEYSPACE, this.shard, this.replicaId, sessionKey(session));
  }

  /** appliedIndex, keys varints, stateHash u32. */
  private encodeSummary(): Uint8Array {
    scratch.length = 0;
    return scratch.varint(this.appliedIndex).varint(this.keys).u32(this.stateHash).finish();
  }
}

const NOOP: ApplyOutcome = { type: 'noop' };
const STALE: ApplyOutcome = { type: 'stale' };
const UNKNOWN_SESSION: ApplyOutcome = { type: 'unknownSession' };

function foldEntry(hash: number, entry: Entry, outcome: ApplyOutcome): number {
  const withPlace = mix32(mix32(hash, entry.index), entry.term);
  return mix32(mix32(withPlace, crc32(entry.command)), OUTCOME[outcome.type]) >>> 0;
}

function sameValue(a: Uint8Array | undefined, b: Uint8Array | undefined): boolean {
  return a === undefined || b === undefined ? a === b : compareBytes(a, b) === 0;
}
