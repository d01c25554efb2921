import type { Micros, NodeId } from '../../base/ids.ts';
import type { TraceEvent } from '../trace-event.ts';

/** When `waitUs` of a node's own clock are over that began at `setUs`, as far as CLOCK has changed its rate up to `nowUs`. */
export function overAt(
  events: readonly TraceEvent[],
  nowUs: Micros,
  node: NodeId,
  setUs: Micros,
  waitUs: Micros,
): Micros {
  let rate = 1;
  let fromUs = setUs;
  let leftUs = waitUs;
  for (const event of events) {
    if (event.timeUs > nowUs) break;
    if (event.type !== 'ClockChanged' || event.node !== node) continue;
    if (event.timeUs > fromUs) {
      leftUs -= (event.timeUs - fromUs) * rate;
      fromUs = event.timeUs;
    }
    rate = 1 + event.ratePpm / 1e6;
  }
  return Math.round(fromUs + Math.max(0, leftUs) / rate);
}
