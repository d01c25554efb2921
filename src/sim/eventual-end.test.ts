import { expect, test } from 'vitest';
import { nodeId } from '../core/base/ids.ts';
import { encodeUtf8 } from '../core/base/utf8.ts';
import { CLASSROOM } from '../core/cluster/presets.ts';
import type { RunConfig } from '../core/cluster/run.ts';
import { ROUNDS_MAX } from './eventual-end.ts';
import { type EventualTally, replay } from './run.ts';
import { WorldByHand } from './testing/world-by-hand.ts';

const MS = 1000;

/** Three nodes of which one did not hear of a write with W=1. */
class Apart {
  readonly hand: WorldByHand;
  private readonly config: RunConfig;

  constructor() {
    this.config = { ...CLASSROOM, shards: 1, limits: { ...CLASSROOM.limits, checkIntervalUs: 500 * MS } };
    this.hand = new WorldByHand(1, this.config);
    this.after(1500);
    for (const other of [1, 2]) this.hand.act({ type: 'Cut', from: 'n3', to: `n${other}`, bothWays: true });
    this.after(500);
    const operation = {
      ...({ type: 'EventualWrite', key: encodeUtf8('k'), value: encodeUtf8('v') } as const),
      ...({ w: 1, sloppy: false } as const),
    };
    const options = { timeoutUs: 1000 * MS, via: nodeId(1) };
    this.hand.act({ type: 'Operate', client: 'c', operation, options });
    this.after(1000);
  }

  after(ms: number): void {
    this.hand.run(this.hand.world.nowUs + ms * MS);
  }

  end(): { readonly violations: readonly string[]; readonly eventually: EventualTally } {
    return replay(this.hand.saveAt(this.hand.world.nowUs), { converges: true });
  }
}

test('homes that can reach each other hold the same after no more rounds of comparing than the bound says', () => {
  const apart = new Apart();
  apart.hand.act({ type: 'Heal', actor: undefined });
  const { violations, eventually } = apart.end();
  expect(violations).toEqual([]);
  expect(eventually.rounds).toBeLessThanOrEqual(ROUNDS_MAX);
});

test('homes that do not come to hold the same within the bound are told, and what each of them holds', () => {
  const { violations, eventually } = new Apart().end();
  expect(eventually.rounds).toBe(ROUNDS_MAX);
  expect(violations).toEqual([
    expect.stringMatching(/^Eventual: after 8 rounds of comparing: n1 holds .* of k, n3 holds nothing$/),
  ]);
});

test('homes that hold the same have to find that their roots are equal, and to purge what is dead', () => {
  const hand = new WorldByHand(1, { ...CLASSROOM, shards: 1 });
  hand.run(1500 * MS);
  for (const value of [encodeUtf8('v'), undefined]) {
    const operation = { type: 'EventualWrite', key: encodeUtf8('k'), value, w: 3, sloppy: false } as const;
    hand.act({ type: 'Operate', client: 'c', operation, options: { timeoutUs: 1000 * MS, via: nodeId(1) } });
    hand.run(hand.world.nowUs + 500 * MS);
  }
  const end = (): readonly string[] => replay(hand.saveAt(hand.world.nowUs), { converges: true }).violations;
  expect(end()).toEqual([]);
  for (const other of [1, 2]) hand.act({ type: 'Cut', from: 'n3', to: `n${other}`, bothWays: true });
  hand.run(hand.world.nowUs + 1);
  expect(end()).toEqual([
    'Eventual: after REPAIR: no comparison found equal roots of s0 everywhere',
    'Eventual: after REPAIR: s0 was not purged',
  ]);
});

test('a home that is up has to hold the shard in the end', () => {
  const apart = new Apart();
  // Its disk is another one, and nobody is left whom it could ask.
  apart.hand.act({ type: 'Wipe', node: nodeId(3), force: true });
  apart.after(2000);
  expect(apart.end().violations).toEqual([
    'Eventual: after 8 rounds of comparing: n3 is a home of s0 and has no rows of it',
  ]);
});
