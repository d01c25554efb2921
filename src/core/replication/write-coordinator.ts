import type { NodeId } from '../base/ids.ts';
import { type Ask, type PreferenceList, PreferenceWalk } from './preference-walk.ts';

export interface WriteOptions extends PreferenceList {
  /** Acknowledgments that the client waits for. */
  readonly w: number;
  /** Nodes that a replica is moving to: they are sent every write and count for nothing, because they may not stay. */
  readonly joiners: readonly NodeId[];
  /** The coordinator has applied it, as the home that it was then: from there it spreads, whoever are homes now. */
  readonly isHeld: boolean;
}

export type WriteOutcome =
  /** Durable on these; `to` other than `home`: as a hint. */
  | { readonly status: 'ok'; readonly acks: readonly Ask[] }
  /** Fewer than W are known to have it, and some do, or may: it can still win on all replicas. */
  | { readonly status: 'unknown'; readonly acks: readonly Ask[] }
  /** Nobody has it, and nobody will. */
  | { readonly status: 'fail'; readonly code: 'NotEnoughReplicas' };

export type WriteEffect =
  /** The row; to somebody else than `home` as a hint for it, to the coordinator itself by way of its own disk. */
  | { readonly type: 'Send'; readonly to: NodeId; readonly home: NodeId }
  /** Exactly once. */
  | { readonly type: 'Answer'; readonly outcome: WriteOutcome };

/**
 * One write, as whoever coordinates it sees it (Dynamo §4.5): the row goes to all N homes, and W acknowledgments answer the client. An acknowledgment says:
 * durable here. Where the coordinator is a home itself, it has applied the row before it sends it, refuses it no more, and counts when its disk has
 * it, as any other. A home and the hint for it count once.
 * It outlives its answer: hints are written for homes that stay silent even when W others have answered.
 */
export class WriteCoordinator {
  private readonly options: WriteOptions;
  private readonly walk: PreferenceWalk;
  private isAnswered = false;
  /** Somebody has refused it who may take it yet: the network may deliver twice, and whoever is silent is sent it again. */
  private mayBeTaken = false;

  constructor(options: WriteOptions) {
    this.options = options;
    this.walk = new PreferenceWalk(options);
  }

  /** Nothing is to be waited for any more: no answer to the client, and no acknowledgment of a home or a hint. */
  get isOver(): boolean {
    return this.isAnswered && !this.walk.isWaiting;
  }

  /** To each home, suspected or not: a suspicion may be wrong. For a suspected one the next fallback takes a hint at once. */
  start(isSuspected: (node: NodeId) => boolean): WriteEffect[] {
    const { homes, joiners, w, isHeld } = this.options;
    // More than there are, ever: nothing is sent that nobody would answer for.
    if (w > homes.length && !isHeld) return this.answer({ status: 'fail', code: 'NotEnoughReplicas' });
    const asks = homes.flatMap((home) => [
      ...this.walk.askHome(home),
      ...(isSuspected(home) ? this.walk.askFallback(home) : []),
    ]);
    return this.send([...asks, ...joiners.map((to) => ({ to, home: to }))]);
  }

  /** It is durable there. */
  acknowledged(ask: Ask): WriteEffect[] {
    return this.walk.answer(ask, 'answered') ? this.judge() : [];
  }

  /**
   * It was not taken: disk or hint store full, a clock that is not believed, or from before the fence.
   * @param isForGood false: another copy of what was sent may come later, and be taken then
   */
  refused(ask: Ask, isForGood: boolean): WriteEffect[] {
    if (!isForGood) this.mayBeTaken = true;
    if (!this.walk.answer(ask, 'refused')) return [];
    const next = this.walk.isAnswered(ask.home) ? [] : this.walk.askFallback(ask.home);
    return [...this.send(next), ...this.judge()];
  }

  /** Whoever was asked has had time to answer; may come more than once. */
  overdue(): WriteEffect[] {
    return this.send(this.walk.askOverdue());
  }

  /** The client waits no longer. */
  expired(): WriteEffect[] {
    return this.isAnswered ? [] : this.giveUp();
  }

  private send(asks: readonly Ask[]): WriteEffect[] {
    return asks.map((ask) => ({ type: 'Send', ...ask }));
  }

  private judge(): WriteEffect[] {
    if (this.isAnswered) return [];
    const acks = this.walk.answered;
    if (acks.length >= this.options.w) return this.answer({ status: 'ok', acks });
    return this.walk.isWaiting ? [] : this.giveUp();
  }

  private giveUp(): WriteEffect[] {
    const acks = this.walk.answered;
    // Joiners are not asked whether they have it.
    const { joiners, isHeld } = this.options;
    const mayBeSomewhere = this.walk.isWaiting || this.mayBeTaken || isHeld || joiners.length > 0;
    const isNowhere = acks.length === 0 && !mayBeSomewhere;
    return this.answer(isNowhere ? { status: 'fail', code: 'NotEnoughReplicas' } : { status: 'unknown', acks });
  }

  private answer(outcome: WriteOutcome): WriteEffect[] {
    this.isAnswered = true;
    return [{ type: 'Answer', outcome }];
  }
}
