import type { LogIndex } from '../../../core/base/ids.ts';

/** A place in the table: which lane, counted from the top, and which index. */
export interface Place {
  readonly lane: number;
  readonly index: LogIndex;
}

/** What there is to move in: the indexes that each lane holds, and how many columns are shown at once. */
export interface LogExtent {
  /** Both ends included; `lastIndex` 0 = the lane is empty. */
  readonly lanes: readonly { readonly firstIndex: LogIndex; readonly lastIndex: LogIndex }[];
  readonly firstIndex: LogIndex;
  readonly lastIndex: LogIndex;
  readonly columns: number;
}

/** The last index shown after moving by `steps` columns; undefined = the tail, which the window then follows. */
export function scrolledEnd(
  end: LogIndex | undefined,
  steps: number,
  { firstIndex, lastIndex, columns }: LogExtent,
): LogIndex | undefined {
  const lowest = Math.min(lastIndex, firstIndex + columns - 1);
  const moved = Math.max(lowest, Math.min(end ?? lastIndex, lastIndex) + steps);
  return moved >= lastIndex ? undefined : moved;
}

/** The window that shows `index` and is moved as little as possible. */
export function endShowing(end: LogIndex | undefined, index: LogIndex, extent: LogExtent): LogIndex | undefined {
  const last = Math.min(end ?? extent.lastIndex, extent.lastIndex);
  const first = last - extent.columns + 1;
  if (index > last) return scrolledEnd(end, index - last, extent);
  return index < first ? scrolledEnd(end, index - first, extent) : end;
}

/** Where a key leads from a place, among the entries that there are; undefined: the key means nothing here, or leads nowhere. */
export function placeAfter(key: string, { lane, index }: Place, extent: LogExtent): Place | undefined {
  const own = extent.lanes[lane];
  if (own === undefined) return undefined;
  switch (key) {
    case 'ArrowLeft':
      return nearest(lane, index - 1, extent);
    case 'ArrowRight':
      return nearest(lane, index + 1, extent);
    case 'PageUp':
      return nearest(lane, index - extent.columns, extent);
    case 'PageDown':
      return nearest(lane, index + extent.columns, extent);
    case 'Home':
      return nearest(lane, own.firstIndex, extent);
    case 'End':
      return nearest(lane, own.lastIndex, extent);
    case 'ArrowUp':
      return nearest(laneBeside(lane, -1, extent), index, extent);
    case 'ArrowDown':
      return nearest(laneBeside(lane, 1, extent), index, extent);
    default:
      return undefined;
  }
}

/** The entry of this lane closest to the index; undefined: the lane is empty. */
export function nearest(lane: number, index: LogIndex, { lanes }: LogExtent): Place | undefined {
  const own = lanes[lane];
  if (own === undefined || own.lastIndex === 0) return undefined;
  return { lane, index: Math.max(own.firstIndex, Math.min(own.lastIndex, index)) };
}

/** The next lane in this direction that is not empty; the same one at the end. */
function laneBeside(lane: number, step: 1 | -1, { lanes }: LogExtent): number {
  for (let at = lane + step; at >= 0 && at < lanes.length; at += step) {
    if ((lanes[at]?.lastIndex ?? 0) > 0) return at;
  }
  return lane;
}
