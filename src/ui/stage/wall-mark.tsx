import { type Wall, wallPath } from './wall.ts';

/** The wall of a partition: a hatched band with a dashed red line, through which nothing comes. */
export function WallMark({ wall, words }: { readonly wall: Wall; readonly words: string }) {
  if (wall.length === 0) return null;
  const d = wallPath(wall);
  return (
    <g className="stage-wall" fill="none" strokeLinejoin="round">
      <title>{words === '' ? 'The network is split' : `The network is split: ${words}`}</title>
      <path d={d} stroke="var(--bg)" strokeWidth="14" />
      <path d={d} stroke="url(#wall-hatch)" strokeWidth="12" />
      <path d={d} stroke="var(--bad)" strokeWidth="2" strokeDasharray="7 4" />
    </g>
  );
}
