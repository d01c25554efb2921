import type { Micros } from '../../core/base/ids.ts';
import type { TraceEvent } from '../../core/cluster/trace-event.ts';
import { reduceAll } from '../store/reduce.ts';
import type { ViewModel } from '../store/view-model.ts';

/** A part of the trace, and the model that it goes on from. */
export interface Stretch {
  readonly before: ViewModel;
  /** The moment of `before`: everything up to it has been reduced, and nothing after. */
  readonly beforeUs: Micros;
  readonly events: TraceEvent[];
  weight: number;
}

/** Events from one kept model to the next: an earlier moment costs no more than reducing so many. */
export const STRETCH_EVENTS = 2000;
/** What is kept in all, in events without entries or values; some 30 MB of a page's memory. */
export const WEIGHT_MAX = 80_000;
/** So many bytes of a command or value weigh as much as one event. */
const BYTES_PER_WEIGHT = 256;

/** The last part of the trace with a model every so often. What falls out at its beginning cannot be looked at any more. */
export class TraceHistory {
  /** Oldest first; what is looked at is among them. */
  stretches: readonly Stretch[] = [];
  /** The newest moment: of the event that was taken in last, or of one before it that said a later time. */
  endUs: Micros = 0;

  /** Takes a batch in. @returns the model after it */
  reduce(model: ViewModel, events: readonly TraceEvent[]): ViewModel {
    let after = model;
    for (let at = 0; at < events.length; ) {
      const stretch = this.open(after);
      const batch = events.slice(at, at + STRETCH_EVENTS - stretch.events.length);
      at += batch.length;
      for (const event of batch) {
        stretch.events.push(event);
        stretch.weight += weightOf(event);
        // What is told late says when it was.
        this.endUs = Math.max(this.endUs, event.timeUs);
      }
      after = reduceAll(after, batch);
    }
    this.trim();
    return after;
  }

  clear(): void {
    this.stretches = [];
    this.endUs = 0;
  }

  private open(model: ViewModel): Stretch {
    const last = this.stretches.at(-1);
    if (last !== undefined && last.events.length < STRETCH_EVENTS) return last;
    const stretch = { before: model, beforeUs: this.endUs, events: [], weight: 0 };
    this.stretches = [...this.stretches, stretch];
    return stretch;
  }

  /** Whole stretches from the front; the newest stays, however heavy it is. */
  private trim(): void {
    let total = this.stretches.reduce((sum, { weight }) => sum + weight, 0);
    let drop = 0;
    for (const { weight } of this.stretches.slice(0, -1)) {
      if (total <= WEIGHT_MAX) break;
      total -= weight;
      drop++;
    }
    if (drop > 0) this.stretches = this.stretches.slice(drop);
  }
}

/** Entries and values are what an event can be heavy with. */
function weightOf(event: TraceEvent): number {
  switch (event.type) {
    case 'EntriesAppended':
    case 'ReplicaRecovered':
      return event.entries.reduce((sum, { command }) => sum + 1 + command.length / BYTES_PER_WEIGHT, 1);
    case 'OperationInvoked':
      return 1 + ('value' in event.operation ? (event.operation.value?.length ?? 0) : 0) / BYTES_PER_WEIGHT;
    default:
      return 1;
  }
}
