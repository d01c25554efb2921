import type { RunCondition, RunEnd } from '../../console/cluster.ts';
import type { Micros } from '../../core/base/ids.ts';
import type { TraceEvent } from '../../core/cluster/trace-event.ts';
import type { World } from '../../sim/world.ts';

/** What never comes is waited for at most this long in virtual time. */
const PATIENCE_US = 60_000_000;

/** Follows one `RUN` from its start. Time stops at `stopAtUs` at the latest. */
export class ConditionWatch {
  readonly condition: RunCondition;
  readonly stopAtUs: Micros;
  private readonly resolve: (end: RunEnd) => void;
  private seen: string | undefined;

  constructor(condition: RunCondition, nowUs: Micros, resolve: (end: RunEnd) => void) {
    this.condition = condition;
    this.stopAtUs = nowUs + (condition.type === 'for' ? condition.durationUs : PATIENCE_US);
    this.resolve = resolve;
  }

  /** Events must be taken one by one, so that time stands exactly where the condition came true. */
  get single(): boolean {
    return this.condition.type !== 'for';
  }

  /** It waits for single messages, which must then be reported at any speed. */
  get forMessages(): boolean {
    return this.condition.type === 'event' && this.condition.name.startsWith('Message');
  }

  /** Takes in what a round brought about. True: the condition holds. */
  observe(world: World, events: readonly TraceEvent[]): boolean {
    const { condition } = this;
    switch (condition.type) {
      case 'for':
        return false;
      case 'leader':
        if (world.everyShardLed()) this.seen = 'every shard has a leader';
        break;
      case 'quiet':
        if (world.quiet()) this.seen = 'nothing is under way';
        break;
      case 'commit':
        if (events.some(({ type }) => type === 'CommitAdvanced')) this.seen = 'an entry was committed';
        break;
      case 'event':
        if (events.some(({ type }) => type === condition.name)) this.seen = `${condition.name} happened`;
        break;
    }
    return this.seen !== undefined;
  }

  reached(timeUs: Micros): void {
    this.resolve({ reached: true, timeUs, text: this.seen ?? '' });
  }

  timeOver(timeUs: Micros): void {
    const reached = this.condition.type === 'for';
    const text = reached ? 'the time is over' : `not within ${PATIENCE_US / 1_000_000} s of virtual time`;
    this.resolve({ reached, timeUs, text });
  }

  interrupted(timeUs: Micros, by: string): void {
    this.resolve({ reached: false, timeUs, text: `interrupted: ${by}` });
  }
}
