import type { MouseEvent } from 'react';
import type { NodeId } from '../../core/base/ids.ts';
import { nodeName } from '../../core/cluster/snapshot.ts';
import type { NodeView, ReplicaView } from '../store/view-model.ts';
import { nodeStroke, repeatsHue, termFill } from '../theme/palette.ts';
import type { Point } from './geometry.ts';
import { RoleBadge } from './role-badge.tsx';
import { RoleRing } from './role-ring.tsx';
import { countLed } from './roles.ts';
import { isPress } from './stops.ts';

interface Props {
  readonly node: NodeId;
  readonly at: Point;
  readonly radius: number;
  readonly state: NodeView['state'] | 'starting' | 'frozen';
  /** What is wrong with its disk; empty: nothing. */
  readonly trouble: string;
  /** It is on its way into the ring, out of it, or its disk is being made good. */
  readonly isPassing: boolean;
  /** Of the focused shard; undefined: holds none of it. */
  readonly replica: ReplicaView | undefined;
  /** Entries that it still lacks of the focused shard after a recovery. */
  readonly behind: number;
  /** What it is in each shard, instead of the focused one; undefined: only that is shown. */
  readonly roles: string | undefined;
  /** How many records its recovery reads; the canvas counts them. */
  readonly replaying: number;
  readonly selected: boolean;
  /** What a person's operation waits for here; undefined: nothing. */
  readonly busy: string | undefined;
  readonly label: string;
  readonly tabIndex: 0 | -1;
  readonly onFocus: () => void;
  readonly onSelect: (node: NodeId, from: SVGElement) => void;
}

const SMALL_DISC = 28;
/** Half of what a finger needs. */
const TOUCH_RADIUS = 22;
/** The smallest that has room for “no copy”, and between it and its neighbour's badge for “down”. */
const NO_COPY_DISC = 25;
/** The smallest that has room for how many shards it leads, within the ring of its roles. */
const LEADS_DISC = 22;
/** Smaller ones have a name and nothing else. */
const NAME_DISC = 18;

/** One node: outline = who, disc = the focused shard's term, badge = its role there, dots = the votes it has. A button that selects it. */
export function NodeDisc(props: Props) {
  const { node, at, radius, state, replica, replaying, selected, busy } = props;
  const up = state === 'up';
  const frozen = state === 'frozen';
  const gone = state === 'down' || state === 'crashed';
  const small = radius < SMALL_DISC;
  const roles = up ? props.roles : undefined;
  const one = roles === undefined;
  const tiny = radius < NAME_DISC;
  const sub = replaying > 0 || tiny ? '' : one ? subtitleOf(props, small) : leadsText(roles, radius);
  const candidate = up && one && (replica?.role === 'candidate' || replica?.role === 'precandidate');
  return (
    // biome-ignore lint/a11y/useSemanticElements: SVG has no button
    <g
      transform={`translate(${at.x} ${at.y})`}
      role="button"
      className={selected ? 'stage-node node-selected' : 'stage-node'}
      tabIndex={props.tabIndex}
      aria-label={props.label}
      aria-pressed={selected}
      onFocus={props.onFocus}
      onClick={(event: MouseEvent<SVGGElement>) => props.onSelect(node, event.currentTarget)}
      onKeyDown={(event) => {
        if (!isPress(event)) return;
        event.preventDefault();
        props.onSelect(node, event.currentTarget);
      }}
    >
      <circle className="node-hit" r={Math.max(radius + 4, TOUCH_RADIUS)} />
      <circle className="node-mark" r={radius + 10} />
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
        fill={gone ? 'url(#down-hatch)' : up && one && replica !== undefined ? termFill(replica.term) : 'var(--raise)'}
        stroke={up || frozen ? nodeStroke(node) : 'var(--line2)'}
        strokeWidth={gone ? 2 : tiny ? 4 : 5}
        strokeDasharray={gone ? '2 4' : candidate ? '8 4' : undefined}
      />
      {props.isPassing ? (
        <circle r={radius + 6} fill="none" stroke={nodeStroke(node)} strokeWidth="1.5" strokeDasharray="2 4" />
      ) : null}
      {frozen ? <circle r={radius - 6} fill="none" stroke="var(--dim)" strokeWidth="1.5" /> : null}
      {(up || frozen) && repeatsHue(node) ? (
        <circle r={radius} fill="none" stroke="var(--bg)" strokeWidth="1.2" />
      ) : null}
      <text
        className={`node-name${tiny ? ' node-name-tiny' : small ? ' node-name-small' : ''}`}
        y={sub === '' && replaying === 0 ? 0 : small ? -4 : -6}
      >
        {nodeName(node)}
      </text>
      <text className="node-sub" y={11}>
        {sub}
      </text>
      {roles === undefined ? null : <RoleRing roles={roles} radius={radius} color={nodeStroke(node)} />}
      <RoleBadge
        role={gone ? 'down' : frozen ? 'frozen' : up && one ? roleShown(replica) : undefined}
        x={0}
        y={-radius - 2}
      />
      {busy === undefined || small ? null : <Busy words={busy} y={-radius - 26} />}
      {candidate ? <Votes votes={replica.votes.filter((vote) => vote.from !== node)} y={radius + 8} /> : null}
    </g>
  );
}

/** A learner that leads does so until it is known to be one. */
const roleShown = (replica: ReplicaView | undefined) =>
  replica?.role === 'follower' && replica.learns ? 'learner' : replica?.role;

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

function leadsText(roles: string, radius: number): string {
  if (radius < LEADS_DISC) return '';
  return radius < SMALL_DISC ? `L ${countLed(roles)}` : `leads ${countLed(roles)}`;
}

function subtitleOf({ state, trouble, replica, radius, behind }: Props, small: boolean): string {
  if (trouble !== '' && !small) return trouble;
  if (state === 'up' && behind > 0) return small ? `−${behind}` : `${behind} behind`;
  return small ? shortSubtitle(state, replica, radius) : subtitle(state, replica);
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
    case 'frozen':
      return 'frozen';
    case 'up':
      return replica === undefined ? 'no copy' : `term ${replica.term}`;
  }
}

/** What fits a small disc: the term, that it is down, or that it holds no copy; in the smallest ones, the badge alone tells that it is down or frozen. */
function shortSubtitle(state: Props['state'], replica: ReplicaView | undefined, radius: number): string {
  if (state === 'down' || state === 'crashed') return radius < NO_COPY_DISC ? '' : 'down';
  if (state === 'frozen') return radius < NO_COPY_DISC ? '' : 'frozen';
  if (state !== 'up') return '';
  if (replica === undefined) return radius < NO_COPY_DISC ? '' : 'no copy';
  return `t${replica.term}`;
}
