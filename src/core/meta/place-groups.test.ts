import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { must } from '../base/assert.ts';
import { type NodeId, nodeId, shardId } from '../base/ids.ts';
import { isQuorum, simpleConfiguration } from '../raft/configuration.ts';
import { towards } from '../raft/configuration-change.ts';
import { HashRing } from '../ring/hash-ring.ts';
import { applyMeta } from './apply.ts';
import { foundMeta } from './found-meta.ts';
import { groupOf } from './meta-state.ts';
import { metaReplicas } from './place-groups.ts';

const ids = (...all: number[]): NodeId[] => all.map(nodeId);

describe('who holds the meta group', () => {
  test('five of five nodes or more, else three, else all; whoever holds it keeps it', () => {
    expect(metaReplicas([], ids(1, 2, 3, 4))).toEqual([1, 2, 3]);
    expect(metaReplicas(ids(1, 2, 3), ids(1, 2, 3, 4, 5))).toEqual([1, 2, 3, 4, 5]);
    expect(metaReplicas(ids(2, 7, 9), ids(1, 2, 7, 9))).toEqual([2, 7, 9]);
    expect(metaReplicas(ids(1, 2, 3), ids(1, 3, 4))).toEqual([1, 3, 4]);
    expect(metaReplicas([], ids(2))).toEqual([2]);
  });

  test('a change of one node on the ring changes one replica, or two where five become three', () => {
    const members = fc.uniqueArray(fc.integer({ min: 1, max: 12 }), { minLength: 4, maxLength: 10 });
    fc.assert(
      fc.property(members, fc.nat(9), (numbers, at) => {
        const all = ids(...numbers).sort((a, b) => a - b);
        const gone = must(all[at % all.length], 'one of them');
        const before = metaReplicas([], all);
        const staying = all.filter((node) => node !== gone);
        const after = metaReplicas(before, staying);
        const changed = before.filter((node) => !after.includes(node)).length;
        expect(changed).toBeLessThanOrEqual(all.length === 5 ? 2 : 1);
        expect(after.length % 2).toBe(1);
      }),
    );
  });
});

describe('a node that is let in', () => {
  // The standard deviations that were published for such rings; `core/ring` has the same of the ring by itself.
  test.each([
    [64, 0.015],
    [256, 0.011],
  ])(
    'is to get 1/(N+1) of the copies of %i shards, N = 3 … 12, within 4 standard deviations, and one of a shard at most',
    (shards, sd) => {
      for (let n = 3; n <= 12; n++) {
        const founders = Array.from({ length: n }, (_, i) => nodeId(i + 1));
        const before = foundMeta({ nodes: founders, vnodes: 150, shards, replicationFactor: 3 });
        const { state: after } = applyMeta(before, { type: 'JoinNode', node: nodeId(n + 1) });
        let moved = 0;
        for (let s = 0; s < shards; s++) {
          const [old, now] = [groupOf(before, shardId(s)).desired, groupOf(after, shardId(s)).desired];
          const coming = now.filter((node) => !old.includes(node));
          expect(coming.every((node) => node === n + 1) && coming.length <= 1, `s${s}, N=${n}`).toBe(true);
          moved += coming.length;
        }
        expect(Math.abs(moved / (3 * shards) - 1 / (n + 1)), `N=${n}`).toBeLessThan(4 * sd);
      }
    },
  );
});

describe('why the ring is one log and no rumour', () => {
  // Four nodes join at once, and two halves of the cluster have heard of two of them each. (One each moves the same third replica away.)
  const [one, other] = [ids(1, 2, 3, 4, 5), ids(1, 2, 3, 6, 7)].map((members) => new HashRing(members, 150, 64, 3));
  const views = Array.from({ length: 64 }, (_, s) =>
    [one, other].map((ring) => must(ring, 'both rings').replicas(shardId(s))),
  ) as [readonly NodeId[], readonly NodeId[]][];

  /** Whether those that only one view knows are a majority there, on either side. */
  const canSplit = ([a, b]: readonly [readonly NodeId[], readonly NodeId[]]): boolean =>
    a.filter((node) => b.includes(node)).length === 1;

  test('two views of it give one shard two majorities that share nobody: two leaders, both of which commit', () => {
    const split = views.filter(canSplit);
    expect(split.length).toBeGreaterThan(0);
    for (const [a, b] of split) {
      const [left, right] = [a.filter((node) => !b.includes(node)), b.filter((node) => !a.includes(node))];
      expect(isQuorum(simpleConfiguration({ voters: a, learners: [] }), (node) => left.includes(node))).toBe(true);
      expect(isQuorum(simpleConfiguration({ voters: b, learners: [] }), (node) => right.includes(node))).toBe(true);
    }
  });

  test('a change of voters never does: neither majority acts without the other', () => {
    for (const [a, b] of views.filter(canSplit)) {
      const joint = towards(simpleConfiguration({ voters: a, learners: [] }), { voters: b, learners: [] });
      const [left, right] = [a.filter((node) => !b.includes(node)), b.filter((node) => !a.includes(node))];
      for (const side of [left, right]) expect(isQuorum(joint, (node) => side.includes(node))).toBe(false);
    }
  });
});
