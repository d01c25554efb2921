import { annularSector } from './annular-sector.ts';

/** Between two shards, in turns. */
const GAP = 0.014;

interface Props {
  /** One letter for each shard: L, F, C, or - where the node holds no copy. */
  readonly roles: string;
  readonly radius: number;
  readonly color: string;
}

/** What a node is in every shard, each at the place that the shard has on the ring: full = leads it, thin = follows, hollow = stands for election. */
export function RoleRing({ roles, radius, color }: Props) {
  const outer = radius - 4;
  const width = Math.max(3, radius * 0.12);
  const gap = roles.length === 1 ? 0 : Math.min(GAP, 0.25 / roles.length);
  const piece = (shard: number, inner: number) =>
    annularSector({ inner, outer, from: shard / roles.length + gap / 2, to: (shard + 1) / roles.length - gap / 2 });
  const path = (role: string, inner: number) =>
    [...roles].map((letter, shard) => (letter === role ? piece(shard, inner) : '')).join('');
  return (
    <g>
      <path d={path('F', outer - 1.5)} fill="var(--dim)" />
      <path d={path('L', outer - width)} fill={color} />
      <path d={path('C', outer - width)} fill="none" stroke={color} strokeDasharray="2 1.5" />
    </g>
  );
}
