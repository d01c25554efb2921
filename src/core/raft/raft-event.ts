import type { LogIndex, NodeId, Term } from '../base/ids.ts';
import type { Configuration } from './configuration.ts';
import type { Entry, Role } from './entry.ts';

/** What one Raft group reports about itself, past tense, for the screen and for the invariant checks. */
export type RaftEvent =
  | {
      readonly type: 'RoleChanged';
      readonly role: Role;
      readonly term: Term;
      /** 0 = none known. */
      readonly leader: NodeId;
      readonly votedFor: NodeId;
      readonly reason: RoleChangeReason;
      /** Whose message made it change; 0 = none did: its own timer, the votes it has, its start. */
      readonly from: NodeId;
    }
  | {
      readonly type: 'VoteReceived';
      readonly term: Term;
      readonly from: NodeId;
      readonly granted: boolean;
      readonly preVote: boolean;
    }
  /** It voted for another in this term; whoever stands for election itself says so by its role. */
  | { readonly type: 'VoteGranted'; readonly term: Term; readonly to: NodeId }
  | {
      readonly type: 'EntriesAppended';
      /** Entries from this index on were thrown away first; 0 = none. */
      readonly truncatedFrom: LogIndex;
      readonly entries: readonly Entry[];
    }
  /** The log no longer holds its entries up to `baseIndex`: they are applied, and in the tables. */
  | { readonly type: 'LogCompacted'; readonly baseIndex: LogIndex }
  /** Another configuration may be in force: an entry that holds one was appended or truncated, or a snapshot took the log's place. */
  | {
      readonly type: 'ConfigurationChanged';
      /** Of its entry, or of the log's base; 0 = the one that the group began with. */
      readonly index: LogIndex;
      readonly configuration: Configuration;
      /** A later one was truncated. */
      readonly rolledBack: boolean;
    }
  | { readonly type: 'EntriesPersisted'; readonly lastIndex: LogIndex }
  | { readonly type: 'CommitAdvanced'; readonly commitIndex: LogIndex; readonly term: Term }
  /** The leader's view of a follower changed: it leads now, sent entries, or was answered. */
  | {
      readonly type: 'FollowerProgressed';
      readonly follower: NodeId;
      readonly matchIndex: LogIndex;
      readonly nextIndex: LogIndex;
    }
  /** The leader takes no more proposals and brings this follower up to date, to have it elected. */
  | { readonly type: 'TransferStarted'; readonly term: Term; readonly to: NodeId }
  /** It goes on as the leader; `asked`: the follower had been told to stand. */
  | { readonly type: 'TransferAborted'; readonly term: Term; readonly to: NodeId; readonly asked: boolean };

export type RoleChangeReason =
  | 'started'
  | 'election timeout'
  | 'won the pre-vote'
  | 'leadership transfer'
  | 'won the election'
  | 'lost the election'
  | 'saw a higher term'
  | 'heard from the leader'
  | 'heard from no quorum'
  | 'left the configuration';
