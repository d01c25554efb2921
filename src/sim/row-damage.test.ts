import { describe, expect, test } from 'vitest';
import { nodeId, shardId } from '../core/base/ids.ts';
import { encodeUtf8 } from '../core/base/utf8.ts';
import type { Action } from '../core/cluster/action.ts';
import { CLASSROOM, createHeader } from '../core/cluster/presets.ts';
import type { TraceEvent } from '../core/cluster/trace-event.ts';
import { DamagedReplicas } from './damaged-replicas.ts';
import { drawRowDamage, withRowLimits } from './draw-row-damage.ts';
import { drawConfig } from './drawn-limits.ts';
import { replay, runInProcess } from './run.ts';
import { decodeRun, encodeRun } from './saved-run.ts';
import { drawSchedule, type Fault } from './schedule.ts';
import { put, WorldByHand } from './testing/world-by-hand.ts';

const SECOND = 1_000_000;
const END_US = 20 * SECOND;

function run(seed: number, faults: readonly Fault[], options: { single?: boolean; nodes?: number } = {}) {
  const { nodes = 3, ...rest } = options;
  const config = withRowLimits(drawConfig(seed, nodes, 8), seed);
  const schedule = { seed, nodes, shards: 8, durationUs: END_US, operationsPerSecond: 10, faults: new Set(faults) };
  const header = createHeader(`rows-${seed}`, seed, config);
  const counts = new Map<string, number>();
  const observe = ({ type }: TraceEvent): void => void counts.set(type, (counts.get(type) ?? 0) + 1);
  const actions = drawSchedule({ ...schedule, network: config.network });
  return { header, counts, ...runInProcess(header, actions, END_US, { ...rest, observe }) };
}

describe('rows that change or go on one node', () => {
  // 4: a verdict about a moment before a repair arrived behind it, and quarantined what was sound.
  test.each([
    [4, 3, ['rows', 'kill']],
    [11, 3, ['rows']],
    [12, 3, ['rows', 'partition', 'loss', 'transfer']],
    [14, 5, ['rows', 'kill', 'partition', 'duplicate', 'reorder']],
  ] as const)(
    'seed %i on %i nodes: are found and repaired, nobody sound is quarantined, and who is tells nothing',
    (seed, nodes, faults) => {
      const { violations, undecided, counts, rootsCompared } = run(seed, faults, { nodes });
      expect(violations).toEqual([]);
      expect(undecided).toEqual([]);
      expect(rootsCompared).toBeGreaterThan(0);
      expect(counts.get('RowDamaged')).toBeGreaterThan(0);
      expect(counts.get('ReplicaRepaired')).toBeGreaterThan(0);
    },
  );

  test('a run of it that is saved is the same when it is read back, one event at a time too', () => {
    const { header, actions, digest } = run(11, ['rows', 'kill']);
    expect(actions.some(({ action }) => action.type === 'DamageRow')).toBe(true);
    const saved = decodeRun(encodeRun({ format: 'ringside-run', header, actions, endUs: END_US, digest }));
    expect(runInProcess(saved.header, saved.actions, saved.endUs).digest).toBe(digest);
    expect(run(11, ['rows', 'kill'], { single: true }).digest).toBe(digest);
  });

  test('without a check the run says that replicas differ: it is the check that helps', () => {
    const seed = 11;
    const options = { seed, nodes: 3, durationUs: END_US, operationsPerSecond: 10, faults: new Set<Fault>(['rows']) };
    const config = withRowLimits(drawConfig(seed, 3, 8), seed);
    const header = createHeader('unchecked', seed, { ...config, limits: { ...config.limits, checkIntervalUs: 0 } });
    const actions = drawSchedule({ ...options, shards: 8 }).filter(({ action }) => action.type !== 'Check');
    const { found } = runInProcess(header, actions, END_US);
    expect(found.map(({ rule }) => rule)).toContain('EqualRoots');
  });

  test('a schedule damages one node, both ways, and checks every shard in the calm', () => {
    const faults = new Set<Fault>(['rows']);
    const actions = drawRowDamage({ seed: 1, nodes: 5, durationUs: 0, operationsPerSecond: 0, faults }, 60 * SECOND);
    const damages = actions.flatMap(({ action }) => (action.type === 'DamageRow' ? [action] : []));
    expect(new Set(damages.map(({ node }) => node)).size).toBe(1);
    expect(new Set(damages.map(({ damage }) => damage))).toEqual(new Set(['change', 'drop']));
    const late = actions.filter(({ timeUs, action }) => timeUs > 60 * SECOND && action.type === 'Check');
    expect(late).toHaveLength(16);
  });
});

describe('the rule of quarantine', () => {
  const at = { node: nodeId(2), shard: shardId(1), index: 9 };
  const damaged = { type: 'RowDamaged', ...at, key: new Uint8Array(0), damage: 'drop' } as const;
  const quarantined = { type: 'ReplicaQuarantined', ...at, expected: 'a', found: 'b' } as const;
  const repaired = { type: 'ReplicaRepaired', ...at, by: 'walk', leaves: 1, hashes: 1, keys: 1, written: 1 } as const;
  const answered = (outcome: 'Value' | 'NotLeader') =>
    ({ type: 'RequestAnswered', ...at, client: 100, requestId: 1, outcome }) as const;
  type Given = typeof damaged | typeof quarantined | typeof repaired | ReturnType<typeof answered>;
  const judge = (...events: readonly Given[]) => {
    const rule = new DamagedReplicas();
    return events.map((event, i) => rule.check({ ...event, timeUs: i * 10 } as TraceEvent)?.invariant);
  };

  test('who is quarantined was damaged', () => {
    expect(judge(quarantined)).toEqual(['Quarantine']);
    expect(judge(damaged, quarantined, repaired, quarantined)).toEqual([undefined, undefined, undefined, 'Quarantine']);
    expect(judge({ ...damaged, damage: 'absent' } as never, quarantined)).toEqual([undefined, 'Quarantine']);
  });

  test('who is quarantined tells nothing of what it holds, and does again when it is repaired', () => {
    const events = [damaged, answered('Value'), quarantined, answered('NotLeader'), answered('Value'), repaired];
    expect(judge(...events, answered('Value'))).toEqual([
      undefined,
      undefined,
      undefined,
      undefined,
      'Quarantine',
      undefined,
      undefined,
    ]);
  });

  test('what was told between the damage and the quarantine proves nothing, by this node', () => {
    const rule = new DamagedReplicas();
    for (const [i, event] of [damaged, quarantined, repaired].entries())
      rule.check({ ...event, timeUs: (i + 1) * 10 } as TraceEvent);
    expect([rule.mayHaveTold(nodeId(2), 0, 9), rule.mayHaveTold(nodeId(2), 0, 10)]).toEqual([false, true]);
    expect([rule.mayHaveTold(nodeId(2), 20, 30), rule.mayHaveTold(nodeId(2), 21, 30)]).toEqual([true, false]);
    expect([rule.mayHaveTold(nodeId(1), 10, 20), rule.mayHaveTold(undefined, 10, 20)]).toEqual([false, true]);
  });
});

describe('REPAIR and DISK … corrupt row as actions', () => {
  const key = encodeUtf8('a');
  const damage = (node: number): Action => ({ type: 'DamageRow', node: nodeId(node), key, damage: 'change' });
  const check = (shard = 0): Action => ({ type: 'Check', shard: shardId(shard) });

  function started(nodes = 3) {
    const hand = new WorldByHand(7, { ...CLASSROOM, nodes, shards: 1 });
    hand.run(2 * SECOND);
    hand.act(put('a'));
    hand.run(4 * SECOND);
    const [shard] = hand.world.snapshot().shards;
    return { hand, leader: Number(shard?.leader?.slice(1)), replicas: shard?.replicas ?? [] };
  }

  test('damage is told, a check finds it, the snapshot names who is quarantined, and then nobody', () => {
    const { hand, leader, replicas } = started();
    const victim = Number(replicas.find((name) => name !== `n${leader}`)?.slice(1));
    expect(hand.act(damage(victim))).toMatchObject({ type: 'Applied' });
    expect(hand.act(check())).toMatchObject({ type: 'Applied' });
    const seen = new Set<string>();
    for (let timeUs = 4 * SECOND; timeUs < 6 * SECOND; timeUs += 5000) {
      hand.run(timeUs);
      seen.add((hand.world.snapshot().shards[0]?.quarantined ?? []).join(' '));
    }
    expect([...seen]).toEqual(['', `n${victim}`]);
    expect(hand.world.snapshot().shards[0]).not.toHaveProperty('quarantined');
    expect(hand.seen.filter(({ type }) => type === 'ReplicaRepaired')).toMatchObject([{ node: victim, written: 1 }]);
    expect(hand.world.violations).toEqual([]);
  });

  test('an interval that CONFIG sets is kept by the leaders from then on', () => {
    const { hand } = started();
    const checks = () => hand.seen.filter(({ type }) => type === 'CheckCompleted').length;
    expect(checks()).toBe(0);
    hand.act({ type: 'Configure', name: 'check.interval', value: SECOND });
    hand.run(8 * SECOND);
    const often = checks();
    expect(often).toBeGreaterThanOrEqual(2);
    hand.act({ type: 'Configure', name: 'check.interval', value: 0 });
    hand.run(12 * SECOND);
    expect(checks() - often).toBeLessThanOrEqual(1);
    expect(hand.world.presentConfig().limits.checkIntervalUs).toBe(0);
    hand.act({ type: 'Configure', name: 'scrub.interval', value: SECOND });
    const scrubs = () => hand.seen.filter(({ type }) => type === 'ScrubCompleted').length;
    const before = scrubs();
    for (let node = 1; node <= 3; node++) hand.act({ type: 'Flush', node: nodeId(node) });
    hand.run(18 * SECOND);
    expect(scrubs() - before).toBeGreaterThan(3);
    hand.act({ type: 'Configure', name: 'scrub.interval', value: 0 });
    expect(hand.world.presentConfig().limits.scrubIntervalUs).toBe(0);
    const run = hand.saveAt(hand.world.nowUs + 1);
    expect(replay(decodeRun(encodeRun(run))).digest).toBe(run.digest);
  });

  test('what cannot be is refused, with the reason', () => {
    const { hand, replicas } = started(4);
    const stranger = [1, 2, 3, 4].find((node) => !replicas.includes(`n${node}`)) ?? 0;
    expect(hand.act(damage(9))).toMatchObject({ type: 'Refused', code: 'UnknownNode' });
    expect(hand.act(damage(stranger))).toMatchObject({ type: 'Refused', code: 'NoReplica' });
    expect(hand.act(check(3))).toMatchObject({ type: 'Refused', code: 'UnknownShard' });
    for (const name of replicas) hand.act({ type: 'Kill', node: nodeId(Number(name.slice(1))) });
    expect(hand.act(check())).toMatchObject({ type: 'Refused', code: 'NoLeader' });
    expect(hand.act(damage(Number(replicas[0]?.slice(1))))).toMatchObject({ type: 'Refused' });
  });
});
