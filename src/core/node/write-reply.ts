import type { LogIndex, NodeId } from '../base/ids.ts';
import { votersOf } from '../raft/configuration.ts';
import type { Entry } from '../raft/entry.ts';
import type { RaftGroup } from '../raft/raft-group.ts';
import type { ReplyBody } from './message.ts';
import type { ApplyOutcome } from './state-machine.ts';

export const LEADERSHIP_LOST: ReplyBody = { type: 'LeadershipLost' };
const SESSION_EXPIRED: ReplyBody = { type: 'SessionExpired' };

/** What a client is answered whose entry the leader `id` has applied. */
export function writeReply(raft: RaftGroup, id: NodeId, entry: Entry, outcome: ApplyOutcome): ReplyBody {
  switch (outcome.type) {
    case 'registered':
      return { type: 'Registered', session: outcome.session, term: entry.term, index: entry.index };
    case 'sessionExpired':
      return SESSION_EXPIRED;
    // Whether the forgotten write was applied is not known here: the one answer that promises nothing.
    case 'stale':
    case 'time':
    case 'compare':
    case 'check':
    case 'verdict':
    case 'repair':
    case 'meta':
    case 'metaRefused':
    case 'noop':
      return LEADERSHIP_LOST;
    default: {
      const { answer, term, index } = outcome;
      const voters = votersOf(raft.configuration);
      const acks = holders(raft, id, voters, index);
      return {
        type: 'Written',
        answer,
        term,
        index,
        acks,
        voters: voters.length,
        duplicate: outcome.type === 'duplicate',
      };
    }
  }
}

/** Voters known to hold the entry on disk. */
function holders(raft: RaftGroup, id: NodeId, voters: readonly NodeId[], index: LogIndex): number {
  let holders = 0;
  for (const voter of voters) {
    const matchIndex = voter === id ? raft.persistedIndex : raft.progressOf(voter)?.matchIndex;
    if (matchIndex !== undefined && matchIndex >= index) holders++;
  }
  return holders;
}
