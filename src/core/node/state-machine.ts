import { assert, must } from '../base/assert.ts';
import { ByteWriter } from '../base/byte-writer.ts';
import { ByteReader } from '../base/bytes.ts';
import { crc32 } from '../base/crc32.ts';
import type { DiskRoutine } from '../base/disk.ts';
import { mix32 } from '../base/hash.ts';
import type { Hash64 } from '../base/hash128.ts';
import type { LogIndex, Micros, ShardId, Term } from '../base/ids.ts';
import { encodeUtf8 } from '../base/utf8.ts';
import { dataKey } from '../lsm/internal-key.ts';
import type { LsmEngine } from '../lsm/lsm-engine.ts';
import type { TokenArc } from '../merkle/leaves.ts';
import type { MetaCommand } from '../meta/meta-command.ts';
import type { MetaState } from '../meta/meta-state.ts';
import type { Refusal } from '../meta/refusal.ts';
import type { Entry } from '../raft/entry.ts';
import { type Command, decodeCommand } from './command.ts';
import type { Deadline } from './deadline-index.ts';
import { SYSTEM_KEYSPACE } from './keyspace.ts';
import { isMismatch, type SessionId, type WriteAnswer } from './message.ts';
import { MetaMachine } from './meta-machine.ts';
import { ReplicaContent } from './replica-content.ts';
import { ReplicaRows } from './replica-rows.ts';
import { RootPass } from './root-pass.ts';
import { decodeSession, encodeSession } from './session-row.ts';
import { type ExpiredSessions, rowKey, type SessionLimits, SessionTable } from './session-table.ts';
import { type Change, newChange, UserData } from './user-data.ts';
import { expectEnd } from './wire.ts';

const SUMMARY_KEY = encodeUtf8('summary');
const META_KEY = encodeUtf8('meta');

const scratch = new ByteWriter(32);

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
  compare: 8,
  meta: 9,
  metaRefused: 10,
  check: 11,
  verdict: 12,
  repair: 13,
};

export interface Applied {
  readonly outcome: ApplyOutcome;
  /** The keys whose values expired with this entry, by deadline. */
  readonly expired: readonly Uint8Array[];
  readonly expiredSessions: ExpiredSessions;
}

export type ApplyOutcome =
  | { readonly type: 'noop' | 'time' }
  | { readonly type: 'check' }
  | { readonly type: 'compare'; readonly token: number }
  | { readonly type: 'verdict'; readonly index: LogIndex; readonly root: Hash64 }
  | { readonly type: 'repair'; readonly replicaId: number }
  | { readonly type: 'meta'; readonly command: MetaCommand }
  | { readonly type: 'metaRefused'; readonly command: MetaCommand; readonly refusal: Refusal }
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
  private data: UserData;
  private sessions: SessionTable;
  private readonly limits: SessionLimits;
  /** Made when a root is first asked for: until then nothing is marked, because everything is dirty. */
  private content: ReplicaContent | undefined;

  /** Of the meta group's replicas alone. */
  readonly meta: MetaMachine | undefined;

  /** @param founded what the meta group begins with; undefined: it is a shard's */
  constructor(engine: LsmEngine, shard: ShardId, replicaId: number, limits: SessionLimits, founded?: MetaState) {
    this.engine = engine;
    this.shard = shard;
    this.replicaId = replicaId;
    this.summaryKey = dataKey(SYSTEM_KEYSPACE, shard, replicaId, SUMMARY_KEY);
    this.appliedIndex = engine.appliedIndex(shard, replicaId);
    this.data = new UserData(engine, shard, replicaId);
    this.limits = limits;
    this.sessions = new SessionTable(limits);
    this.meta = founded && new MetaMachine(founded, dataKey(SYSTEM_KEYSPACE, shard, replicaId, META_KEY));
  }

  /** When the next value expires, in log time: later than `logTimeUs`; NO_DEADLINE if none does. */
  get earliestDeadlineUs(): Micros {
    return this.data.earliestDeadlineUs;
  }

  /** Reads what the tables hold of it; to be run once, before the first `apply`. */
  *recover(): DiskRoutine<void> {
    yield* this.readSummary();
    yield* this.data.recover();
    yield* this.sessions.recover(this.engine, this.shard, this.replicaId);
    if (this.meta !== undefined) yield* this.meta.recover(this.engine);
  }

  /** Rows were replaced behind its back, by those of another replica that has applied as much: what is derived from rows is read anew. */
  *reload(): DiskRoutine<void> {
    this.data = new UserData(this.engine, this.shard, this.replicaId);
    this.sessions = new SessionTable(this.limits);
    this.distrustRoot();
    yield* this.recover();
  }

  private *readSummary(): DiskRoutine<void> {
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
  }

  /** Applies the next committed entry: reads first, then one batch with everything that it changes. */
  *apply(entry: Entry): DiskRoutine<Applied> {
    assert(entry.index === this.appliedIndex + 1, 'entries are applied in log order, each once');
    assert(entry.stampUs > this.logTimeUs, 'stamps ascend along a log');
    const change = newChange();
    const command = entry.kind === 'command' ? decodeCommand(entry.command) : undefined;
    const expired = yield* this.data.expire(entry.stampUs, change);
    const expiredSessions = this.expireSessions(entry.stampUs, command, change);
    const outcome = command === undefined ? NOOP : yield* this.applyCommand(entry, command, change);
    yield* this.data.settle(entry.stampUs, change);
    this.appliedIndex = entry.index;
    this.logTimeUs = entry.stampUs;
    this.keys += change.keys;
    assert(this.keys >= 0, 'there are no fewer than zero keys');
    this.stateHash = foldEntry(this.stateHash, entry, outcome, { expired, expiredSessions });
    change.batch.put(this.summaryKey, this.encodeSummary());
    this.engine.write(change.batch);
    this.content?.written(change.batch);
    this.engine.setApplied(this.shard, this.replicaId, entry.index);
    return { outcome, expired: expired.map(({ userKey }) => userKey), expiredSessions };
  }

  /** Towards the root of what is held now, whatever is applied meanwhile. @param arc the shard's */
  startRootPass(arc: TokenArc): RootPass {
    this.content ??= new ReplicaContent(arc);
    return this.rootPass(this.content);
  }

  /** The same, and nothing that was hashed before is made use of. */
  startFullRootPass(arc: TokenArc): RootPass {
    return this.rootPass(new ReplicaContent(arc));
  }

  /** The next root is built of all rows. */
  distrustRoot(): void {
    this.content?.distrust();
  }

  private rootPass(content: ReplicaContent): RootPass {
    const { engine, shard, replicaId, appliedIndex } = this;
    return new RootPass(content, new ReplicaRows(engine, shard, replicaId), appliedIndex);
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
    if (command.type === 'Compare') return { type: 'compare', token: command.token };
    if (command.type === 'Check') return CHECK;
    if (command.type === 'Verdict') return { type: 'verdict', index: command.index, root: command.root };
    if (command.type === 'Repair') return { type: 'repair', replicaId: command.replicaId };
    if (command.type === 'Meta')
      return must(this.meta, 'only the meta group has such entries').apply(command.command, change.batch);
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
    const answer = yield* this.data.write(command.write, entry.stampUs, change);
    const last = { answer, term: entry.term, index: entry.index };
    change.batch.put(row, encodeSession({ lastSequence: command.sequence, usedUs: entry.stampUs, last }));
    this.sessions.use(command.session, entry.stampUs);
    return { type: isMismatch(answer) ? 'mismatch' : 'written', ...last };
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
const CHECK: ApplyOutcome = { type: 'check' };
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
