import type { LiveBreak } from '../../core/base/breaks.ts';
import type { ActorId, ClientActorId, LogIndex, Micros, NodeId, ShardId, Term } from '../../core/base/ids.ts';
import type { Outcome } from '../../core/client/operation.ts';
import type { LinkSettings } from '../../core/cluster/action.ts';
import type { CrashFault, DiskCondition } from '../../core/cluster/disk-fault.ts';
import { FollowedPaths } from '../../core/cluster/operation-path/followed-paths.ts';
import { NO_PATHS } from '../../core/cluster/operation-path/operation-path.ts';
import type { Durability } from '../../core/cluster/run.ts';
import type { ClockSnapshot } from '../../core/cluster/snapshot.ts';
import type { DropReason, MessageItem, TraceEvent } from '../../core/cluster/trace-event.ts';
import type { CompactionReason, CompactionStyle } from '../../core/lsm/compaction-style.ts';
import type { LookupStep } from '../../core/lsm/lookup-report.ts';
import type { PhiLimits } from '../../core/membership/options.ts';
import type { TableInfo } from '../../core/node/storage-event.ts';
import type { Configuration } from '../../core/raft/configuration.ts';
import type { Entry, Role } from '../../core/raft/entry.ts';
import type { IntegrityView } from './integrity-view.ts';
import type { ObserverView } from './membership-view.ts';
import { FOUNDED, type PlacementView } from './placement-view.ts';

/** The cluster as the screen knows it: computed from trace events by `reduce` and from nothing else. Immutable; unchanged parts are shared. */
export interface ViewModel {
  /** Time of the newest event reduced. */
  readonly timeUs: Micros;
  readonly nodes: ReadonlyMap<NodeId, NodeView>;
  /** Every replica of a shard that has ever reported, live or dead. */
  readonly shards: ReadonlyMap<ShardId, ReadonlyMap<NodeId, ReplicaView>>;
  /** Of each shard, as whichever replica has ever applied most of its log counted them. */
  readonly keys: ReadonlyMap<ShardId, KeyCount>;
  /** Sent and neither delivered nor dropped, by message id. At most MESSAGES_MAX. */
  readonly messages: ReadonlyMap<number, MessageView>;
  /** The last messages that were dropped, oldest first. At most DROPS_KEPT. */
  readonly drops: readonly DroppedMessage[];
  /** Cut directions, keyed `from>to`. */
  readonly cuts: ReadonlyMap<string, CutView>;
  /** What was set for one direction of a link, keyed `from>to`; under `*` what was set for all of them while the run went on. */
  readonly links: ReadonlyMap<string, LinkSettings>;
  /** What is under way, by operation id. At most OPERATIONS_MAX. */
  readonly operations: ReadonlyMap<number, OperationView>;
  /** The last operations by the order in which they were asked, over or not. At most RECENT_KEPT. */
  readonly recent: readonly RecentOperation[];
  /** The last operations, step by step. */
  readonly paths: FollowedPaths;
  /** What is known of the requests behind the shards' log entries, oldest first. At most REQUESTS_KEPT a shard. */
  readonly requests: ReadonlyMap<ShardId, readonly RequestView[]>;
  /** What each node's storage engine has done lately. */
  readonly storage: ReadonlyMap<NodeId, StorageView>;
  /** What each node knows of the others, by gossip. */
  readonly membership: ReadonlyMap<NodeId, ObserverView>;
  /** Of shards whose replicas were compared, or are known to be wrong. */
  readonly integrity: ReadonlyMap<ShardId, IntegrityView>;
  /** Who is on the ring, and which replicas are on their way. */
  readonly placement: PlacementView;
  /** What CONFIG has set of how silence is judged, over what the run began with. */
  readonly phi: Partial<PhiLimits>;
  /** Client names by actor id; the default client is there from the start. */
  readonly clients: ReadonlyMap<ClientActorId, string>;
  /** Since the page began to hear of this run. */
  readonly tally: Tally;
  /** Rules that are left out on purpose, in the order in which they were. */
  readonly breaks: readonly LiveBreak[];
  /** Important events in plain words, oldest first. At most FEED_MAX. */
  readonly feed: readonly FeedItem[];
}

/** Live keys of a shard when its log was applied up to this entry. */
export interface KeyCount {
  readonly index: LogIndex;
  readonly keys: number;
}

export interface RecentOperation {
  readonly id: number;
  readonly client: ClientActorId;
  /** Of several keys the first; of a scan, the one from which it goes. */
  readonly key: Uint8Array;
  /** What the client has sent for it. */
  readonly requests: readonly number[];
}

export interface Tally {
  /** Answered. */
  readonly writes: number;
  readonly reads: number;
  /** Won. */
  readonly elections: number;
}

export interface NodeView {
  /** `recovering`: its worker runs and reads its database. `crashed`: down, with a reason, without having been killed. */
  readonly state: 'recovering' | 'up' | 'down' | 'crashed';
  /** Its process stands still: it is one of the above, and does nothing. */
  readonly frozen: boolean;
  readonly boot: number;
  /** Which disk of it that is, from 1. */
  readonly incarnation: number;
  /** Why it crashed; empty otherwise. */
  readonly reason: string;
  /** Which fault that somebody ordered made it crash; undefined: none. */
  readonly fault: CrashFault | undefined;
  readonly disk: Pick<DiskCondition, 'slowdown' | 'full'>;
  /** As CLOCK set it last: how wrong it was then. Undefined: it did not. */
  readonly clock: ClockSnapshot | undefined;
  /** What CONFIG set since the run began; undefined: nothing. */
  readonly durability: Durability | undefined;
  /** The reading of its disk at its latest start. */
  readonly recovery: RecoveryView;
}

export interface RecoveryView {
  readonly sinceUs: Micros;
  readonly durationUs: Micros;
  /** Records in its log. */
  readonly logRecords: number;
}

export interface ReplicaView {
  readonly role: Role;
  readonly term: Term;
  /** 0 = nobody in this term. */
  readonly votedFor: NodeId;
  /** 0 = none known. */
  readonly leader: NodeId;
  /** Who takes part, as this replica has it; undefined: it has reported nothing yet. */
  readonly configuration: Configuration | undefined;
  /** By that it gets the log and counts for nothing. */
  readonly learns: boolean;
  /** Window of the log's end, ascending and without holes, at most LOG_WINDOW long. */
  readonly entries: readonly EntryView[];
  readonly lastIndex: LogIndex;
  readonly persistedIndex: LogIndex;
  readonly commitIndex: LogIndex;
  readonly appliedIndex: LogIndex;
  /** It came back from its disk and has not reached its leader's log since. */
  readonly catchingUp: boolean;
  /** When persistedIndex, commitIndex and appliedIndex got where they are. */
  readonly persisted: readonly Milestone[];
  readonly committed: readonly Milestone[];
  readonly applied: readonly Milestone[];
  /** The last time entries were thrown away because the leader holds others; undefined: not since the last start. */
  readonly truncation: TruncationView | undefined;
  /** Runs since the role last changed or a leader was last heard; undefined: none runs, or it has not been reported. */
  readonly timer: TimerView | undefined;
  /** Leaders only: their lease, as last renewed; it may be over. Undefined: it has none. */
  readonly lease: TimerView | undefined;
  /** Live keys of this replica at appliedIndex. */
  readonly keys: number;
  /** Leaders only: how far each follower is known to match. */
  readonly progress: ReadonlyMap<NodeId, { readonly matchIndex: LogIndex; readonly nextIndex: LogIndex }>;
  /** Answers to the election under way; empty when there is none. */
  readonly votes: readonly { readonly from: NodeId; readonly granted: boolean }[];
}

/** An index rises from milestone to milestone; every entry up to `index`, and after the milestone before, got there by `timeUs`. */
export interface Milestone {
  readonly index: LogIndex;
  /** Undefined: before the replica's last start. */
  readonly timeUs: Micros | undefined;
}

export interface TruncationView {
  readonly timeUs: Micros;
  readonly removed: readonly EntryView[];
}

/** A leader's CheckQuorum or lease, anyone else's election timer: set at `setAtUs`, over `waitUs` later. */
export interface TimerView {
  readonly setAtUs: Micros;
  readonly waitUs: Micros;
}

/** The request that became the entry with this index and term. */
export interface RequestView {
  readonly index: LogIndex;
  readonly term: Term;
  /** By the leader, for the newest attempt of the client; undefined: not observed, time ran at full speed. */
  readonly proposed:
    | {
        readonly node: NodeId;
        readonly timeUs: Micros;
        readonly client: ClientActorId;
        readonly requestId: number;
      }
    | undefined;
  /** What that leader sent back. */
  readonly answer: { readonly timeUs: Micros; readonly type: string } | undefined;
  /** What the client was told of the operation that ended with this entry as its ground. */
  readonly told: ToldView | undefined;
}

export interface StorageView {
  /** By their beginning, at most STORAGE_JOBS_KEPT. */
  readonly jobs: readonly StorageJob[];
  /** The last point read; undefined: none since the node started, or none was observed. */
  readonly lookup: LookupView | undefined;
  /** Undefined: writes are applied as they come. */
  readonly stall: StallView | undefined;
}

/** A flush, a compaction, or a table that moved by the manifest alone. Sizes in bytes. */
export interface StorageJob {
  readonly kind: 'flush' | 'compaction' | 'move';
  /** Of a compaction: its number in its node's boot; −1 for the others. */
  readonly job: number;
  readonly startedUs: Micros;
  /** Undefined while it runs. */
  readonly endedUs: Micros | undefined;
  /** Undefined: it was not observed, or needs none. */
  readonly reason: CompactionReason | 'full' | 'asked' | undefined;
  /** Of a compaction. */
  readonly style?: CompactionStyle;
  readonly level: number;
  readonly outputLevel: number;
  readonly inputs: readonly TableInfo[];
  /** Empty while it runs. */
  readonly outputs: readonly TableInfo[];
  /** What it has to go through. */
  readonly bytes: number;
  readonly bytesRead: number;
  readonly bytesWritten: number;
  readonly dropped: number;
}

export interface LookupView {
  readonly shard: ShardId;
  /** As the client gave it. */
  readonly key: Uint8Array;
  readonly timeUs: Micros;
  readonly steps: readonly LookupStep[];
}

export interface StallView {
  readonly kind: 'delayed' | 'stopped';
  readonly because: 'L0 tables' | 'MemTable';
  readonly tables: number;
  /** Since when. */
  readonly timeUs: Micros;
}

export interface ToldView {
  readonly timeUs: Micros;
  readonly client: ClientActorId;
  /** `PUT user:42`. */
  readonly text: string;
  readonly outcome: Outcome;
}

export interface EntryView {
  readonly index: LogIndex;
  readonly term: Term;
  readonly kind: Entry['kind'];
  /** What the command does, in a word or two: `no-op`, `user:42`. */
  readonly label: string;
  /** The whole of it: `PUT user:42 ada`. */
  readonly title: string;
  /** As in the log; of a no-op empty, of a configuration its own encoding. */
  readonly command: Uint8Array;
  /** Of the leader that proposed it: the shard's log time once it is applied. */
  readonly stampUs: Micros;
  /** When it came into this replica's log; undefined: it was there at the replica's start. */
  readonly appendedAtUs: Micros | undefined;
}

export interface MessageView {
  readonly id: number;
  readonly from: ActorId;
  readonly to: ActorId;
  readonly sentAtUs: Micros;
  readonly deliverAtUs: Micros;
  readonly items: readonly MessageItem[];
}

export interface DroppedMessage extends MessageView {
  readonly droppedAtUs: Micros;
  readonly reason: DropReason;
}

export interface CutView {
  readonly from: ActorId;
  readonly to: ActorId;
  readonly sinceUs: Micros;
}

export interface OperationView {
  readonly id: number;
  readonly client: ClientActorId;
  readonly shard: ShardId;
  /** `PUT user:42`. */
  readonly text: string;
}

export interface FeedItem {
  /** Rises by one from item to item. */
  readonly id: number;
  readonly timeUs: Micros;
  /** Who: a node, a client, or 0 for the world. */
  readonly actor: ActorId;
  /** Undefined: concerns the whole cluster. */
  readonly shard: ShardId | undefined;
  /** Past tense, without the actor. */
  readonly text: string;
  /** `because …`, or empty where the cause is not known. */
  readonly why: string;
  readonly tone: 'plain' | 'good' | 'bad';
  readonly topic: FeedTopic;
  /** What it tells of. */
  readonly event: TraceEvent['type'];
  /** How often it happened; text, cause and time are the last time's. */
  readonly count: number;
  /** When it first happened. */
  readonly sinceUs: Micros;
  /** What the same actor does again in the same shard counts as one item when this is equal. */
  readonly repeat: string;
}

export type FeedTopic = 'election' | 'fault' | 'write' | 'read' | 'storage' | 'move';

export const LOG_WINDOW = 500;
export const MESSAGES_MAX = 4000;
export const DROPS_KEPT = 32;
export const FEED_MAX = 500;
/** A repeat joins its item when no more than so many others came between them (of elections: however many), */
export const REPEAT_REACH = 6;
/** and no more time than this lies between the two. */
export const REPEAT_WITHIN_US: Micros = 1_000_000;
export const REQUESTS_KEPT = 500;
export const OPERATIONS_MAX = 1000;
export const RECENT_KEPT = 50;
export const STORAGE_JOBS_KEPT = 12;

const DEFAULT_CLIENT = 100 as ClientActorId;

export const EMPTY_MODEL: ViewModel = {
  timeUs: 0,
  nodes: new Map(),
  shards: new Map(),
  keys: new Map(),
  messages: new Map(),
  drops: [],
  cuts: new Map(),
  links: new Map(),
  operations: new Map(),
  recent: [],
  paths: FollowedPaths.of(NO_PATHS),
  requests: new Map(),
  storage: new Map(),
  membership: new Map(),
  integrity: new Map(),
  placement: FOUNDED,
  phi: {},
  clients: new Map([[DEFAULT_CLIENT, 'client']]),
  tally: { writes: 0, reads: 0, elections: 0 },
  breaks: [],
  feed: [],
};

export const EMPTY_NODE: NodeView = {
  state: 'recovering',
  frozen: false,
  boot: 0,
  incarnation: 1,
  reason: '',
  fault: undefined,
  disk: { slowdown: 1, full: false },
  clock: undefined,
  durability: undefined,
  recovery: { sinceUs: 0, durationUs: 0, logRecords: 0 },
};

export const EMPTY_STORAGE: StorageView = { jobs: [], lookup: undefined, stall: undefined };

export const EMPTY_REPLICA: ReplicaView = {
  role: 'follower',
  term: 0,
  votedFor: 0 as NodeId,
  leader: 0 as NodeId,
  configuration: undefined,
  learns: false,
  entries: [],
  lastIndex: 0,
  persistedIndex: 0,
  commitIndex: 0,
  appliedIndex: 0,
  catchingUp: false,
  persisted: [],
  committed: [],
  applied: [],
  truncation: undefined,
  timer: undefined,
  lease: undefined,
  keys: 0,
  progress: new Map(),
  votes: [],
};

/** Its process runs and goes on. */
export const takesPart = (node: NodeView | undefined): boolean => node?.state === 'up' && !node.frozen;

/** The leader of the highest term among those that take part, as a snapshot defines it; 0 when there is none. */
export function leaderOf(model: ViewModel, shard: ShardId): NodeId {
  let leader = 0 as NodeId;
  let highest = -1;
  for (const [node, replica] of model.shards.get(shard) ?? []) {
    if (replica.role === 'leader' && replica.term > highest && takesPart(model.nodes.get(node))) {
      leader = node;
      highest = replica.term;
    }
  }
  return leader;
}

/** The last index of the leader's log, as far as a leader is known; 0 otherwise. */
export const leaderLastIndex = (model: ViewModel, shard: ShardId): LogIndex =>
  model.shards.get(shard)?.get(leaderOf(model, shard))?.lastIndex ?? 0;
