import { describe, expect, test } from 'vitest';
import { type NodeId, nodeId } from '../core/base/ids.ts';
import { decodeUtf8, encodeUtf8 } from '../core/base/utf8.ts';
import type { EventualLevel, Operation, Outcome } from '../core/client/operation.ts';
import { placementOf } from '../core/cluster/placement.ts';
import { CLASSROOM } from '../core/cluster/presets.ts';
import type { RunConfig } from '../core/cluster/run.ts';
import { ClockBounds } from './clock-bounds.ts';
import { History, judgeHistory } from './history.ts';
import { WorldByHand } from './testing/world-by-hand.ts';

const MS = 1000;
const KEY = encodeUtf8('k');

interface Asked {
  readonly client?: string;
  readonly via?: NodeId;
  readonly sloppy?: boolean;
  readonly context?: string;
}

/** A cluster driven by hand, whose clients use one key of the eventual keyspace. */
class Leaderless {
  readonly hand: WorldByHand;
  readonly homes: readonly NodeId[];
  private readonly config: RunConfig;

  constructor(config: Partial<RunConfig> = { shards: 1 }, seed = 1) {
    this.config = { ...CLASSROOM, ...config };
    this.hand = new WorldByHand(seed, this.config);
    const ring = placementOf(this.config);
    this.homes = ring.replicas(ring.shardOfKey(KEY));
    this.after(1500);
  }

  after(ms: number): void {
    this.hand.run(this.hand.world.nowUs + ms * MS);
  }

  /** Other nodes do not reach it, nor it them; clients do. */
  cut(node: NodeId): void {
    for (let other = 1; other <= this.config.nodes; other++)
      if (other !== node) this.hand.act({ type: 'Cut', from: `n${node}`, to: `n${other}`, bothWays: true });
  }

  heal(): void {
    this.hand.act({ type: 'Heal', actor: undefined });
  }

  put(value: string | undefined, w: EventualLevel, { sloppy = true, context, ...asked }: Asked = {}): Outcome {
    const read = context === undefined ? {} : { context };
    const written = value === undefined ? undefined : encodeUtf8(value);
    return this.operate({ type: 'EventualWrite', key: KEY, value: written, w, sloppy, ...read }, asked);
  }

  /** The versions that were found, latest first; null: a tombstone. */
  get(r: EventualLevel, { sloppy = true, ...asked }: Asked = {}): readonly (string | null)[] {
    const outcome = this.operate({ type: 'EventualRead', key: KEY, r, sloppy }, asked);
    if (outcome.status !== 'ok' || outcome.result.type !== 'EventualFound') throw new Error(JSON.stringify(outcome));
    return outcome.result.versions.map(({ value }) => (value === undefined ? null : decodeUtf8(value)));
  }

  operate(operation: Operation, { client = 'client', via }: Asked): Outcome {
    const { world } = this.hand;
    const options = { timeoutUs: 2000 * MS, via };
    const handle = world.act({
      ...world.placeFor(world.nowUs),
      action: { type: 'Operate', client, operation, options },
    });
    for (let ms = 0; handle.result === undefined && ms < 3000; ms++) this.after(1);
    const { result } = handle;
    if (result?.type !== 'Completed') throw new Error(JSON.stringify(result));
    return result.outcome;
  }

  /** Whether what clients saw of the key is linearizable. */
  get verdict(): string {
    const history = new History(new ClockBounds(this.config.clocks), { keyspace: 'eventual' });
    for (const event of this.hand.seen) history.observe(event);
    return judgeHistory(history.end().operations).verdict;
  }
}

const first = (c: Leaderless, i: number): NodeId => c.homes[i] as NodeId;
const acksOf = ({ replicas }: Outcome) => replicas?.answers ?? [];

describe('with one of three replicas out of reach', () => {
  const cut = (): Leaderless => {
    const c = new Leaderless();
    c.cut(nodeId(3));
    c.after(1000);
    return c;
  };

  test('W=2 is written, W=3 is written on two and its outcome unknown', () => {
    const c = cut();
    expect(c.put('a', 2, { via: nodeId(1) })).toMatchObject({ status: 'ok', acks: 2 });
    const all = c.put('b', 3, { via: nodeId(1) });
    expect(all).toMatchObject({ status: 'unknown', acks: 2, voters: 3 });
    expect(acksOf(all).map(({ to }) => to)).toEqual([1, 2]);
  });

  test('both sides take writes with W=1, and hold the same when it is healed', () => {
    const c = cut();
    expect(c.put('here', 1, { via: nodeId(1), client: 'a' })).toMatchObject({ status: 'ok' });
    c.after(50);
    expect(c.put('there', 1, { via: nodeId(3), client: 'b' })).toMatchObject({ status: 'ok' });
    expect(c.get(1, { via: nodeId(1), client: 'a' })).toEqual(['here']);
    expect(c.get(1, { via: nodeId(3), client: 'b' })).toEqual(['there']);
    c.heal();
    c.after(3000);
    // A read of all of them shows the later one, and repairs whoever had the earlier one.
    expect(c.get(3, { client: 'c' })).toEqual(['there']);
    c.after(500);
    for (const node of [1, 2, 3]) expect(c.get(1, { via: nodeId(node), client: 'c' })).toEqual(['there']);
  });
});

test('with two of a key’s three replicas gone at 5 × 16, strong refuses; eventual goes on with W=1, and with sloppy W=2 through hints', () => {
  const c = new Leaderless({ nodes: 5, shards: 16 });
  for (const i of [1, 2]) c.hand.act({ type: 'Kill', node: first(c, i) });
  c.after(2000);
  const strong = c.operate({ type: 'Put', key: KEY, value: encodeUtf8('v') }, {});
  expect(strong.status).not.toBe('ok');
  expect(c.put('one', 1, { sloppy: false })).toMatchObject({ status: 'ok', acks: 1 });
  expect(c.put('two', 2, { sloppy: false }).status).not.toBe('ok');
  const sloppy = c.put('three', 2);
  expect(sloppy.status).toBe('ok');
  expect(acksOf(sloppy).some(({ to, home }) => to !== home && !c.homes.includes(to))).toBe(true);
  for (const i of [1, 2]) c.hand.act({ type: 'Revive', node: first(c, i) });
  c.after(6000);
  // The hints have come home.
  expect(c.get(1, { via: first(c, 1), client: 'late', sloppy: false })).toEqual(['three']);
});

describe('anomalies, judged by the checker', () => {
  test('R + W > N is not linearizable: while a write is under way, a read that sees it is followed by one that does not', () => {
    const c = new Leaderless();
    expect(c.put('old', 3)).toMatchObject({ status: 'ok' });
    // It reaches one replica: the coordinator itself.
    c.cut(nodeId(1));
    expect(c.put('new', 3, { via: nodeId(1), client: 'w', sloppy: false }).status).toBe('unknown');
    c.heal();
    c.cut(nodeId(3));
    // R=2 of nodes 1 and 2, then R=2 of nodes 2 and 3.
    expect(c.get(1, { via: nodeId(1), client: 'r' })).toEqual(['new']);
    c.hand.act({ type: 'Kill', node: nodeId(1) });
    c.heal();
    expect(c.get(2, { via: nodeId(3), client: 's', sloppy: false })).toEqual(['old']);
    expect(c.verdict).toBe('not linearizable');
  });

  test.each([
    ['wall', ['first']],
    ['hybrid', ['second']],
  ] as const)('two writes of one client through nodes whose clocks differ, clock=%s', (clock, left) => {
    const c = new Leaderless();
    c.hand.act({ type: 'Configure', name: 'clock', value: clock === 'wall' ? 1 : 0 });
    c.hand.act({ type: 'Clock', node: nodeId(1), offsetUs: 300 * MS });
    c.after(100);
    expect(c.put('first', 3, { via: nodeId(1) })).toMatchObject({ status: 'ok' });
    expect(c.put('second', 3, { via: nodeId(2) })).toMatchObject({ status: 'ok' });
    expect(c.get(3)).toEqual(left);
    expect(c.verdict).toBe(clock === 'wall' ? 'not linearizable' : 'linearizable');
  });

  test('siblings: two writes that have not seen each other both stay, and one that has read them replaces both', () => {
    const c = new Leaderless();
    c.hand.act({ type: 'Configure', name: 'conflicts', value: 1 });
    c.put('milk', 3, { client: 'a' });
    c.put('eggs', 3, { client: 'b' });
    expect([...c.get(3, { client: 'a' })].sort()).toEqual(['eggs', 'milk']);
    expect(c.put('milk, eggs', 3, { client: 'a' })).toMatchObject({ status: 'ok' });
    expect(c.get(3, { client: 'b' })).toEqual(['milk, eggs']);
  });
});
