import { assert } from '../base/assert.ts';
import type { LogIndex } from '../base/ids.ts';
import type { ReadState } from './ready.ts';

/**
 * ReadIndex requests of a leader that no quorum has confirmed yet (dissertation §6.4). A read is served at the commit index of the moment
 * it was registered, once a quorum answered a heartbeat sent after that moment: nobody else can have committed anything before it.
 */
export class ReadIndexQueue {
  /** Asked for before the leader committed an entry of its own term: its commit index may still be too low (§8). */
  private held: number[] = [];
  /** In order of their contexts. */
  private pending: ReadState[] = [];
  /** Never decreases, also across leaderships. */
  private newestContext = 0;

  hold(context: number): void {
    this.accept(context);
    this.held.push(context);
  }

  register(context: number, commitIndex: LogIndex): void {
    assert(this.held.length === 0, 'held reads are registered first');
    this.accept(context);
    this.pending.push({ context, index: commitIndex });
  }

  /** The leader's first own-term commit. True if there was something to release into the next round. */
  registerHeld(commitIndex: LogIndex): boolean {
    const any = this.held.length > 0;
    for (const context of this.held) this.pending.push({ context, index: commitIndex });
    this.held = [];
    return any;
  }

  /** What a heartbeat sent now confirms: the newest pending context, 0 if none. */
  get round(): number {
    return this.pending[this.pending.length - 1]?.context ?? 0;
  }

  /** Takes out every read whose context is ≤ `context`, which a quorum confirmed. */
  confirm(context: number, into: ReadState[]): void {
    while (this.pending.length > 0 && (this.pending[0] as ReadState).context <= context) {
      into.push(this.pending.shift() as ReadState);
    }
  }

  /** Leadership is over: none of them may be served. */
  clear(): void {
    this.held = [];
    this.pending = [];
  }

  private accept(context: number): void {
    assert(context > this.newestContext, 'ReadIndex contexts strictly increase');
    this.newestContext = context;
  }
}
