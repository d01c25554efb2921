import { must } from '../base/assert.ts';
import type { NodeId } from '../base/ids.ts';

/** Somebody to be asked in the place of a home; the home itself, or a fallback that is to answer for it. */
export interface Ask {
  readonly to: NodeId;
  readonly home: NodeId;
}

export interface PreferenceList {
  /** The replicas of the shard, clockwise. */
  readonly homes: readonly NodeId[];
  /** Who comes after them, clockwise; a strict quorum asks none of them. */
  readonly fallbacks: readonly NodeId[];
  readonly isSloppy: boolean;
}

type Standing = 'asked' | 'answered' | 'refused';

interface Place {
  readonly home: NodeId;
  /** In the order in which they were asked. */
  readonly asked: Map<NodeId, Standing>;
}

/**
 * Whom an operation asks: each home, and for a home that does not answer the next fallback on the ring (Dynamo §4.6). A fallback answers for one home only: two
 * acknowledgments are two disks.
 */
export class PreferenceWalk {
  private readonly places: readonly Place[];
  private readonly fallbacks: NodeId[];

  constructor({ homes, fallbacks, isSloppy }: PreferenceList) {
    this.places = homes.map((home) => ({ home, asked: new Map() }));
    this.fallbacks = isSloppy ? fallbacks.filter((node) => !homes.includes(node)) : [];
  }

  get homes(): readonly NodeId[] {
    return this.places.map(({ home }) => home);
  }

  /** Those who answered, one for each home: itself rather than a fallback. In the order of the homes. */
  get answered(): readonly Ask[] {
    return this.places.flatMap(({ home, asked }) => {
      if (asked.get(home) === 'answered') return [{ to: home, home }];
      const fallback = [...asked.keys()].find((to) => asked.get(to) === 'answered');
      return fallback === undefined ? [] : [{ to: fallback, home }];
    });
  }

  /** Whether somebody was asked and has said neither yes nor no. */
  get isWaiting(): boolean {
    return this.places.some(({ asked }) => [...asked.values()].includes('asked'));
  }

  get refusals(): number {
    return this.places.reduce((sum, { asked }) => sum + count(asked, 'refused'), 0);
  }

  has(home: NodeId): boolean {
    return this.places.some((place) => place.home === home && place.asked.size > 0);
  }

  askHome(home: NodeId): Ask[] {
    this.place(home).asked.set(home, 'asked');
    return [{ to: home, home }];
  }

  /** The next on the ring that nobody has asked yet; none is left, or the quorum is strict: nobody. */
  askFallback(home: NodeId): Ask[] {
    const to = this.fallbacks.shift();
    if (to === undefined) return [];
    this.place(home).asked.set(to, 'asked');
    return [{ to, home }];
  }

  /** @returns false: it was never asked for that home, or has answered before */
  answer({ to, home }: Ask, standing: 'answered' | 'refused'): boolean {
    const asked = this.places.find((place) => place.home === home)?.asked;
    if (asked?.get(to) !== 'asked') return false;
    asked.set(to, standing);
    return true;
  }

  /** For each home for which nobody has answered the next fallback. */
  askOverdue(): Ask[] {
    return this.places.flatMap(({ home, asked }) => (count(asked, 'answered') > 0 ? [] : this.askFallback(home)));
  }

  isAnswered(home: NodeId): boolean {
    return count(this.place(home).asked, 'answered') > 0;
  }

  private place(home: NodeId): Place {
    return must(
      this.places.find((place) => place.home === home),
      'it is one of the homes',
    );
  }
}

const count = (asked: Place['asked'], standing: Standing): number =>
  [...asked.values()].filter((each) => each === standing).length;
