import type { Micros, ShardId } from '../../core/base/ids.ts';
import type { RunConfig } from '../../core/cluster/run.ts';
import { nodeName, shardName } from '../../core/cluster/snapshot.ts';
import { isRoutine, type TraceEvent } from '../../core/cluster/trace-event.ts';
import { TURN_MS_MAX } from '../protocol/limits.ts';

/** Virtual seconds per wall second. */
interface AutoRates {
  readonly slow: number;
  readonly quick: number;
  /** How long a message is on its way: the unit in which something is held in view. */
  readonly messageUs: Micros;
}

/** Wall time that a message takes on the screen when it is shown slowly. */
const MESSAGE_MS = 400;
/** Wall time that an election timeout takes while nothing happens. */
const TIMEOUT_MS = 450;
/** Latencies below this are never drawn by the network; slower than this makes nothing clearer. */
const MESSAGE_US_MIN = 100;
/** Slowness without a pause ends after so much wall time: a stream of operations, or a traffic that never ends, is not worth more. */
const SPELL_MS_MAX = 10_000;
/** Elections in a row that elect nobody: after so many the next ones pass quickly. */
const ELECTIONS_SHOWN = 2;
/** From slow to quick the rate doubles in this wall time; to slow it falls at once, so that nothing is missed. */
const DOUBLING_MS = 150;

export function autoRates({ network, limits }: RunConfig): AutoRates {
  const messageUs = Math.max(MESSAGE_US_MIN, network.delayUs);
  const timeoutUs = (limits.electionTimeoutUsMin + limits.electionTimeoutUsMax) / 2;
  const quick = timeoutUs / (TIMEOUT_MS * 1000);
  return { slow: Math.min(messageUs / (MESSAGE_MS * 1000), quick), quick, messageUs };
}

/**
 * The `auto` pace. What concerns the watched shard (an operation, an election, a kill) opens a slow stretch; what follows from it keeps it open;
 * when nothing follows any more, time passes quickly again. Fed with trace events and the wall clock, it has no clock of its own.
 */
export class AutoPace {
  private rates: AutoRates;
  private shard: ShardId;
  /** Operations under way that were alone when they began: the eye follows them to their shard. */
  private readonly followed = new Map<number, ShardId>();
  private what = '';
  private untilUs: Micros = -1;
  private emptyElections = 0;
  private spellMs = 0;
  private rate: number;
  private lastMs: number | undefined;

  constructor(rates: AutoRates, shard: ShardId) {
    this.rates = rates;
    this.rate = rates.quick;
    this.shard = shard;
  }

  get watched(): ShardId {
    return this.shard;
  }

  watch(shard: ShardId): void {
    if (shard === this.shard) return;
    this.shard = shard;
    this.emptyElections = 0;
  }

  /** The network was set to something else. */
  setRates(rates: AutoRates): void {
    this.rates = rates;
  }

  /** Takes in what a round brought about. True: a slow stretch begins here, and no more of the present turn may pass at the old rate. */
  observe(events: readonly TraceEvent[]): boolean {
    const before = this.untilUs;
    for (const event of events) this.take(event);
    return this.untilUs > before && this.spellMs < SPELL_MS_MAX && this.rate > this.rates.slow;
  }

  /** The rate from here on. @param nowUs how far the run has come */
  advance(wallMs: number, nowUs: Micros): number {
    const passedMs = this.lastMs === undefined ? 0 : Math.min(Math.max(0, wallMs - this.lastMs), TURN_MS_MAX);
    this.lastMs = wallMs;
    const { slow, quick } = this.rates;
    const attends = nowUs <= this.untilUs;
    this.spellMs = attends ? this.spellMs + passedMs : 0;
    if (attends && this.spellMs < SPELL_MS_MAX) this.rate = slow;
    else this.rate = Math.min(quick, Math.max(this.rate, slow) * 2 ** (passedMs / DOUBLING_MS));
    return this.rate;
  }

  /** Time stands: what passes on the wall counts for nothing. */
  rest(): void {
    this.lastMs = undefined;
  }

  /** What it does and why, for the transport: `slow: an election in s3`. */
  describe(nowUs: Micros): string {
    if (nowUs > this.untilUs) return `quick: nothing happens in ${shardName(this.shard)}`;
    if (this.spellMs >= SPELL_MS_MAX) return 'quick: too much happens to show all of it';
    return `slow: ${this.what}`;
  }

  private take(event: TraceEvent): void {
    const { messageUs } = this.rates;
    switch (event.type) {
      case 'NodeKilled':
        this.act(`${nodeName(event.node)} is killed`, event.timeUs + messageUs);
        break;
      case 'NodeCrashed':
        this.act(`${nodeName(event.node)} crashed`, event.timeUs + messageUs);
        break;
      case 'NodeRecovered':
        this.act(`${nodeName(event.node)} is back`, event.timeUs + messageUs);
        break;
      case 'NodeFrozen':
        this.act(`${nodeName(event.node)} is frozen`, event.timeUs + messageUs);
        break;
      case 'NodeThawed':
        this.act(`${nodeName(event.node)} goes on`, event.timeUs + messageUs);
        break;
      case 'ClockChanged':
        this.act(`a clock of ${nodeName(event.node)} is set`, event.timeUs + messageUs);
        break;
      case 'LinkChanged':
        this.act('the network changes', event.timeUs + messageUs);
        break;
      case 'OperationInvoked':
        if (event.shard !== this.shard && this.followed.size > 0) break;
        this.followed.set(event.id, event.shard);
        this.open(`an operation in ${shardName(event.shard)}`, event.timeUs + messageUs);
        break;
      case 'OperationCompleted': {
        const shard = this.followed.get(event.id);
        this.followed.delete(event.id);
        if (shard !== undefined) this.open(`an operation in ${shardName(shard)} is complete`, event.timeUs + messageUs);
        break;
      }
      case 'MessageSent':
        if (event.items.some(({ kind, shard }) => !isRoutine(kind) && this.concerns(shard)))
          this.keepOpen(event.timeUs, event.deliverAtUs);
        break;
      case 'TransferStarted':
        if (this.concerns(event.shard))
          this.act(`a leadership transfer in ${shardName(event.shard)}`, event.timeUs + messageUs);
        break;
      case 'FallbackAsked':
      case 'HintDelivered':
      case 'ReadRepaired':
      case 'SyncCompared':
        this.takeEventual(event);
        break;
      case 'RowApplied':
      case 'HintStored':
        if (this.concerns(event.shard)) this.keepOpen(event.timeUs, event.timeUs + messageUs / 2);
        break;
      case 'RoleChanged':
      case 'EntriesAppended':
      case 'VoteReceived':
      case 'CommitAdvanced':
      case 'EntryApplied':
        if (this.concerns(event.shard)) this.takeReplica(event);
        break;
    }
  }

  /** Operations there open a stretch as all others do; this is what comes later by itself. Roots that are equal are no news. */
  private takeEventual(event: Extract<TraceEvent, { type: EventualEventType }>): void {
    if (!this.concerns(event.shard) || (event.type === 'SyncCompared' && event.differing.length === 0)) return;
    this.open(`${EVENTUAL_WORDS[event.type]} in ${shardName(event.shard)}`, event.timeUs + this.rates.messageUs);
  }

  private takeReplica(event: Extract<TraceEvent, { type: ReplicaEventType }>): void {
    const { messageUs } = this.rates;
    if (event.type === 'RoleChanged') this.takeRole(event);
    else if (event.type !== 'EntriesAppended') this.keepOpen(event.timeUs, event.timeUs + messageUs / 2);
    else if (event.entries.length > 0) this.open(`an entry in ${shardName(event.shard)}`, event.timeUs + messageUs);
  }

  private takeRole(event: Extract<TraceEvent, { type: 'RoleChanged' }>): void {
    const { messageUs } = this.rates;
    const words = `an election in ${shardName(event.shard)}`;
    if (event.role === 'leader') this.emptyElections = 0;
    if (event.role === 'precandidate') this.emptyElections++;
    if (event.role === 'follower') this.keepOpen(event.timeUs, event.timeUs + messageUs);
    else if (this.emptyElections <= ELECTIONS_SHOWN) this.open(words, event.timeUs + messageUs);
  }

  private concerns(shard: ShardId): boolean {
    if (shard === this.shard) return true;
    for (const followed of this.followed.values()) if (followed === shard) return true;
    return false;
  }

  /** Something done to the cluster: always worth seeing, and elections after it are new ones. */
  private act(what: string, untilUs: Micros): void {
    this.emptyElections = 0;
    this.spellMs = 0;
    this.open(what, untilUs);
  }

  private open(what: string, untilUs: Micros): void {
    this.what = what;
    this.untilUs = Math.max(this.untilUs, untilUs);
  }

  private keepOpen(timeUs: Micros, untilUs: Micros): void {
    if (timeUs <= this.untilUs) this.untilUs = Math.max(this.untilUs, untilUs);
  }
}

type ReplicaEventType = 'RoleChanged' | 'EntriesAppended' | 'VoteReceived' | 'CommitAdvanced' | 'EntryApplied';

const EVENTUAL_WORDS = {
  FallbackAsked: 'a fallback is asked',
  HintDelivered: 'a hint is handed over',
  ReadRepaired: 'a read repairs a replica',
  SyncCompared: 'replicas that differ are compared',
};

type EventualEventType = keyof typeof EVENTUAL_WORDS;
