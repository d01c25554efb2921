import { configurationText } from '../../configuration.ts';
import type { RaftEvent } from '../../raft-event.ts';
import { entryText, fieldsText, nodeText } from './message-text.ts';

/** One sentence about what happened in node `id`. An event that is not known here is told by its name and fields. */
export function eventText(id: number, event: RaftEvent): string {
  const node = nodeText(id);
  switch (event.type) {
    case 'RoleChanged':
      return roleText(node, event);
    case 'VoteReceived':
      return `${node} counts ${voteText(id, event)} for term ${event.term}: ${event.granted ? 'granted' : 'refused'}`;
    case 'VoteGranted':
      return `${node} votes for ${nodeText(event.to)} in term ${event.term}`;
    case 'EntriesAppended': {
      const deletes = event.truncatedFrom === 0 ? '' : `deletes its log from ${event.truncatedFrom} on and `;
      return `${node} ${deletes}appends ${event.entries.map(entryText).join(', ')}`;
    }
    case 'EntriesPersisted':
      return `${node}'s own log is durable up to ${event.lastIndex}`;
    case 'LogCompacted':
      return `${node}'s log begins behind ${event.baseIndex}`;
    case 'CommitAdvanced':
      return `${node} advances commitIndex to ${event.commitIndex}`;
    case 'TransferStarted':
      return `${node} begins to hand its leadership over to ${nodeText(event.to)}`;
    case 'TransferAborted': {
      const told = event.asked ? 'was told to stand' : 'was not told to stand';
      return `${node} keeps its leadership: ${nodeText(event.to)} ${told}`;
    }
    case 'ConfigurationChanged': {
      const { configuration, rolledBack } = event;
      return `${node} goes ${rolledBack ? 'back to' : 'by'} ${configurationText(configuration)}`;
    }
    default: {
      const { type, ...fields } = event;
      return `${node} ${type} ${fieldsText(fields)}`;
    }
  }
}

const IN_OUTLINE: ReadonlySet<RaftEvent['type']> = new Set([
  'RoleChanged',
  'CommitAdvanced',
  'TransferStarted',
  'TransferAborted',
  'ConfigurationChanged',
]);

/** What a trace in outline tells too. */
export function isInOutline(event: RaftEvent): boolean {
  if (event.type === 'EntriesAppended') return event.truncatedFrom !== 0;
  return IN_OUTLINE.has(event.type);
}

function roleText(node: string, event: Extract<RaftEvent, { type: 'RoleChanged' }>): string {
  const of = event.role === 'follower' && event.leader !== 0 ? ` of ${nodeText(event.leader)}` : '';
  const by = event.from === 0 ? '' : `, by ${nodeText(event.from)}'s message`;
  return `${node} becomes ${event.role}${of} in term ${event.term} (${event.reason}${by})`;
}

function voteText(id: number, event: Extract<RaftEvent, { type: 'VoteReceived' }>): string {
  const whose = event.from === id ? 'its own' : `${nodeText(event.from)}'s`;
  return `${whose} ${event.preVote ? 'pre-vote' : 'vote'}`;
}
