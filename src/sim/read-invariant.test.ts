import { expect, test } from 'vitest';
import { nodeId, shardId } from '../core/base/ids.ts';
import type { TraceEvent } from '../core/cluster/trace-event.ts';
import { ReadInvariant } from './read-invariant.ts';

const of = (node: number, shard = 0) => ({ timeUs: 1, node: nodeId(node), shard: shardId(shard) });
const commits = (node: number, commitIndex: number, shard = 0): TraceEvent => ({
  ...of(node, shard),
  type: 'CommitAdvanced',
  commitIndex,
  term: 1,
});
const asks = (node: number, requestId: number): TraceEvent => ({
  ...of(node),
  type: 'ReadIndexStarted',
  client: 100,
  requestId,
  context: requestId,
});
const confirmed = (node: number, requestId: number, index: number): TraceEvent => ({
  ...of(node),
  type: 'ReadIndexConfirmed',
  client: 100,
  requestId,
  index,
  by: [],
});
const leased = (node: number, index: number): TraceEvent => ({
  ...of(node),
  type: 'LeaseConfirmed',
  client: 100,
  requestId: 9,
  index,
  leftUs: 1,
});

/** What is said of the last event; the ones before are as they should be. */
function verdict(...events: readonly TraceEvent[]): string | undefined {
  const invariant = new ReadInvariant();
  const found = events.map((event) => invariant.check(event)?.detail);
  expect(found.slice(0, -1).every((detail) => detail === undefined)).toBe(true);
  return found.at(-1);
}

test('a read by lease is at least where anybody has committed', () => {
  expect(verdict(commits(1, 4), leased(1, 4))).toBeUndefined();
  expect(verdict(commits(1, 4), commits(2, 5), leased(1, 4))).toBe(
    'n1 reads s0 at entry 4, and entry 5 had been committed when the read came in',
  );
  expect(verdict(commits(1, 4), commits(2, 5, 3), leased(1, 4)), 'another shard').toBeUndefined();
});

test('a read that waits for a quorum is where anybody had committed when it came in', () => {
  expect(verdict(commits(1, 4), asks(1, 7), commits(1, 6), confirmed(1, 7, 4))).toBeUndefined();
  expect(verdict(commits(1, 4), commits(2, 6), asks(1, 7), confirmed(1, 7, 4))).toContain('entry 6 had been committed');
});

test('a read is served when that much is applied', () => {
  const served = (node: number, requestId: number, appliedIndex: number): TraceEvent => ({
    ...of(node),
    ...{ type: 'ReadServed', client: 100, requestId, appliedIndex },
  });
  const quorum = [commits(1, 4), asks(1, 7), confirmed(1, 7, 4)];
  expect(verdict(...quorum, served(1, 7, 4))).toBeUndefined();
  expect(verdict(...quorum, served(1, 7, 3))).toBe(
    'n1 serves a read of s0 with 3 applied, which was confirmed at entry 4',
  );
  expect(verdict(commits(1, 4), leased(1, 4), served(1, 9, 3))).toContain('3 applied');
  const steps: TraceEvent = {
    ...of(1),
    ...{ type: 'RoleChanged', role: 'follower', term: 2, leader: nodeId(2), votedFor: nodeId(2) },
    ...{ reason: 'saw a higher term', from: nodeId(2) },
  };
  expect(verdict(...quorum, steps, served(1, 7, 3)), 'its reads are over').toBeUndefined();
});
