import { describe, expect, test } from 'vitest';
import { nodeId, shardId } from '../../../core/base/ids.ts';
import { encodeUtf8 } from '../../../core/base/utf8.ts';
import type { Action, TimedAction } from '../../../core/cluster/action.ts';
import { placementOf } from '../../../core/cluster/placement.ts';
import { CLASSROOM, createHeader } from '../../../core/cluster/presets.ts';
import type { TraceEvent } from '../../../core/cluster/trace-event.ts';
import type { HeldKey } from '../../../core/node/eventual/eventual-report.ts';
import { runInProcess } from '../../../sim/run.ts';
import { loadRareWords } from '../../store/late-words.ts';
import { reduceAll } from '../../store/reduce.ts';
import { ringOf } from '../../store/ring-now.ts';
import { EMPTY_MODEL, leaderOf, type ViewModel } from '../../store/view-model.ts';
import { countOf, drawn, runOf, textOf } from '../../testing/static-view.tsx';
import { AntiEntropyPanel } from './anti-entropy-panel.tsx';
import { comparisonsOf, treeCosts } from './comparisons.ts';
import { exchangeOutcome } from './exchanged-rows.tsx';
import { outcomeOf } from './held-eventual.tsx';
import { freshKey, keysOfShard, victimOf } from './shard-keys.ts';

const SECOND = 1_000_000;
const S0 = shardId(0);
const CONFIG = { ...CLASSROOM, shards: 1 };
await loadRareWords();

/** 120 keys are written, then this happens to one shard. @returns what happened in the world, event by event */
function lived(actions: readonly (readonly [atUs: number, action: Action])[], endUs: number): TraceEvent[] {
  const events: TraceEvent[] = [];
  const writes = Array.from(
    { length: 120 },
    (_, i): TimedAction => ({
      timeUs: SECOND + i * 30_000,
      action: {
        type: 'Operate',
        client: 'client',
        operation: { type: 'Put', key: encodeUtf8(`k${i}`), value: encodeUtf8('v'.repeat(30)) },
        options: { timeoutUs: 2 * SECOND, via: undefined },
      },
    }),
  );
  const timed = actions.map(([timeUs, action]): TimedAction => ({ timeUs, action }));
  const all = [...writes, ...timed].sort((a, b) => a.timeUs - b.timeUs);
  runInProcess(createHeader('entropy', 1, CONFIG), all, endUs, { observe: (event) => void events.push(event) });
  return events;
}

const drawnOf = (model: ViewModel) =>
  drawn(<AntiEntropyPanel />, {
    model,
    focusedShard: S0,
    run: { ...runOf(CONFIG), ring: ringOf(CONFIG, model.placement.ring) },
  });
const until = (events: readonly TraceEvent[], isLast: (event: TraceEvent) => boolean) =>
  reduceAll(EMPTY_MODEL, events.slice(0, events.findIndex(isLast) + 1));

const leader = leaderOf(reduceAll(EMPTY_MODEL, lived([], SECOND)), S0);
const victim = nodeId(leader === 2 ? 3 : 2);
const damage: Action = { type: 'DamageRow', node: victim, key: encodeUtf8('k7'), damage: 'change' };
const check: Action = { type: 'Check', shard: S0 };

describe('a row of a follower is damaged, and the replicas are compared', () => {
  const events = lived([[5 * SECOND, damage] as const, [5.1 * SECOND, check] as const], 7 * SECOND);
  const model = reduceAll(EMPTY_MODEL, events);

  test('before it the panel says what it is about, and one button begins', () => {
    const html = drawnOf(until(events, ({ type }) => type === 'RowDamaged'));
    expect(textOf(html)).toContain('have not been compared yet');
    expect(html).toContain('title="REPAIR s0"');
    expect(countOf(html, 'merkle-tree')).toBe(0);
  });

  test('level by level the trees are seen as the walk has them', () => {
    const walked = (asked: string) => until(events, (event) => event.type === 'MerkleWalked' && event.asked === asked);
    const cells = (asked: string, state: string) => countOf(drawnOf(walked(asked)), `merkle-${state}`);
    // On both sides, and one of each in the legend.
    expect(cells('root', 'asked')).toBe(2 * 33);
    expect(cells('inner', 'asked')).toBe(2 * 32);
    expect(cells('inner', 'differs')).toBe(2 * 2 + 1);
    expect(cells('leaves', 'differs')).toBe(2 * 3 + 1);
    expect(cells('leaves', 'equal')).toBe(2 * (32 + 31) + 1);
    expect(textOf(drawnOf(walked('leaves')))).toContain('the walk goes on');
  });

  test('afterwards: what was sent beside what everything would have been, which row it was, and who was out of service', () => {
    const integrity = model.integrity.get(S0);
    const walk = integrity?.walks[0];
    if (integrity === undefined || walk === undefined) throw new Error('a walk');
    expect(walk).toMatchObject({ node: victim, from: leader, hashes: 65, differing: 1, outcome: 'walk' });
    const costs = treeCosts(integrity, walk);
    // As many of the writes as one client gets through one after the other.
    expect(costs?.rows).toBeGreaterThan(90);
    // The replica before and after it was mended, and its leader.
    expect(costs?.built).toBe(3);
    expect(costs?.scanned).toBe(3 * (costs?.rows ?? 0));
    expect(walk.bytes).toBeLessThan((costs?.bytes ?? 0) / 3);
    const text = textOf(drawnOf(model));
    expect(text).toContain('65 hashes and');
    const row = text.replaceAll('&quot;', '"').match(/\d+ k7 ("v+!?") ("v+!?") n\d takes it/);
    expect(row?.slice(1)).toEqual([`"${'v'.repeat(29)}!"`, `"${'v'.repeat(30)}"`]);
    expect(text).toContain('0 out of service · 1 sound again');
    expect(text).toContain(`a majority contradicts n${victim}`);
  });

  test('in between it is quarantined, and the panel says why', () => {
    const during = until(events, ({ type }) => type === 'ReplicaQuarantined');
    expect(during.integrity.get(S0)?.replicas.get(victim)).toMatchObject({ state: 'quarantined', cure: '' });
    expect(textOf(drawnOf(during))).toContain('✕ quarantined');
    expect(textOf(drawnOf(during))).toContain('1 out of service · 0 sound again');
  });

  test('the button damages the key that is looked at, on a replica that does not lead', () => {
    const [key] = keysOfShard(model, model.integrity.get(S0) ?? expect.fail(), placementOf(CONFIG), S0);
    expect(victimOf(model, S0)).not.toBe(leader);
    expect(drawnOf(model)).toContain(`title="DISK n${victimOf(model, S0)} corrupt row key=k119"`);
    expect(key).toEqual(encodeUtf8('k119'));
    const ring = placementOf(CLASSROOM);
    for (let shard = 0; shard < CLASSROOM.shards; shard++)
      expect(ring.shardOfKey(encodeUtf8(freshKey(ring, shardId(shard))))).toBe(shard);
  });
});

test('where all hold the same the roots are compared, and nothing else', () => {
  const model = reduceAll(EMPTY_MODEL, lived([[5 * SECOND, check]], 6 * SECOND));
  const integrity = model.integrity.get(S0);
  expect(comparisonsOf(integrity ?? expect.fail()).map(({ kind, walk }) => [kind, walk.from])).toEqual([
    ['check', leader],
    ['check', leader],
  ]);
  const html = drawnOf(model);
  expect(textOf(html)).toContain('✓ all roots are equal');
  expect(html).toContain('root equal; inner nodes never compared');
  expect(countOf(html, 'merkle-differs')).toBe(1);
});

test('a walk ends with its process, and stays quarantined when it comes back', () => {
  const actions = [[5 * SECOND, damage] as const, [5.1 * SECOND, check] as const];
  const events = lived(actions, 7 * SECOND);
  const started = events.find(({ type }) => type === 'RepairStarted')?.timeUs ?? 0;
  const kill: Action = { type: 'Kill', node: victim };
  const killed = lived(
    [...actions, [started + 12_000, kill], [6 * SECOND, { type: 'Revive', node: victim }]],
    9 * SECOND,
  );
  const during = until(killed, ({ type }) => type === 'NodeKilled').integrity.get(S0);
  expect(during?.walks).toMatchObject([{ outcome: 'stopped' }]);
  const back = until(killed, (event) => event.type === 'ReplicaRecovered' && event.timeUs > 6 * SECOND);
  expect(back.integrity.get(S0)?.replicas.get(victim)?.state).toBe('quarantined');
  const after = reduceAll(EMPTY_MODEL, killed).integrity.get(S0);
  expect(after?.walks.map(({ outcome }) => outcome)).toEqual(['stopped', 'walk']);
  expect(after?.replicas.get(victim)?.state).toBe('sound');
});

describe('in the eventual keyspace one home was away while keys were written', () => {
  const write = (i: number): Action => ({
    type: 'Operate',
    client: 'client',
    operation: { type: 'EventualWrite', key: encodeUtf8(`e${i}`), value: encodeUtf8('v'), w: 1, sloppy: false },
    options: { timeoutUs: 2 * SECOND, via: undefined },
  });
  const away = nodeId(3);
  const events = lived(
    [
      [5 * SECOND, write(0)],
      [6 * SECOND, { type: 'Kill', node: away }],
      ...[1, 2, 3].map((i) => [6.2 * SECOND + i * 1000, write(i)] as const),
      [9 * SECOND, { type: 'Revive', node: away }],
    ],
    40 * SECOND,
  );
  const model = reduceAll(EMPTY_MODEL, events);
  const integrity = model.integrity.get(S0) ?? expect.fail('nothing is known of the shard');
  const ended = events.flatMap((event) => (event.type === 'SyncEnded' && event.outcome === 'exchanged' ? [event] : []));

  test('each sync that found something is a walk with what it told and exchanged; those that found nothing push none of it out', () => {
    const walks = integrity.walks.filter(({ outcome }) => outcome === 'exchanged');
    expect(ended.length).toBeGreaterThan(0);
    expect(walks.map(({ node, from, hashes, sync }) => ({ node, from, hashes, ...sync }))).toMatchObject(
      ended.map(({ node, peer: from, hashes, sent, taken, keysHeld }) => ({
        ...{ node, from, hashes, sent, taken, keysHeld, tries: 1 },
      })),
    );
    for (const { levels, keyspace } of walks) {
      expect(keyspace).toBe('eventual');
      expect(levels.map(({ asked }) => asked)).toEqual(['root', 'inner', 'leaves']);
      for (const { own, theirs, nodes, asked } of levels) {
        expect(own.length).toBe({ root: 1, inner: 32, leaves: nodes.length * 32 }[asked]);
        expect(theirs.length).toBe(own.length);
      }
    }
    const equal = integrity.walks.filter(({ outcome }) => outcome === 'equal').map(({ node }) => node);
    expect(new Set(equal).size).toBe(equal.length);
  });

  test('who uses that keyspace sees its trees first, with their hashes, their cost, and row by row what won', () => {
    const at = until(events, ({ type }) => type === 'SyncEnded');
    const run = { ...runOf(CONFIG), ring: ringOf(CONFIG, at.placement.ring) };
    const first = events.find(({ type }) => type === 'SyncEnded');
    const state = { model: at, focusedShard: S0, run };
    const html = drawn(<AntiEntropyPanel />, { ...state, keyspace: 'eventual' });
    const text = textOf(html);
    expect(text).toContain('Merkle trees of the eventual keyspace');
    expect(first).toMatchObject({ outcome: 'exchanged' });
    expect(text).toContain('each has what the other had');
    expect(text).toMatch(/by the trees \d+ hashes and \d+ keys?/);
    expect(text).toContain('3 leaves differ: at most 1 + 3 × 64 = 193 hashes, and then the keys of those leaves.');
    expect(html).toContain('root differs; of 33 inner nodes');
    expect(html.match(/<span class="merkle-root merkle-differs">[0-9a-f]{4,8}<\/span>/g)).toHaveLength(2);
    const rows = text.replaceAll('&quot;', '"').match(/\d+ e[123] (absent|"v" \d+\.\d{6}\S* n\d)/g);
    expect(rows).toHaveLength(3);
    expect(text.replaceAll('&quot;', '"').match(/n\d takes "v"/g)).toHaveLength(3);
  });
});

describe('what became of a row that two homes exchanged', () => {
  const version = (value: string | undefined, wallUs: number) => ({
    value: value === undefined ? undefined : encodeUtf8(value),
    stamp: { wallUs, logical: 0, node: nodeId(1) },
    deadlineUs: undefined,
  });
  type Versions = readonly ReturnType<typeof version>[];
  const told = (own: Versions, theirs: Versions, held: Versions | undefined) =>
    exchangeOutcome(
      { leaf: 5, key: encodeUtf8('k'), own, theirs, held: held?.map(({ stamp }) => stamp) },
      ...(['n1', 'n2'] as const),
    );
  const [bob, ada, gone] = [version('bob', 1), version('ada', 2), version(undefined, 3)];

  test.each([
    [[bob], [ada], [ada], 'n1 takes "ada"; "bob" is gone'],
    [[ada], [bob], [ada], 'n2 takes "ada"; "bob" is gone'],
    [[], [ada], [ada], 'n1 takes "ada"'],
    [[gone], [ada], [gone], 'n2 deletes it; "ada" is gone'],
    [[gone], [], [gone], 'n2 takes the tombstone'],
    [[bob], [ada], [bob, ada], 'both keep 2 siblings'],
    [[bob], [ada], undefined, '✕ n1 refused what came'],
    [[ada], [bob], [version('eve', 9)], 'a later write has taken its place'],
    [[ada], [ada], [ada], 'both hold the same version'],
  ] as const)('%#: %s', (own, theirs, held, words) => {
    expect(told(own, theirs, held)).toBe(words);
  });
});

describe('what a replica holds, against the others', () => {
  const version = (value: string | undefined, wallUs: number) => ({
    value: value === undefined ? undefined : encodeUtf8(value),
    stamp: { wallUs, logical: 0, node: nodeId(1) },
  });
  const held = (...row: ReturnType<typeof version>[]) =>
    ({ standing: 'complete', row, hints: [], timeUs: 0 }) as unknown as HeldKey;
  const told = (...all: HeldKey[]) => all.map((each) => outcomeOf(each, all));

  test('the later stamp wins, and says what is gone', () => {
    expect(told(held(version('bob', 1)), held(version('ada', 2)), held())).toEqual([
      '≠ takes "ada" when they meet; "bob" is gone',
      '✓ the latest: it wins',
      '≠ takes "ada" when they meet',
    ]);
    expect(told(held(version('bob', 1)), held(version(undefined, 2)))[0]).toBe(
      '≠ deletes it when they meet; "bob" is gone',
    );
  });

  test('equal rows are in step, siblings are merged, and one that is being copied counts for nothing', () => {
    expect(told(held(version('a', 1)), held(version('a', 1)))).toEqual(['in step', 'in step']);
    expect(told(held(version('a', 1), version('b', 2)), held(version('b', 2)))[0]).toContain('merged');
    const copying = { ...held(version('z', 9)), standing: 'copying' } as const;
    expect(told(held(version('a', 1)), copying)).toEqual(['in step', 'being copied: it answers nobody']);
  });
});
