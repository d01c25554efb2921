import { expect, test } from 'vitest';
import { nodeId, shardId } from '../core/base/ids.ts';
import { CLASSROOM } from '../core/cluster/presets.ts';
import type { TraceEvent } from '../core/cluster/trace-event.ts';
import { simpleConfiguration } from '../core/raft/configuration.ts';
import { ClockModel, drawClock } from './clock-model.ts';
import { PromiseInvariant } from './promise-invariant.ts';

const MS = 1000;
const waits = (timeUs: number, node: number): TraceEvent => ({
  timeUs,
  node: nodeId(node),
  shard: shardId(0),
  type: 'DeadlineSet',
  waitUs: 200 * MS,
});
const lease = (timeUs: number, waitUs: number, shard = 0): TraceEvent => ({
  timeUs,
  node: nodeId(1),
  shard: shardId(shard),
  type: 'LeaseSet',
  waitUs,
});

function verdict(...events: readonly TraceEvent[]): string | undefined {
  const invariant = new PromiseInvariant(
    (node) => new ClockModel(drawClock(CLASSROOM.clocks, 1, node)),
    CLASSROOM.limits.electionTimeoutUsMin,
    () => simpleConfiguration({ voters: [1, 2, 3].map(nodeId), learners: [] }),
  );
  const found = events.map((event) => invariant.check(event)?.detail);
  expect(found.slice(0, -1).every((detail) => detail === undefined)).toBe(true);
  return found.at(-1);
}

test('a lease ends before the promises of a quorum do', () => {
  const promised = [waits(10 * MS, 2), waits(20 * MS, 3)];
  expect(verdict(...promised, lease(30 * MS, 140 * MS))).toBeUndefined();
  expect(verdict(...promised, lease(30 * MS, 140 * MS + 1))).toBe(
    'n1 has a lease until 170001 µs in s0, and the promises of a quorum end before that',
  );
  expect(verdict(...promised, lease(30 * MS, 0)), 'none').toBeUndefined();
});

test('its own promise and those made in other shards do not count', () => {
  expect(verdict(waits(10 * MS, 1), lease(20 * MS, 10 * MS))).toContain('the promises of a quorum');
  expect(verdict(waits(10 * MS, 2), lease(20 * MS, 10 * MS, 1))).toContain('in s1');
});
