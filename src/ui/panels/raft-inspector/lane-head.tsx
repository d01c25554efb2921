import type { NodeId, ShardId } from '../../../core/base/ids.ts';
import { jointSides } from '../../../core/cluster/membership.ts';
import { nodeName } from '../../../core/cluster/snapshot.ts';
import type { ReplicaView } from '../../store/view-model.ts';
import { NodeChip } from '../node-chip.tsx';
import type { LogLane } from './log-columns.ts';
import { TimerBar } from './timer-bar.tsx';

interface Props {
  readonly lane: LogLane;
  readonly shard: ShardId;
  /** How many votes win, in words. */
  readonly quorum: string;
  readonly selected: boolean;
}

/** Who, in which role and term, whom it voted for or who votes for it, and how long it waits. */
export function LaneHead({ lane, shard, quorum, selected }: Props) {
  const { node, replica, state } = lane;
  const gone = state === 'down' || state === 'crashed';
  return (
    <th scope="row" className="lane-head">
      <span className="lane-who">
        <NodeChip node={node} up={!gone} />
        <span>
          {roleWord(lane)}
          {selected ? <span className="sr-only">, selected</span> : null}
        </span>
        <span className="lane-term mono">t{replica?.term ?? 0}</span>
      </span>
      {replica === undefined ? null : (
        <>
          {state === 'up' && !replica.learns ? (
            <TimerBar shard={shard} node={node} label={TIMER_WORDS[replica.role]} />
          ) : null}
          <span className="lane-fact">
            {lane.truncated > 0 ? (
              <span className="bad">✕ {lane.truncated} truncated</span>
            ) : (
              <Membership node={node} replica={replica} quorum={quorum} up={state === 'up'} />
            )}
            <Progress lane={lane} />
          </span>
        </>
      )}
    </th>
  );
}

interface VotesProps {
  readonly node: NodeId;
  readonly replica: ReplicaView;
  readonly quorum: string;
  readonly up: boolean;
}

/** What its vote counts for, where that is not for one majority; else its votes. */
function Membership(props: VotesProps) {
  const { node, replica, up } = props;
  const { role, configuration } = replica;
  if (replica.learns) return <span title="It gets the log, and counts for no majority">not counted</span>;
  const sides = configuration === undefined ? '' : jointSides(configuration, node);
  const stands = up && (role === 'candidate' || role === 'precandidate');
  if (sides === '' || stands) return <Votes {...props} />;
  return (
    <span className="joint" title="While the configuration is joint the old and the new majority are both needed">
      <span className="sr-only">votes in </span>
      {sides}
    </span>
  );
}

/** Who answered its election so far; outside of one, whom it voted for in its term. */
function Votes({ node, replica, quorum, up }: VotesProps) {
  const { role, votes, votedFor } = replica;
  if (!up || role === 'leader' || role === 'follower') {
    if (votedFor === 0) return <>no vote</>;
    return <>{votedFor === node ? 'voted itself' : `voted ${nodeName(votedFor)}`}</>;
  }
  return (
    <span className="lane-votes">
      {votes.map(({ from, granted }) => (
        <span key={from} className={granted ? 'ok' : 'bad'}>
          <span aria-hidden="true">{granted ? '✓' : '✕'}</span>
          {nodeName(from)}
          <span className="sr-only">{granted ? ' granted' : ' refused'}</span>
        </span>
      ))}
      <span>needs {quorum}</span>
    </span>
  );
}

/** The leader's view of this follower. Of a dead one it is what the leader believes, too. */
function Progress({ lane: { progress } }: { readonly lane: LogLane }) {
  if (progress === undefined) return null;
  return (
    <span
      className="lane-progress"
      title={`The leader knows a match up to ${progress.matchIndex}, and sends ${progress.nextIndex} next`}
    >
      <span aria-hidden="true">▲</span>
      <span className="sr-only">match </span>
      {progress.matchIndex} <span aria-hidden="true">▽</span>
      <span className="sr-only">next </span>
      {progress.nextIndex}
    </span>
  );
}

const TIMER_WORDS = {
  leader: 'CheckQuorum',
  follower: 'election',
  candidate: 'next try',
  precandidate: 'next try',
} as const;

const ROLE_WORDS = {
  leader: 'Leader',
  follower: 'Follower',
  candidate: 'Candidate',
  precandidate: 'Pre-vote',
} as const;

function roleWord({ state, replica, node }: LogLane): string {
  switch (state) {
    case 'starting':
      return 'Starting';
    case 'frozen':
      return '‖ Frozen';
    case 'recovering':
      return 'Recovers';
    case 'down':
      return 'Down';
    case 'crashed':
      return 'Crashed';
    case 'up':
      if (replica === undefined) return `no replica on ${nodeName(node)}`;
      return replica.learns && replica.role === 'follower' ? 'Learner' : ROLE_WORDS[replica.role];
  }
}
