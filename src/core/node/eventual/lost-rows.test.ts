import { describe, expect, test } from 'vitest';
import { type NodeId, nodeId } from '../../base/ids.ts';
import { LostRows } from './lost-rows.ts';
import type { WalkEnd } from './sync-walk.ts';
import { at, filled, told } from './testing/filled-cluster.ts';
import { MS, SHARD, SyncCluster } from './testing/sync-cluster.ts';

const [n1, n2, n3] = [1, 2, 3].map(nodeId) as [NodeId, NodeId, NodeId];

/** Three homes with 20 keys, of which this one is none any more, and has its rows still. */
function left(leaver: NodeId): SyncCluster {
  const cluster = filled(new SyncCluster(), 20);
  const homes = cluster.placement.homes.filter((home) => home !== leaver);
  cluster.placement = { ...cluster.placement, homes, leavers: [leaver], retired: [0], epoch: 2 };
  return cluster;
}

describe('homes that lost their rows', () => {
  const renewed = (cluster: SyncCluster, ...ids: readonly number[]): void => {
    for (const id of ids) cluster.at(id).renew();
  };
  const standing = (cluster: SyncCluster): readonly boolean[] => cluster.homes.map(({ held }) => held.isIncomplete);
  const accepted = (cluster: SyncCluster): readonly number[] =>
    cluster.homes.map((node) => told(node, 'EventualLossAccepted'));
  const keys = (cluster: SyncCluster): readonly (readonly string[])[] =>
    cluster.homes.map(({ held }) => [...held.rows.keys()].sort());

  test('the only one goes on with nothing at once', () => {
    const cluster = filled(new SyncCluster({ nodes: 2, homes: 1 }), 20);
    renewed(cluster, 1);
    cluster.run(100 * MS);
    expect([standing(cluster), accepted(cluster)]).toEqual([[false], [1]]);
  });

  test('all of them: the first collects what any of them holds, whatever was purged, and the others copy that', () => {
    const cluster = filled(new SyncCluster(), 20);
    renewed(cluster, 1, 2, 3);
    cluster.at(1).put('one', at(900, 'v'));
    // From a copy that did not come to its end.
    cluster.at(2).put('two', at(5, 'v', 2));
    cluster.at(3).held.limits = { fenceUs: 70, watermarkUs: 60 };
    cluster.run(20_000 * MS);
    expect([standing(cluster), accepted(cluster)]).toEqual([
      [false, false, false],
      [1, 0, 0],
    ]);
    expect(cluster.roots).toBe(1);
    expect(keys(cluster)).toEqual(Array(3).fill(['one', 'two']));
    expect(cluster.homes.map(({ held }) => held.limits.watermarkUs)).toEqual([60, 60, 60]);
  });

  test('what a copier holds, and a home that holds everything will never take, is discarded', () => {
    const cluster = filled(new SyncCluster(), 20);
    for (const { held, disk } of cluster.homes.slice(0, 2)) {
      held.limits = { fenceUs: 70, watermarkUs: 60 };
      disk.limits = held.limits;
    }
    renewed(cluster, 3);
    cluster.at(3).put('old', at(50, 'v'));
    cluster.run(20_000 * MS);
    expect(standing(cluster)).toEqual([false, false, false]);
    expect(cluster.homes.map(({ held }) => held.rows.size)).toEqual([20, 20, 20]);
    expect(cluster.at(3).disk.rows.has('old')).toBe(false);
    expect(cluster.roots).toBe(1);
  });

  test('all but one that is down: its rows are waited for', () => {
    const cluster = filled(new SyncCluster(), 20);
    cluster.kill(3);
    renewed(cluster, 1, 2);
    cluster.run(20_000 * MS);
    expect(standing(cluster).slice(0, 2)).toEqual([true, true]);
    cluster.revive(3);
    cluster.run(20_000 * MS);
    expect([standing(cluster), accepted(cluster)]).toEqual([
      [false, false, false],
      [0, 0, 0],
    ]);
    expect(cluster.homes.map(({ held }) => held.rows.size)).toEqual([20, 20, 20]);
  });

  test('all but one that comes to the shard: it is copied', () => {
    const cluster = filled(new SyncCluster({ nodes: 2, homes: 2 }), 20);
    cluster.placement = { ...cluster.placement, homes: [n1], joiners: [n2], epoch: 2, isMoving: true };
    renewed(cluster, 1);
    cluster.run(20_000 * MS);
    expect([standing(cluster), accepted(cluster)]).toEqual([[false], [0]]);
    expect(cluster.at(1).held.rows.size).toBe(20);
  });

  test('all but one that is a home no more: it is copied, and hands over nothing before', () => {
    const cluster = left(n3);
    cluster.at(1).put('later', at(900, 'v'));
    renewed(cluster, 1, 2);
    cluster.at(2).put('later', at(900, 'v'));
    cluster.run(20_000 * MS);
    expect([standing(cluster), accepted(cluster)]).toEqual([
      [false, false],
      [0, 0],
    ]);
    expect(cluster.homes.map(({ held }) => held.rows.size)).toEqual([21, 21]);
    expect(told(cluster.at(3), 'EventualRowsLeft')).toBe(1);
  });

  test('all but one that is a home no more, and refuses what they hold from below its watermark: they discard it', () => {
    const cluster = left(n3);
    for (const side of [cluster.at(3).held, cluster.at(3).disk]) side.limits = { fenceUs: 70, watermarkUs: 60 };
    renewed(cluster, 1, 2);
    cluster.at(2).put('old', at(50, 'v'));
    cluster.run(20_000 * MS);
    expect([standing(cluster), accepted(cluster)]).toEqual([
      [false, false],
      [0, 0],
    ]);
    expect(cluster.homes.map(({ held }) => held.rows.size)).toEqual([20, 20]);
    expect(told(cluster.at(3), 'EventualRowsLeft')).toBe(1);
  });

  test('who is no home answers nobody but the first one', () => {
    const cluster = left(n3);
    const known = cluster.placement;
    cluster.kill(1);
    // As the second one knows it, the third is a home still.
    cluster.placement = { ...known, homes: [n2, n3], leavers: [] };
    renewed(cluster, 2);
    while (told(cluster.at(2), 'SyncStarted') === 0) cluster.run(1);
    cluster.placement = known;
    while (told(cluster.at(2), 'SyncEnded') === 0) cluster.run(1);
    expect(cluster.at(2).events.find(({ type }) => type === 'SyncEnded')).toMatchObject({ peer: 3, outcome: 'Moved' });
    expect(cluster.at(2).held.isIncomplete).toBe(true);
  });

  test('a tree that was begun before its home had all rows is one of a home that had not', () => {
    const cluster = filled(new SyncCluster(), 60);
    renewed(cluster, 1, 2);
    cluster.at(2).isSlow = true;
    cluster.kill(3);
    while (told(cluster.at(1), 'SyncStarted') === 0) cluster.run(1);
    const { held, disk, treesBegun } = cluster.at(2);
    while (cluster.at(2).treesBegun === treesBegun) cluster.run(1);
    for (const side of [held, disk]) side.isIncomplete = false;
    for (const [key, row] of cluster.at(3).disk.rows) cluster.at(2).put(key, row, true);
    cluster.run(5000 * MS);
    expect([standing(cluster)[0], cluster.at(1).held.rows.size]).toEqual([false, 60]);
  });

  test('one that is a home no more, and down: it is waited for', () => {
    const cluster = left(n3);
    cluster.kill(3);
    renewed(cluster, 1, 2);
    cluster.run(20_000 * MS);
    expect(standing(cluster)).toEqual([true, true]);
    cluster.revive(3);
    cluster.run(20_000 * MS);
    expect(cluster.homes.map(({ held }) => held.rows.size)).toEqual([20, 20]);
  });

  test('while a home can be copied, nobody else is asked', () => {
    const cluster = left(n2);
    cluster.at(2).isSlow = true;
    renewed(cluster, 1);
    cluster.run(2000 * MS);
    expect(standing(cluster)).toEqual([false, false]);
    const asked = cluster.at(1).events.flatMap((event) => (event.type === 'SyncStarted' ? [event.peer] : []));
    expect(asked).not.toContain(n2);
  });

  test('who has given everything away, or has nothing yet, is not waited for', () => {
    const cluster = filled(new SyncCluster({ nodes: 3, homes: 2 }), 20);
    cluster.placement = { ...cluster.placement, leavers: [n3], retired: [7], epoch: 2 };
    renewed(cluster, 1, 2);
    cluster.run(20_000 * MS);
    expect([standing(cluster), accepted(cluster)]).toEqual([
      [false, false],
      [1, 0],
    ]);
  });

  test('a home whose disk is gone is neither waited for, nor does it collect', () => {
    const cluster = filled(new SyncCluster(), 20);
    cluster.placement = { ...cluster.placement, blank: [n1], epoch: 2 };
    cluster.kill(1);
    renewed(cluster, 2, 3);
    cluster.run(20_000 * MS);
    expect([standing(cluster).slice(1), accepted(cluster)]).toEqual([
      [false, false],
      [0, 1, 0],
    ]);
  });

  test('a home that has all rows again while it is asked, and did not have them when it was, is asked anew', () => {
    const cluster = filled(new SyncCluster(), 60);
    cluster.pieceRows = 5;
    renewed(cluster, 1, 2);
    cluster.at(2).put('two', at(900, 'v', 2));
    cluster.kill(3);
    // Leaves are compared, and rows are about to be.
    while (!cluster.at(1).events.some((event) => event.type === 'SyncCompared' && event.level === 'leaves'))
      cluster.run(1);
    const { held, disk } = cluster.at(2);
    for (const side of [held, disk]) side.isIncomplete = false;
    for (const [key, row] of cluster.at(3).disk.rows) cluster.at(2).put(key, row, true);
    cluster.run(5000 * MS);
    expect(standing(cluster)[0]).toBe(false);
    expect(cluster.at(1).held.rows.size).toBe(61);
  });

  test('the first home loses its rows again while it collects: it asks all of them again', () => {
    const cluster = filled(new SyncCluster(), 20);
    renewed(cluster, 1, 2, 3);
    cluster.at(2).put('two', at(5, 'v', 2));
    while (!cluster.at(1).held.rows.has('two') || told(cluster.at(1), 'SyncEnded') === 0) cluster.run(MS);
    renewed(cluster, 1);
    while (cluster.at(1).held.isIncomplete) cluster.run(MS);
    expect([...cluster.at(1).held.rows.keys()]).toEqual(['two']);
    cluster.run(1000 * MS);
    expect(accepted(cluster)).toEqual([1, 0, 0]);
  });

  test('of an earlier loss nothing counts in a later one', () => {
    const cluster = filled(new SyncCluster(), 20);
    renewed(cluster, 1, 2, 3);
    cluster.run(20_000 * MS);
    cluster.at(2).put('new', at(900, 'v'));
    cluster.at(2).sync?.order(SHARD);
    cluster.run(5000 * MS);
    renewed(cluster, 1);
    cluster.run(20_000 * MS);
    expect([standing(cluster), accepted(cluster)]).toEqual([
      [false, false, false],
      [1, 0, 0],
    ]);
    expect(keys(cluster)).toEqual(Array(3).fill(['new']));
  });
});

describe('who has nothing more to tell', () => {
  const placement = (epoch: number) => ({ ...new SyncCluster({ homes: 2 }).placement, epoch });
  const end: WalkEnd = {
    outcome: 'exchanged',
    limits: { fenceUs: 9, watermarkUs: 4 },
    keysHeld: 0,
    refusedForNow: 0,
    isPeerComplete: false,
    peerEpoch: 1,
    hasTold: true,
  };
  const own = { fenceUs: 5, watermarkUs: 5 };
  const everywhere = (lost: LostRows, epoch = 1, home = 1, suspects = false) =>
    lost.everywhere(placement(epoch), nodeId(home), own, () => suspects);
  const heard = (...ends: readonly WalkEnd[]): LostRows => {
    const lost = new LostRows();
    for (const each of ends) lost.heard(placement(1), n2, each);
    return lost;
  };

  test('counts until its homes change', () => {
    const lost = heard(end);
    expect(everywhere(lost)).toEqual({ fenceUs: 9, watermarkUs: 5 });
    expect(everywhere(lost, 2)).toBeUndefined();
    expect(everywhere(lost)).toBeUndefined();
  });

  test.each(['no answer', 'unsettled', 'NoReplica', 'Damaged', 'rows refused', 'Incomplete'] as const)(
    '%s: all are asked again',
    (outcome) => {
      expect(everywhere(heard(end, { ...end, outcome }))).toBeUndefined();
    },
  );

  test('who goes by another placement counts for nothing', () => {
    expect(everywhere(heard({ ...end, peerEpoch: 2 }))).toBeUndefined();
    expect(everywhere(heard({ ...end, peerEpoch: undefined }))).toBeUndefined();
    expect(everywhere(heard(end, { ...end, peerEpoch: 2 }))).toBeUndefined();
  });

  test('who is no home and had nothing from the start has nothing; who has given it away meanwhile has given it to somebody', () => {
    const told = (hasTold: boolean, outcome: WalkEnd['outcome'] = 'NoReplica') => {
      const lost = heard(end);
      lost.heard(placement(1), n3, { ...end, outcome, hasTold });
      return lost.everywhere({ ...placement(1), leavers: [n3] }, n1, own, () => false);
    };
    expect(told(false)).toEqual({ fenceUs: 9, watermarkUs: 5 });
    expect(told(true)).toBeUndefined();
  });

  test('counts for nothing while it is suspected, where it holds everything, and to who is not the first home', () => {
    expect(everywhere(heard(end), 1, 1, true)).toBeUndefined();
    expect(everywhere(heard({ ...end, isPeerComplete: true }))).toBeUndefined();
    const second = new LostRows();
    second.heard(placement(1), n1, end);
    expect(everywhere(second, 1, 2)).toBeUndefined();
    expect(everywhere(heard(end), 1, 3)).toBeUndefined();
  });
});
