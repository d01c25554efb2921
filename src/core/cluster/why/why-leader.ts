import type { Micros, NodeId, ShardId } from '../../base/ids.ts';
import { isJoint, isQuorum, isVoter, votersOf } from '../../raft/configuration.ts';
import { nodeName, shardName } from '../snapshot.ts';
import type { TraceEvent } from '../trace-event.ts';
import { absentAt, remedyOf } from './absence.ts';
import { type Evidence, inOrder, latest, milliseconds, namesOf, type Sentence, seconds } from './circumstances.ts';
import { slowDisks } from './disks.ts';
import { type Lead, leaderOf, leadsOf } from './leads.ts';
import { cutOffFrom, linksAt, settingsAmong, wallBetween } from './links.ts';
import { type Configurations, configurationsOf, countedText, electorate, neededText } from './quorums.ts';
import { overAt } from './timers.ts';

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
  const leader = leaderOf(leads);
  if (leader === undefined) {
    const last = leads.at(-1);
    const before = endOf(shard, last, nowUs, evidence);
    const sinceUs = last === undefined ? 0 : endedUs(last, nowUs);
    return inOrder([...before, ...whyNone(shard, evidence, sinceUs)]);
  }
  const before = leads.findLast(({ sinceUs }) => sinceUs < leader.sinceUs);
  return inOrder([
    ...endOf(shard, before, leader.sinceUs, evidence),
    ...election(shard, leader, before, evidence),
    ...unheard(shard, leader, evidence),
  ]);
}

/** Since when it has led nobody. */
const endedUs = ({ end, frozen, standsStill }: Lead, nowUs: Micros): Micros =>
  end?.timeUs ?? (standsStill ? frozen?.timeUs : undefined) ?? nowUs;

/**
 * How a lead ended, and what had kept it from being heard: also of one that had not ended when the next one began.
 * @param nextUs when that was
 */
function endOf(shard: ShardId, lead: Lead | undefined, nextUs: Micros, evidence: Evidence): readonly Sentence[] {
  if (lead === undefined) return [];
  const { events, usual } = evidence;
  const untilUs = Math.min(lead.end?.timeUs ?? nextUs, nextUs);
  const voters = votersOf(configurationsOf(shard, { ...evidence, nowUs: untilUs }).of(lead.node));
  const links = linksAt(events, untilUs, usual.network);
  const cut = cutOffFrom(links, lead.node, voters);
  const cutText = cut && `${nodeName(lead.node)}, which led term ${lead.term}, was cut off from ${namesOf(cut.nodes)}`;
  const causes = [
    ...(cut === undefined ? [] : [{ timeUs: cut.sinceUs, text: cutText ?? '' }]),
    ...voters.flatMap((other) => settingsAmong(links, [lead.node, other])),
    ...silentVoters(shard, lead.node, { ...evidence, nowUs: untilUs }),
    ...(lead.frozen === undefined || lead.frozen.timeUs > untilUs ? [] : [lead.frozen]),
  ];
  // What was so before it was elected did not end it.
  return [...causes.filter(({ timeUs }) => timeUs >= lead.sinceUs), ...(lead.end === undefined ? [] : [lead.end])];
}

/** Of a leader that no quorum can answer any more: why, and that it will give up. */
function unheard(shard: ShardId, { node }: Lead, evidence: Evidence): readonly Sentence[] {
  if (hearsQuorum(shard, node, evidence)) return [];
  const voters = votersOf(configurationsOf(shard, evidence).of(node));
  const causes = [...silentVoters(shard, node, evidence), ...wallsOf(node, voters, evidence)];
  const text = `No quorum answers ${nodeName(node)} any more: it commits nothing, and gives up after a whole CheckQuorum window`;
  return [...causes, { timeUs: latest(causes, 0), text }];
}

/** Whether enough voters take part, and can be reached, for a leader to be answered. */
function hearsQuorum(shard: ShardId, node: NodeId, evidence: Evidence): boolean {
  const { events, nowUs, usual } = evidence;
  const absent = absentAt(events, nowUs, shard);
  const links = linksAt(events, nowUs, usual.network);
  const hears = (other: NodeId) =>
    other === node || (!absent.has(other) && wallBetween(links, node, other) === undefined);
  return isQuorum(configurationsOf(shard, evidence).of(node), hears);
}

/** Where no quorum can answer a leader, those voters that take no part. */
export function silentVoters(shard: ShardId, node: NodeId, evidence: Evidence): readonly Sentence[] {
  if (hearsQuorum(shard, node, evidence)) return [];
  const absent = absentAt(evidence.events, evidence.nowUs, shard);
  const voters = votersOf(configurationsOf(shard, evidence).of(node)).filter((other) => other !== node);
  return voters.flatMap((other) => absent.get(other) ?? []).map(({ timeUs, text }) => ({ timeUs, text }));
}

/** What keeps a node and others apart, a sentence for all that are cut, and one for each setting that loses all. */
function wallsOf(node: NodeId, others: readonly NodeId[], { events, nowUs, usual }: Evidence): readonly Sentence[] {
  const links = linksAt(events, nowUs, usual.network);
  const cut = cutOffFrom(links, node, others);
  const lost = others.flatMap((other) => (other === node ? [] : (wallBetween(links, node, other)?.setting ?? [])));
  return [
    ...(cut === undefined
      ? []
      : [{ timeUs: cut.sinceUs, text: `${nodeName(node)} was cut off from ${namesOf(cut.nodes)}` }]),
    ...lost.map(({ timeUs, text }) => ({ timeUs, text })),
  ];
}

function election(
  shard: ShardId,
  { node, term, sinceUs }: Lead,
  before: Lead | undefined,
  evidence: Evidence,
): readonly Sentence[] {
  const { events } = evidence;
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
  const configuration = configurationsOf(shard, { ...evidence, nowUs: sinceUs }).of(node);
  const ground =
    others.length === 0
      ? 'its own vote is the majority'
      : `${namesOf(others)} voted for it, ${countedText(configuration, [node, ...others])}`;
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

/** What is in the way of an election. @param endUs since when there is no leader */
function whyNone(shard: ShardId, evidence: Evidence, endUs: Micros): readonly Sentence[] {
  const { events, replicas, nowUs, usual } = evidence;
  const absent = absentAt(events, nowUs, shard);
  const configurations = configurationsOf(shard, evidence);
  const { newest } = configurations;
  const votes = (node: NodeId): boolean => isVoter(configurations.of(node), node);
  const present = replicas.filter((node) => !absent.has(node) && votes(node));
  const absences = replicas.flatMap((node) => (votes(node) || isVoter(newest, node) ? (absent.get(node) ?? []) : []));
  const missing = absences.map(({ timeUs, text }) => ({ timeUs, text }));
  const needed = neededText(newest);
  const canWin = (holds: (node: NodeId, other: NodeId) => boolean): boolean =>
    present.some((node) => isQuorum(configurations.of(node), (other) => present.includes(other) && holds(node, other)));
  if (!canWin(() => true)) {
    const who = electorate(newest, shard, replicas);
    const voting = votersOf(newest).filter((node) => present.includes(node)).length;
    const text = `${voting} of ${who} ${voting === 1 ? 'takes' : 'take'} part, and an election needs ${needed}: nobody can be elected${remedyOf(absences)}`;
    return [...missing, { timeUs: latest(missing, endUs), text }];
  }
  const links = linksAt(events, nowUs, usual.network);
  if (!canWin((node, other) => node === other || wallBetween(links, node, other) === undefined)) {
    const walls = present.flatMap((node) => wallsOf(node, present, evidence));
    const isCut = present.some((node) => cutOffFrom(links, node, present) !== undefined);
    const remedy = isCut ? 'HEAL joins them' : 'LINK … drop=0% lets messages through again';
    // While joint it names the nodes itself.
    const ofAll = isJoint(newest) ? '' : ` of ${electorate(newest, shard, replicas).replace(/,$/, '')}`;
    const text = `No replica of ${shardName(shard)} reaches a majority: an election needs ${needed}${ofAll}. ${remedy}`;
    return [...missing, ...walls, { timeUs: latest(walls, endUs), text }];
  }
  const slow = [...settingsAmong(links, present), ...slowDisks(events, nowUs, present, usual.disk)];
  return [...missing, ...slow, ...underWay(shard, present, configurations, evidence, endUs)];
}

/** Nothing keeps it from happening: it has just not happened yet. */
function underWay(
  shard: ShardId,
  present: readonly NodeId[],
  configurations: Configurations,
  { events, nowUs }: Evidence,
  endUs: Micros,
): readonly Sentence[] {
  const roles = present.flatMap((node) => {
    const role = events.findLast(
      (event): event is Of<'RoleChanged'> =>
        event.type === 'RoleChanged' && event.shard === shard && event.node === node && event.timeUs <= nowUs,
    );
    return role === undefined || role.timeUs < endUs ? [] : [role];
  });
  const standing = roles.filter(({ role }) => role === 'candidate' || role === 'precandidate');
  const timers = present.flatMap((node) => {
    const set = events.findLast(
      (event): event is Of<'DeadlineSet'> =>
        event.type === 'DeadlineSet' && event.shard === shard && event.node === node && event.timeUs <= nowUs,
    );
    if (set === undefined || set.waitUs === 0) return [];
    return [{ node, setUs: set.timeUs, overUs: overAt(events, nowUs, node, set.timeUs, set.waitUs) }];
  });
  const [first] = timers.sort((a, b) => a.overUs - b.overUs);
  const [stood] = standing.sort((a, b) => b.timeUs - a.timeUs);
  const needed = stood && neededText(configurations.of(stood.node));
  return [
    ...(stood === undefined
      ? []
      : [
          {
            timeUs: stood.timeUs,
            text: `${nodeName(stood.node)} stood for election in term ${stood.term}; it needs ${needed}, and no majority has answered yet`,
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
