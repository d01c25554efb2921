interface Props {
  readonly x: number;
  readonly y: number;
  readonly name: string;
  readonly width: number;
  readonly height: number;
}

/** Where a client stands. */
export function ClientBox({ x, y, name, width, height }: Props) {
  return (
    <g className="client-box" transform={`translate(${x} ${y})`}>
      <rect
        x={-width / 2}
        y={-height / 2}
        width={width}
        height={height}
        rx="8"
        fill="var(--raise)"
        stroke="var(--line2)"
      />
      <rect x={-width / 2 + 12} y="-4" width="8" height="8" fill="var(--ink)" />
      <text className="client-name" x="8">
        {name.length > 8 ? `${name.slice(0, 7)}…` : name}
      </text>
    </g>
  );
}
