import { expect, test } from 'vitest';
import type { ClientActorId, ShardId } from '../../core/base/ids.ts';
import { shardId } from '../../core/base/ids.ts';
import type { Operation } from '../../core/client/operation.ts';
import { placementOf } from '../../core/cluster/placement.ts';
import { CLASSROOM } from '../../core/cluster/presets.ts';
import { lookUp } from './lookup.ts';

const ring = placementOf(CLASSROOM);
const key = new TextEncoder().encode('user:42');
const SHARD = ring.shardOfKey(key);

const invoked = (operation: Operation, shard: ShardId) =>
  lookUp(ring, {
    timeUs: 1,
    type: 'OperationInvoked',
    id: 7,
    client: 100 as ClientActorId,
    clientName: 'client',
    shard,
    operation,
  });

test('a key is found on the arc of its shard', () => {
  const lookup = invoked({ type: 'Put', key, value: key }, SHARD);
  expect(lookup).toMatchObject({ operation: 7, label: 'user:42', shard: SHARD });
  expect(ring.shardOfToken(lookup?.token ?? -1)).toBe(SHARD);
});

test('a scan has no single place, nor has a key of another ring', () => {
  expect(invoked({ type: 'Scan', from: key, to: undefined, limit: 3 } as Operation, SHARD)).toBeUndefined();
  expect(invoked({ type: 'Get', key } as Operation, shardId((SHARD + 1) % 8))).toBeUndefined();
});
