import type { NodeEvent } from './trace-event.ts';

/** What a node reports, until it is taken. All parts of the node report to the same one. */
export class EventLog {
  private events: NodeEvent[] = [];

  push(event: NodeEvent): void {
    this.events.push(event);
  }

  /** Everything since the last call, oldest first; the array is the caller's. */
  take(): NodeEvent[] {
    const taken = this.events;
    this.events = [];
    return taken;
  }
}
