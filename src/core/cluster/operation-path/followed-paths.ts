import type { TraceEvent } from '../trace-event.ts';
import type { OperationPaths } from './operation-path.ts';

/** `reducePaths`, which a page fetches only when somebody looks at a path. */
export type ReducePaths = (state: OperationPaths, events: readonly TraceEvent[]) => OperationPaths;

/**
 * The paths at one moment of a run, worked out when they are first read: until then the events that lead to them are kept. What one of them
 * reads, the earlier ones of its run need not read again. To who reads it, it never changes.
 */
export class FollowedPaths {
  private before: FollowedPaths | undefined;
  private events: readonly TraceEvent[];
  private known: OperationPaths | undefined;
  private piled: number;

  private constructor(before: FollowedPaths | undefined, events: readonly TraceEvent[], known?: OperationPaths) {
    this.before = before;
    this.events = events;
    this.known = known;
    this.piled = (before?.piled ?? 0) + events.length;
  }

  static of(known: OperationPaths): FollowedPaths {
    return new FollowedPaths(undefined, [], known);
  }

  /** The paths after these events. */
  after(events: readonly TraceEvent[]): FollowedPaths {
    return events.length === 0 ? this : new FollowedPaths(this, events);
  }

  /** How many events are kept for them. */
  get unread(): number {
    return this.piled;
  }

  read(reduce: ReducePaths): OperationPaths {
    const unread: FollowedPaths[] = [];
    let from: FollowedPaths = this;
    for (; from.before !== undefined; from = from.before) unread.push(from);
    let known = from.known as OperationPaths;
    for (const each of unread.reverse()) {
      known = reduce(known, each.events);
      each.know(known);
    }
    return known;
  }

  private know(known: OperationPaths): void {
    this.known = known;
    this.before = undefined;
    this.events = [];
    this.piled = 0;
  }
}
