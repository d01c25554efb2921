import { expect, test } from 'vitest';
import { nodeId, shardId } from '../../core/base/ids.ts';
import { encodeUtf8 } from '../../core/base/utf8.ts';
import { placementOf } from '../../core/cluster/placement.ts';
import { CLASSROOM } from '../../core/cluster/presets.ts';
import { createAppStore } from '../store/app-store.ts';
import { EMPTY_MODEL, type OperationView } from '../store/view-model.ts';
import { FakeCluster } from '../testing/fake-cluster.ts';
import { knownNames } from './known-names.ts';

const operation = (id: number, key: string): OperationView => ({
  id,
  client: 100 as OperationView['client'],
  shard: shardId(0),
  text: `PUT ${key}`,
  key: encodeUtf8(key),
  invokedAtUs: 0,
  outcome: undefined,
});

test('names what the cluster has, and the keys of its operations, newest first and once', () => {
  const state = createAppStore(new FakeCluster()).getState();
  expect(knownNames(state)).toEqual({ nodes: [], shards: 0, clients: ['client'], keys: [] });
  const completed = [
    operation(1, 'a'),
    operation(2, 'b'),
    operation(3, 'a'),
    operation(4, ''),
    operation(5, 'k'.repeat(61)),
  ];
  const operations = { completed, pending: new Map([[6, operation(6, 'ключ')]]) };
  const run = { runId: 'fake', seed: 42, config: CLASSROOM, ring: placementOf(CLASSROOM) };
  const known = knownNames({ ...state, run, model: { ...EMPTY_MODEL, operations } });
  expect(known.keys).toEqual(['ключ', 'a', 'b']);
  expect(known).toMatchObject({ nodes: [nodeId(1), nodeId(2), nodeId(3)], shards: CLASSROOM.shards });
});
