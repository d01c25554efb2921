import { type Wall, wallPath } from './wall.ts';

/** The wall of a partition: a red line with strokes across, through which nothing comes. */
export function WallMark({ wall, words }: { readonly wall: Wall; readonly words: string }) {
  if (wall.length === 0) return null;
  const d = wallPath(wall);
  return (
    <g className="stage-wall" fill="none" strokeLinejoin="round">
      <title>{`The network is split: ${words}`}</title>
      <path d={d} stroke="var(--bg)" strokeWidth="14" />
      <path d={d} stroke="var(--bad)" strokeWidth="12" strokeDasharray="1.5 4.5" opacity="0.55" />
      <path d={d} stroke="var(--bad)" strokeWidth="2" />
    </g>
  );
}
