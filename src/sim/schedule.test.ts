import { expect, test } from 'vitest';
import { nodeId, shardId } from '../core/base/ids.ts';
import type { Action } from '../core/cluster/action.ts';
import { CLASSROOM, createHeader } from '../core/cluster/presets.ts';
import { HashRing } from '../core/ring/hash-ring.ts';
import { decodeRun, encodeRun } from './saved-run.ts';
import { drawSchedule, FAULTS, type Fault } from './schedule.ts';

const SECOND = 1_000_000;
const DURATION_US = 30 * SECOND;
const draw = (seed: number, faults: readonly Fault[] = FAULTS, durationUs = DURATION_US) =>
  drawSchedule({ seed, nodes: 3, durationUs, operationsPerSecond: 10, faults: new Set(faults) });
const SEEDS = Array.from({ length: 40 }, (_, seed) => seed);

test('the same seed draws the same schedule, in the order of time; another seed another one', () => {
  for (const seed of SEEDS) {
    const actions = draw(seed);
    expect(draw(seed)).toEqual(actions);
    expect(draw(seed + 1)).not.toEqual(actions);
    expect(actions.map(({ timeUs }) => timeUs)).toEqual(actions.map(({ timeUs }) => timeUs).sort((a, b) => a - b));
  }
});

test('every kind of fault and of operation comes up, and every schedule can be saved', () => {
  const seen = new Set<string>();
  for (const seed of SEEDS) {
    const actions = draw(seed);
    for (const { action } of actions) {
      seen.add(action.type);
      if (action.type === 'Operate') {
        const { operation } = action;
        seen.add(operation.type);
        if ('ttlUs' in operation) seen.add('times to live');
        if ('reverse' in operation) seen.add('reversed scans');
        if ('read' in operation) seen.add('reads by ReadIndex');
      }
      if (action.type === 'Link' && (action.settings.duplicate ?? 0) > 0) seen.add('duplicates');
      if (action.type === 'Configure' && action.value > 0) seen.add('loss');
    }
    const header = createHeader('r', seed, CLASSROOM);
    const saved = { format: 'ringside-run' as const, header, actions, endUs: DURATION_US, digest: '0'.repeat(16) };
    expect(decodeRun(encodeRun(saved))).toEqual(saved);
  }
  const kinds = [
    'Operate',
    'Kill',
    'Revive',
    'Partition',
    'Cut',
    'Isolate',
    'Heal',
    'Link',
    'Configure',
    'Disk',
    'CrashAt',
    'Transfer',
    'Reconfigure',
    'Flush',
    'Compact',
    'Scrub',
    'Freeze',
    'Thaw',
    'Clock',
    'HealLink',
  ];
  const operations = ['Put', 'Get', 'Delete', 'Cas', 'Scan', 'Batch'];
  expect([...seen].sort()).toEqual(
    [...kinds, ...operations, 'times to live', 'reversed scans', 'reads by ReadIndex', 'duplicates', 'loss'].sort(),
  );
});

const FAULT_OF: Partial<Record<Action['type'], Fault>> = {
  Kill: 'kill',
  Partition: 'partition',
  Cut: 'partition',
  Isolate: 'partition',
  Link: 'delay',
  Configure: 'loss',
};

/** Drawn from streams of their own. */
const APART = FAULTS.filter((fault) => !['kill', 'partition', 'loss', 'delay'].includes(fault));
const without = (fault: Fault) => FAULTS.filter((other) => other !== fault);

test.each(APART)('with %s or without, a seed draws the same of everything else', (fault) => {
  for (const seed of SEEDS.slice(0, 10)) {
    const texts = (faults: readonly Fault[]) => draw(seed, faults).map((timed) => JSON.stringify(timed));
    const own = texts([fault]).filter((text) => !text.includes('Operate'));
    const all = texts(FAULTS);
    // The same list, once what is its own is taken out: equal actions of several kinds count as often as they are drawn.
    for (const text of own) all.splice(all.indexOf(text), 1);
    expect(all.toSorted()).toEqual(texts(without(fault)).toSorted());
  }
});

test('disks are damaged within the budget: never two of three replicas, and of five nodes only some that share no shard', () => {
  let damages = 0;
  for (const nodes of [3, 5, 9])
    for (const seed of SEEDS) {
      const ids = Array.from({ length: nodes }, (_, i) => nodeId(i + 1));
      const ring = new HashRing(ids, 150, 8, 3);
      const damaged = new Set(
        drawSchedule({
          seed,
          nodes,
          durationUs: DURATION_US,
          operationsPerSecond: 0,
          faults: new Set(['disk']),
        }).flatMap(({ action }) => (action.type === 'Disk' && action.fault.type === 'Corrupt' ? [action.node] : [])),
      );
      damages += damaged.size;
      for (let shard = 0; shard < 8; shard++)
        expect(ring.replicas(shardId(shard)).filter((node) => damaged.has(node)).length).toBeLessThan(2);
    }
  expect(damages).toBeGreaterThan(10);
});

test('only what was asked for', () => {
  for (const fault of FAULTS)
    for (const seed of SEEDS) {
      const before = draw(seed, [fault]).filter(({ timeUs }) => timeUs < DURATION_US * 0.8);
      const own = fault === 'disk' ? { ...FAULT_OF, Kill: fault } : APART.includes(fault) ? {} : FAULT_OF;
      const kinds = new Set(before.map(({ action }) => own[action.type] ?? fault));
      // Some runs keep their clocks as they were drawn.
      if (fault !== 'clock' || kinds.size > 0) expect([...kinds]).toEqual([fault]);
    }
  expect(draw(1, []).every(({ action }) => action.type === 'Operate')).toBe(true);
});

test('the last fifth is calm: loss off, links healed, every node revived, everybody votes, and nothing but operations after', () => {
  const calmUs = DURATION_US * 0.8;
  for (const seed of SEEDS) {
    const late = draw(seed, ['kill', 'partition', 'loss', 'delay', 'transfer', 'reconfigure']).filter(
      ({ timeUs, action }) => timeUs >= calmUs && action.type !== 'Operate',
    );
    const last = late.filter(({ action }) => action.type !== 'Reconfigure');
    expect(last.every(({ timeUs }) => timeUs === calmUs)).toBe(true);
    expect(last.map(({ action }) => action)).toEqual([
      { type: 'Configure', name: 'link.drop', value: 0 },
      { type: 'Heal', actor: undefined },
      ...[1, 2, 3].map((node) => ({ type: 'Revive', node })),
    ]);
    for (const { action, timeUs } of late) {
      if (action.type !== 'Reconfigure') continue;
      expect([action.voters.length, action.learners, timeUs <= DURATION_US * 0.9]).toEqual([3, [], true]);
    }
    const disks = draw(seed, ['disk']).filter(({ timeUs }) => timeUs >= calmUs);
    expect(disks.flatMap(({ action }) => (action.type === 'Operate' ? [] : [action]))).toEqual([
      ...[1, 2, 3].map((node) => ({ type: 'Disk', node, fault: { type: 'Ok' } })),
      ...[1, 2, 3].map((node) => ({ type: 'Revive', node })),
    ]);
  }
});

test('nothing that is drawn apart lasts into the calm', () => {
  const calmUs = DURATION_US * 0.8;
  const network = { ...CLASSROOM.network, delayUs: 777 };
  let ended = 0;
  for (const seed of SEEDS) {
    const faults = new Set<Fault>(['freeze', 'clock', 'bridge', 'one-way', 'spike', 'duplicate', 'reorder']);
    const wrong = new Set<string>();
    for (const { timeUs, action } of drawSchedule({
      ...{ seed, nodes: 5, network, durationUs: DURATION_US, operationsPerSecond: 0, faults },
    })) {
      expect(timeUs).toBeLessThanOrEqual(calmUs);
      const set = (what: string, isWrong: boolean) => {
        if (!isWrong) ended += Number(wrong.delete(what));
        else wrong.add(what);
      };
      if (action.type === 'Freeze' || action.type === 'Thaw') set(`n${action.node}`, action.type === 'Freeze');
      if (action.type === 'Configure') set(action.name, action.value !== (action.name === 'link.delay' ? 777 : 0));
      if (action.type === 'Cut') set(`${action.from}>${action.to}`, true);
      if (action.type === 'Partition') {
        const [one = [], other = []] = action.groups;
        expect(one.filter((name) => other.includes(name))).toHaveLength(1);
        expect(new Set([...one, ...other]).size).toBe(5);
        for (const a of one) for (const b of other) set(`${a}>${b}`, !one.includes(b) && !other.includes(a));
      }
      if (action.type === 'HealLink') {
        set(`${action.from}>${action.to}`, false);
        if (action.bothWays) set(`${action.to}>${action.from}`, false);
      }
      if (action.type === 'Clock') expect(Math.abs(action.ratePpm ?? 0)).toBeLessThanOrEqual(50_000);
    }
    expect([...wrong]).toEqual([]);
  }
  expect(ended).toBeGreaterThan(200);
});

test('no value is written twice, also not by the writes around a kill', () => {
  let bursts = 0;
  for (const seed of SEEDS) {
    const actions = draw(seed);
    const values = actions.flatMap(({ action }) => {
      if (action.type !== 'Operate') return [];
      const writes = action.operation.type === 'Batch' ? action.operation.items : [action.operation];
      return writes.flatMap((write) => (write.type === 'Put' || write.type === 'Cas' ? [write.value.join()] : []));
    });
    expect(new Set(values).size).toBe(values.length);
    bursts += actions.filter(({ timeUs, action }) => {
      if (action.type !== 'Kill') return false;
      return (
        actions.filter(
          (other) => other.action.type === 'Operate' && other.timeUs <= timeUs && other.timeUs > timeUs - 26_000,
        ).length >= 8
      );
    }).length;
  }
  expect(bursts).toBeGreaterThan(SEEDS.length / 2);
});

test('a run shorter than its margins is drawn inside itself', () => {
  for (const { timeUs } of draw(1, FAULTS, SECOND / 2)) {
    expect(timeUs).toBeGreaterThanOrEqual(0);
    expect(timeUs).toBeLessThanOrEqual(SECOND / 2);
  }
});
