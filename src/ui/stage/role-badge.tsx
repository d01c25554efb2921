import type { Role } from '../../core/raft/entry.ts';

/** What a node is in the focused shard, as a shape with a letter: crown L, circle F, dashed circle C or P, dotted circle Ln for a learner, ✕ down, ‖ frozen. */
export function RoleBadge({
  role,
  x,
  y,
}: {
  readonly role: Role | 'learner' | 'down' | 'frozen' | undefined;
  readonly x: number;
  readonly y: number;
}) {
  if (role === undefined) return null;
  return (
    <g transform={`translate(${x} ${y})`} className="role-badge">
      {role === 'leader' ? (
        <path
          d="M-11 8 L-13 -8 L-6.5 -3 L0 -11 L6.5 -3 L13 -8 L11 8 Z"
          fill="var(--crown)"
          stroke="var(--crown-edge)"
        />
      ) : (
        <circle
          r="9"
          fill="var(--panel)"
          stroke={TONE[role] ?? 'var(--dim)'}
          strokeWidth="1.5"
          strokeDasharray={DASHES[role]}
        />
      )}
      {role === 'frozen' ? (
        <path d="M-2.5 -4 V4 M2.5 -4 V4" stroke="var(--warn)" strokeWidth="2" />
      ) : (
        <text
          className="role-letter"
          y={role === 'leader' ? 2.5 : 0.5}
          style={{ fill: role === 'leader' ? '#3c2c00' : (TONE[role] ?? 'var(--ink)') }}
        >
          {LETTER[role]}
        </text>
      )}
    </g>
  );
}

/** Of what is no role. */
const TONE: Readonly<Record<string, string>> = { down: 'var(--bad)', frozen: 'var(--warn)' };

const LETTER = { leader: 'L', follower: 'F', learner: 'Ln', candidate: 'C', precandidate: 'P', down: '✕' } as const;
const DASHES: Readonly<Record<string, string>> = { candidate: '3 2.5', precandidate: '3 2.5', learner: '1 2.5' };
