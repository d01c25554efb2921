import type { DiskRoutine } from '../base/disk.ts';
import type { Micros, ShardId } from '../base/ids.ts';
import { encodeUtf8 } from '../base/utf8.ts';
import { dataKey, userKeyOf } from '../lsm/internal-key.ts';
import type { LsmEngine } from '../lsm/lsm-engine.ts';
import { SYSTEM_KEYSPACE } from './keyspace.ts';
import { NO_DEADLINE } from './stored-value.ts';

const ROW_PREFIX = encodeUtf8('deadline/');
const DEADLINE_BYTES = 8;
const HEAD_BYTES = ROW_PREFIX.length + DEADLINE_BYTES;
const NO_BYTES = new Uint8Array(0);
const PAGE = 1000;

export interface Deadline {
  readonly deadlineUs: Micros;
  /** Of the value that expires then. */
  readonly userKey: Uint8Array;
}

/**
 * The values of one replica that will expire, by deadline: a system row each, written in the batch of the value itself, so that flushes and
 * crashes keep or lose both together and recovery finds the earliest deadline without looking at the values.
 */
export class DeadlineIndex {
  private readonly engine: LsmEngine;
  private readonly shard: ShardId;
  private readonly replicaId: number;
  /** NO_DEADLINE = nothing expires. Changed by `settle` only. */
  earliestUs: Micros = NO_DEADLINE;

  constructor(engine: LsmEngine, shard: ShardId, replicaId: number) {
    this.engine = engine;
    this.shard = shard;
    this.replicaId = replicaId;
  }

  *recover(): DiskRoutine<void> {
    this.earliestUs = yield* this.earliestFrom(0, []);
  }

  /** Key of the row: `deadline/`, the deadline as u64 big-endian, the user key. */
  row({ deadlineUs, userKey }: Deadline): Uint8Array {
    const key = new Uint8Array(HEAD_BYTES + userKey.length);
    key.set(ROW_PREFIX);
    let rest = deadlineUs;
    for (let i = HEAD_BYTES - 1; i >= ROW_PREFIX.length; i--) {
      key[i] = rest % 256;
      rest = Math.floor(rest / 256);
    }
    key.set(userKey, HEAD_BYTES);
    return dataKey(SYSTEM_KEYSPACE, this.shard, this.replicaId, key);
  }

  /** Every deadline up to and including `logTimeUs`, in order. */
  *due(logTimeUs: Micros): DiskRoutine<readonly Deadline[]> {
    if (this.earliestUs > logTimeUs) return [];
    const due: Deadline[] = [];
    const to = this.row({ deadlineUs: logTimeUs + 1, userKey: NO_BYTES });
    // From the earliest on: the rows before it are tombstones by now, of which there may be many.
    let from = this.row({ deadlineUs: this.earliestUs, userKey: NO_BYTES });
    for (;;) {
      const { pairs, more } = yield* this.engine.scan(from, to, PAGE);
      for (const { key } of pairs) due.push(deadlineOf(key));
      const last = pairs[pairs.length - 1];
      if (!more || last === undefined) return due;
      from = successor(last.key);
    }
  }

  /**
   * What `earliestUs` is once an entry has taken effect, found before it does.
   * @param logTimeUs the entry's stamp: what is due by then is gone
   * @param removed replaced or deleted before their time
   * @param added the earliest of those that it set
   */
  *earliestAfter(logTimeUs: Micros, removed: readonly Deadline[], added: Micros): DiskRoutine<Micros> {
    const stands = this.earliestUs > logTimeUs && removed.every(({ deadlineUs }) => deadlineUs !== this.earliestUs);
    const others = stands ? this.earliestUs : yield* this.earliestFrom(logTimeUs + 1, removed);
    return Math.min(others, added);
  }

  private *earliestFrom(fromUs: Micros, removed: readonly Deadline[]): DiskRoutine<Micros> {
    const from = this.row({ deadlineUs: fromUs, userKey: NO_BYTES });
    const to = this.row({ deadlineUs: NO_DEADLINE, userKey: NO_BYTES });
    const { pairs } = yield* this.engine.scan(from, to, removed.length + 1);
    const gone = removed.map((deadline) => this.row(deadline));
    const first = pairs.find(({ key }) => !gone.some((row) => sameBytes(key, row)));
    return first === undefined ? NO_DEADLINE : deadlineOf(first.key).deadlineUs;
  }
}

function deadlineOf(row: Uint8Array): Deadline {
  const key = userKeyOf(row);
  let deadlineUs = 0;
  for (let i = ROW_PREFIX.length; i < HEAD_BYTES; i++) deadlineUs = deadlineUs * 256 + (key[i] as number);
  return { deadlineUs, userKey: key.slice(HEAD_BYTES) };
}

/** The first key after this one. */
function successor(key: Uint8Array): Uint8Array {
  const next = new Uint8Array(key.length + 1);
  next.set(key);
  return next;
}

const sameBytes = (a: Uint8Array, b: Uint8Array): boolean => a.length === b.length && a.every((x, i) => x === b[i]);
