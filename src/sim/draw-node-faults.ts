import { type Micros, nodeId } from '../core/base/ids.ts';
import { createRandomStream } from '../core/base/random.ts';
import type { TimedAction } from '../core/cluster/action.ts';
import { CLOCK_RATE_ERROR_PPM_MAX } from '../core/node/config.ts';
import { drawSpells } from './draw-spells.ts';
import type { ScheduleOptions } from './schedule.ts';

const SECOND = 1_000_000;
const OFFSET_US_MAX: Micros = 500_000;

/** One node stands still for a while: for less than an election timeout, or for long enough that others have taken over. */
export const drawFreezes = (options: ScheduleOptions, calmUs: Micros): TimedAction[] =>
  drawSpells(options, calmUs, 'freezes', (draw, timeUs, endUs, at) => {
    const node = nodeId(draw.between(1, options.nodes));
    at(timeUs, { type: 'Freeze', node });
    at(endUs, { type: 'Thaw', node });
  });

/**
 * Clocks that are set while the run goes on, within ρ; where they are left, they stay. Some runs are spared, because right clocks leave no doubt
 * when a value must be gone.
 */
export function drawClockChanges({ seed, nodes }: ScheduleOptions, calmUs: Micros): TimedAction[] {
  const draw = createRandomStream(seed, 'schedule', 'clocks', 0);
  const actions: TimedAction[] = [];
  if (draw.chance(0.3)) return actions;
  for (let timeUs = draw.between(SECOND, 8 * SECOND); timeUs < calmUs; timeUs += draw.between(SECOND / 2, 8 * SECOND)) {
    const node = nodeId(draw.between(1, nodes));
    const kind = draw.between(0, 2);
    const offset = kind === 1 ? {} : { offsetUs: draw.between(-OFFSET_US_MAX, OFFSET_US_MAX) };
    const rate = kind === 0 ? {} : { ratePpm: draw.between(-CLOCK_RATE_ERROR_PPM_MAX, CLOCK_RATE_ERROR_PPM_MAX) };
    actions.push({ timeUs, action: { type: 'Clock', node, ...offset, ...rate } });
  }
  return actions;
}
