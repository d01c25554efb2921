import type { Micros, NodeId, ShardId } from '../core/base/ids.ts';
import { decodeUtf8 } from '../core/base/utf8.ts';
import type { TraceEvent } from '../core/cluster/trace-event.ts';
import { requestName } from './request-name.ts';
import { nameOfStamp } from './stamp-name.ts';

type Of<T extends TraceEvent['type']> = Extract<TraceEvent, { readonly type: T }>;

/** On the disk of `node`. */
interface Copy {
  readonly node: NodeId;
  /** Of whom it is a hint; undefined: it is in the rows of a home. */
  readonly hintFor: NodeId | undefined;
}

interface AcknowledgedWrite {
  readonly shard: ShardId;
  readonly key: string;
  /** That are left. */
  copies: readonly Copy[];
}

/** All that a disk held, or the rows of one shard, is gone for good. */
interface Loss {
  readonly node: NodeId;
  readonly shard: ShardId | undefined;
  readonly timeUs: Micros;
}

/**
 * Which disks had a write when its client was told so, and what became of them: the one exception to what the eventual keyspace promises is the permanent loss of all of
 * them. What was handed over counts as a copy of whoever took it. Copies that came later, and acknowledgments nobody waited for, are not known here.
 */
export class AcknowledgedCopies {
  /** By client and request. */
  private readonly begun = new Map<string, { readonly name: string; readonly timeUs: Micros }>();
  /** By key and stamp. */
  private readonly writes = new Map<string, AcknowledgedWrite>();
  private readonly losses: Loss[] = [];
  /** They found a record that is not what was written, and have not come up since. */
  private readonly unreadable = new Set<NodeId>();

  observe(event: TraceEvent): void {
    switch (event.type) {
      case 'EventualWriteStarted': {
        const name = nameOf(decodeUtf8(event.key), nameOfStamp(event.stamp));
        this.begun.set(requestName(event), { name, timeUs: event.timeUs });
        return;
      }
      case 'EventualWriteAnswered':
        this.answered(event);
        return;
      case 'HintDelivered': {
        const { node, home, shard } = event;
        this.move(shard, decodeUtf8(event.key), { node, hintFor: home }, { node: home, hintFor: undefined });
        return;
      }
      case 'HintMoved': {
        const { node, home, to, shard } = event;
        this.move(shard, decodeUtf8(event.key), { node, hintFor: home }, { node, hintFor: to });
        return;
      }
      case 'EventualRowsLeft': {
        const [from, to] = [event.node, event.peer].map((node): Copy => ({ node, hintFor: undefined })) as [Copy, Copy];
        this.move(event.shard, undefined, from, to);
        return;
      }
      case 'EventualRowsLost':
        this.lose({ node: event.node, shard: event.shard, timeUs: event.timeUs });
        return;
      case 'DiskWiped':
        this.unreadable.delete(event.node);
        this.lose({ node: event.node, shard: undefined, timeUs: event.timeUs });
        return;
      case 'NodeCrashed':
        if (event.fault === 'corrupt') this.unreadable.add(event.node);
        return;
      case 'NodeRecovered':
        this.unreadable.delete(event.node);
        return;
      default:
        return;
    }
  }

  /** Whether every disk is gone that had the write when it was acknowledged. */
  areGone(key: string, stampName: string): boolean {
    const write = this.writes.get(nameOf(key, stampName));
    return write?.copies.every(({ node }) => this.unreadable.has(node)) === true;
  }

  /** Of these homes those that had the write when it was acknowledged, or took it over from one that had, and have it still. */
  homesLeft(key: string, stampName: string, of: readonly NodeId[]): number {
    const copies = this.writes.get(nameOf(key, stampName))?.copies ?? [];
    const homes = copies.flatMap(({ node, hintFor }) =>
      hintFor === undefined && of.includes(node) && !this.unreadable.has(node) ? [node] : [],
    );
    return new Set(homes).size;
  }

  private answered(event: Of<'EventualWriteAnswered'>): void {
    const begun = this.begun.get(requestName(event));
    if (begun === undefined || event.status !== 'ok') return;
    const { shard, acks } = event;
    const copies = acks.map(({ to, home }): Copy => ({ node: to, hintFor: to === home ? undefined : home }));
    // An acknowledgment may be on its way for long enough that its disk is gone when it is counted.
    const left = this.losses
      .filter(({ timeUs }) => timeUs >= begun.timeUs)
      .reduce<readonly Copy[]>((all, loss) => without(all, shard, loss), copies);
    this.writes.set(begun.name, { shard, key: decodeUtf8(event.key), copies: left });
  }

  private lose(loss: Loss): void {
    this.losses.push(loss);
    for (const write of this.writes.values()) write.copies = without(write.copies, write.shard, loss);
  }

  /** @param key undefined: all of the shard */
  private move(shard: ShardId, key: string | undefined, from: Copy, to: Copy): void {
    for (const write of this.writes.values())
      if (write.shard === shard && (key === undefined || write.key === key))
        write.copies = write.copies.map((copy) => (isSame(copy, from) ? to : copy));
  }
}

const nameOf = (key: string, stampName: string): string => `${stampName} of ${key}`;

const isSame = (a: Copy, b: Copy): boolean => a.node === b.node && a.hintFor === b.hintFor;

/** Hints are not among the rows of a shard. */
const without = (copies: readonly Copy[], shard: ShardId, loss: Loss): readonly Copy[] =>
  copies.filter(
    ({ node, hintFor }) =>
      node !== loss.node || (loss.shard !== undefined && (loss.shard !== shard || hintFor !== undefined)),
  );
