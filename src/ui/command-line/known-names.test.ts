import { expect, test } from 'vitest';
import { clientActorId, nodeId, shardId } from '../../core/base/ids.ts';
import { encodeUtf8 } from '../../core/base/utf8.ts';
import { placementOf } from '../../core/cluster/placement.ts';
import { CLASSROOM } from '../../core/cluster/presets.ts';
import type { TraceEvent } from '../../core/cluster/trace-event.ts';
import { createAppStore } from '../store/app-store.ts';
import { reduceAll } from '../store/reduce.ts';
import { EMPTY_MODEL } from '../store/view-model.ts';
import { FakeCluster } from '../testing/fake-cluster.ts';
import { knownNames } from './known-names.ts';

const invoked = (id: number, key: string): TraceEvent => ({
  timeUs: id,
  type: 'OperationInvoked',
  id,
  client: clientActorId(100),
  clientName: 'client',
  shard: shardId(0),
  operation: { type: 'Get', key: encodeUtf8(key) },
});

test('names what the cluster has, and the keys of its operations, newest first and once', () => {
  const state = createAppStore(new FakeCluster()).getState();
  expect(knownNames(state)).toEqual({ nodes: [], shards: 0, clients: ['client'], keys: [] });
  const asked = ['a', 'b', 'a', '', 'k'.repeat(61), 'ключ'].map((key, i) => invoked(i + 1, key));
  const run = { runId: 'fake', seed: 42, config: CLASSROOM, ring: placementOf(CLASSROOM) };
  const known = knownNames({ ...state, run, model: reduceAll(EMPTY_MODEL, asked) });
  expect(known.keys).toEqual(['ключ', 'a', 'b']);
  expect(known).toMatchObject({ nodes: [nodeId(1), nodeId(2), nodeId(3)], shards: CLASSROOM.shards });
});
