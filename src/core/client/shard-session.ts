import { assert } from '../base/assert.ts';
import type { ShardId } from '../base/ids.ts';
import type { SessionId } from '../node/message.ts';
import type { Call } from './call.ts';

/**
 * A client's session in one shard (dissertation §6.3) and the writes that go through it, one after the other: with a single write
 * outstanding the shard needs to remember one answer per session.
 */
export class ShardSession {
  /** Undefined before registration and after the shard said that it does not know the session. */
  private id: SessionId | undefined;
  /** The highest sequence number given away in this session. A number is never used for two writes, whatever became of the first. */
  private lastSequence = 0;
  /** Only the first is being sent. */
  private readonly writes: Call[] = [];

  get session(): SessionId | undefined {
    return this.id;
  }

  get head(): Call | undefined {
    return this.writes[0];
  }

  get queued(): number {
    return this.writes.length;
  }

  nextSequence(): number {
    assert(this.id !== undefined, 'sequence numbers belong to a session');
    this.lastSequence++;
    return this.lastSequence;
  }

  registered(session: SessionId): void {
    assert(this.id === undefined, 'registered once until the session is forgotten');
    assert(session > 0, 'a session is the index of a log entry');
    this.id = session;
    this.lastSequence = 0;
  }

  /** The shard does not know `session`. */
  forget(session: SessionId): void {
    if (this.id === session) this.id = undefined;
  }

  enqueue(write: Call): void {
    this.writes.push(write);
  }

  /** True if it was the first, so that the next one may start. */
  remove(write: Call): boolean {
    const at = this.writes.indexOf(write);
    assert(at >= 0, 'a write is queued until it is complete');
    this.writes.splice(at, 1);
    return at === 0;
  }
}

/** That of a shard; a new one where there is none. */
export function sessionOf(sessions: Map<ShardId, ShardSession>, shard: ShardId): ShardSession {
  const known = sessions.get(shard);
  if (known !== undefined) return known;
  const fresh = new ShardSession();
  sessions.set(shard, fresh);
  return fresh;
}
