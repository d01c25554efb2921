import type { NodeId } from '../core/base/ids.ts';
import type { Action, BootEnding, TimedAction } from '../core/cluster/action.ts';

/** What a replay must know about a boot before it starts: see `BootEnding`. */
export interface KnownEnding {
  /** What it does after this many events counts nowhere. */
  readonly stepsMax: number | undefined;
  readonly transactionsMax: number | undefined;
}

const OPEN: KnownEnding = { stepsMax: undefined, transactionsMax: undefined };

interface Segment {
  readonly died: Extract<Action, { readonly type: 'Died' }>[];
  reload: readonly BootEnding[] | undefined;
}

/**
 * Looks ahead in a recorded run: which boots ended outside the conducted model (a page that went away, a worker that died) and what their
 * disks held then. One segment per boot of the page.
 */
export class Endings {
  private readonly segments: Segment[] = [{ died: [], reload: undefined }];

  constructor(actions: readonly TimedAction[]) {
    for (const { action } of actions) {
      const segment = this.segments[this.segments.length - 1] as Segment;
      if (action.type === 'Died') segment.died.push(action);
      if (action.type !== 'Reload') continue;
      segment.reload = action.endings;
      this.segments.push({ died: [], reload: undefined });
    }
  }

  /**
   * Whether a WIPE came to be, as far as the record tells: where the reload that ended the segment found an earlier disk, the page was gone before
   * that was thrown away, and so before anything else happened.
   */
  isWiped(node: NodeId, incarnation: number, segment: number): boolean {
    const reload = this.segments[segment]?.reload;
    return reload === undefined || incarnation <= (reload.find((ending) => ending.node === node)?.incarnation ?? 1);
  }

  /** @param segment how many reloads came before */
  of(node: NodeId, boot: number, segment: number): KnownEnding {
    const known = this.segments[segment];
    const died = known?.died.find(({ ending }) => ending.node === node && ending.boot === boot);
    if (died !== undefined) return { stepsMax: died.steps, transactionsMax: died.ending.transactions };
    if (known?.reload === undefined) return OPEN;
    const last = known.reload.find((ending) => ending.node === node);
    if (last === undefined || boot > last.boot) return { stepsMax: undefined, transactionsMax: 0 };
    return boot === last.boot ? { stepsMax: undefined, transactionsMax: last.transactions } : OPEN;
  }
}
