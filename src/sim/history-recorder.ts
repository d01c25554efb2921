import { type ClientActorId, shardId } from '../core/base/ids.ts';
import { keysOfOperation, type Operation } from '../core/client/operation.ts';
import type { Action, TimedAction } from '../core/cluster/action.ts';
import type { RunMark } from '../core/cluster/check-report.ts';
import type { TraceEvent } from '../core/cluster/trace-event.ts';
import type { Role } from '../core/raft/entry.ts';

/** A history is recorded up to so many operations, of a batch its writes, */
const OPERATIONS_MAX = 100_000;
/** so many bytes of keys and values, */
const BYTES_MAX = 32 * 2 ** 20;
/** and so many faults and changes of leaders. */
const MARKS_MAX = 50_000;

/** The client of whatever was asked before the page was loaded anew; no client can be called that. */
export const BEFORE_RELOAD = 'before the reload';
const NOBODY = 100 as ClientActorId;

/** Taken by a person to look closer; no fault. */
const QUIET: ReadonlySet<Action['type']> = new Set([
  'Operate',
  'Deliver',
  'CompleteWrite',
  'Flush',
  'Compact',
  'Scrub',
]);

/** Whether it is told beside what clients saw. */
export function isMark(event: TraceEvent): event is RunMark {
  if (event.type === 'ActionTaken') return !QUIET.has(event.action.type);
  return (
    event.type === 'NodeKilled' ||
    event.type === 'NodeCrashed' ||
    event.type === 'NodeRecovered' ||
    event.type === 'InvariantViolated'
  );
}

/** Keeps the events of a run from which its history can be told, for whoever asks later: at any speed, looked at or not. */
export class HistoryRecorder {
  private readonly kept: TraceEvent[] = [];
  private readonly leaders = new Set<string>();
  /** Recorded operations under way. */
  private readonly open = new Set<number>();
  private operations = 0;
  private marks = 0;
  private bytes = 0;
  /** The history has its full length: operations that begin now are not in it, nor how those end that were under way. */
  full = false;

  /**
   * A run that goes on after a reload: nobody remembers what its earlier operations were answered, so any of them may have happened, or not. The
   * other actions are known.
   */
  resume(actions: readonly TimedAction[]): void {
    for (const { timeUs, action } of actions) {
      if (action.type !== 'Operate') {
        this.observe({ timeUs, type: 'ActionTaken', action });
        continue;
      }
      const { operation } = action;
      if (operation.type === 'Get' || operation.type === 'Scan') continue;
      const id = -(this.kept.length + 1);
      const asked = { client: NOBODY, clientName: BEFORE_RELOAD, shard: shardId(0) };
      this.kept.push({ timeUs, type: 'OperationInvoked', id, operation, ...asked });
    }
  }

  /** Bound, as a world takes its observer. */
  readonly observe = (event: TraceEvent): void => {
    if (this.concerns(event)) this.kept.push(event);
  };

  /** What was kept after the first `count` events. */
  since(count: number): readonly TraceEvent[] {
    return this.kept.slice(count);
  }

  private concerns(event: TraceEvent): boolean {
    if (event.type === 'OperationCompleted') return this.open.delete(event.id);
    if (event.type === 'OperationInvoked') return this.begins(event.id, event.operation);
    if (event.type === 'RoleChanged') return this.changesLeader(`${event.shard} ${event.node}`, event.role);
    if (!isMark(event) || ++this.marks > MARKS_MAX) return false;
    // The clients are gone, and numbers start again.
    if (event.type === 'ActionTaken' && event.action.type === 'Reload') this.open.clear();
    return true;
  }

  private begins(id: number, operation: Operation): boolean {
    this.operations += keysOfOperation(operation).length;
    this.bytes += sizeOf(operation);
    this.full ||= this.operations > OPERATIONS_MAX || this.bytes > BYTES_MAX;
    // What is under way may yet be told of writes that nobody records: their answers are not recorded either, so that they count as unknown.
    if (this.full) this.open.clear();
    else this.open.add(id);
    return !this.full;
  }

  private changesLeader(who: string, role: Role): boolean {
    if (role !== 'leader') return this.leaders.delete(who);
    if (++this.marks > MARKS_MAX) return false;
    this.leaders.add(who);
    return true;
  }
}

/** Of its keys and values. */
function sizeOf(operation: Operation): number {
  const parts = operation.type === 'Batch' ? operation.items.flatMap(Object.values) : Object.values(operation);
  return parts.reduce<number>((sum, part) => (part instanceof Uint8Array ? sum + part.length : sum), 0);
}
