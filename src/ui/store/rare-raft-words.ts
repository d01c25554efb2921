import { keyLabel } from '../../core/cluster/describe.ts';
import { isChanging, membersText } from '../../core/cluster/membership.ts';
import { nodeName, shardName } from '../../core/cluster/snapshot.ts';
import type { Draft } from './draft.ts';
import type { RareEvent } from './late-words.ts';

/** Truncations, expiries, and what somebody asked of a group, in plain words. `draft` still holds what was before the event. */
export function tellRareRaft(draft: Draft, event: RareEvent): void {
  switch (event.type) {
    case 'EntriesAppended':
      tellTruncation(draft, event);
      return;
    case 'KeysExpired':
      tellExpiry(draft, event);
      return;
    case 'TransferStarted':
    case 'TransferAborted':
      tellTransfer(draft, event);
      return;
    case 'ConfigurationChanged':
      tellConfiguration(draft, event);
      return;
    default:
  }
}

function tellTruncation(draft: Draft, event: Extract<RareEvent, { type: 'EntriesAppended' }>): void {
  const { lastIndex, leader, term } = draft.replica(event.shard, event.node);
  const count = lastIndex - event.truncatedFrom + 1;
  draft.tell({
    actor: event.node,
    shard: event.shard,
    text: `truncated ${count} ${count === 1 ? 'entry' : 'entries'} from index ${event.truncatedFrom}`,
    why: `because ${leader === 0 ? 'the leader' : nodeName(leader)}, leader of term ${term}, holds others there; none was committed`,
    tone: 'plain',
    topic: 'election',
  });
}

function tellTransfer(draft: Draft, event: Extract<RareEvent, { type: 'TransferStarted' | 'TransferAborted' }>): void {
  const { node, shard, to } = event;
  const told = { actor: node, shard, topic: 'election' } as const;
  const name = nodeName(to);
  if (event.type === 'TransferStarted') {
    const why = `because it was asked to; it takes no writes until ${name} leads`;
    draft.tell({ ...told, text: `began to hand ${shardName(shard)} over to ${name}`, why, tone: 'plain' });
    return;
  }
  const why = `because ${name} did not ${event.asked ? 'win' : 'get all of its log'} within an election timeout`;
  draft.tell({ ...told, text: `kept the lead of ${shardName(shard)}`, why, tone: 'bad' });
}

/** By the leader, and by whoever has to go back. */
function tellConfiguration(draft: Draft, event: Extract<RareEvent, { type: 'ConfigurationChanged' }>): void {
  const { node, shard, configuration, rolledBack } = event;
  const told = { actor: node, shard, topic: 'election' } as const;
  const name = shardName(shard);
  const members = membersText(configuration);
  if (rolledBack) {
    const why = 'because the change after it was truncated: it was not committed';
    draft.tell({ ...told, text: `goes back to ${members} in ${name}`, why, tone: 'plain' });
    return;
  }
  if (draft.replica(shard, node).role !== 'leader') return;
  const why = isChanging(configuration)
    ? 'because it was asked to; until it leaves this joint configuration both majorities are needed'
    : 'because both majorities hold the joint configuration';
  const text = isChanging(configuration) ? `takes ${name} to ${members}` : `has ${members} in ${name}`;
  draft.tell({ ...told, text, why, tone: isChanging(configuration) ? 'plain' : 'good' });
}

/** By the leader: the others do the same at the same entry. */
function tellExpiry(draft: Draft, event: Extract<RareEvent, { type: 'KeysExpired' }>): void {
  if (draft.replica(event.shard, event.node).role !== 'leader') return;
  const shown = event.keys.map((key) => keyLabel(key) || '""').join(', ');
  const more = event.count > event.keys.length ? ` and ${event.count - event.keys.length} more` : '';
  draft.tell({
    actor: event.node,
    shard: event.shard,
    text: `let ${shown}${more} expire`,
    why: `because entry ${event.index} moved log time past ${event.count === 1 ? 'the deadline' : 'their deadlines'}`,
    tone: 'plain',
    topic: 'write',
  });
}
