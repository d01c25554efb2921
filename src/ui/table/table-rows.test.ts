import { describe, expect, test } from 'vitest';
import { type ClientActorId, type NodeId, nodeId, shardId } from '../../core/base/ids.ts';
import { firstNodes } from '../../core/cluster/node-list.ts';
import { placementOf } from '../../core/cluster/placement.ts';
import { CLASSROOM } from '../../core/cluster/presets.ts';
import { simpleConfiguration } from '../../core/raft/configuration.ts';
import { HashRing } from '../../core/ring/hash-ring.ts';
import { FOUNDED } from '../store/placement-view.ts';
import {
  EMPTY_MODEL,
  EMPTY_NODE,
  EMPTY_REPLICA,
  type NodeView,
  type ReplicaView,
  type ViewModel,
} from '../store/view-model.ts';
import { clientRows, nodeRows, shardRows } from './table-rows.ts';

const [N1, N2, N3] = [nodeId(1), nodeId(2), nodeId(3)];
const S0 = shardId(0);
const replica = (change: Partial<ReplicaView>): ReplicaView => ({ ...EMPTY_REPLICA, ...change });
const up = { ...EMPTY_NODE, state: 'up', boot: 1 } as const;

const modelWith = (change: Partial<ViewModel>): ViewModel => ({
  ...EMPTY_MODEL,
  nodes: new Map<NodeId, NodeView>([
    [N1, up],
    [N2, { ...EMPTY_NODE, state: 'crashed', boot: 2, reason: 'assertion failed' }],
  ]),
  shards: new Map([
    [
      S0,
      new Map([
        [N1, replica({ role: 'leader', term: 3, commitIndex: 9, appliedIndex: 8 })],
        [N2, replica({ term: 4, commitIndex: 7 })],
      ]),
    ],
  ]),
  ...change,
});

const cut = (...links: readonly string[]): Partial<ViewModel> => ({
  cuts: new Map(links.map((link) => [link, { from: N1, to: N2, sinceUs: 0 }])),
});
const RELAXED = { durability: 'relaxed' } as const;
const linksOf = (...links: readonly string[]) => {
  const [row] = nodeRows(modelWith(cut(...links)), RELAXED, CLASSROOM, S0);
  return [row?.links, row?.isolated];
};

describe('nodeRows', () => {
  test('a row for each node, reported or not, with its replica of the shard in view', () => {
    const rows = nodeRows(modelWith({}), RELAXED, CLASSROOM, S0);
    expect(rows.map(({ node, state, down }) => [node, state, down])).toEqual([
      [N1, 'up', false],
      [N2, 'crashed: assertion failed', true],
      [N3, 'starting', false],
    ]);
    expect(rows[0]?.replica).toMatchObject({ role: 'leader', term: 3, commitIndex: 9, appliedIndex: 8 });
    expect(rows[2]?.replica).toBeUndefined();
  });

  test('a node that stands still is frozen, whatever it was; clocks that were set say how wrong they were', () => {
    const clock = { offsetUs: 400_000, ratePpm: 0 };
    const nodes = new Map([[N1, { ...up, frozen: true, clock }]]);
    const rows = nodeRows(modelWith({ nodes }), RELAXED, CLASSROOM, S0);
    expect(rows.map((row) => [row.state, row.frozen, row.down])).toEqual([
      ['frozen, clock 400 ms ahead', true, false],
      ['starting', false, false],
      ['starting', false, false],
    ]);
  });

  test("durability is the node's own where it was set, the run's elsewhere, and none where no disk is real", () => {
    const nodes = new Map([[N2, { ...EMPTY_NODE, durability: 'strict' as const }]]);
    const durabilities = (host: Parameters<typeof nodeRows>[1]) =>
      nodeRows(modelWith({ nodes }), host, CLASSROOM, S0).map(({ durability }) => durability);
    expect(durabilities(RELAXED)).toEqual(['relaxed', 'strict', 'relaxed']);
    expect(durabilities({ durability: 'none' })).toEqual(['none', 'none', 'none']);
  });

  test('links say which direction is cut; isolated only where all nodes are, both ways', () => {
    expect(linksOf()).toEqual(['all whole', false]);
    expect(linksOf('1>2')).toEqual(['cut: to n2', false]);
    expect(linksOf('3>1', '1>2', '2>1')).toEqual(['cut: n2 both ways, from n3', false]);
    expect(linksOf('2>3')).toEqual(['all whole', false]);
    expect(linksOf('1>2', '2>1', '1>3', '3>1')).toEqual(['cut: all nodes; clients reach it', true]);
    expect(nodeRows(modelWith({}), RELAXED, { ...CLASSROOM, nodes: 1 }, S0)[0]?.isolated).toBe(false);
    expect(linksOf('1>2', '2>1', '1>3', '3>1', '1>100')).toEqual(['cut: all nodes, to client', true]);
  });
});

test('shardRows: leader, replicas of the ring, and the highest term and commit that any replica knows', () => {
  const ring = placementOf(CLASSROOM);
  const rows = shardRows(modelWith({}), ring, 8);
  expect(rows).toHaveLength(8);
  expect(rows[0]).toEqual({
    shard: S0,
    leader: N1,
    replicas: ring.replicas(S0),
    learners: [],
    move: '–',
    term: 4,
    commitIndex: 9,
  });
  expect(rows[1]).toMatchObject({ leader: 0, term: 0, commitIndex: 0 });
});

test('shardRows: whoever takes part, also where the ring wants others, and which replica is on its way', () => {
  const ring = new HashRing([N1, N2, N3], 150, 8, 3);
  const configuration = simpleConfiguration({ voters: [N1, N2, nodeId(4)], learners: [] });
  const leader = { ...EMPTY_REPLICA, role: 'leader' as const, term: 4, configuration };
  const move = { shard: S0, to: N3, from: nodeId(4), stage: 'joint' as const };
  const moving = { sinceUs: 1, stageSinceUs: 1, source: N1, bytes: 0, isEqual: true };
  const rows = shardRows(
    modelWith({
      shards: new Map([[S0, new Map([[N1, leader]])]]),
      placement: { ...FOUNDED, moves: new Map([[S0, { ...move, ...moving }]]) },
    }),
    ring,
    8,
  );
  expect([...(rows[0]?.replicas ?? [])].sort()).toEqual([1, 2, 4]);
  expect(rows[0]?.replicas.at(-1)).toBe(4);
  expect(rows[0]?.move).toBe('n4 to n3: joint');
});

test('clientRows: what each waits for and which nodes it reaches', () => {
  const rowOf = (change: Partial<ViewModel>) => clientRows(modelWith(change), firstNodes(2))[0];
  const waiting = { id: 1, client: 100 as ClientActorId, shard: S0, text: 'PUT a' };
  expect(rowOf({})).toEqual({ name: 'client', waitsFor: 'nothing', links: 'all whole', isolated: false });
  expect(rowOf({ operations: new Map([[1, waiting]]) })?.waitsFor).toBe('PUT a');
  expect(rowOf({ operations: new Map([1, 2].map((id) => [id, { ...waiting, id }])) })?.waitsFor).toBe('2 answers');
  expect(rowOf(cut('100>1', '1>100', '100>2'))).toMatchObject({ links: 'cut: n1 both ways, to n2', isolated: false });
  expect(rowOf(cut('100>1', '1>100', '100>2', '2>100'))).toMatchObject({ links: 'cut: all nodes', isolated: true });
});
