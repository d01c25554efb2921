import type { NodeId } from '../../core/base/ids.ts';
import { nodeName } from '../../core/cluster/snapshot.ts';
import type { NodeView, ReplicaView } from '../store/view-model.ts';
import { nodeStroke, repeatsHue, termFill } from '../theme/palette.ts';
import type { Point } from './geometry.ts';
import { RoleBadge } from './role-badge.tsx';

interface Props {
  readonly node: NodeId;
  readonly at: Point;
  readonly radius: number;
  readonly state: NodeView['state'] | 'starting';
  /** Of the focused shard; undefined: holds none of it. */
  readonly replica: ReplicaView | undefined;
  readonly selected: boolean;
  /** What a person's operation waits for here; undefined: nothing. */
  readonly busy: string | undefined;
}

const SMALL_DISC = 28;
/** The smallest that has room for “no copy”. */
const NO_COPY_DISC = 25;

/** One node: outline = who, disc = the focused shard's term, badge = its role there, dots = the votes it has. */
export function NodeDisc({ node, at, radius, state, replica, selected, busy }: Props) {
  const up = state === 'up';
  const gone = state === 'down' || state === 'crashed';
  const small = radius < SMALL_DISC;
  const sub = small ? shortSubtitle(state, replica, radius) : subtitle(state, replica);
  const candidate = up && (replica?.role === 'candidate' || replica?.role === 'precandidate');
  return (
    <g transform={`translate(${at.x} ${at.y})`} className={selected ? 'node-selected' : undefined}>
      {selected || busy !== undefined ? (
        <circle
          r={radius + (selected ? 8 : 6)}
          fill="none"
          stroke="var(--accent)"
          strokeWidth={busy === undefined ? 1.5 : 3}
        />
      ) : null}
      <circle
        r={radius}
        fill={gone ? 'url(#down-hatch)' : up && replica !== undefined ? termFill(replica.term) : 'var(--raise)'}
        stroke={up ? nodeStroke(node) : 'var(--line2)'}
        strokeWidth={gone ? 2 : 5}
        strokeDasharray={gone ? '2 4' : candidate ? '8 4' : undefined}
      />
      {up && repeatsHue(node) ? <circle r={radius} fill="none" stroke="var(--bg)" strokeWidth="1.2" /> : null}
      <text className={small ? 'node-name node-name-small' : 'node-name'} y={sub === '' ? 0 : small ? -4 : -6}>
        {nodeName(node)}
      </text>
      <text className="node-sub" y={11}>
        {sub}
      </text>
      <RoleBadge role={gone ? 'down' : up ? replica?.role : undefined} x={0} y={-radius - 2} />
      {busy === undefined || small ? null : <Busy words={busy} y={-radius - 26} />}
      {candidate ? <Votes votes={replica.votes.filter((vote) => vote.from !== node)} y={radius + 8} /> : null}
    </g>
  );
}

const BUSY_LETTER_WIDTH = 5.7;

/** What the node is busy with for the operation of a person, in words above it. */
function Busy({ words, y }: { readonly words: string; readonly y: number }) {
  const width = words.length * BUSY_LETTER_WIDTH + 14;
  return (
    <g className="node-busy" transform={`translate(0 ${y})`}>
      <rect x={-width / 2} y="-9" width={width} height="18" rx="9" fill="var(--panel)" stroke="var(--accent)" />
      <text className="node-sub">{words}</text>
    </g>
  );
}

function Votes({ votes, y }: { readonly votes: ReplicaView['votes']; readonly y: number }) {
  // Its own vote is always there; the others in the order of their answers.
  const dots = [true, ...votes.map((vote) => vote.granted)];
  return dots.map((granted, i) => (
    <circle
      // biome-ignore lint/suspicious/noArrayIndexKey: answers only ever come behind the ones before
      key={i}
      cx={(i - (dots.length - 1) / 2) * 11}
      cy={y}
      r="3"
      fill={granted ? 'var(--ink)' : 'none'}
      stroke="var(--ink)"
    />
  ));
}

function subtitle(state: Props['state'], replica: ReplicaView | undefined): string {
  switch (state) {
    case 'starting':
      return 'starts';
    case 'recovering':
      return 'recovers';
    case 'down':
      return 'down';
    case 'crashed':
      return 'crashed';
    case 'up':
      return replica === undefined ? 'no copy' : `term ${replica.term}`;
  }
}

/** What fits a small disc: the term, that it is down, or that it holds no copy. */
function shortSubtitle(state: Props['state'], replica: ReplicaView | undefined, radius: number): string {
  if (state === 'down' || state === 'crashed') return 'down';
  if (state !== 'up') return '';
  if (replica === undefined) return radius < NO_COPY_DISC ? '' : 'no copy';
  return `t${replica.term}`;
}
