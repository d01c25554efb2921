import type { StateId } from './key-model.ts';

/** One way in which everything so far may have taken effect. */
export interface Configuration {
  readonly state: StateId;
  /** Bit s: the operation in slot s, which has not returned yet, has taken effect already. */
  readonly taken: bigint;
  /** How many of each group of operations with an unknown outcome have taken effect; one character a group. */
  readonly spent: string;
}

/**
 * Configurations, without those that another one makes needless: of two that differ only in what they have spent of the unknown operations, the
 * one that spent less can do whatever the other can.
 */
export class Configurations {
  private readonly bySituation = new Map<string, string[]>();
  private readonly list: Configuration[] = [];

  /** False: there is one at least as good. */
  add(configuration: Configuration): boolean {
    const { state, taken, spent } = configuration;
    const situation = `${state} ${taken}`;
    const rivals = this.bySituation.get(situation);
    if (rivals === undefined) this.bySituation.set(situation, [spent]);
    else if (rivals.some((rival) => spendsNoMore(rival, spent))) return false;
    else rivals.push(spent);
    this.list.push(configuration);
    return true;
  }

  get all(): readonly Configuration[] {
    return this.list;
  }
}

/** Groups appear as the history goes on: what a shorter text does not tell of was not spent. */
function spendsNoMore(a: string, b: string): boolean {
  for (let i = 0; i < a.length; i++) {
    if (a.charCodeAt(i) > (i < b.length ? b.charCodeAt(i) : 0)) return false;
  }
  return true;
}

export function spentOf(spent: string, group: number): number {
  return group < spent.length ? spent.charCodeAt(group) : 0;
}

export function withOneMore(spent: string, group: number): string {
  const padded = spent.padEnd(group + 1, '\0');
  return padded.slice(0, group) + String.fromCharCode(padded.charCodeAt(group) + 1) + padded.slice(group + 1);
}
