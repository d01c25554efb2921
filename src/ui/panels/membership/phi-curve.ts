import type { Micros } from '../../../core/base/ids.ts';
import { phiAfter } from '../../../core/cluster/suspicion.ts';
import type { ArrivalView } from '../../store/membership-view.ts';
import type { PhiLimits } from './matrix-cell.ts';

export interface PhiPoint {
  readonly timeUs: Micros;
  readonly phi: number;
}

/** Points on each tooth of the saw: the exponential formula's are straight, the other's are not. */
const POINTS = 10;

/** How φ rose between heartbeats and fell with each, from `fromUs` to `nowUs`. */
export function phiCurve(
  arrivals: readonly ArrivalView[],
  limits: PhiLimits,
  fromUs: Micros,
  nowUs: Micros,
): readonly PhiPoint[] {
  const curve: PhiPoint[] = [];
  arrivals.forEach((arrival, i) => {
    const beginUs = Math.max(fromUs, arrival.timeUs);
    const endUs = Math.min(nowUs, arrivals[i + 1]?.timeUs ?? nowUs);
    if (endUs < beginUs) return;
    for (let point = 0; point <= POINTS; point++) {
      const timeUs = beginUs + ((endUs - beginUs) * point) / POINTS;
      curve.push({ timeUs, phi: phiAfter(limits, timeUs - arrival.silentFromUs, arrival) });
    }
  });
  return curve;
}
