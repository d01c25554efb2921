import type { LiveBreak } from '../core/base/breaks.ts';
import type { ActorId, Micros, NodeId } from '../core/base/ids.ts';
import type { CrashFault, CrashPoint, DamagedStore, DiskCondition } from '../core/cluster/disk-fault.ts';
import type { OwnEventType } from '../core/cluster/pending-event.ts';
import type { Durability, RunConfig } from '../core/cluster/run.ts';
import type { WorldEvent } from '../core/cluster/trace-event.ts';
import type { CompactionStyle } from '../core/lsm/compaction-style.ts';
import type { LookIntervals, SilenceLimits } from '../core/node/config.ts';
import type { NodeInput } from '../core/node/effect.ts';
import type { EventualSettings } from '../core/node/eventual/eventual-world.ts';
import type { StorageAnswer, StorageQuery } from '../core/node/storage-report.ts';
import type { NodeEvent } from '../core/node/trace-event.ts';
import type { ClockSetting } from './clock-model.ts';
import type { EventKey } from './event-key.ts';

/**
 * Where one node lives: in this process (memory), or in a Web Worker (IndexedDB). The world talks to it in calls, one at a time, and takes
 * the next event only when the effects of the one before are in. Order of calls: `start`, any number of `grant`, at most one `kill`.
 */
export interface NodeHost {
  /** Brings the node's process and disk up (spawn, lock, open, epoch fence), outside virtual time. Rejects when that is impossible. */
  start(init: NodeInit): void | Promise<void>;
  /** Rejects (HostDied) when the process is gone; the world then records what its disk holds. */
  grant(grant: Grant): GrantReply | Promise<GrantReply>;
  /** Writes what survives the crash cut, then ends the process. Never rejects: a process that does not answer is ended anyway. */
  kill(): KillReply | Promise<KillReply>;
}

/** Rejection of a host whose process died or hangs. */
export class HostDied extends Error {
  override readonly name = 'HostDied';
}

/** Structured-cloneable. */
export interface NodeInit {
  readonly node: NodeId;
  /** Every node that there is by then. */
  readonly contacts: readonly NodeId[];
  /** Which boot of this node in this run: 1, 2 … also its epoch on disk. */
  readonly boot: number;
  /** Which disk of the node it has, from 1: where an earlier one is there, that is thrown away. */
  readonly incarnation: number;
  /** Which boot of the page: streams of randomness restart under a new number after a RELOAD. */
  readonly pageBoot: number;
  readonly seed: number;
  readonly config: RunConfig;
  /** Virtual time of the start event. */
  readonly startUs: Micros;
  /** Replay only: transactions of this boot beyond this number did not reach the disk in the recorded run. */
  readonly transactionsMax: number | undefined;
  /** Set by CONFIG since RESET. */
  readonly diskSyncUs: Micros;
  readonly durability: Durability;
  readonly compactionStyle: CompactionStyle;
  readonly silence: SilenceLimits;
  readonly intervals: LookIntervals;
  readonly eventual: EventualSettings;
  /** Rules left out on purpose (BREAK). */
  readonly breaks: readonly LiveBreak[];
  readonly faults: NodeFaults;
  readonly clock: ClockSetting;
  /** To be done to the disk before the node reads it. */
  readonly damages: readonly DiskDamage[];
}

/** What somebody ordered to go wrong with a node. Structured-cloneable. */
export interface NodeFaults {
  readonly disk: DiskCondition;
  /** A bit of this disk was flipped by order: the corruption that the node finds is part of the run. */
  readonly damaged: boolean;
  readonly crashAt: CrashPoint | undefined;
}

/** One bit to be flipped. */
export interface DiskDamage {
  readonly store: DamagedStore;
  readonly fileNumber: number | undefined;
  /** Counts the damages of this node: each draws its bit from a stream of its own. */
  readonly number: number;
}

export interface Grant {
  /** Process every event (own and delivered) whose key is before this one … */
  readonly end: EventKey;
  /** … but at most this many. */
  readonly limit: number;
  readonly messages: readonly InboundMessage[];
  /** The present cost of a sync (CONFIG disk.sync). */
  readonly diskSyncUs: Micros;
  /** The present one (CONFIG compaction). */
  readonly compactionStyle: CompactionStyle;
  /** The present ones (CONFIG phi.… down.after=). */
  readonly silence: SilenceLimits;
  /** The present ones (CONFIG check.interval, scrub.interval). */
  readonly intervals: LookIntervals;
  /** The present ones (CONFIG conflicts, clock). */
  readonly eventual: EventualSettings;
  /** In force from here on (BREAK). */
  readonly breaks: readonly LiveBreak[];
  /** Taken before all else, whatever its key: a message that arrives now, the write under way, if it is this one, which completes now, or what somebody asked the node to do. */
  readonly chosen?:
    | { readonly type: 'Message'; readonly message: InboundMessage }
    | { readonly type: 'Write'; readonly sequence: number; readonly timeUs: Micros }
    | { readonly type: 'Asked'; readonly input: AskedInput; readonly timeUs: Micros };
  /** Set where they change: in force from here on. */
  readonly faults?: NodeFaults;
  /** Set where it changes. */
  readonly clock?: ClockSetting;
  /** The process was frozen and goes on: whatever of its own is due before this comes due now, in the order in which it would have. */
  readonly dueFromUs?: Micros;
  /** Set where it changes; of the transactions from here on. */
  readonly durability?: Durability;
  readonly damage?: DiskDamage;
  /** Whether the reply is to list the node's own pending events. */
  readonly listOwn?: boolean;
  /** What the reply is to tell of the node's storage; nothing is changed by it. */
  readonly query?: StorageQuery;
}

export type AskedInput = Extract<
  NodeInput,
  {
    readonly type:
      | 'FlushAsked'
      | 'CompactionAsked'
      | 'ScrubAsked'
      | 'TransferAsked'
      | 'ReconfigureAsked'
      | 'CheckAsked'
      | 'RowDamageAsked'
      | 'MetaAsked';
  }
>;

/** An event of the node's own that it has not yet processed. */
export interface OwnEvent {
  readonly type: OwnEventType;
  readonly timeUs: Micros;
  readonly sequence: number;
}

export interface InboundMessage {
  readonly timeUs: Micros;
  readonly origin: ActorId;
  readonly sequence: number;
  /** An encoded envelope. */
  readonly bytes: Uint8Array;
}

export interface GrantReply {
  readonly steps: readonly Step[];
  /** Key of the earliest own event or delivered message not yet processed; undefined = none. */
  readonly next: EventKey | undefined;
  /** Set when a step failed an assert or found corruption: the node is dead from that step on. */
  readonly crashed: string | undefined;
  /** Which ordered fault made it crash; absent: none did. */
  readonly fault?: CrashFault;
  /** Where the grant ordered damage: what was flipped; undefined = there is nothing of that kind on the disk. */
  readonly damaged?: string;
  /** Where the grant asked for it. */
  readonly own?: readonly OwnEvent[];
  /** Undefined also where the node does not run yet. */
  readonly answer?: StorageAnswer | undefined;
}

/** One event processed, with its effects. */
export interface Step {
  readonly timeUs: Micros;
  readonly origin: ActorId;
  readonly sequence: number;
  /** Two 32-bit hashes over the event and all its effects: the digest's material. */
  readonly hashA: number;
  readonly hashB: number;
  readonly sends: readonly { readonly to: ActorId; readonly bytes: Uint8Array }[];
  readonly events: readonly (NodeEvent | WorldEvent)[];
}

export interface KillReply {
  readonly pending: number;
  readonly lost: number;
  readonly torn: boolean;
  /** Transactions of this boot on the disk; undefined when the process did not answer and the disk must be asked. */
  readonly transactions: number | undefined;
}

/** What every grant carries of what CONFIG and BREAK have set. */
export type GrantSettings = Pick<
  Grant,
  'diskSyncUs' | 'compactionStyle' | 'silence' | 'intervals' | 'eventual' | 'breaks'
>;
