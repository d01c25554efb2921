import type { DiskRoutine } from '../base/disk.ts';
import type { Micros, ShardId } from '../base/ids.ts';
import { dataKey, userKeyOf } from '../lsm/internal-key.ts';
import type { LsmEngine } from '../lsm/lsm-engine.ts';
import type { ScanPage } from '../lsm/store-iterator.ts';
import { SYSTEM_KEYSPACE } from './keyspace.ts';
import type { SessionId } from './message.ts';
import { decodeSession, SESSION_KEYS_END, sessionKey, sessionOfKey } from './session-row.ts';

export interface SessionLimits {
  /** Sessions that a shard keeps: one more, and the one that was used least recently expires. */
  readonly sessionsMax: number;
  /** A session that is not used for so long, in log time, expires. */
  readonly sessionIdleUsMax: Micros;
}

/** Sessions that go with one entry, those used least recently first. */
export interface ExpiredSessions {
  /** Not used for `sessionIdleUsMax`. */
  readonly idle: readonly SessionId[];
  /** There were too many. */
  readonly crowdedOut: readonly SessionId[];
}

const NOBODY: readonly SessionId[] = [];
const NONE: ExpiredSessions = { idle: NOBODY, crowdedOut: NOBODY };
const PAGE = 1000;

/**
 * When the sessions of one replica were last used (dissertation §6.3). A session expires with an entry of the log, by that entry's stamp or by the
 * number of sessions: so every replica lets the same ones go at the same entry, and no clock of its own enters. An id is the index of the entry
 * that registered it, so none is used twice. Derived from the session rows, from which recovery reads it again.
 */
export class SessionTable {
  private readonly limits: SessionLimits;
  /** Those used least recently first: stamps ascend along a log, and every use goes to the end. */
  private readonly usedUs = new Map<SessionId, Micros>();

  constructor(limits: SessionLimits) {
    this.limits = limits;
  }

  *recover(engine: LsmEngine, shard: ShardId, replicaId: number): DiskRoutine<void> {
    const found: { readonly session: SessionId; readonly usedUs: Micros }[] = [];
    const to = dataKey(SYSTEM_KEYSPACE, shard, replicaId, SESSION_KEYS_END);
    let next: SessionId | undefined = 0;
    while (next !== undefined) {
      const { pairs, more }: ScanPage = yield* engine.scan(rowKey(shard, replicaId, next), to, PAGE);
      for (const { key, value } of pairs)
        found.push({ session: sessionOfKey(userKeyOf(key)), usedUs: decodeSession(value).usedUs });
      next = more ? (found.at(-1)?.session ?? 0) + 1 : undefined;
    }
    found.sort((a, b) => a.usedUs - b.usedUs);
    for (const { session, usedUs } of found) this.usedUs.set(session, usedUs);
  }

  has(session: SessionId): boolean {
    return this.usedUs.has(session);
  }

  /**
   * Forgets what expires with an entry.
   * @param stampUs the entry's
   * @param opens it opens one session more
   */
  expire(stampUs: Micros, opens: boolean): ExpiredSessions {
    const { sessionsMax, sessionIdleUsMax } = this.limits;
    const idle: SessionId[] = [];
    for (const [session, usedUs] of this.usedUs) {
      if (usedUs + sessionIdleUsMax > stampUs) break;
      idle.push(session);
      this.usedUs.delete(session);
    }
    const crowdedOut: SessionId[] = [];
    for (const session of this.usedUs.keys()) {
      if (!opens || this.usedUs.size < sessionsMax) break;
      crowdedOut.push(session);
      this.usedUs.delete(session);
    }
    return idle.length + crowdedOut.length === 0 ? NONE : { idle, crowdedOut };
  }

  /** It was opened, or written through, by an entry with this stamp. */
  use(session: SessionId, stampUs: Micros): void {
    this.usedUs.delete(session);
    this.usedUs.set(session, stampUs);
  }
}

/** The row of a session in the store. */
export const rowKey = (shard: ShardId, replicaId: number, session: SessionId): Uint8Array =>
  dataKey(SYSTEM_KEYSPACE, shard, replicaId, sessionKey(session));
