import type { Micros, NodeId, ShardId, Term } from '../../base/ids.ts';
import { nodeName, shardName } from '../snapshot.ts';
import type { TraceEvent } from '../trace-event.ts';
import { deathOf } from './absence.ts';
import type { Sentence } from './circumstances.ts';

/** A node's lead of a shard. */
export interface Lead {
  readonly node: NodeId;
  readonly term: Term;
  readonly sinceUs: Micros;
  /** How it ended; undefined: it has not. */
  readonly end: Sentence | undefined;
  /** Its node was frozen in it: the last time. */
  readonly frozen: Sentence | undefined;
  /** It still is: it leads nobody, and does not know that. */
  readonly standsStill: boolean;
}

/** Who has led the shard, by beginning. A leader that is cut off, or frozen, may lead on for a while beside the next one. */
export function leadsOf(events: readonly TraceEvent[], shard: ShardId, untilUs: Micros): readonly Lead[] {
  const leads: Lead[] = [];
  const change = (node: NodeId, to: Partial<Lead>): void => {
    const at = leads.findLastIndex((lead) => lead.node === node);
    const lead = leads[at];
    if (lead !== undefined && lead.end === undefined) leads[at] = { ...lead, ...to };
  };
  for (const event of events) {
    const { timeUs } = event;
    if (timeUs > untilUs) break;
    const death = deathOf(event);
    if (death !== undefined) change(death.node, { end: death.sentence, standsStill: false });
    switch (event.type) {
      case 'RoleChanged': {
        if (event.shard !== shard) break;
        const { node, term, role } = event;
        const text = `${nodeName(node)} stopped leading ${shardName(shard)}: ${stepDownText(event)}`;
        if (role !== 'leader') change(node, { end: { timeUs, text } });
        else leads.push({ node, term, sinceUs: timeUs, end: undefined, frozen: undefined, standsStill: false });
        break;
      }
      case 'NodeFrozen': {
        const text = `${nodeName(event.node)} was frozen`;
        change(event.node, { frozen: { timeUs, text }, standsStill: true });
        break;
      }
      case 'NodeThawed':
        change(event.node, { standsStill: false });
        break;
      case 'ActionTaken':
        if (event.action.type !== 'Reload') break;
        for (const { node } of leads)
          change(node, { end: { timeUs, text: 'The page was loaded again: all nodes ended' } });
        break;
      default:
    }
  }
  return leads;
}

/** Of those that last, the one of the highest term: whoever the others follow. One that stands still leads nobody. */
export function leaderOf(leads: readonly Lead[]): Lead | undefined {
  const lasting = leads.filter(({ end, standsStill }) => end === undefined && !standsStill);
  return lasting.reduce<Lead | undefined>(
    (best, lead) => (best === undefined || lead.term > best.term ? lead : best),
    undefined,
  );
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
