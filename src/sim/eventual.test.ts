import { describe, expect, test } from 'vitest';
import { must } from '../core/base/assert.ts';
import { type NodeId, nodeId, shardId } from '../core/base/ids.ts';
import { decodeUtf8, encodeUtf8 } from '../core/base/utf8.ts';
import type { EventualLevel, Operation, Outcome } from '../core/client/operation.ts';
import { placementOf } from '../core/cluster/placement.ts';
import { CLASSROOM } from '../core/cluster/presets.ts';
import type { RunConfig } from '../core/cluster/run.ts';
import type { TraceEvent } from '../core/cluster/trace-event.ts';
import { ClockBounds } from './clock-bounds.ts';
import { History, judgeHistory } from './history.ts';
import { type FoundViolation, replay } from './run.ts';
import { delay, isMessage, WorldByHand } from './testing/world-by-hand.ts';

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

  /** One way. */
  cutFrom(node: NodeId, others: readonly number[]): void {
    for (const other of others) this.hand.act({ type: 'Cut', from: `n${node}`, to: `n${other}`, bothWays: false });
  }

  /** Rows on their way from there arrive so much later. */
  delayRows(node: NodeId, byMs: number): void {
    const rows = this.hand
      .pending()
      .filter(isMessage)
      .filter(({ from, items }) => from === `n${node}` && items.some(({ kind }) => kind === 'RowSent'));
    for (const row of rows) this.hand.act(delay(row, byMs * MS));
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
    return must(foundBy(outcome), JSON.stringify(outcome));
  }

  operate(operation: Operation, { client = 'client', via }: Asked): Outcome {
    const begun = this.begin(operation, client, via);
    for (let ms = 0; begun.outcome === undefined && ms < 3000; ms++) this.after(1);
    if (begun.outcome === undefined) throw new Error('no answer');
    return begun.outcome;
  }

  /** Waits for nothing. */
  begin(operation: Operation, client: string, via: number | undefined): { readonly outcome: Outcome | undefined } {
    const { world } = this.hand;
    const options = { timeoutUs: 2000 * MS, via: via === undefined ? undefined : nodeId(via) };
    const handle = world.act({
      ...world.placeFor(world.nowUs),
      action: { type: 'Operate', client, operation, options },
    });
    return {
      get outcome() {
        if (handle.result?.type === 'Refused') throw new Error(JSON.stringify(handle.result));
        return handle.result?.type === 'Completed' ? handle.result.outcome : undefined;
      },
    };
  }

  /** Steps up to the next such event. */
  until(type: TraceEvent['type']): void {
    const from = this.hand.seen.length;
    while (!this.hand.seen.slice(from).some((event) => event.type === type)) this.hand.step();
  }

  /** What the judge of the eventual keyspace finds in the same run, when its homes have had time to come to hold the same. */
  judged(): readonly FoundViolation[] {
    return replay(this.hand.saveAt(this.hand.world.nowUs), { converges: true }).found;
  }

  /** Whether what clients saw of the key is linearizable. */
  get verdict(): string {
    return this.verdictWithout(undefined);
  }

  /** The same, had this client not been there. */
  verdictWithout(client: string | undefined): string {
    const history = new History(new ClockBounds(this.config.clocks), { keyspace: 'eventual' });
    for (const event of this.hand.seen) history.observe(event);
    return judgeHistory(history.end().operations.filter(({ process }) => process !== client)).verdict;
  }
}

function foundBy(outcome: Outcome | undefined): readonly (string | null)[] | undefined {
  if (outcome?.status !== 'ok' || outcome.result.type !== 'EventualFound') return undefined;
  return outcome.result.versions.map(({ value }) => (value === undefined ? null : decodeUtf8(value)));
}

const first = (c: Leaderless, i: number): NodeId => c.homes[i] as NodeId;
const acksOf = ({ replicas }: Outcome) => replicas?.answers ?? [];
const askedBy = (outcome: Outcome | undefined) => outcome?.replicas?.answers.map(({ to }) => to).sort();

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

test('REPAIR of the eventual keyspace needs no leader: one home that runs compares its rows with the others', () => {
  const c = new Leaderless();
  c.cut(nodeId(2));
  expect(c.put('v', 2, { via: nodeId(1), sloppy: false })).toMatchObject({ status: 'ok' });
  c.heal();
  c.hand.act({ type: 'Kill', node: nodeId(3) });
  c.cut(nodeId(2));
  c.after(2000);
  const check = { type: 'Check', shard: shardId(0) } as const;
  expect(c.hand.act(check)).toMatchObject({ type: 'Refused', code: 'NoLeader' });
  c.heal();
  expect(c.hand.act({ ...check, keyspace: 'eventual' })).toMatchObject({ type: 'Applied' });
  expect(c.hand.seen.findLast(({ type }) => type === 'SyncStarted')).toMatchObject({ reason: 'order', node: 1 });
  // It asks n3 as well, which says nothing.
  c.after(3000);
  expect(c.get(1, { via: nodeId(2) })).toEqual(['v']);
  for (const node of [1, 2]) c.hand.act({ type: 'Kill', node: nodeId(node) });
  expect(c.hand.act({ ...check, keyspace: 'eventual' })).toMatchObject({ type: 'Refused', code: 'NoReplica' });
});

test('a replica that leaves a node and comes back in the same boot copies its rows, and begins new dots', () => {
  const c = new Leaderless({ nodes: 4, shards: 1, limits: { ...CLASSROOM.limits, conflicts: 1 } });
  for (const via of c.homes) expect(c.put(`old ${via}`, 3, { via })).toMatchObject({ status: 'ok' });
  const of = <T extends 'EventualRowsLeft' | 'EventualCopyCompleted'>(type: T) =>
    c.hand.seen.flatMap((event) => (event.type === type ? [event.node] : []));
  // Another ring of the same nodes, and the first one again.
  const others = [149, 148, 147, 100, 50, 20, 10, 5].find((vnodes) =>
    placementOf({ ...CLASSROOM, nodes: 4, shards: 1, vnodes })
      .replicas(shardId(0))
      .some((node) => !c.homes.includes(node)),
  );
  for (const value of [must(others, 'a ring on which another node is a home'), 150]) {
    c.hand.act({ type: 'Configure', name: 'vnodes', value });
    c.after(15_000);
  }
  const [away, back] = of('EventualCopyCompleted');
  const left = must(back, 'a home that came back');
  expect(of('EventualRowsLeft')).toEqual([left, away]);
  expect(c.put('new', 3, { via: left })).toMatchObject({ status: 'ok' });
  const dots = c.hand.seen.flatMap((event) =>
    event.type === 'EventualWriteStarted' && event.node === left ? [event.dot] : [],
  );
  expect(dots.map(({ counter }) => counter)).toEqual([1, 1]);
  expect(c.judged()).toEqual([]);
});

describe('anomalies, judged by the checker', () => {
  test('R + W > N is not linearizable: one read meets the new value, a later one the old, while the write is under way', () => {
    const c = new Leaderless();
    expect(c.put('old', 3)).toMatchObject({ status: 'ok' });
    // The write is on its coordinator's disk, and slow on its way to the others; what is sent again is lost.
    const write = c.begin({ type: 'EventualWrite', key: KEY, value: encodeUtf8('new'), w: 2, sloppy: false }, 'w', 1);
    c.until('EventualWriteStarted');
    c.delayRows(nodeId(1), 600);
    c.cutFrom(nodeId(1), [2, 3]);
    c.after(400);
    expect(write.outcome).toBeUndefined();
    // n1 hears n2, and what it sends n2 to repair it is lost.
    c.hand.act({ type: 'HealLink', from: 'n1', to: 'n2', bothWays: false });
    const one = c.begin({ type: 'EventualRead', key: KEY, r: 2, sloppy: false }, 'r', 1);
    c.until('EventualReadAnswered');
    c.cutFrom(nodeId(1), [2]);
    c.after(30);
    expect([foundBy(one.outcome), askedBy(one.outcome)]).toEqual([['new'], [1, 2]]);
    // n3 hears n2, and nothing of n1.
    const two = c.begin({ type: 'EventualRead', key: KEY, r: 2, sloppy: false }, 's', 3);
    c.after(100);
    expect([foundBy(two.outcome), askedBy(two.outcome)]).toEqual([['old'], [2, 3]]);
    expect(write.outcome).toBeUndefined();
    c.heal();
    c.after(500);
    expect(write.outcome).toMatchObject({ status: 'ok' });
    expect(c.verdict).toBe('not linearizable');
    // It is their order that is wrong: each of the two reads alone may be so.
    expect([c.verdictWithout('r'), c.verdictWithout('s')]).toEqual(['linearizable', 'linearizable']);
    expect(c.get(2, { via: nodeId(3), sloppy: false })).toEqual(['new']);
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

  test.each([
    ['purge-early', ['v'], 'k was deleted at '],
    [undefined, [], undefined],
  ] as const)(
    'a key that was deleted while one home was away, tombstones purged by the round, broken: %s',
    (rule, found, judged) => {
      const c = new Leaderless({ shards: 1, limits: { ...CLASSROOM.limits, checkIntervalUs: 1000 * MS } });
      if (rule !== undefined) c.hand.act({ type: 'Break', name: rule, on: true });
      expect(c.put('v', 3)).toMatchObject({ status: 'ok' });
      c.hand.act({ type: 'Kill', node: nodeId(3) });
      expect(c.put(undefined, 2, { via: nodeId(1), sloppy: false })).toMatchObject({ status: 'ok' });
      c.after(4000);
      c.hand.act({ type: 'Revive', node: nodeId(3) });
      c.after(2000);
      expect(c.get(2, { via: nodeId(3), sloppy: false })).toEqual(found);
      expect(c.verdict).toBe(rule === undefined ? 'linearizable' : 'not linearizable');
      const texts = c.judged().map(({ text }) => text);
      if (judged === undefined) expect(texts).toEqual([]);
      else expect(texts).toContainEqual(expect.stringContaining(judged));
    },
  );

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
