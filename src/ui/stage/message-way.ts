import type { CutView, MessageView } from '../store/view-model.ts';
import { progressAt } from './geometry.ts';

type Flight = Pick<MessageView, 'sentAtUs' | 'deliverAtUs'>;

/**
 * Where on its way a message runs into a wall, as a fraction; undefined: nowhere. `wall` is where the wall stands across its link. What was past
 * that place when the link was cut flies on, and is lost on arrival.
 */
export function wallBefore(
  { sentAtUs, deliverAtUs }: Flight,
  cut: CutView | undefined,
  wall: number | undefined,
): number | undefined {
  if (cut === undefined || wall === undefined) return undefined;
  return progressAt(cut.sinceUs, sentAtUs, deliverAtUs) > wall ? undefined : wall;
}

/** How far a message has come, as a fraction of its way; what a wall stops comes as far as the wall. */
export const wayDone = ({ sentAtUs, deliverAtUs }: Flight, nowUs: number, wall: number | undefined): number =>
  Math.min(wall ?? 1, progressAt(nowUs, sentAtUs, deliverAtUs));
