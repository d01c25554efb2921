import { type LogIndex, NO_NODE } from '../core/base/ids.ts';
import type { WorldEvent } from '../core/cluster/trace-event.ts';
import { type FoundedCluster, foundMeta } from '../core/meta/found-meta.ts';
import { findNode, type GroupRecord, groupOf, type MetaState } from '../core/meta/meta-state.ts';
import { isFinal } from '../core/meta/move.ts';
import { standingOf } from '../core/meta/node-standing.ts';
import type { NodeEvent } from '../core/node/trace-event.ts';

/** What the meta group turns out to have agreed on. */
export type MetaNews = Extract<
  WorldEvent,
  { readonly type: 'NodeStateChanged' | 'RingChanged' | 'MoveStageChanged' | 'MoveEnded' | 'MetaRefused' }
>;

type Told = Extract<NodeEvent, { readonly type: 'MetaApplied' | 'MetaFound' }>;

/** What the meta group has agreed on, as far as any of its replicas told. */
export class MetaView {
  state: MetaState;
  private index: LogIndex = 0;
  private readonly isReloaded: boolean;
  /** Since a reload: what the logs held when the nodes began. Entries up to here were told of before it. */
  private earlierTo: LogIndex = 0;

  /** @param isReloaded the nodes begin with what earlier boots of the page left on their disks */
  constructor(founded: FoundedCluster, isReloaded = false) {
    this.state = foundMeta(founded);
    this.isReloaded = isReloaded;
  }

  /** A replica of the meta group begins with a log that ends there. */
  recovered(lastIndex: LogIndex): void {
    // Once something is known, a log may hold what was never committed: whoever comes back later tells news.
    if (this.isReloaded && this.index === 0) this.earlierTo = Math.max(this.earlierTo, lastIndex);
  }

  /** Each replica tells of each entry: only the first that does brings news. @returns what has changed, in words of its own */
  learn(event: Told): readonly MetaNews[] {
    if (event.index <= this.index) return [];
    this.index = event.index;
    const news = this.news(event);
    return event.index <= this.earlierTo ? news.map((each) => ({ ...each, isEarlier: true })) : news;
  }

  private news(event: Told): readonly MetaNews[] {
    const before = this.state;
    this.state = event.state;
    if (event.type === 'MetaApplied' && event.refusal !== undefined) {
      return [{ type: 'MetaRefused', command: event.command.type, ...event.refusal }];
    }
    return [...nodeChanges(before, this.state), ...ringChanges(before, this.state), ...moveChanges(before, this.state)];
  }
}

function nodeChanges(before: MetaState, after: MetaState): readonly MetaNews[] {
  return after.nodes.flatMap(({ node, incarnation }): MetaNews[] => {
    const known = findNode(before, node);
    const from = standingOf(before, node, known?.incarnation ?? incarnation);
    const to = standingOf(after, node, incarnation);
    if (from === to && known?.incarnation === incarnation) return [];
    return [{ type: 'NodeStateChanged', subject: node, from, to, incarnation }];
  });
}

function ringChanges(before: MetaState, after: MetaState): readonly MetaNews[] {
  if (before.ringEpoch === after.ringEpoch) return [];
  const moving = after.groups.filter((group) => !isSameList(group.desired, groupOf(before, group.shard).desired));
  const { ringEpoch: epoch, vnodes } = after;
  return [{ type: 'RingChanged', epoch, vnodes, moving: moving.map(({ shard }) => shard) }];
}

const isSameList = (a: readonly number[], b: readonly number[]): boolean => a.join() === b.join();

function moveChanges(before: MetaState, after: MetaState): readonly MetaNews[] {
  return after.groups.flatMap((group): MetaNews[] => {
    const { shard, move, token } = group;
    const old = groupOf(before, shard);
    if (old.move === move || (old.move?.stage === move?.stage && old.token === token)) return [];
    const ended = old.move !== undefined && isOther(old, group) ? [endOf(old, group)] : [];
    if (move === undefined) return ended;
    const { to, from, stage } = move;
    return [...ended, { type: 'MoveStageChanged', shard, to, from, stage, token }];
  });
}

const isOther = (old: GroupRecord, { move }: GroupRecord): boolean =>
  move === undefined || move.to !== old.move?.to || move.from !== old.move?.from;

function endOf({ shard, move }: GroupRecord, { report }: GroupRecord): MetaNews {
  const { to, from } = move ?? { to: NO_NODE, from: NO_NODE };
  const isDone = move !== undefined && isFinal(move, report.configuration);
  return { type: 'MoveEnded', shard, to, from, outcome: isDone ? 'finished' : 'rolledBack' };
}
