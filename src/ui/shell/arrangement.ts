/**
 * How the panels stand: `wide` = all of them in resizable panes; `split` = the stage beside one panel, chosen by tabs; `column` = one thing at a
 * time over a bar of tabs.
 */
export type Arrangement = 'wide' | 'split' | 'column';

/** In CSS pixels of the app's own box, never the window's: an embed is narrow wherever it stands. */
const WIDE_WIDTH = 900;
const WIDE_HEIGHT = 560;
const SPLIT_WIDTH = 640;
/** A column of this height has room for the stage above another panel. */
const STACKED_HEIGHT = 720;

export interface BoxSize {
  readonly width: number;
  readonly height: number;
}

export function arrangementOf({ width, height }: BoxSize): Arrangement {
  if (width >= WIDE_WIDTH && height >= WIDE_HEIGHT) return 'wide';
  return width >= SPLIT_WIDTH ? 'split' : 'column';
}

/** Whether the stage stays in sight while another panel is looked at. */
export const keepsStage = (size: BoxSize): boolean => arrangementOf(size) !== 'column' || size.height >= STACKED_HEIGHT;
