import { describe, expect, test } from 'vitest';
import { type NodeId, nodeId } from '../core/base/ids.ts';
import { decodeUtf8, encodeUtf8 } from '../core/base/utf8.ts';
import type { Operation, Outcome, ReadLevel, WriteLevel } from '../core/client/operation.ts';
import type { Action } from '../core/cluster/action.ts';
import { CLASSROOM, createHeader } from '../core/cluster/presets.ts';
import type { TraceEvent } from '../core/cluster/trace-event.ts';
import { drawConfig } from './drawn-limits.ts';
import { type RunOptions, type RunReport, replay, runInProcess } from './run.ts';
import { drawSchedule } from './schedule.ts';
import { WorldByHand } from './testing/world-by-hand.ts';

const MS = 1000;
const SECOND = 1_000_000;
const KEY = encodeUtf8('k');

type Ok = Extract<Outcome, { readonly status: 'ok' }>;

/** One shard on three nodes, driven by hand; `k` is `old` everywhere. */
class Dialled {
  readonly hand = new WorldByHand(1, { ...CLASSROOM, shards: 1 });

  constructor() {
    this.after(2000);
    this.put('old', 2);
    this.after(300);
  }

  get leader(): NodeId {
    return nodeId(Number(this.hand.world.snapshot().shards[0]?.leader?.slice(1)));
  }

  get followers(): readonly [NodeId, NodeId] {
    return [1, 2, 3].map(nodeId).filter((node) => node !== this.leader) as [NodeId, NodeId];
  }

  after(ms: number): void {
    this.hand.run(this.hand.world.nowUs + ms * MS);
  }

  /** Other nodes do not reach it, nor it them; clients do. */
  cut(node: NodeId): void {
    for (const other of [1, 2, 3])
      if (other !== node) this.hand.act({ type: 'Cut', from: `n${node}`, to: `n${other}`, bothWays: true });
  }

  heal(): void {
    this.hand.act({ type: 'Heal', actor: undefined });
  }

  put(value: string, write: WriteLevel, options: { client?: string; via?: NodeId; timeoutMs?: number } = {}): Outcome {
    return this.operate({ type: 'Put', key: KEY, value: encodeUtf8(value), write }, options);
  }

  get(read: ReadLevel, options: { client?: string; via?: NodeId } = {}): Ok & { readonly text: string | undefined } {
    const outcome = this.operate({ type: 'Get', key: KEY, read }, options);
    if (outcome.status !== 'ok' || outcome.result.type !== 'Value') throw new Error(JSON.stringify(outcome));
    const { value } = outcome.result;
    return { ...outcome, text: value && decodeUtf8(value) };
  }

  /** Every check of a run is made of it; nothing but what is named may be wrong. */
  judged(takesStale = false): RunReport {
    return replay(this.hand.saveAt(this.hand.world.nowUs), { takesStale });
  }

  private operate(
    operation: Operation,
    { client = 'client', via, timeoutMs = 2000 }: { client?: string; via?: NodeId; timeoutMs?: number },
  ): Outcome {
    const timeoutUs = timeoutMs * MS;
    const action: Action = { type: 'Operate', client, operation, options: { timeoutUs, via } };
    const before = this.hand.seen.length;
    this.hand.act(action);
    const completed = (): Outcome | undefined => {
      for (const event of this.hand.seen.slice(before)) if (event.type === 'OperationCompleted') return event.outcome;
      return undefined;
    };
    for (let i = 0; i < 3000 && completed() === undefined; i++) this.after(1);
    const outcome = completed();
    if (outcome === undefined) throw new Error('it never ended');
    return outcome;
  }
}

describe('W', () => {
  test('with one node partitioned W=2 succeeds, and W=3 says that it is committed, not on all; healed, it is on all', () => {
    const run = new Dialled();
    const [away] = run.followers;
    run.cut(away);
    expect(run.put('two', 2)).toMatchObject({ status: 'ok', acks: 2, voters: 3 });
    const before = run.hand.world.nowUs;
    const three = run.put('three', 3, { timeoutMs: 700 });
    expect(three).toMatchObject({ status: 'ok', write: { held: 'not all', missing: [away] } });
    expect(run.hand.world.nowUs - before).toBeGreaterThanOrEqual(700 * MS);
    expect(run.get('lease').text).toBe('three');
    run.heal();
    run.after(500);
    expect(run.put('all', 3)).toMatchObject({ status: 'ok', write: { held: 'all' } });
    // Whoever is asked shows it.
    for (const via of [1, 2, 3].map(nodeId)) expect(run.get(1, { via }).text).toBe('all');
    expect(run.judged().violations).toEqual([]);
  });

  test('kept: W=1 is acknowledged by a leader that is cut off, and gone after the failover; the checker takes it for a maybe', () => {
    const run = new Dialled();
    const { leader } = run;
    run.cut(leader);
    expect(run.put('lost', 1, { via: leader })).toMatchObject({
      status: 'ok',
      result: { type: 'Appended' },
      write: { held: 'leader' },
    });
    run.after(2000);
    expect(run.leader).not.toBe(leader);
    expect(run.put('later', 2)).toMatchObject({ status: 'ok' });
    run.heal();
    run.after(1000);
    expect(run.get('index').text).toBe('later');
    const report = run.judged();
    expect(report.violations).toEqual([]);
    const lost = report.history.find(({ written }) => written === '"lost"');
    expect(lost).toMatchObject({ status: 'unknown' });
    // As far as anybody applied anything, it was never there.
    expect(run.hand.seen.some((event) => event.type === 'EntriesAppended' && event.truncatedFrom > 0)).toBe(true);
  });
});

describe('R', () => {
  test('kept: R=1 at a replica that is cut off is stale, says so, and is no history of a linearizable store', () => {
    const run = new Dialled();
    const [away] = run.followers;
    run.cut(away);
    run.put('new', 2);
    run.after(200);
    const stale = run.get(1, { via: away });
    expect(stale).toMatchObject({ text: 'old', ground: 'applied', node: away, replica: { leads: false, behind: 0 } });
    expect(stale.replica?.leaderContactUs).toBeGreaterThan(200 * MS);
    expect(run.get(1, { via: run.leader })).toMatchObject({
      text: 'new',
      replica: { leads: true, leaderContactUs: 0 },
    });
    expect(run.judged().violations).toEqual([]);
    expect(run.judged(true).found.map(({ rule }) => rule)).toEqual(['linearizability']);
  });

  test('a session does not read backwards: a replica that is behind waits, and then sends it on', () => {
    const run = new Dialled();
    const [away, near] = run.followers;
    run.cut(away);
    run.put('new', 2);
    run.after(200);
    // Whoever has not seen the write may be shown what was before.
    expect(run.get('session', { client: 'b', via: away }).text).toBe('old');
    expect(run.get('session', { via: near }).text).toBe('new');
    expect(run.get('session').text).toBe('new');
    // What is read counts as well, on whatever ground.
    run.get('lease', { client: 'b' });
    expect(run.get('session', { client: 'b' }).text).toBe('new');
    expect(run.judged().violations).toEqual([]);
  });

  test('a W=1 acknowledgment is nothing that a session waits for', () => {
    const run = new Dialled();
    const { leader, followers } = run;
    run.cut(leader);
    run.put('lost', 1, { via: leader });
    expect(run.get('session', { via: followers[0] }).text).toBe('old');
  });

  test('R=2 and R=3 need no leader; with a tail that nobody commits they fall back on ReadIndex, and say so', () => {
    const run = new Dialled();
    const { leader } = run;
    run.after(300);
    expect(run.get(2)).toMatchObject({ text: 'old', ground: 'quorum', voters: 3 });
    expect(run.get(3)).toMatchObject({ text: 'old', ground: 'all', acks: 3 });
    run.hand.act({ type: 'Kill', node: leader });
    expect(run.get(2)).toMatchObject({ text: 'old', ground: 'quorum', acks: 2 });
    expect(run.get(3)).toMatchObject({ text: 'old', ground: 'quorum', instead: 'silent voter' });
    run.hand.act({ type: 'Revive', node: leader });
    run.after(3000);
    // An entry on the leader's disk alone: the client reaches it and one other, and nobody ever commits it.
    const { leader: second } = run;
    run.cut(second);
    run.put('tail', 1, { via: second });
    run.hand.act({ type: 'Cut', from: 'client', to: `n${run.followers[0]}`, bothWays: true });
    const read = run.get(2);
    expect(read).toMatchObject({ ground: 'index', instead: 'dead tail' });
    expect(run.judged().violations).toEqual([]);
  });
});

/** A drawn run of one shard, with kills and partitions. */
function drawn(
  seed: number,
  levels: { readonly read?: ReadLevel; readonly write?: WriteLevel },
  options: RunOptions = {},
): RunReport {
  const config = drawConfig(seed, 3, 1);
  const { network } = config;
  const durationUs = 8 * SECOND;
  const faults = new Set(['kill', 'partition'] as const);
  const actions = drawSchedule({
    seed,
    nodes: 3,
    shards: 1,
    durationUs,
    operationsPerSecond: 40,
    faults,
    network,
    levels,
  });
  return runInProcess(createHeader(`dial-${seed}`, seed, config), actions, durationUs, options);
}

describe('kept seeds', () => {
  test.each([1, 'session'] as const)('R=%s is not linearizable, and all that it promises holds', (read) => {
    expect(drawn(6, { read }).violations).toEqual([]);
    const asOrdinary = drawn(6, { read }, { takesStale: true });
    expect(asOrdinary.found.map(({ rule }) => rule)).toEqual(['linearizability']);
  });

  test('W=1 loses what it has acknowledged, and nobody is told anything wrong', () => {
    const acknowledged: string[] = [];
    const committed = new Set<string>();
    const observe = (event: TraceEvent): void => {
      if (event.type === 'EntryApplied' && event.shard === 0) committed.add(`${event.index} of term ${event.term}`);
      if (event.type !== 'OperationCompleted' || event.outcome.status !== 'ok') return;
      const { result, index, term } = event.outcome;
      if (result.type === 'Appended') acknowledged.push(`${index} of term ${term}`);
    };
    const report = drawn(6, { write: 1 }, { observe });
    expect(report.violations).toEqual([]);
    expect(acknowledged.length).toBeGreaterThan(100);
    expect(acknowledged.filter((entry) => !committed.has(entry)).length).toBeGreaterThan(3);
  });

  test.each([2, 3, 'lease', 'index'] as const)('R=%s is linearizable', (read) => {
    const report = drawn(6, { read, write: 3 });
    expect([report.violations, report.undecided]).toEqual([[], []]);
  });
});
