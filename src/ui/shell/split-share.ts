/** Where the line between two panes may stand, in CSS pixels of the box that holds them. */
export interface SplitLimits {
  /** The box's left or upper edge on the page. */
  readonly start: number;
  readonly size: number;
  /** Smallest and largest size of the first pane. */
  readonly min: number;
  readonly max: number;
}

const KEY_STEP = 0.05;

/** The first pane's share, 0 … 1, with the line at this place on the page; undefined where there is no room to choose. */
export function shareAt(place: number, { start, size, min, max }: SplitLimits): number | undefined {
  if (size <= 0 || min > max) return undefined;
  return Math.min(max, Math.max(min, place - start)) / size;
}

/** Arrow keys along the panes move the line, Home and End put it as far as it goes. Undefined: the key does nothing here. */
export function shareByKey(
  key: string,
  direction: 'row' | 'column',
  share: number,
  limits: SplitLimits,
): number | undefined {
  const { start, size } = limits;
  const [back, on] = direction === 'row' ? ['ArrowLeft', 'ArrowRight'] : ['ArrowUp', 'ArrowDown'];
  // From where the line stands, not from what was wished for in a larger window.
  const present = shareAt(start + share * size, limits) ?? share;
  const moved: Readonly<Record<string, number>> = {
    [back as string]: present - KEY_STEP,
    [on as string]: present + KEY_STEP,
    Home: 0,
    End: 1,
  };
  const wished = moved[key];
  return wished === undefined ? undefined : shareAt(start + wished * size, limits);
}
