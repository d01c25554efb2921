import { describe, expect, test } from 'vitest';
import { checkHistory } from '../../sim/checker/check-history.ts';
import { parseHistory } from '../../sim/checker/parse-history.ts';
import { nodeId } from '../base/ids.ts';
import { decodeUtf8 } from '../base/utf8.ts';
import type { ReadContext } from './context-token.ts';
import { NO_LIMITS } from './purge-limits.ts';
import { contextOf, latestStamp, liveVersions, type Row } from './row.ts';
import { type ClusterOptions, MS } from './testing/cluster-options.ts';
import { ReplicationCluster } from './testing/replication-cluster.ts';
import type { WriteOutcome } from './write-coordinator.ts';

/** Kept examples of what is not promised, and of what a rule is for. */
const created = (options: Partial<ClusterOptions> = {}): ReplicationCluster => {
  const cluster = new ReplicationCluster(7, options);
  cluster.delayUs = [10 * MS, 10 * MS];
  return cluster;
};

const text = (cluster: ReplicationCluster, row: Row): string =>
  liveVersions(row, cluster.timeUs)
    .map(({ value }) => (value === undefined ? '' : decodeUtf8(value)))
    .sort()
    .join('|');

const shown = (cluster: ReplicationCluster, key = 'k'): readonly string[] =>
  cluster.homes.map((home) => text(cluster, cluster.rowOn(home, key) ?? []));

/** PUT, or DELETE where there is no value; waits for the answer. */
function write(
  cluster: ReplicationCluster,
  via: number,
  value: string | undefined,
  { w = 2, key = 'k', context }: { w?: number; key?: string; context?: ReadContext } = {},
): WriteOutcome {
  let outcome: WriteOutcome | undefined;
  const request = { key, value, w, ...(context === undefined ? {} : { context }) };
  cluster.node(via).write(request, (answer) => {
    outcome = answer;
  });
  while (outcome === undefined) cluster.run(MS);
  return outcome;
}

function read(
  cluster: ReplicationCluster,
  via: number,
  r: number,
): { readonly value: string; readonly context: ReadContext } {
  let row: Row | undefined;
  cluster.node(via).read('k', r, (outcome) => {
    if (outcome.status === 'ok') row = outcome.row;
  });
  for (let ms = 0; row === undefined && ms < 1000; ms++) cluster.run(MS);
  if (row === undefined) throw new Error('no answer');
  return { value: text(cluster, row), context: { stamp: latestStamp(row), vector: contextOf(row) } };
}

describe('a clock that is ahead', () => {
  const story = (options: Partial<ClusterOptions>) => {
    const cluster = created(options);
    cluster.skewUs.set(nodeId(1), 300 * MS);
    const first = write(cluster, 1, 'older', { w: 3 });
    cluster.run(50 * MS);
    const second = write(cluster, 2, 'newer', { w: 3 });
    cluster.run(1000 * MS);
    return { statuses: [first.status, second.status], now: shown(cluster) };
  };

  test('replication bug 48: of a node makes another one drop a write that it acknowledges, where stamps are wall clocks', () => {
    expect(story({ clockMode: 'wall' })).toEqual({ statuses: ['ok', 'ok'], now: ['older', 'older', 'older'] });
  });

  test('does no harm to hybrid clocks: what was seen is earlier', () => {
    expect(story({ clockMode: 'hybrid' })).toEqual({ statuses: ['ok', 'ok'], now: ['newer', 'newer', 'newer'] });
  });

  test('too far, is refused by all others, and its writes are known to be on its own disk alone', () => {
    expect(story({ clockMode: 'hybrid', clockAheadMaxUs: 100 * MS })).toEqual({
      statuses: ['unknown', 'ok'],
      now: ['older', 'newer', 'newer'],
    });
  });

  test('does not outdo a client that brings along what it has read, though the nodes never met', () => {
    const cluster = created();
    cluster.skewUs.set(nodeId(1), 300 * MS);
    cluster.part([1]);
    write(cluster, 1, 'older', { w: 1 });
    const { context } = read(cluster, 1, 1);
    write(cluster, 2, 'without', { w: 2 });
    write(cluster, 2, 'newer', { w: 2, context });
    cluster.heal();
    cluster.run(500 * MS);
    cluster.syncRound();
    expect(shown(cluster)).toEqual(['newer', 'newer', 'newer']);
  });
});

test('R + W > N is not linearizable: a read meets the new value, and a later one the old', () => {
  const cluster = created({ isSloppy: false });
  const lines: {
    readonly process: number;
    readonly type: string;
    readonly value: string | null;
    readonly f: string;
    readonly time: number;
  }[] = [];
  const note = (process: number, type: string, f: string, value: string | null): void => {
    lines.push({ process, type, f, value, time: cluster.timeUs * 1000 });
  };
  const noted = (process: number, r: number): string => {
    note(process, 'invoke', 'read', null);
    const { value } = read(cluster, process, r);
    note(process, 'ok', 'read', value);
    return value;
  };
  note(1, 'invoke', 'write', 'old');
  write(cluster, 1, 'old', { w: 3 });
  note(1, 'ok', 'write', 'old');
  // The second write is slow on its way to n2 and n3, and so is what the first read sends after it. That one hears n1 and n2, the other n2 and n3.
  const isSlow = (to: number, type: string): boolean => to > 1 && (type === 'Write' || type === 'Repair');
  cluster.drops = (to, { type }) => isSlow(to, type) || (to === 3 && type === 'Read');
  note(1, 'invoke', 'write', 'new');
  let isAnswered = false;
  cluster.node(1).write({ key: 'k', value: 'new', w: 2 }, () => {
    isAnswered = true;
  });
  cluster.run(5 * MS);
  const one = noted(2, 2);
  cluster.drops = (to, { type }) => isSlow(to, type) || (to === 1 && type === 'Read');
  const two = noted(3, 2);
  expect([one, two, isAnswered]).toEqual(['new', 'old', false]);
  const verdict = (of: readonly number[]) => {
    const kept = lines
      .filter(({ process }) => of.includes(process))
      .map((line) => JSON.stringify({ ...line, key: 'k' }));
    const parsed = parseHistory(kept.join('\n'), 'kv');
    return parsed.ok ? checkHistory(parsed.operations).verdict : parsed;
  };
  expect(verdict([1, 2, 3])).toBe('not linearizable');
  // It is their order that is wrong: each of the two alone may be so.
  expect([verdict([1, 2]), verdict([1, 3])]).toEqual(['linearizable', 'linearizable']);
});

describe('a deleted key', () => {
  /** n3 misses the DELETE. */
  function deleted(options: Partial<ClusterOptions> = {}): ReplicationCluster {
    const cluster = created({ isSloppy: false, ...options });
    write(cluster, 1, 'value', { w: 3 });
    cluster.part([3, 4]);
    write(cluster, 1, undefined, { w: 2 });
    cluster.run(500 * MS);
    return cluster;
  }

  test('replication bug 42: returns when tombstones are purged by their age, before all replicas have them', () => {
    const cluster = deleted();
    // What a period of grace does: nobody asks n3.
    for (const node of [1, 2]) cluster.node(node).forgetTombstones();
    cluster.heal();
    cluster.syncRound();
    expect(shown(cluster)).toEqual(['value', 'value', 'value']);
  });

  test('replication bug 42: does not where a completed repair comes first, for which the absent one is waited', () => {
    const cluster = deleted();
    cluster.startPurge(1, cluster.timeUs - 100 * MS);
    cluster.run(1000 * MS);
    expect(cluster.node(1).rows.has('k'), 'nothing is purged without n3').toBe(true);
    expect(cluster.node(1).limits.watermarkUs).toBe(0);
    cluster.heal();
    cluster.run(1000 * MS);
    expect(cluster.homes.map((home) => cluster.node(home).rows.has('k'))).toEqual([false, false, false]);
    cluster.syncRound();
    expect(shown(cluster)).toEqual(['', '', '']);
  });

  test.each([
    ['take what is old', 'value'],
    [undefined, ''],
  ] as const)(
    'replication bug 39: comes back with a late repair only where rows below the watermark are taken (%s)',
    (rule, value) => {
      const cluster = created({ isSloppy: false, rule });
      write(cluster, 1, 'value', { w: 3 });
      const late = cluster.rowOn(2, 'k') ?? [];
      write(cluster, 1, undefined, { w: 3 });
      cluster.run(500 * MS);
      cluster.startPurge(1, cluster.timeUs - 100 * MS);
      cluster.run(1000 * MS);
      expect(cluster.node(1).rows.has('k')).toBe(false);
      cluster.send(nodeId(2), nodeId(1), { type: 'Repair', key: 'k', row: late });
      cluster.run(50 * MS);
      cluster.syncRound();
      expect(shown(cluster)).toEqual([value, value, value]);
    },
  );

  test('is waited for until its hints are delivered: one that nobody has delivered would bring an older value back', () => {
    const cluster = created();
    cluster.part([3]);
    write(cluster, 1, 'value', { w: 3 });
    cluster.heal();
    // Hints do not get through; everything else does.
    cluster.drops = (_, { type }) => type === 'Hint';
    write(cluster, 1, undefined, { w: 3 });
    cluster.run(300 * MS);
    expect(cluster.node(4).hints.count + cluster.node(5).hints.count).toBeGreaterThan(0);
    cluster.startPurge(1, cluster.timeUs - 100 * MS);
    cluster.run(1000 * MS);
    expect(cluster.node(1).limits.watermarkUs).toBe(0);
    cluster.drops = () => false;
    cluster.run(1000 * MS);
    expect(cluster.node(1).limits.watermarkUs).toBeGreaterThan(0);
    expect(shown(cluster)).toEqual(['', '', '']);
    expect(cluster.node(1).limits).not.toEqual(NO_LIMITS);
  });
});

test('replication bug 48: replicas that apply without comparing stamps differ when everything has arrived everywhere', () => {
  const story = (rule: ClusterOptions['rule']) => {
    const cluster = created({ rule });
    cluster.delayUs = [MS, 30 * MS];
    for (let i = 0; i < 6; i++) {
      cluster.node((i % 3) + 1).write({ key: 'k', value: `v${i}`, w: 1 }, () => {});
      cluster.run(3 * MS);
    }
    cluster.run(500 * MS);
    return new Set(shown(cluster)).size;
  };
  expect(story(undefined)).toBe(1);
  expect(story('apply without comparing')).toBeGreaterThan(1);
});

describe('in a network that is parted', () => {
  test('every part takes writes, and hints bring them home', () => {
    const cluster = created();
    cluster.part([1, 2, 3]);
    expect(write(cluster, 4, 'from the fallbacks', { w: 2 })).toMatchObject({
      status: 'ok',
      acks: [{ to: 4 }, { to: 5 }],
    });
    expect(shown(cluster)).toEqual(['', '', '']);
    cluster.heal();
    cluster.run(500 * MS);
    cluster.syncRound();
    expect(shown(cluster)).toEqual(['from the fallbacks', 'from the fallbacks', 'from the fallbacks']);
    expect([cluster.node(4).hints.count, cluster.node(5).hints.count]).toEqual([0, 0]);
  });

  test.each([
    ['lww', 'right'],
    ['siblings', 'left|right'],
  ] as const)('both sides write (%s)', (conflicts, value) => {
    const cluster = created({ conflicts });
    write(cluster, 1, 'base', { w: 3 });
    const { context } = read(cluster, 1, 3);
    cluster.part([1, 4]);
    expect(write(cluster, 1, 'left', { w: 1, context }).status).toBe('ok');
    expect(write(cluster, 2, 'right', { w: 1, context }).status).toBe('ok');
    cluster.heal();
    cluster.run(1000 * MS);
    cluster.syncRound();
    expect(shown(cluster)).toEqual([value, value, value]);
    const both = read(cluster, 3, 2);
    write(cluster, 3, 'solved', { w: 3, context: both.context });
    cluster.run(100 * MS);
    expect(shown(cluster)).toEqual(['solved', 'solved', 'solved']);
  });

  test('a strict quorum that cannot be had leaves the outcome unknown, and the write may still win', () => {
    const cluster = created({ isSloppy: false });
    cluster.part([1]);
    expect(write(cluster, 1, 'maybe', { w: 2 })).toMatchObject({ status: 'unknown', acks: [{ to: 1, home: 1 }] });
    cluster.heal();
    cluster.syncRound();
    expect(shown(cluster)).toEqual(['maybe', 'maybe', 'maybe']);
  });
});

test('a read repairs those that it finds behind', () => {
  const cluster = created({ isSloppy: false });
  cluster.part([3]);
  write(cluster, 1, 'value');
  cluster.heal();
  expect(shown(cluster)).toEqual(['value', 'value', '']);
  expect(read(cluster, 3, 3).value).toBe('value');
  cluster.run(50 * MS);
  expect(shown(cluster)).toEqual(['value', 'value', 'value']);
});

test('a home that lost its last writes in a crash is not counted for them', () => {
  const cluster = created({ isSloppy: false });
  let outcome: WriteOutcome | undefined;
  cluster.drops = (to, { type }) => to > 1 && type === 'Write';
  cluster.node(1).write({ key: 'k', value: 'lost', w: 1 }, (answer) => {
    outcome = answer;
  });
  cluster.run(MS);
  expect(cluster.rowOn(1, 'k')).toHaveLength(1);
  cluster.kill(1);
  cluster.revive(1);
  cluster.run(1000 * MS);
  expect([outcome, cluster.rowOn(1, 'k')]).toEqual([undefined, undefined]);
});
