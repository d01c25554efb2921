import type { LiveBreak } from '../base/breaks.ts';
import type { ClientActorId, Micros, NodeId, ShardId } from '../base/ids.ts';
import type { Operation, OperationOptions, Outcome } from '../client/operation.ts';
import type { RowDamage } from '../node/trace-event.ts';
import type { CrashPoint, DiskFault } from './disk-fault.ts';

/**
 * What comes into a run from outside. An action is appended to the run's log before it takes effect, with its place: every event before that
 * has been processed, and none after it. Seed + configuration + actions = the run.
 */
export type Action =
  | {
      readonly type: 'Operate';
      readonly client: ClientName;
      readonly operation: Operation;
      readonly options: OperationOptions;
    }
  | { readonly type: 'Kill'; readonly node: NodeId }
  | { readonly type: 'Revive'; readonly node: NodeId }
  /** The process stands still, as by SIGSTOP: it takes no message, no timer and no completion of its disk. Its clocks go on. */
  | { readonly type: 'Freeze'; readonly node: NodeId }
  /** It goes on, as by SIGCONT: what has arrived meanwhile is the first thing that it takes. */
  | { readonly type: 'Thaw'; readonly node: NodeId }
  /** Sets a node's clocks from here on; see `ClockChange`. */
  | ({ readonly type: 'Clock'; readonly node: NodeId } & ClockChange)
  /**
   * Actors that share no group cannot reach each other; one in several groups is a bridge between them. Nodes named nowhere form a group of
   * their own; unnamed clients reach everyone.
   */
  | { readonly type: 'Partition'; readonly groups: readonly (readonly ActorName[])[] }
  | { readonly type: 'Cut'; readonly from: ActorName; readonly to: ActorName; readonly bothWays: boolean }
  /** Cuts the actor off from every other node, both ways. A node's links with clients stay as they are. */
  | { readonly type: 'Isolate'; readonly actor: ActorName }
  /** Takes back cuts and link settings: all of them, or those that touch `actor`. */
  | { readonly type: 'Heal'; readonly actor: ActorName | undefined }
  /** The same for one link. */
  | { readonly type: 'HealLink'; readonly from: ActorName; readonly to: ActorName; readonly bothWays: boolean }
  | {
      readonly type: 'Link';
      readonly from: ActorName;
      readonly to: ActorName;
      readonly bothWays: boolean;
      readonly settings: LinkSettings;
    }
  | { readonly type: 'Disk'; readonly node: NodeId; readonly fault: DiskFault }
  /** This node's process ends the next time it comes to this point, in this boot or a later one. */
  | { readonly type: 'CrashAt'; readonly node: NodeId; readonly point: CrashPoint }
  /** `node`: of this node alone, where each has its own (durability); absent: of all. */
  | { readonly type: 'Configure'; readonly name: ConfigName; readonly value: number; readonly node?: NodeId }
  /** A rule is left out from here on, or kept again. */
  | { readonly type: 'Break'; readonly name: LiveBreak; readonly on: boolean }
  /**
   * A message in flight arrives now instead of at its time, as the next event: an asynchronous network may deliver at any moment, also out of
   * order. `sequence` is the sender's own counter, as a PendingEvent tells it.
   */
  | { readonly type: 'Deliver'; readonly from: ActorName; readonly to: ActorName; readonly sequence: number }
  /** A message in flight is lost. Its receiver hears nothing, and neither does its sender. */
  | { readonly type: 'Drop'; readonly from: ActorName; readonly to: ActorName; readonly sequence: number }
  /** A message in flight arrives so much later than it would have. Others on its link may overtake it. */
  | {
      readonly type: 'Delay';
      readonly from: ActorName;
      readonly to: ActorName;
      readonly sequence: number;
      readonly byUs: Micros;
    }
  /**
   * The write that this node's disk is serving completes now, as the next event: a log sync or a slice of a table. `sequence` names it, as a
   * PendingEvent tells it.
   */
  | { readonly type: 'CompleteWrite'; readonly node: NodeId; readonly sequence: number }
  /** The node closes its MemTable and writes it as a table. */
  | { readonly type: 'Flush'; readonly node: NodeId }
  /** The node merges all of a level into the next; undefined: the MemTable and every level, down to the deepest that holds anything. */
  | { readonly type: 'Compact'; readonly node: NodeId; readonly level: number | undefined }
  /** The node reads every block of its tables from the disk and looks at its checksum. */
  | { readonly type: 'Scrub'; readonly node: NodeId }
  /** The leader of the shard hands its leadership to another voter; it takes no writes meanwhile, and goes on where that fails. */
  | { readonly type: 'Transfer'; readonly shard: ShardId; readonly to: NodeId }
  /** These nodes, of those that hold a copy of the shard, are to vote, and all others to learn; through a joint configuration. */
  | {
      readonly type: 'Reconfigure';
      readonly shard: ShardId;
      readonly voters: readonly NodeId[];
      readonly learners: readonly NodeId[];
    }
  /**
   * REPAIR: the leader of the shard has all replicas say what they hold; whoever is damaged is quarantined and repaired. What they hold in the eventual keyspace is
   * compared as well; of that alone, which needs no leader, where `keyspace` says so.
   */
  | { readonly type: 'Check'; readonly shard: ShardId; readonly keyspace?: 'eventual' }
  /** What this node holds under the key becomes another value, or goes, with every checksum right: only a comparison with others finds it. */
  | { readonly type: 'DamageRow'; readonly node: NodeId; readonly key: Uint8Array; readonly damage: RowDamage }
  /** ADD: another machine with an empty disk, under the next number; its node asks to join. */
  | { readonly type: 'Add' }
  /** REMOVE: the node's replicas move away, then it has left for ever. */
  | { readonly type: 'Remove'; readonly node: NodeId }
  /**
   * The process ends, its disk is thrown away, and the node starts again on an empty one: a known node that holds nothing. Refused where some shard
   * would be left without a majority that has its disk, unless forced.
   */
  | { readonly type: 'Wipe'; readonly node: NodeId; readonly force: boolean }
  /** The move of this group's replica is undone, as long as there is a way back. */
  | { readonly type: 'CancelMove'; readonly shard: ShardId }
  /** Appended by the world at the next boot of the page; see design section 2. */
  | { readonly type: 'Reload'; readonly endings: readonly BootEnding[] }
  /**
   * A node died without being killed (worker error, aborted transaction): recorded, so that a replay does the same. What its last boot did after
   * its first `steps` events went nowhere. A number, not a time: several events may share a microsecond.
   */
  | {
      readonly type: 'Died';
      readonly node: NodeId;
      readonly reason: string;
      readonly steps: number;
      readonly ending: BootEnding;
    };

/** `client` is the default one. Others match /^[a-z][a-z0-9-]{0,15}$/ and are neither `n1`, `s1` … nor `client`. */
export type ClientName = string;
/** `n1` … or a client's name. */
export type ActorName = string;

/** Only what is given changes. */
export interface LinkSettings {
  readonly delayUs?: Micros;
  readonly jitterUs?: Micros;
  /** 0 … 1. */
  readonly drop?: number;
  readonly duplicate?: number;
  /** Chance that a message takes an extra delay of up to three times the usual one, and so is overtaken. */
  readonly reorder?: number;
}

/** Only what is given changes. */
export interface ClockChange {
  /** The wall clock is ahead of the true time by this, at the moment of the change; negative: behind. */
  readonly offsetUs?: Micros;
  /** Both clocks gain this many millionths; negative: they lose. The monotonic clock goes on from where it is. */
  readonly ratePpm?: number;
}

/** What can be set in a running cluster; all else belongs to the header and needs RESET. */
export type ConfigName =
  | 'link.delay'
  | 'link.jitter'
  | 'link.drop'
  | 'link.dup'
  | 'link.reorder'
  | 'disk.sync'
  /** A place in DURABILITIES. */
  | 'durability'
  /** Its value is a place in COMPACTION_STYLES. */
  | 'compaction'
  | 'phi.threshold'
  | 'phi.window'
  /** Its value is a place in PHI_FORMULAS. */
  | 'phi.formula'
  /** How long a node may be silent before others get its replicas. */
  | 'down.after'
  /** How often leaders check what the replicas of their shards hold; 0 = by order alone. */
  | 'check.interval'
  /** Of the eventual keyspace; its value is a place in CONFLICTS, */
  | 'conflicts'
  /** or in CLOCK_MODES. */
  | 'clock'
  /** How often each node reads every block of its tables, for damage; 0 = by order alone. */
  | 'scrub.interval'
  /** Points on the ring per node: another ring of the same nodes. */
  | 'vnodes';

/** How one boot of one node ended: its disk holds just its first `transactions`. */
export interface BootEnding {
  readonly node: NodeId;
  readonly boot: number;
  readonly transactions: number;
  /** Which disk of the node that was; absent: its first. */
  readonly incarnation?: number;
}

/**
 * Where in a run something stands: before all events of its microsecond, or, where some of them had happened already, right after the one
 * that is named. Actions at one place follow each other as the log lists them.
 */
export interface Place {
  readonly timeUs: Micros;
  /** Target, origin and the origin's own counter of the last event that came before. */
  readonly after?: { readonly target: number; readonly origin: number; readonly sequence: number };
}

export interface TimedAction extends Place {
  readonly action: Action;
}

/** What an action gives back when it has taken effect. Operations: when they are complete. */
export type ActionResult =
  | {
      readonly type: 'Completed';
      readonly timeUs: Micros;
      readonly outcome: Outcome;
      readonly client: ClientActorId;
      /** The operation's id in its run, as trace events name it. */
      readonly operation: number;
    }
  | { readonly type: 'Applied'; readonly timeUs: Micros }
  | { readonly type: 'Refused'; readonly code: string; readonly text: string };
