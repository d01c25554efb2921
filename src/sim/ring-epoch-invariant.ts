import type { LogIndex, NodeId } from '../core/base/ids.ts';
import type { TraceEvent } from '../core/cluster/trace-event.ts';
import { META_GROUP } from '../core/meta/meta-state.ts';
import { InvariantTally } from './invariant-tally.ts';
import type { Violation } from './invariants.ts';

/** What one observer knew last. Of something that ended and began anew (a boot) another `life` is told, and nothing of the one before holds. */
interface Known {
  readonly life: string;
  readonly epoch: number;
}

type Of<T extends TraceEvent['type']> = Extract<TraceEvent, { readonly type: T }>;

/**
 * The ring's epoch never goes back, whoever looks: not along the log of the meta group; not in what a replica of that group, or any node that has
 * the state from others, holds during one boot (another replica of the group is another observer); and not in what an observer, during one boot, hears by
 * gossip of one boot of another. A boot begins with what its disk holds, which may be less: that a restarted node knows less than before is no step
 * back of anybody who looks at it.
 */
export class RingEpochInvariant {
  private readonly tally: InvariantTally;
  private readonly boots = new Map<NodeId, number>();
  private readonly observers = new Map<string, Known>();
  private agreed: { readonly index: LogIndex; readonly epoch: number } = { index: 0, epoch: 0 };

  constructor(tally = new InvariantTally()) {
    this.tally = tally;
  }

  check(event: TraceEvent): Violation | undefined {
    switch (event.type) {
      case 'NodeStarted':
        this.boots.set(event.node, event.boot);
        return undefined;
      case 'ReplicaCreated':
        // Another replica, which knows nothing yet.
        if (event.shard === META_GROUP) this.observers.delete(replicaOn(event.node));
        return undefined;
      case 'MetaApplied':
      case 'MetaFound': {
        const { node, index } = event;
        const { ringEpoch } = event.state;
        return this.alongTheLog(index, ringEpoch) ?? this.saw(replicaOn(node), this.bootOf(node), ringEpoch);
      }
      case 'RingEpochSeen':
        return this.saw(`n${event.node}`, this.bootOf(event.node), event.epoch);
      case 'GossipMerged':
        return this.heard(event);
      default:
        return undefined;
    }
  }

  /** Replicas tell of the same entries in any order: what is compared is the ring behind two indexes. */
  private alongTheLog(index: LogIndex, epoch: number): Violation | undefined {
    const { agreed } = this;
    const [first, last] = index < agreed.index ? [{ index, epoch }, agreed] : [agreed, { index, epoch }];
    this.agreed = last;
    return first.epoch <= last.epoch
      ? undefined
      : violation(
          `the ring is at epoch ${first.epoch} with entry ${first.index} and at ${last.epoch} with ${last.index}`,
        );
  }

  private heard({ node, heard }: Of<'GossipMerged'>): Violation | undefined {
    const found = heard.map(({ subject, incarnation, ringEpoch }) =>
      this.saw(`n${subject} in the ears of n${node}`, `${this.bootOf(node)}/${incarnation}`, ringEpoch),
    );
    return found.find((each) => each !== undefined);
  }

  private saw(observer: string, life: string, epoch: number): Violation | undefined {
    const known = this.observers.get(observer);
    this.observers.set(observer, { life, epoch });
    if (known?.life !== life) return undefined;
    this.tally.judged('MonotoneEpoch');
    return epoch >= known.epoch
      ? undefined
      : violation(`${observer} goes from epoch ${known.epoch} of the ring to ${epoch}`);
  }

  private bootOf(node: NodeId): string {
    return `${this.boots.get(node) ?? 0}`;
  }
}

const replicaOn = (node: NodeId): string => `the replica on n${node}`;

const violation = (detail: string): Violation => ({ invariant: 'MonotoneEpoch', detail });
