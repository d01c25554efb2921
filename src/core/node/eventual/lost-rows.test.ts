import { describe, expect, test } from 'vitest';
import { nodeId } from '../../base/ids.ts';
import { LostRows } from './lost-rows.ts';
import { at, filled, told } from './testing/filled-cluster.ts';
import { MS, SHARD, SyncCluster } from './testing/sync-cluster.ts';

describe('homes that lost their rows', () => {
  const renewed = (cluster: SyncCluster, ...ids: readonly number[]): void => {
    for (const id of ids) cluster.at(id).renew();
  };
  const standing = (cluster: SyncCluster): readonly boolean[] => cluster.homes.map(({ held }) => held.isIncomplete);

  test('the only one goes on with nothing at once', () => {
    const cluster = filled(new SyncCluster({ nodes: 2, homes: 1 }), 20);
    renewed(cluster, 1);
    cluster.run(100 * MS);
    expect(standing(cluster)).toEqual([false]);
    expect(told(cluster.at(1), 'EventualLossAccepted')).toBe(1);
  });

  test('all of them: the first goes on with what it has taken since, by the highest limits, and the others copy that', () => {
    const cluster = filled(new SyncCluster(), 20);
    renewed(cluster, 1, 2, 3);
    cluster.at(1).put('one', at(900, 'v'));
    cluster.at(2).put('two', at(901, 'v', 2));
    cluster.at(3).held.limits = { fenceUs: 70, watermarkUs: 60 };
    cluster.run(20_000 * MS);
    expect(standing(cluster)).toEqual([false, false, false]);
    expect(cluster.homes.map((node) => told(node, 'EventualLossAccepted'))).toEqual([1, 0, 0]);
    cluster.at(1).sync?.order(SHARD);
    cluster.run(20_000 * MS);
    expect(cluster.roots).toBe(1);
    expect(cluster.homes.map(({ held }) => [...held.rows.keys()].sort())).toEqual(Array(3).fill(['one', 'two']));
    expect(cluster.homes.map(({ held }) => held.limits.watermarkUs)).toEqual([60, 60, 60]);
  });

  test('all but one that is down: its rows are waited for', () => {
    const cluster = filled(new SyncCluster(), 20);
    cluster.kill(3);
    renewed(cluster, 1, 2);
    cluster.run(20_000 * MS);
    expect(standing(cluster).slice(0, 2)).toEqual([true, true]);
    cluster.revive(3);
    cluster.run(20_000 * MS);
    expect(standing(cluster)).toEqual([false, false, false]);
    expect(cluster.homes.map((node) => told(node, 'EventualLossAccepted'))).toEqual([0, 0, 0]);
    expect(cluster.homes.map(({ held }) => held.rows.size)).toEqual([20, 20, 20]);
  });
});

describe('who has said that it lacks rows too', () => {
  const placement = (epoch: number) => ({ ...new SyncCluster({ homes: 2 }).placement, epoch });
  const incomplete = { outcome: 'Incomplete', limits: { fenceUs: 9, watermarkUs: 4 } } as const;
  const end = { ...incomplete, keysHeld: 0, refusedForNow: 0 };
  const own = { fenceUs: 5, watermarkUs: 5 };
  const n2 = nodeId(2);

  test('counts until its homes change', () => {
    const lost = new LostRows();
    lost.heard(placement(1), n2, end);
    expect(lost.everywhere(placement(1), nodeId(1), own)).toEqual({ fenceUs: 9, watermarkUs: 5 });
    expect(lost.everywhere(placement(2), nodeId(1), own)).toBeUndefined();
    expect(lost.everywhere(placement(1), nodeId(1), own)).toBeUndefined();
  });

  test('counts until it says anything else, or nothing', () => {
    const lost = new LostRows();
    lost.heard(placement(1), n2, end);
    lost.heard(placement(1), n2, { ...end, outcome: 'no answer' });
    expect(lost.everywhere(placement(1), nodeId(1), own)).toBeUndefined();
  });

  test('is of no use to who is no home', () => {
    const lost = new LostRows();
    for (const home of [1, 2]) lost.heard(placement(1), nodeId(home), end);
    expect(lost.everywhere(placement(1), nodeId(3), own)).toBeUndefined();
  });
});
