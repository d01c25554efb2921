import { expect, test } from 'vitest';
import { nodeId, shardId } from '../core/base/ids.ts';
import type { TraceEvent } from '../core/cluster/trace-event.ts';
import type { Role } from '../core/raft/entry.ts';
import type { RoleChangeReason } from '../core/raft/raft-event.ts';
import { ElectionCosts } from './election-costs.ts';

const MS = 1000;
const role = (atMs: number, node: number, to: Role, reason: RoleChangeReason = 'started', shard = 0): TraceEvent => ({
  timeUs: atMs * MS,
  node: nodeId(node),
  shard: shardId(shard),
  type: 'RoleChanged',
  role: to,
  term: 1,
  leader: nodeId(0),
  votedFor: nodeId(0),
  reason,
  from: nodeId(0),
});
const killed = (atMs: number, node: number): TraceEvent => ({
  timeUs: atMs * MS,
  node: nodeId(node),
  type: 'NodeKilled',
  pending: 0,
  lost: 0,
  torn: false,
});

function costsOf(...events: readonly TraceEvent[]): ElectionCosts {
  const costs = new ElectionCosts();
  for (const event of events) costs.observe(event);
  costs.end(1000 * MS);
  return costs;
}

test('counts elections won, lost and leaders deposed', () => {
  const costs = costsOf(
    role(10, 1, 'candidate'),
    role(10, 2, 'candidate'),
    role(20, 1, 'precandidate', 'election timeout'),
    role(30, 2, 'leader'),
    role(40, 3, 'candidate'),
    role(41, 2, 'follower', 'saw a higher term'),
    role(50, 3, 'leader'),
  );
  expect(costs).toMatchObject({ won: 2, lost: 1, deposed: 1 });
});

test('a shard is without a leader from a kill or a step-down to the next election; before its first it does not count', () => {
  const costs = costsOf(role(100, 1, 'leader'), killed(300, 1), role(500, 2, 'leader'), role(900, 2, 'follower'));
  expect([costs.leaderlessUs, costs.observedUs]).toEqual([300 * MS, 900 * MS]);
  const two = costsOf(role(0, 1, 'leader'), role(0, 1, 'leader', 'started', 1), killed(500, 1));
  expect([two.leaderlessUs, two.observedUs]).toEqual([1000 * MS, 2000 * MS]);
});
