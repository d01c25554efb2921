import type { Micros, NodeId, ShardId, Term } from '../../base/ids.ts';
import { nodeName, shardName } from '../snapshot.ts';
import type { TraceEvent } from '../trace-event.ts';

/** One link of a causal chain: what happened, at the time of the event that says so. */
export interface Sentence {
  readonly timeUs: Micros;
  readonly text: string;
}

/** By time; what is said twice is said once. Of one moment, in the order in which it is given. */
export function inOrder(sentences: readonly Sentence[]): readonly Sentence[] {
  const seen = new Set<string>();
  const once = sentences.filter(({ timeUs, text }) => {
    const key = `${timeUs} ${text}`;
    return !seen.has(key) && seen.add(key);
  });
  return once.sort((a, b) => a.timeUs - b.timeUs);
}

/** What is kept of a run's trace, in run order. */
export interface Evidence {
  readonly events: readonly TraceEvent[];
  /** What was before is not known; 0: all of the run is kept. */
  readonly reachUs: Micros;
  /** Of the shard that is asked about. */
  readonly replicas: readonly NodeId[];
  readonly nowUs: Micros;
}

/** A node's lead of a shard. */
export interface Lead {
  readonly node: NodeId;
  readonly term: Term;
  readonly sinceUs: Micros;
  /** How it ended; undefined: it has not. */
  readonly end: Sentence | undefined;
}

/** Who has led the shard, by beginning. A leader that is cut off may lead on for a while beside the next one. */
export function leadsOf(events: readonly TraceEvent[], shard: ShardId, untilUs: Micros): readonly Lead[] {
  const leads: Lead[] = [];
  const end = (node: NodeId, sentence: Sentence): void => {
    const at = leads.findLastIndex((lead) => lead.node === node);
    const lead = leads[at];
    if (lead !== undefined && lead.end === undefined) leads[at] = { ...lead, end: sentence };
  };
  for (const event of events) {
    const { timeUs } = event;
    if (timeUs > untilUs) break;
    if (event.type === 'RoleChanged' && event.shard === shard) {
      const { node, term, role } = event;
      if (role === 'leader') leads.push({ node, term, sinceUs: timeUs, end: undefined });
      else end(node, { timeUs, text: `${nodeName(node)} stopped leading ${shardName(shard)}: ${stepDownText(event)}` });
    }
    const death = deathOf(event);
    if (death !== undefined) end(death.node, death.sentence);
  }
  return leads;
}

function stepDownText({ reason, from, term, leader }: Extract<TraceEvent, { readonly type: 'RoleChanged' }>): string {
  switch (reason) {
    case 'saw a higher term':
      return from === 0 ? `it saw term ${term}` : `${nodeName(from)} showed it term ${term}, a higher one`;
    case 'heard from no quorum':
      return 'no quorum answered it for a whole CheckQuorum window';
    case 'heard from the leader':
      return `${nodeName(leader)} leads term ${term}`;
    case 'leadership transfer':
      return `it handed the lead over${from === 0 ? '' : ` to ${nodeName(from)}`}`;
    default:
      return `it ${reason}`;
  }
}

/** Undefined: the event is no node's end. */
export function deathOf(event: TraceEvent): { readonly node: NodeId; readonly sentence: Sentence } | undefined {
  const { timeUs } = event;
  if (event.type === 'NodeKilled')
    return { node: event.node, sentence: { timeUs, text: `${nodeName(event.node)} was killed` } };
  if (event.type !== 'NodeCrashed') return undefined;
  return { node: event.node, sentence: { timeUs, text: `${nodeName(event.node)} crashed: ${event.reason}` } };
}

/** The nodes that took no part at a moment, each with why. */
export function absentAt(events: readonly TraceEvent[], untilUs: Micros): ReadonlyMap<NodeId, Sentence> {
  const absent = new Map<NodeId, Sentence>();
  for (const event of events) {
    if (event.timeUs > untilUs) break;
    const death = deathOf(event);
    if (death !== undefined) absent.set(death.node, death.sentence);
    const { timeUs } = event;
    if (event.type === 'NodeStarted')
      absent.set(event.node, { timeUs, text: `${nodeName(event.node)} started, and read its disk` });
    if (event.type === 'NodeRecovered') absent.delete(event.node);
  }
  return absent;
}

/** The directions that were cut at a moment, `from>to` by actor ids, and since when. */
export function cutsAt(events: readonly TraceEvent[], untilUs: Micros): ReadonlyMap<string, Micros> {
  const cuts = new Map<string, Micros>();
  for (const event of events) {
    if (event.timeUs > untilUs) break;
    if (event.type === 'ActionTaken' && event.action.type === 'Reload') cuts.clear();
    if (event.type !== 'LinkChanged') continue;
    const link = `${event.from}>${event.to}`;
    if (!event.cut) cuts.delete(link);
    else if (!cuts.has(link)) cuts.set(link, event.timeUs);
  }
  return cuts;
}

/** Of one node, the others that it and they cannot both reach, and the latest time at which that came to be. */
export function cutOffFrom(
  cuts: ReadonlyMap<string, Micros>,
  node: NodeId,
  others: readonly NodeId[],
): { readonly nodes: readonly NodeId[]; readonly sinceUs: Micros } | undefined {
  const found = others.flatMap((other) => {
    const since = [cuts.get(`${node}>${other}`), cuts.get(`${other}>${node}`)].filter((each) => each !== undefined);
    return other === node || since.length === 0 ? [] : [{ other, sinceUs: Math.max(...since) }];
  });
  if (found.length === 0) return undefined;
  return { nodes: found.map(({ other }) => other), sinceUs: Math.max(...found.map(({ sinceUs }) => sinceUs)) };
}

/** `n1, n2 and n3`; `nobody`. */
export function namesOf(nodes: readonly NodeId[]): string {
  const names = nodes.map(nodeName);
  return names.length < 2 ? (names[0] ?? 'nobody') : `${names.slice(0, -1).join(', ')} and ${names.at(-1)}`;
}

/** Cut to milliseconds, as the page's clock is. */
export const seconds = (us: Micros): string => `${(Math.floor(us / 1000) / 1000).toFixed(3)} s`;

export const milliseconds = (us: Micros): string =>
  `${us < 10_000 ? (us / 1000).toFixed(1) : Math.round(us / 1000)} ms`;
