import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { nodeId } from '../../base/ids.ts';
import { decodeUtf8, encodeUtf8 } from '../../base/utf8.ts';
import { liveVersions } from '../../replication/row.ts';
import type { SyncEnded, SyncEvent } from './sync-event.ts';
import { at, filled, told } from './testing/filled-cluster.ts';
import { leafOf, MS, SHARD, SyncCluster, type SyncNode } from './testing/sync-cluster.ts';

const ended = (node: SyncNode): readonly SyncEnded[] =>
  node.events.filter((event): event is SyncEnded => event.type === 'SyncEnded');
const last = (node: SyncNode): SyncEnded | undefined => ended(node).at(-1);
const live = (node: SyncNode, key: string): number => liveVersions(node.held.rows.get(key) ?? [], 0).length;
/** What the trace tells of a walk adds up to what it says at its end, and is bounded. */
function expectTold({ events }: SyncNode): void {
  const all = <T extends SyncEvent['type']>(type: T) =>
    events.filter((event): event is Extract<SyncEvent, { readonly type: T }> => event.type === type);
  const [end] = all('SyncEnded');
  const compared = all('SyncCompared');
  const counted = (isRows: boolean): number =>
    compared.filter(({ level }) => (level === 'rows') === isRows).reduce((sum, { count }) => sum + count, 0);
  expect([counted(false), counted(true)]).toEqual([end?.hashes, end?.keys]);
  for (const { level, count, own, theirs, differing } of compared) {
    if (level === 'rows') continue;
    expect([own.length, theirs.length]).toEqual([count, count]);
    // Of the leaves only those of nodes that differ are told, in their order.
    if (level !== 'leaves')
      expect(own.flatMap((hash, place) => (hash === theirs[place] ? [] : [place]))).toEqual(differing);
  }
  const rows = all('SyncExchanged').flatMap((event) => event.rows);
  expect(rows.length).toBe(Math.min(12, Math.max(end?.sent ?? 0, end?.taken ?? 0)));
  for (const { own, theirs, held, leaf, key } of rows) {
    expect(leaf).toBe(leafOf(key));
    const latest = [...own, ...theirs].map(({ stamp }) => stamp).sort((a, b) => b.wallUs - a.wallUs || b.node - a.node);
    expect(own).not.toEqual(theirs);
    expect(held).toEqual(latest.slice(0, 1));
  }
}

describe('two homes are compared', () => {
  test('one hash each where they hold the same', () => {
    const cluster = filled(new SyncCluster(), 1000);
    cluster.at(1).sync?.returned(nodeId(2));
    cluster.run(500 * MS);
    expect(ended(cluster.at(1))).toMatchObject([
      { outcome: 'equal', hashes: 1, keys: 0, sent: 0, taken: 0, keysHeld: 1000 },
    ]);
    expect(cluster.sent).toHaveLength(2);
  });

  test('with d keys of n that differ at most 1 + 64 hashes for each leaf that does, and then its keys, are told; rows go both ways', () => {
    fc.assert(
      fc.property(
        fc.uniqueArray(fc.nat(999), { minLength: 1, maxLength: 30 }),
        fc.uniqueArray(fc.nat(999), { maxLength: 30 }),
        fc.constantFrom(30, 100, Number.POSITIVE_INFINITY),
        (mine, yours, pieceRows) => {
          const cluster = filled(new SyncCluster({ nodes: 2, homes: 2 }), 1000);
          cluster.pieceRows = pieceRows;
          for (const key of mine) cluster.at(1).put(`k${key}`, at(9000 + key, 'mine'));
          for (const key of yours) cluster.at(2).put(`k${key}`, at(9000 + key, 'yours', 2));
          cluster.run(10 * MS);
          const changed = new Set([...mine, ...yours].map((key) => leafOf(encodeUtf8(`k${key}`))));
          const theirs = [...cluster.at(2).held.rows.keys()].filter((key) => changed.has(leafOf(encodeUtf8(key))));
          cluster.at(1).sync?.returned(nodeId(2));
          cluster.run(20_000 * MS);
          const end = last(cluster.at(1));
          expect(cluster.roots).toBe(1);
          expect(end?.leaves).toBe(changed.size);
          expect(end?.hashes).toBeLessThanOrEqual(1 + 64 * changed.size);
          expect(end?.keys).toBe(theirs.length);
          const different = new Set([...mine, ...yours]).size;
          expect([end?.sent, end?.taken]).toEqual([different, different]);
          expectTold(cluster.at(1));
        },
      ),
      { numRuns: 12 },
    );
  });

  test('of the rows that went both ways the first few are told as both sides held them, the others counted', () => {
    const cluster = filled(new SyncCluster({ nodes: 2, homes: 2 }), 20);
    cluster.at(1).put('k1', at(900, 'mine'));
    cluster.at(2).put('k1', at(901, 'x'.repeat(100), 2));
    cluster.at(1).put('k2', at(902, undefined));
    cluster.at(2).put('new', at(903, 'yours', 2));
    cluster.run(10 * MS);
    cluster.at(1).sync?.returned(nodeId(2));
    cluster.run(500 * MS);
    const told = cluster.at(1).events.filter((event) => event.type === 'SyncExchanged');
    expect(told).toMatchObject([{ peer: 2, sent: 2, taken: 3, refused: 0 }]);
    const shown = told.flatMap(({ rows }) =>
      rows.map(({ key, own, theirs, held }) => [
        decodeUtf8(key),
        ...[own, theirs].map((row) => row.map(({ value }) => (value === undefined ? '✝' : decodeUtf8(value)))),
        held?.map(({ wallUs }) => wallUs),
      ]),
    );
    expect(shown).toEqual([
      ['k1', ['mine'], ['x'.repeat(48)], [901]],
      ['k2', ['✝'], ['v2'], [902]],
      ['new', [], ['yours'], [903]],
    ]);
  });

  test('what is lost is asked again, what comes twice is answered once, and who stays silent is given up', () => {
    const cluster = filled(new SyncCluster(), 100);
    cluster.at(1).put('new', at(500, 'v'));
    let lost = 0;
    cluster.drops = (_, __, { type }) => type === 'SyncTold' && lost++ % 2 === 0;
    cluster.at(1).sync?.returned(nodeId(2));
    cluster.run(3000 * MS);
    expect(lost).toBeGreaterThan(3);
    expect(last(cluster.at(1))).toMatchObject({ outcome: 'exchanged', sent: 1 });
    expect(live(cluster.at(2), 'new')).toBe(1);
    cluster.drops = () => true;
    cluster.at(1).sync?.returned(nodeId(3));
    cluster.run(3000 * MS);
    expect(last(cluster.at(1))).toMatchObject({ outcome: 'no answer', peer: 3 });
    expect(cluster.at(1).sync?.dueUs, 'nothing more is asked').toBeGreaterThan(cluster.nowUs);
  });

  test('a restart of the one who is asked begins the walk anew', () => {
    const cluster = filled(new SyncCluster(), 100);
    for (let i = 0; i < 50; i++) cluster.at(1).put(`new${i}`, at(500, 'v'));
    let isDown = false;
    cluster.drops = (from, to, message) => {
      if (!isDown && from === 1 && to === 2 && message.type === 'SyncAsked' && message.question.type === 'leaves') {
        isDown = true;
        cluster.kill(2);
        cluster.revive(2);
      }
      return false;
    };
    cluster.at(1).sync?.returned(nodeId(2));
    cluster.run(3000 * MS);
    expect(isDown).toBe(true);
    expect(last(cluster.at(1))).toMatchObject({ outcome: 'exchanged', sent: 50 });
  });

  test('rows are on the disk of both before the walk is over', () => {
    const cluster = filled(new SyncCluster({ nodes: 2, homes: 2 }), 10);
    cluster.at(1).put('mine', at(500, 'v'));
    cluster.at(2).put('yours', at(500, 'v'));
    cluster.run(10 * MS);
    cluster.at(1).sync?.returned(nodeId(2));
    while (ended(cluster.at(1)).length === 0) cluster.run(MS / 4);
    expect(cluster.at(1).disk.rows.has('yours')).toBe(true);
    expect(cluster.at(2).disk.rows.has('mine')).toBe(true);
  });

  test('by the clock, one partner after the other, until all hold the same; nodes that hold nothing ask nobody', () => {
    const empty = new SyncCluster();
    empty.checkIntervalUs = 1000 * MS;
    for (const node of empty.nodes) node.sync?.rescheduled();
    empty.run(10_000 * MS);
    expect(empty.sent).toHaveLength(0);
    const cluster = filled(new SyncCluster(), 10);
    cluster.checkIntervalUs = 1000 * MS;
    for (const node of cluster.nodes) node.sync?.rescheduled();
    cluster.at(1).put('a', at(500, 'v'));
    cluster.at(2).put('b', at(500, 'v'));
    cluster.at(3).put('c', at(500, 'v'));
    cluster.run(5000 * MS);
    expect(cluster.roots).toBe(1);
    expect(new Set(ended(cluster.at(1)).map(({ peer }) => peer))).toEqual(new Set([2, 3]));
    cluster.kill(2);
    const before = ended(cluster.at(1)).length;
    cluster.run(5000 * MS);
    expect(
      ended(cluster.at(1))
        .slice(before)
        .every(({ peer, outcome }) => peer === 3 || outcome === 'no answer'),
    ).toBe(true);
  });
});

test('a node that was away catches up by the leaves that differ, and no others', () => {
  const cluster = filled(new SyncCluster(), 3000);
  cluster.kill(3);
  for (const id of [1, 2]) for (let i = 0; i < 5; i++) cluster.at(id).put(`k${i * 100}`, at(9000, 'newer'));
  cluster.run(10 * MS);
  cluster.revive(3);
  cluster.run(1000 * MS);
  expect(cluster.roots).toBe(1);
  const end = last(cluster.at(3));
  expect(end).toMatchObject({ outcome: 'exchanged', taken: 5, leaves: 5 });
  expect(end?.hashes).toBeLessThanOrEqual(1 + 5 * 64);
  expect(end?.keys).toBeLessThan(40);
});

describe('a round of purging', () => {
  /** A key that was deleted while n3 was down. */
  function deleted(): SyncCluster {
    const cluster = filled(new SyncCluster({ nodes: 4 }), 10);
    cluster.kill(3);
    for (const id of [1, 2]) cluster.at(id).put('k3', at(500 * MS, undefined));
    cluster.run(2000 * MS);
    return cluster;
  }
  const rowsOf = (cluster: SyncCluster): readonly boolean[] => cluster.homes.map(({ held }) => held.rows.has('k3'));

  test('waits for whoever does not answer, and purges when all have compared', () => {
    const cluster = deleted();
    cluster.repair();
    cluster.run(15_000 * MS);
    expect(cluster.at(1).events.find(({ type }) => type === 'PurgeRoundEnded')).toMatchObject({
      isCompleted: false,
      waitedFor: [3],
    });
    expect(rowsOf(cluster)).toEqual([true, true, true]);
    expect(cluster.at(1).held.limits.watermarkUs).toBe(0);
    cluster.revive(3);
    cluster.run(1000 * MS);
    cluster.repair();
    cluster.run(5000 * MS);
    expect(cluster.at(1).events.findLast(({ type }) => type === 'PurgeRoundEnded')).toMatchObject({
      isCompleted: true,
    });
    expect(rowsOf(cluster)).toEqual([false, false, false]);
    expect(cluster.roots).toBe(1);
    expect(cluster.homes.every(({ disk }) => disk.limits.watermarkUs > 500 * MS)).toBe(true);
  });

  test('waits for hints', () => {
    const cluster = deleted();
    cluster.revive(3);
    cluster.at(4).hints = 1;
    cluster.repair();
    cluster.run(5000 * MS);
    expect(rowsOf(cluster)).toEqual([true, true, true]);
    cluster.at(4).hints = 0;
    cluster.run(5000 * MS);
    expect(rowsOf(cluster)).toEqual([false, false, false]);
  });

  test.each([
    ['while something moves', (cluster: SyncCluster) => ({ ...cluster.placement, isMoving: true })],
    ['when the placement changes meanwhile', (cluster: SyncCluster) => ({ ...cluster.placement, epoch: 2 })],
  ])('purges nothing %s', (_, change) => {
    const cluster = deleted();
    cluster.revive(3);
    cluster.run(1000 * MS);
    let isChanged = false;
    cluster.drops = (_from, _to, { type }) => {
      if (type === 'FenceTold' && !isChanged) {
        isChanged = true;
        cluster.placement = change(cluster);
      }
      return false;
    };
    if (change(cluster).isMoving) cluster.placement = change(cluster);
    cluster.repair();
    cluster.run(15_000 * MS);
    expect(rowsOf(cluster)).toEqual([true, true, true]);
    expect(cluster.at(1).held.limits.watermarkUs).toBe(0);
  });

  test('purges nothing when a comparison does not come to its end', () => {
    const cluster = deleted();
    cluster.revive(3);
    cluster.run(1000 * MS);
    cluster.drops = (from, to, { type }) => type === 'SyncAsked' && from === 1 && to === 3;
    cluster.at(1).sync?.order(SHARD);
    cluster.run(15_000 * MS);
    expect(told(cluster.at(1), 'PurgeRoundStarted')).toBe(1);
    expect(cluster.at(1).events.findLast(({ type }) => type === 'PurgeRoundEnded')).toMatchObject({
      isCompleted: false,
    });
    expect(rowsOf(cluster)).toEqual([true, true, true]);
  });

  test('is void where a home was copied meanwhile: the copy would lack what the round brings that home later', () => {
    const cluster = deleted();
    cluster.revive(3);
    cluster.run(1000 * MS);
    let isCopied = false;
    // Between its fence and its comparison with n1, n3 is copied by n4, which is to become a home.
    cluster.avoids = (from, to) => from === 4 && to < 3;
    cluster.drops = (from, _, message) => {
      const { type } = message;
      if (type === 'SyncAsked' && from === 1 && message.round > 0 && !isCopied) {
        cluster.placement = { ...cluster.placement, joiners: [nodeId(4)] };
        isCopied = true;
        cluster.at(4).renew();
      }
      return from === 1 && type === 'SyncAsked' && cluster.at(4).held.isIncomplete;
    };
    cluster.repair();
    cluster.run(15_000 * MS);
    expect(isCopied).toBe(true);
    expect(cluster.at(4).held.isIncomplete).toBe(false);
    expect(cluster.at(1).events.findLast(({ type }) => type === 'PurgeRoundEnded')).toMatchObject({
      isCompleted: false,
    });
    expect(cluster.at(1).held.limits.watermarkUs).toBe(0);
  });

  test.each([
    [undefined, 0],
    ['take what is old', 1],
  ] as const)(
    'is why a late row of a deleted key brings it back only where rows below the watermark are taken (%s)',
    (rule, expected) => {
      const cluster = deleted();
      cluster.rule = rule;
      cluster.revive(3);
      cluster.run(1000 * MS);
      cluster.repair();
      cluster.run(5000 * MS);
      expect(rowsOf(cluster)).toEqual([false, false, false]);
      cluster.at(2).put('k3', at(4, 'v3'));
      cluster.run(10 * MS);
      cluster.at(1).sync?.order(SHARD);
      cluster.run(5000 * MS);
      expect(cluster.homes.map((node) => live(node, 'k3'))).toEqual([expected, expected, expected]);
    },
  );

  test('that some did not hear the end of is told to them by the next comparison', () => {
    const cluster = deleted();
    cluster.revive(3);
    cluster.run(1000 * MS);
    cluster.drops = (_, to, { type }) => to === 3 && type === 'WatermarkRaised';
    cluster.repair();
    cluster.run(5000 * MS);
    expect(rowsOf(cluster)).toEqual([false, false, true]);
    cluster.at(3).sync?.returned(nodeId(1));
    cluster.at(3).sync?.opened(SHARD, true);
    cluster.run(2000 * MS);
    expect(rowsOf(cluster)).toEqual([false, false, false]);
    expect(last(cluster.at(3))).toMatchObject({ outcome: 'equal' });
    expect(cluster.roots).toBe(1);
  });
});

describe('a replica that is coming', () => {
  test('copies one home, takes its limits, and answers nothing before', () => {
    const cluster = filled(new SyncCluster({ nodes: 4 }), 300);
    for (const node of cluster.homes) node.held.limits = { fenceUs: 150, watermarkUs: 150 };
    cluster.placement = { ...cluster.placement, joiners: [nodeId(4)] };
    cluster.pieceRows = 50;
    cluster.at(4).isSlow = true;
    cluster.at(4).renew();
    cluster.run(20 * MS);
    expect(cluster.at(4).held.isIncomplete).toBe(true);
    cluster.at(1).sync?.returned(nodeId(4));
    cluster.run(10_000 * MS);
    const { held, root } = cluster.at(4);
    expect(held).toMatchObject({ isIncomplete: false, limits: { watermarkUs: 150 } });
    expect(held.rows.size).toBe(300);
    expect(root).toBe(cluster.at(1).root);
    expect(told(cluster.at(4), 'EventualCopyCompleted')).toBe(1);
  });

  test('whose copy is cut off asks another home', () => {
    const cluster = filled(new SyncCluster({ nodes: 4 }), 300);
    cluster.placement = { ...cluster.placement, joiners: [nodeId(4)] };
    cluster.drops = (_, to) => to === 1;
    cluster.at(4).renew();
    cluster.run(5000 * MS);
    expect(cluster.at(4).held.isIncomplete).toBe(false);
    expect(ended(cluster.at(4)).map(({ peer, outcome }) => `${peer} ${outcome}`)).toEqual([
      '1 no answer',
      '2 exchanged',
    ]);
  });

  test('crashed in the middle of its copy it goes on copying, and does not count what it has as all', () => {
    const cluster = filled(new SyncCluster({ nodes: 4 }), 300);
    cluster.placement = { ...cluster.placement, joiners: [nodeId(4)] };
    cluster.pieceRows = 50;
    cluster.at(4).renew();
    cluster.run(100 * MS);
    expect(cluster.at(4).held.rows.size).toBeLessThan(300);
    cluster.kill(4);
    cluster.revive(4);
    expect(cluster.at(4).held.isIncomplete).toBe(true);
    cluster.run(10_000 * MS);
    expect(cluster.at(4).held.isIncomplete).toBe(false);
    expect(cluster.at(4).root).toBe(cluster.at(1).root);
  });

  test('is asked nothing by others: a home that is made anew after damage refuses until it has everything', () => {
    const cluster = filled(new SyncCluster(), 300);
    cluster.drops = (from) => from === 3;
    cluster.at(3).renew();
    cluster.at(1).sync?.returned(nodeId(3));
    cluster.run(100 * MS);
    cluster.drops = () => false;
    cluster.run(100 * MS);
    expect(last(cluster.at(1))).toMatchObject({ peer: 3, outcome: 'Incomplete' });
    expect(cluster.at(1).held.rows.size).toBe(300);
    cluster.run(5000 * MS);
    expect(cluster.at(3).held).toMatchObject({ isIncomplete: false });
    expect(cluster.roots).toBe(1);
  });
});

test('a home that is one no more hands over what it alone holds before it forgets', () => {
  const cluster = filled(new SyncCluster({ nodes: 4 }), 100);
  cluster.at(3).put('only here', at(900, 'v'));
  cluster.run(10 * MS);
  cluster.part([3]);
  cluster.at(4).renew();
  cluster.placement = { ...cluster.placement, homes: [1, 2, 4].map(nodeId), epoch: 2 };
  cluster.run(3000 * MS);
  expect(cluster.at(3).held.rows.size).toBe(101);
  cluster.heal();
  cluster.at(3).sync?.tick();
  cluster.run(3000 * MS);
  expect(cluster.at(3).held.isThere).toBe(false);
  expect(cluster.homes.map((node) => live(node, 'only here')).includes(1)).toBe(true);
  cluster.repair();
  cluster.run(5000 * MS);
  expect(cluster.homes.map((node) => live(node, 'only here'))).toEqual([1, 1, 1]);
  expect(cluster.roots).toBe(1);
});

test('a walk is given up, for now, whose other side is purged further at each answer', () => {
  const cluster = filled(new SyncCluster({ nodes: 2, homes: 2 }), 20);
  const [source, copier] = [cluster.at(1), cluster.at(2)];
  copier.renew();
  while (told(copier, 'SyncEnded') === 0) {
    const { watermarkUs } = source.held.limits;
    source.held.limits = { fenceUs: watermarkUs + 1, watermarkUs: watermarkUs + 1 };
    cluster.run(MS);
  }
  expect(last(copier)).toMatchObject({ outcome: 'unsettled' });
  expect(copier.held.isIncomplete).toBe(true);
  cluster.run(2000 * MS);
  expect(copier.held.isIncomplete).toBe(false);
});

test('a home that is one no more forgets nothing that was refused for now, and what will never be taken', () => {
  const cluster = filled(new SyncCluster(), 5);
  cluster.at(3).put('only here', at(900, 'v'));
  cluster.at(3).put('purged elsewhere', at(3, 'v'));
  cluster.placement = { ...cluster.placement, homes: [1, 2].map(nodeId), epoch: 2 };
  for (const node of cluster.homes) {
    node.refusals = 1;
    node.held.limits = { fenceUs: 10, watermarkUs: 10 };
  }
  cluster.at(3).sync?.tick();
  cluster.run(200 * MS);
  // The only one that can be taken was refused once, the other one is refused whenever it comes.
  expect(last(cluster.at(3))).toMatchObject({ outcome: 'rows refused', refused: 2 });
  expect(cluster.at(3).held.isThere).toBe(true);
  cluster.run(3000 * MS);
  expect(cluster.at(3).held.isThere).toBe(false);
  expect(cluster.homes.some((node) => live(node, 'only here') === 1)).toBe(true);
  expect(cluster.homes.some((node) => live(node, 'purged elsewhere') === 1)).toBe(false);
});

test('a home that is a learner now tells the homes what it alone holds, once, and goes on copying nothing', () => {
  const cluster = filled(new SyncCluster(), 5);
  cluster.at(3).put('only here', at(900, 'v'));
  cluster.placement = { ...cluster.placement, homes: [1, 2].map(nodeId), joiners: [nodeId(3)], epoch: 2 };
  cluster.at(3).sync?.tick();
  cluster.run(5000 * MS);
  expect(cluster.homes.some((node) => live(node, 'only here') === 1)).toBe(true);
  expect(cluster.at(3).held).toMatchObject({ isThere: true, isIncomplete: false });
  expect(ended(cluster.at(3)).map(({ outcome }) => outcome)).toEqual(['exchanged']);
});

test('a replica that is newer than what its node knows is kept: whoever ordered it knows more', () => {
  const cluster = filled(new SyncCluster({ nodes: 4 }), 20);
  cluster.at(4).replicaId = cluster.placement.nextReplicaId;
  cluster.at(4).renew();
  cluster.run(3000 * MS);
  expect(cluster.at(4).held).toMatchObject({ isIncomplete: false, isThere: true });
  cluster.placement = { ...cluster.placement, joiners: [nodeId(4)], nextReplicaId: 2, epoch: 2 };
  cluster.run(3000 * MS);
  expect(cluster.at(4).held.isThere).toBe(true);
  cluster.placement = { ...cluster.placement, joiners: [], epoch: 3 };
  cluster.at(4).sync?.tick();
  cluster.run(3000 * MS);
  expect(cluster.at(4).held.isThere).toBe(false);
});

test('a replica that must go hands over its rows although its node is to get another one', () => {
  const cluster = filled(new SyncCluster({ nodes: 4 }), 20);
  cluster.at(4).replicaId = 1;
  cluster.placement = { ...cluster.placement, joiners: [nodeId(4)], nextReplicaId: 2, epoch: 2 };
  cluster.at(4).renew();
  cluster.run(3000 * MS);
  expect(cluster.at(4).held).toMatchObject({ isIncomplete: false, isThere: true });
  cluster.placement = { ...cluster.placement, retired: [1], nextReplicaId: 3, epoch: 3 };
  cluster.at(4).sync?.tick();
  cluster.run(3000 * MS);
  expect(cluster.at(4).held.isThere).toBe(false);
});

const deed = fc.record({
  kind: fc.constantFrom(
    ...([
      'put',
      'put',
      'put',
      'delete',
      'part',
      'heal',
      'kill',
      'revive',
      'repair',
      'renew',
      'renew',
      'run',
      'calm',
      'calm',
    ] as const),
  ),
  node: fc.integer({ min: 1, max: 5 }),
  other: fc.integer({ min: 1, max: 31 }),
  key: fc.nat(20),
  ms: fc.nat(800),
});

test('after any schedule of faults all homes come to hold the same within four orders, nothing on two disks is lost, nothing purged returns', () => {
  let purged = 0;
  let copies = 0;
  fc.assert(
    fc.property(
      fc.record({ seed: fc.nat(), loss: fc.constantFrom(0, 0.05, 0.3), homes: fc.integer({ min: 3, max: 5 }) }),
      fc.array(deed, { maxLength: 50, size: 'max' }),
      ({ seed, loss, homes }, deeds) => {
        const cluster = new SyncCluster({ nodes: 5, homes, seed });
        cluster.checkIntervalUs = 2000 * MS;
        cluster.pieceRows = 5;
        cluster.loss = loss;
        for (const node of cluster.nodes) node.sync?.rescheduled();
        /** The latest write of each key that all homes were sent and had on their disks, or that is on enough of them. */
        const latest = new Map<string, { readonly us: number; readonly isDelete: boolean }>();
        let stampUs = cluster.nowUs;
        for (const { kind, node: number, other, key: which, ms } of deeds) {
          const node = cluster.at(number);
          const key = `k${which}`;
          if (kind === 'put' || kind === 'delete') {
            stampUs = Math.max(stampUs + 1, cluster.nowUs);
            const row = at(stampUs, kind === 'put' ? `v${stampUs}` : undefined);
            // To at least two homes, of which none begins anew before it is on both disks: so nobody holds it alone.
            const to = cluster.homes.filter(
              ({ id, isUp, held }) => isUp && !held.isIncomplete && (other >> (id - 1)) % 2 === 1,
            );
            if (to.length < 2) continue;
            for (const home of to) home.put(key, row);
            cluster.run(5 * MS);
            latest.set(key, { us: stampUs, isDelete: kind === 'delete' });
          } else if (kind === 'part') cluster.part([1, 2, 3, 4, 5].filter((id) => (other >> (id - 1)) % 2 === 1));
          else if (kind === 'heal') cluster.heal();
          else if (kind === 'kill') cluster.kill(number);
          else if (kind === 'revive') cluster.revive(number);
          else if (kind === 'repair') cluster.repair();
          else if (kind === 'calm') {
            cluster.heal();
            for (const { id } of cluster.nodes) cluster.revive(id);
            cluster.run(10 * ms * MS);
          } else if (kind === 'renew') {
            // One disk at a time: the others hold what was on it.
            const isCalm = cluster.roots === 1 && cluster.homes.every(({ held }) => !held.isIncomplete);
            if (isCalm && node.isUp && cluster.homes.includes(node)) node.renew();
          } else cluster.run(ms * MS);
        }
        cluster.heal();
        cluster.loss = 0;
        for (const { id } of cluster.nodes) cluster.revive(id);
        cluster.run(5000 * MS);
        for (let round = 0; round < 4; round++) {
          cluster.repair();
          cluster.run(5000 * MS);
        }
        expect(cluster.roots).toBe(1);
        for (const node of cluster.homes) {
          expect(node.held.isIncomplete).toBe(false);
          for (const [key, { us, isDelete }] of latest) {
            const row = node.held.rows.get(key) ?? [];
            expect([key, live(node, key)]).toEqual([key, isDelete ? 0 : 1]);
            if (!isDelete) expect(row[0]?.stamp.wallUs).toBe(us);
          }
          const { limits, rows } = node.held;
          purged += limits.watermarkUs > 0 ? 1 : 0;
          copies += told(node, 'EventualCopyCompleted');
          for (const [key, row] of rows) if (row.length === 0) throw new Error(`an empty row of ${key}`);
        }
      },
    ),
    { numRuns: process.env.RINGSIDE_LONG === '1' ? 400 : 60 },
  );
  // A run in which nothing happens proves nothing.
  for (const count of [purged, copies]) expect(count).toBeGreaterThan(0);
}, 300_000);
