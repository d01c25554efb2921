import type { NodeId } from '../base/ids.ts';
import type { Conflicts } from './choices.ts';
import { type Ask, type PreferenceList, PreferenceWalk } from './preference-walk.ts';
import { equalRows, mergeRows, NO_ROW, type Row } from './row.ts';

export interface ReadOptions extends PreferenceList {
  /** Answers that the client waits for. */
  readonly r: number;
  readonly conflicts: Conflicts;
}

export type ReadOutcome =
  /** What those who answered know together; `to` other than `home`: from its hints. */
  | { readonly status: 'ok'; readonly row: Row; readonly answers: readonly Ask[] }
  | { readonly status: 'fail'; readonly code: 'NotEnoughReplicas'; readonly answers: readonly Ask[] };

export type ReadEffect =
  | { readonly type: 'Ask'; readonly to: NodeId; readonly home: NodeId }
  /** Exactly once. */
  | { readonly type: 'Answer'; readonly outcome: ReadOutcome }
  /** Read repair: this home answered with less than is known by now. Nobody waits for it. */
  | { readonly type: 'Repair'; readonly to: NodeId; readonly row: Row };

/**
 * One read, as whoever coordinates it sees it: R answers, merged, answer the client; whoever knew less is sent the merged row afterwards, late answers
 * included.
 *
 * With R + W > N every read meets every write that was acknowledged before it began. It is still not linearizable: while a write is under way, one
 * read may meet the one replica that has it already, and a later read two others that have not (new–old inversion). That would take a write-back before
 * the answer (Attiya, Bar-Noy, Dolev 1995) and writes that agree on their order; read repair comes after it. With sloppy quorums not even the first holds.
 */
export class ReadCoordinator {
  /** Rows sent to whoever knew less. */
  repairs = 0;
  private readonly options: ReadOptions;
  private readonly walk: PreferenceWalk;
  /** What the homes are known to hold by now; those of fallbacks are hints, which go their own way. */
  private readonly held = new Map<NodeId, Row>();
  private row: Row = NO_ROW;
  private isAnswered = false;

  constructor(options: ReadOptions) {
    this.options = options;
    this.walk = new PreferenceWalk(options);
  }

  /** All homes that are not suspected, and as many of the others as it takes to come to R. */
  start(isSuspected: (node: NodeId) => boolean): ReadEffect[] {
    const { homes, r } = this.options;
    if (r > homes.length) return this.fail();
    const likely = homes.filter((home) => !isSuspected(home));
    const unlikely = homes.filter(isSuspected).slice(0, Math.max(0, r - likely.length));
    const asks = [
      ...likely.flatMap((home) => this.walk.askHome(home)),
      ...unlikely.flatMap((home) => [...this.walk.askHome(home), ...this.walk.askFallback(home)]),
    ];
    return this.send(asks);
  }

  /** @param row what it holds; of a fallback, what its hint for that home says: it counts only where there is one */
  answered(ask: Ask, row: Row): ReadEffect[] {
    // A fallback is no replica: without a hint it knows nothing, and says nothing about what homes hold.
    if (ask.to !== ask.home && row.length === 0) return this.refused(ask);
    if (!this.walk.answer(ask, 'answered')) return [];
    this.row = mergeRows(this.options.conflicts, this.row, row);
    if (ask.to === ask.home) this.held.set(ask.home, row);
    if (this.isAnswered) return this.repair();
    const answers = this.walk.answered;
    if (answers.length < this.options.r) return this.judge();
    this.isAnswered = true;
    return [{ type: 'Answer', outcome: { status: 'ok', row: this.row, answers } }, ...this.repair()];
  }

  /** It cannot serve it. */
  refused(ask: Ask): ReadEffect[] {
    if (!this.walk.answer(ask, 'refused')) return [];
    const isDone = this.isAnswered || this.walk.isAnswered(ask.home);
    const next = isDone ? [] : this.walk.askFallback(ask.home);
    return [...this.send([...next, ...this.askRest()]), ...this.judge()];
  }

  /** Whoever was asked has had time to answer: homes that were left out, and fallbacks. */
  overdue(): ReadEffect[] {
    return this.isAnswered ? [] : this.send([...this.askRest(), ...this.walk.askOverdue()]);
  }

  /** The client waits no longer. A read has no effect that could be unknown. */
  expired(): ReadEffect[] {
    return this.isAnswered ? [] : this.fail();
  }

  private askRest(): Ask[] {
    if (this.isAnswered) return [];
    return this.walk.homes.filter((home) => !this.walk.has(home)).flatMap((home) => this.walk.askHome(home));
  }

  private send(asks: readonly Ask[]): ReadEffect[] {
    return asks.map((ask) => ({ type: 'Ask', ...ask }));
  }

  private judge(): ReadEffect[] {
    return this.isAnswered || this.walk.isWaiting ? [] : this.fail();
  }

  private fail(): ReadEffect[] {
    this.isAnswered = true;
    return [{ type: 'Answer', outcome: { status: 'fail', code: 'NotEnoughReplicas', answers: this.walk.answered } }];
  }

  private repair(): ReadEffect[] {
    const { row } = this;
    const effects: ReadEffect[] = [];
    for (const [to, held] of this.held) {
      if (equalRows(held, row)) continue;
      this.held.set(to, row);
      this.repairs++;
      effects.push({ type: 'Repair', to, row });
    }
    return effects;
  }
}
