import type { Micros, NodeId, ShardId } from '../../base/ids.ts';
import { majority } from '../../raft/quorum.ts';
import { nodeName, shardName } from '../snapshot.ts';
import type { TraceEvent } from '../trace-event.ts';
import {
  absentAt,
  cutOffFrom,
  cutsAt,
  type Evidence,
  inOrder,
  type Lead,
  leadsOf,
  milliseconds,
  namesOf,
  type Sentence,
  seconds,
} from './circumstances.ts';

type Of<T extends TraceEvent['type']> = Extract<TraceEvent, { readonly type: T }>;

/** Why a shard has the leader that it has, or why it has none: the end of the lead before, the election, what is in its way. */
export function whyLeader(shard: ShardId, evidence: Evidence): readonly Sentence[] {
  const { events, nowUs, reachUs } = evidence;
  const leads = leadsOf(events, shard, nowUs);
  // Whoever has led since before that may lead still.
  if (leads.length === 0 && reachUs > 0) {
    const text = `Nobody has been elected in ${shardName(shard)} since then; who led it before is no longer kept`;
    return [{ timeUs: reachUs, text }];
  }
  const leader = leads.findLast(({ end }) => end === undefined);
  if (leader === undefined) {
    const before = endOf(leads.at(-1), evidence);
    return inOrder([...before, ...whyNone(shard, evidence, before.at(-1)?.timeUs ?? 0)]);
  }
  const before = leads.findLast(({ sinceUs }) => sinceUs < leader.sinceUs);
  return inOrder([...endOf(before, evidence), ...election(shard, leader, before, evidence)]);
}

/** How a lead ended; of one that had not ended, what kept it from being heard. */
function endOf(lead: Lead | undefined, { events, replicas, nowUs }: Evidence): readonly Sentence[] {
  if (lead === undefined) return [];
  const untilUs = lead.end?.timeUs ?? nowUs;
  const cut = cutOffFrom(cutsAt(events, untilUs), lead.node, replicas);
  const name = nodeName(lead.node);
  const cutText = cut && `${name}, which led term ${lead.term}, was cut off from ${namesOf(cut.nodes)}`;
  return [
    ...(cut === undefined || cut.sinceUs < lead.sinceUs ? [] : [{ timeUs: cut.sinceUs, text: cutText ?? '' }]),
    ...(lead.end === undefined ? [] : [lead.end]),
  ];
}

function election(
  shard: ShardId,
  { node, term, sinceUs }: Lead,
  before: Lead | undefined,
  { events, replicas }: Evidence,
): readonly Sentence[] {
  const fromUs = before?.sinceUs ?? -1;
  const own = events.filter(
    (event): event is Of<'RoleChanged'> | Of<'VoteReceived'> =>
      (event.type === 'RoleChanged' || event.type === 'VoteReceived') &&
      event.shard === shard &&
      event.timeUs > fromUs &&
      event.timeUs <= sinceUs,
  );
  const stood = own.findLast(
    (event) =>
      event.type === 'RoleChanged' &&
      event.node === node &&
      (event.reason === 'election timeout' || (event.reason === 'leadership transfer' && event.role === 'candidate')),
  ) as Of<'RoleChanged'> | undefined;
  const votes = own.filter(
    (event): event is Of<'VoteReceived'> => event.type === 'VoteReceived' && event.node === node,
  );
  const since = votes.filter(({ timeUs }) => timeUs >= (stood?.timeUs ?? 0));
  const votedFor = since.filter((vote) => !vote.preVote && vote.granted && vote.term === term).map(({ from }) => from);
  const preVoted = since.filter((vote) => vote.preVote && vote.granted);
  const others = [...new Set(votedFor)].filter((from) => from !== node);
  const rivals = own.filter(
    (event): event is Of<'RoleChanged'> =>
      event.type === 'RoleChanged' && event.role === 'candidate' && event.node !== node,
  );
  const name = nodeName(node);
  const lastPreVote = preVoted.findLast(({ from }) => from !== node);
  const ground =
    others.length === 0
      ? 'its own vote is the majority'
      : `${namesOf(others)} voted for it, ${others.length + 1} of ${replicas.length} with itself`;
  return [
    ...(stood === undefined ? [] : [{ timeUs: stood.timeUs, text: stoodText(stood, events) }]),
    ...(lastPreVote === undefined
      ? []
      : [
          {
            timeUs: lastPreVote.timeUs,
            text: `${namesOf([...new Set(preVoted.map(({ from }) => from))].filter((from) => from !== node))} would vote for it: no leader is heard there either, and its log is no older than theirs`,
          },
        ]),
    ...rivals.map((rival) => ({
      timeUs: rival.timeUs,
      text: `${nodeName(rival.node)} stood in term ${rival.term} as well, and got no majority`,
    })),
    { timeUs: sinceUs, text: `${name} became leader of ${shardName(shard)}, term ${term}: ${ground}` },
  ];
}

/** The timer ran since the leader was last heard. */
function stoodText(
  { node, shard, term, reason, from, timeUs }: Of<'RoleChanged'>,
  events: readonly TraceEvent[],
): string {
  const name = nodeName(node);
  if (reason === 'leadership transfer') return `${name} stood for election: ${nodeName(from)}, the leader, told it to`;
  let setUs: Micros | undefined;
  let leader = 0 as NodeId;
  for (const event of events) {
    if (event.timeUs >= timeUs) break;
    if (!('node' in event && event.node === node && 'shard' in event && event.shard === shard)) continue;
    if (event.type === 'DeadlineSet') setUs = event.timeUs;
    if (event.type === 'RoleChanged') leader = event.role === 'follower' ? event.leader : (0 as NodeId);
  }
  const whom = leader === 0 ? 'no leader' : `nothing from ${nodeName(leader)}, its leader,`;
  const long = setUs === undefined ? 'until its election timeout' : `for ${milliseconds(timeUs - setUs)}`;
  return `${name} asked for votes for term ${term + 1}: it had heard ${whom} ${long}`;
}

/** What is in the way of an election. */
function whyNone(shard: ShardId, { events, replicas, nowUs }: Evidence, endUs: Micros): readonly Sentence[] {
  const absent = absentAt(events, nowUs);
  const missing = replicas.filter((node) => absent.has(node));
  const present = replicas.filter((node) => !absent.has(node));
  const needed = majority(replicas.length);
  const name = shardName(shard);
  const sentences = missing.flatMap((node) => absent.get(node) ?? []);
  if (present.length < needed) {
    const text = `${present.length} of the ${replicas.length} replicas of ${name} take part, and an election needs ${needed}: nobody can be elected. REVIVE brings a node back`;
    return [...sentences, { timeUs: Math.max(endUs, ...sentences.map(({ timeUs }) => timeUs)), text }];
  }
  const cuts = cutsAt(events, nowUs);
  const reach = present.map((node) => ({ node, cut: cutOffFrom(cuts, node, present) }));
  if (reach.every(({ cut }) => present.length - (cut?.nodes.length ?? 0) < needed)) {
    const walls = reach.flatMap(({ node, cut }) =>
      cut === undefined
        ? []
        : [{ timeUs: cut.sinceUs, text: `${nodeName(node)} was cut off from ${namesOf(cut.nodes)}` }],
    );
    const text = `No replica of ${name} reaches a majority: an election needs ${needed} of the ${replicas.length}. HEAL joins them`;
    return [...sentences, ...walls, { timeUs: Math.max(endUs, ...walls.map(({ timeUs }) => timeUs)), text }];
  }
  return [...sentences, ...underWay(shard, present, events, nowUs)];
}

/** Nothing is in its way: it has just not happened yet. */
function underWay(
  shard: ShardId,
  present: readonly NodeId[],
  events: readonly TraceEvent[],
  nowUs: Micros,
): readonly Sentence[] {
  const stood = events.findLast(
    (event): event is Of<'RoleChanged'> =>
      event.type === 'RoleChanged' &&
      event.shard === shard &&
      event.timeUs <= nowUs &&
      (event.role === 'candidate' || event.role === 'precandidate'),
  );
  const timers = present.flatMap((node) => {
    const set = events.findLast(
      (event): event is Of<'DeadlineSet'> =>
        event.type === 'DeadlineSet' && event.shard === shard && event.node === node && event.timeUs <= nowUs,
    );
    return set === undefined ? [] : [{ node, setUs: set.timeUs, overUs: set.timeUs + set.waitUs }];
  });
  const [first] = timers.sort((a, b) => a.overUs - b.overUs);
  return [
    ...(stood === undefined
      ? []
      : [
          {
            timeUs: stood.timeUs,
            text: `${nodeName(stood.node)} stood for election in term ${stood.term}; no majority has answered yet`,
          },
        ]),
    ...(first === undefined
      ? []
      : [
          {
            timeUs: first.setUs,
            text: `${nodeName(first.node)} has waited for a leader since then; its election timeout is over at ${seconds(first.overUs)}, and it stands`,
          },
        ]),
  ];
}
