import type { NodeId } from '../../core/base/ids.ts';
import { holdersWords, voterCount } from '../../core/cluster/membership.ts';
import { nodeName, shardName } from '../../core/cluster/snapshot.ts';
import type { TraceEvent } from '../../core/cluster/trace-event.ts';
import type { Draft } from './draft.ts';
import type { FeedItem, ReplicaView } from './view-model.ts';

type RoleChange = Extract<TraceEvent, { type: 'RoleChanged' }>;

/** Elections and commits, in plain words and with their cause. `draft` still holds what was before the event. */
export function tellRaft(draft: Draft, event: TraceEvent): void {
  switch (event.type) {
    case 'RoleChanged':
      tellRole(draft, event);
      return;
    case 'CommitAdvanced':
      tellCommit(draft, event);
      return;
    default:
  }
}

function tellRole(draft: Draft, event: RoleChange): void {
  const before = draft.replica(event.shard, event.node);
  const told = roleText(before, event);
  if (told === undefined) return;
  const [text, tone] = told;
  const why = `because ${roleCause(draft, before, event)}`;
  // The cause differs by milliseconds each time.
  draft.tell({ actor: event.node, shard: event.shard, text, why, tone, topic: 'election', repeat: text });
}

function roleText(
  before: ReplicaView,
  { role, term, shard, reason }: RoleChange,
): [string, FeedItem['tone']] | undefined {
  switch (role) {
    case 'leader':
      return [`became leader of ${shardName(shard)}, term ${term}`, 'good'];
    case 'candidate':
      return [`became candidate in term ${term}`, 'plain'];
    case 'precandidate':
      return [`asked for pre-votes for term ${term + 1}`, 'plain'];
    case 'follower':
      if (reason === 'leadership transfer') return [`handed ${shardName(shard)} over`, 'good'];
      if (before.role === 'leader') return [`stopped leading ${shardName(shard)}`, 'bad'];
      if (before.role === 'candidate') return [`gave up its candidacy of term ${before.term}`, 'plain'];
      // A pre-vote that comes to nothing changes nothing; a follower that follows is no news.
      return undefined;
  }
}

function roleCause(draft: Draft, before: ReplicaView, event: RoleChange): string {
  switch (event.reason) {
    case 'election timeout':
      return timeoutCause(before, event.timeUs);
    case 'won the pre-vote':
    case 'won the election':
      return wonCause(draft, before, event);
    case 'leadership transfer':
      return `${nodeName(event.from)}${event.role === 'candidate' ? ', the leader, told it to stand' : ' stands in its place'}`;
    case 'lost the election': {
      const refusers = before.votes.filter((vote) => !vote.granted).map((vote) => vote.from);
      return refusers.length === 0 ? 'it lost the election' : `${names(refusers)} refused`;
    }
    case 'saw a higher term':
      return event.from === 0
        ? `it saw term ${event.term}`
        : `${nodeName(event.from)} showed it term ${event.term}, a higher one`;
    case 'heard from the leader':
      return `${nodeName(event.leader)} leads term ${event.term}`;
    case 'heard from no quorum':
      return 'no quorum answered it for a whole CheckQuorum window';
    case 'left the configuration':
      return 'it votes no longer, and that is committed';
    case 'started':
      return 'it started';
  }
}

/** The timer ran since the leader was last heard, or since the replica last gave a vote or changed its role. */
function timeoutCause(before: ReplicaView, nowUs: number): string {
  if (before.timer === undefined) return 'it heard no leader until its election timeout';
  const waited = `${Math.round((nowUs - before.timer.setAtUs) / 1000)} ms`;
  if (before.role !== 'follower') return `it got no majority within ${waited}`;
  return before.leader === 0
    ? `it heard no leader for ${waited}`
    : `it heard nothing from its leader ${nodeName(before.leader)} for ${waited}`;
}

function wonCause(draft: Draft, before: ReplicaView, event: RoleChange): string {
  const granted = before.votes.filter((vote) => vote.granted).map((vote) => vote.from);
  if (granted.length === 0) return `it ${event.reason}`;
  const others = granted.filter((node) => node !== event.node);
  const { configuration } = before;
  const voters = configuration === undefined ? draft.view.shards.get(event.shard)?.size : voterCount(configuration);
  const of = `${granted.length} of ${voters ?? granted.length}`;
  if (others.length === 0) return `its own vote is the majority: ${of}`;
  const verb = event.reason === 'won the pre-vote' ? 'would vote for it' : 'voted for it';
  return `${names(others)} ${verb}, ${of} with itself`;
}

function tellCommit(draft: Draft, event: Extract<TraceEvent, { type: 'CommitAdvanced' }>): void {
  const before = draft.replica(event.shard, event.node);
  if (before.role !== 'leader') return;
  const entry = before.entries[event.commitIndex - (before.entries[0]?.index ?? 0)];
  const first = before.commitIndex + 1;
  const range = first < event.commitIndex ? `${first}–${event.commitIndex}` : `${event.commitIndex}`;
  draft.tell({
    actor: event.node,
    shard: event.shard,
    text: `committed ${range}${entry === undefined ? '' : ` (${entry.label})`}`,
    why: `because ${before.configuration === undefined ? 'a majority holds it' : holdersWords(before.configuration)}`,
    tone: 'plain',
    topic: 'write',
    repeat: 'committed',
  });
}

function names(nodes: readonly NodeId[]): string {
  const all = nodes.map(nodeName);
  return all.length < 2 ? (all[0] ?? '') : `${all.slice(0, -1).join(', ')} and ${all[all.length - 1]}`;
}
