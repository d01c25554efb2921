import type { ActorId, ClientActorId, LogIndex, Micros, NodeId, ShardId, Term } from '../../base/ids.ts';
import { keyOfOperation, type Operation, type Outcome } from '../../client/operation.ts';
import type { Configuration } from '../../raft/configuration.ts';
import type { Stamp } from '../../replication/stamp.ts';
import type { ClientName } from '../action.ts';

/** What became of one operation, step by step, as clients, nodes and links reported it. Plain data: it can be cloned and kept. */
export interface OperationPath {
  /** The operation's id in its run. */
  readonly id: number;
  readonly client: ClientActorId;
  readonly clientName: ClientName;
  readonly operation: Operation;
  /** Of the key; of a scan, that of its first key. */
  readonly shard: ShardId;
  /** The shard's preference list; empty for a scan, and where the client's report was not seen. */
  readonly replicas: readonly NodeId[];
  readonly invokedUs: Micros;
  readonly completedUs: Micros | undefined;
  readonly outcome: Outcome | undefined;
  /** Why it did not succeed, in words; empty where it did, and while it is under way. */
  readonly reason: string;
  /** By start, then in the order of the run. */
  readonly steps: readonly PathStep[];
  /** How far the newest entry of it has come; undefined for reads, and before a leader has proposed it. */
  readonly quorum: QuorumView | undefined;
  /** Part of it passed at full speed, when single steps are not observed. */
  readonly detailsOmitted: boolean;
  /** Steps beyond STEPS_MAX, which are counted and not kept. */
  readonly stepsLeftOut: number;
}

export interface PathStep {
  /** Unique in its path. */
  readonly id: number;
  readonly kind: StepKind;
  /** A client that is new to a shard first registers a session, an entry of its own. */
  readonly phase: 'session' | 'operation';
  /** Who did it; of a message, who sent it. */
  readonly actor: ActorId;
  /** Of a message: to whom. */
  readonly to: ActorId | undefined;
  readonly shard: ShardId;
  readonly startUs: Micros;
  /** Undefined while it goes on. Equal to `startUs`: it took no time. */
  readonly endUs: Micros | undefined;
  /** When it will end if nothing happens before: known of messages and of rests. */
  readonly dueUs: Micros | undefined;
  /** `unobserved`: it began, and its end was not reported. */
  readonly state: 'waiting' | 'done' | 'failed' | 'unobserved';
  /** What it is, without its actors: `log sync of entry 17`. */
  readonly text: string;
  /** On what ground, or why it failed; may be empty. */
  readonly note: string;
}

export type StepKind =
  | 'hash'
  | 'turn'
  | 'request'
  | 'propose'
  | 'log sync'
  | 'append'
  | 'ack'
  | 'quorum'
  | 'apply'
  | 'lease'
  | 'ReadIndex'
  | 'heartbeat'
  | 'confirm'
  | 'apply wait'
  | 'lookup'
  | 'reply'
  | 'silence'
  | 'rest'
  | 'placement'
  | 'hedge'
  | 'poll'
  | 'fallback'
  | 'coordinate'
  | 'row'
  | 'row answer'
  | 'merge'
  | 'repair'
  | 'step down'
  | 'lost'
  | 'unobserved'
  | 'done';

export interface QuorumView {
  readonly leader: NodeId;
  readonly term: Term;
  readonly index: LogIndex;
  /** Whose disks are known to the leader to hold the entry, in the order in which it learnt so. */
  readonly storedOn: readonly NodeId[];
  readonly needed: number;
  readonly voters: number;
  readonly committedUs: Micros | undefined;
}

/** The reducer's state: the last operations with what their later events are recognised by. Immutable. */
export interface OperationPaths {
  /** In the order of their invocation, at most PATHS_KEPT. */
  readonly paths: readonly OperationPath[];
  /** By operation id: those of `paths` of which more may be reported. */
  readonly live: ReadonlyMap<number, Links>;
  /** Messages under way that are steps of them, by message id. */
  readonly flights: ReadonlyMap<number, readonly Flight[]>;
  /** Up to here the trace is without details. */
  readonly omittedUntilUs: Micros;
}

/** What ties later events to an operation. */
export interface Links {
  readonly attempts: readonly AttemptLink[];
  readonly entries: readonly EntryLink[];
  readonly reads: readonly ReadLink[];
  readonly eventual: readonly EventualLink[];
  /** Time of the last event that concerned it. */
  readonly touchedUs: Micros;
}

export interface AttemptLink {
  readonly requestId: number;
  readonly to: NodeId;
  readonly shard: ShardId;
  readonly phase: PathStep['phase'];
  readonly requestStep: number;
  readonly replyStep: number | undefined;
}

export interface EntryLink {
  /** Who proposed it. */
  readonly leader: NodeId;
  readonly shard: ShardId;
  readonly term: Term;
  readonly index: LogIndex;
  /** Of the leader when it proposed it. */
  readonly configuration: Configuration;
  readonly phase: PathStep['phase'];
  readonly storedOn: readonly NodeId[];
  /** The log sync of each replica that has appended it, by node. */
  readonly syncs: readonly { readonly node: NodeId; readonly step: number }[];
  readonly committedUs: Micros | undefined;
  readonly applyStep: number | undefined;
  readonly applied: boolean;
  /** Why its leader will not finish it; empty while it may. */
  readonly lost: string;
}

export interface ReadLink {
  readonly node: NodeId;
  readonly shard: ShardId;
  readonly requestId: number;
  /** NO_ROUND: a lease made one needless. */
  readonly context: number;
  readonly roundStep: number;
  readonly confirmed: boolean;
  /** Waits to be applied, then is looked up: the step that is open. */
  readonly servedStep: number | undefined;
}

/** An attempt in the eventual keyspace, as its coordinator knows it. */
export interface EventualLink {
  readonly node: NodeId;
  readonly shard: ShardId;
  readonly op: number;
  readonly key: Uint8Array;
  /** Of the write; undefined: a read. */
  readonly stamp: Stamp | undefined;
  readonly coordinateStep: number;
  /** Asked in the place of whom. */
  readonly fallbacks: readonly { readonly to: NodeId; readonly home: NodeId }[];
  readonly repaired: readonly NodeId[];
}

/** What a message under way is to a path. `acknowledges`: it brings word that its sender has the entry of this place in `entries`. */
export interface Flight {
  readonly path: number;
  readonly step: number;
  readonly acknowledges: number | undefined;
}

/** No heartbeat confirms it. */
export const NO_ROUND = Number.MAX_SAFE_INTEGER;
export const PATHS_KEPT = 50;
/** Of one path; its end is told in any case. */
export const STEPS_MAX = 160;
/** Virtual time for which a completed operation is still followed: late acknowledgments, copies on their way. */
export const FOLLOWED_AFTER_US = 1_000_000;

export const NO_PATHS: OperationPaths = { paths: [], live: new Map(), flights: new Map(), omittedUntilUs: -1 };

/** The path of an operation; undefined when it is not among the last ones. */
export const pathOf = ({ paths }: OperationPaths, id: number): OperationPath | undefined =>
  paths.find((path) => path.id === id);

/** The key that it is about; of a scan, the one from which it goes. */
export const keyOfPath = ({ operation }: OperationPath): Uint8Array => keyOfOperation(operation);
