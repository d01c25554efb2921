import type { Micros, NodeId, ShardId } from '../core/base/ids.ts';
import type { TraceEvent } from '../core/cluster/trace-event.ts';
import { InvariantTally } from './invariant-tally.ts';
import type { Violation } from './invariants.ts';

type Of<T extends TraceEvent['type']> = Extract<TraceEvent, { readonly type: T }>;

/** A replica holds something wrong, nobody knows, and it may be asked. */
interface Span {
  readonly node: NodeId;
  readonly shard: ShardId;
  readonly fromUs: Micros;
  /** In quarantine, or sound again. */
  toUs: Micros;
}

const TELLS_CONTENT: ReadonlySet<Of<'RequestAnswered'>['outcome']> = new Set([
  ...(['Value', 'NoValue', 'Range', 'Written', 'Mismatch'] as const),
]);

/**
 * Replicas of which a row was damaged by order, until they are repaired: what they come to is not held against them. And the rule of quarantine: who is
 * quarantined was damaged, and tells nobody what it holds.
 */
export class DamagedReplicas {
  private readonly tally: InvariantTally;
  private readonly damaged = new Map<ShardId, Set<NodeId>>();
  private readonly quarantined = new Set<string>();
  private readonly spans: Span[] = [];

  constructor(tally = new InvariantTally()) {
    this.tally = tally;
  }

  /** Those of a shard, now and at any later time. */
  of(shard: ShardId): ReadonlySet<NodeId> {
    return this.all(shard);
  }

  /** Whether anything that was told within this time may rest on damage. @param node who told it; undefined: several, or nobody knows who */
  mayHaveTold(node: NodeId | undefined, fromUs: Micros, toUs: Micros): boolean {
    return this.spans.some(
      (span) => (node === undefined || span.node === node) && span.fromUs <= toUs && span.toUs >= fromUs,
    );
  }

  check(event: TraceEvent): Violation | undefined {
    switch (event.type) {
      case 'RowDamaged':
        if (event.damage !== 'absent') this.damage(event);
        return undefined;
      case 'SnapshotInstalled': {
        // Of whose rows it is nobody says: where another one is damaged it may be that one's.
        const others = [...this.all(event.shard)].filter((node) => node !== event.node);
        if (others.length > 0) this.damage(event);
        else this.mend(event);
        return undefined;
      }
      case 'ReplicaQuarantined':
        return this.quarantine(event);
      case 'ReplicaRepaired':
      case 'ReplicaCreated':
      case 'ReplicaDropped':
        this.mend(event);
        return undefined;
      case 'ReplicaRecovered':
        this.recover(event);
        return undefined;
      case 'RequestAnswered':
        return this.answered(event);
      default:
        return undefined;
    }
  }

  private all(shard: ShardId): Set<NodeId> {
    const known = this.damaged.get(shard) ?? new Set();
    this.damaged.set(shard, known);
    return known;
  }

  private damage({
    shard,
    node,
    timeUs,
  }: {
    readonly shard: ShardId;
    readonly node: NodeId;
    readonly timeUs: Micros;
  }): void {
    this.all(shard).add(node);
    if (this.openSpan(shard, node) === undefined && !this.quarantined.has(nameOf(shard, node)))
      this.spans.push({ shard, node, fromUs: timeUs, toUs: Number.POSITIVE_INFINITY });
  }

  private mend({
    shard,
    node,
    timeUs,
  }: {
    readonly shard: ShardId;
    readonly node: NodeId;
    readonly timeUs: Micros;
  }): void {
    this.all(shard).delete(node);
    this.quarantined.delete(nameOf(shard, node));
    this.close(shard, node, timeUs);
  }

  private close(shard: ShardId, node: NodeId, timeUs: Micros): void {
    const open = this.openSpan(shard, node);
    if (open !== undefined) open.toUs = timeUs;
  }

  private openSpan(shard: ShardId, node: NodeId): Span | undefined {
    return this.spans.find(
      (span) => span.shard === shard && span.node === node && span.toUs === Number.POSITIVE_INFINITY,
    );
  }

  private quarantine({ shard, node, timeUs, index }: Of<'ReplicaQuarantined'>): Violation | undefined {
    this.tally.judged('Quarantine');
    this.quarantined.add(nameOf(shard, node));
    this.close(shard, node, timeUs);
    if (this.all(shard).has(node)) return undefined;
    return violation(`n${node} was quarantined in s${shard} at entry ${index}, and nothing of it was damaged`);
  }

  /** What was repaired and not yet on the disk is damaged again; what was quarantined, and is not on the disk, may be asked again. */
  private recover(event: Of<'ReplicaRecovered'>): void {
    const { shard, node } = event;
    const name = nameOf(shard, node);
    if (event.isQuarantined === true) {
      this.quarantined.add(name);
      this.all(shard).add(node);
    } else if (this.quarantined.delete(name)) this.damage(event);
  }

  private answered({ shard, node, outcome }: Of<'RequestAnswered'>): Violation | undefined {
    if (!this.quarantined.has(nameOf(shard, node))) return undefined;
    this.tally.judged('Quarantine');
    if (!TELLS_CONTENT.has(outcome)) return undefined;
    return violation(`n${node} answered ${outcome} in s${shard}, and is quarantined there`);
  }
}

const nameOf = (shard: ShardId, node: NodeId): string => `s${shard}/n${node}`;

const violation = (detail: string): Violation => ({ invariant: 'Quarantine', detail });
