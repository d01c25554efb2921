import type { Micros } from '../../base/ids.ts';
import type { TraceEvent } from '../trace-event.ts';
import { FollowedPaths, type ReducePaths } from './followed-paths.ts';
import { NO_PATHS, type OperationPath, pathOf } from './operation-path.ts';

const NONE = FollowedPaths.of(NO_PATHS);

/** The paths of the last operations, as the trace told them so far: the screen may be behind it, and may show an earlier moment. */
export class ToldPaths {
  /** Of this run. */
  paths = NONE;
  /** The latest event taken in, and the latest moment said to be reached. */
  private newestUs: Micros = 0;
  private reachedUs: Micros = 0;

  take(events: readonly TraceEvent[]): void {
    let begin = 0;
    for (const [i, { type, timeUs }] of events.entries()) {
      // Every run begins with the start of its nodes, and counts its operations from 1.
      if (type === 'NodeStarted' && timeUs < this.newestUs) {
        this.begin();
        begin = i;
      }
      this.newestUs = Math.max(this.newestUs, timeUs);
    }
    this.paths = this.paths.after(events.slice(begin));
  }

  /** The cluster has come to this moment: time never runs back within a run. */
  reach(timeUs: Micros): void {
    if (timeUs < this.reachedUs) this.begin();
    this.reachedUs = timeUs;
  }

  /** Undefined when it is none of the last operations of this run. */
  of(operation: number, reduce: ReducePaths): OperationPath | undefined {
    return pathOf(this.paths.read(reduce), operation);
  }

  /** Another run: none of its operations is known yet. */
  private begin(): void {
    this.paths = NONE;
    this.newestUs = 0;
    this.reachedUs = 0;
  }
}
