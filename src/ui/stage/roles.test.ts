import { expect, test } from 'vitest';
import { nodeId, shardId } from '../../core/base/ids.ts';
import { EMPTY_MODEL, EMPTY_REPLICA } from '../store/view-model.ts';
import { countLed, rolesOf, rolesText } from './roles.ts';

test('each node has a letter for each shard, - where it holds no copy', () => {
  const shards = new Map([
    [
      shardId(0),
      new Map([
        [nodeId(1), { ...EMPTY_REPLICA, role: 'leader' } as const],
        [nodeId(2), EMPTY_REPLICA],
      ]),
    ],
    [shardId(2), new Map([[nodeId(2), { ...EMPTY_REPLICA, role: 'precandidate' } as const]])],
  ]);
  const text = rolesText({ ...EMPTY_MODEL, shards }, 3, 3);
  expect(text).toBe('L-- F-C ---');
  expect(rolesOf(text, nodeId(2))).toBe('F-C');
  expect(rolesOf('', nodeId(2))).toBe('');
  expect(countLed(rolesOf(text, nodeId(1)))).toBe(1);
});
