/** The wall of a partition: a red line with strokes across, through which nothing comes. */
export function WallMark({ path, words }: { readonly path: string; readonly words: string }) {
  if (path === '') return null;
  return (
    <g className="stage-wall" fill="none" strokeLinejoin="round">
      <title>{`The network is split: ${words}`}</title>
      <path d={path} stroke="var(--bg)" strokeWidth="14" />
      <path d={path} stroke="var(--bad)" strokeWidth="12" strokeDasharray="1.5 4.5" opacity="0.55" />
      <path d={path} stroke="var(--bad)" strokeWidth="2" />
    </g>
  );
}
