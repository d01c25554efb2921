import { expect, test } from 'vitest';
import { nodeId, shardId } from '../core/base/ids.ts';
import { createHeader } from '../core/cluster/presets.ts';
import type { TraceEvent } from '../core/cluster/trace-event.ts';
import { drawConfig } from './drawn-limits.ts';
import { InProcessHosts, runUntil } from './in-process-host.ts';
import { InvariantTally } from './invariant-tally.ts';
import { InvariantChecker } from './invariants.ts';
import { drawSchedule, type Fault } from './schedule.ts';
import { World } from './world.ts';

test('the world counts what could have broken each rule, and nothing before it happened', () => {
  const header = createHeader('tally', 3, drawConfig(3, 3, 8));
  const faults = new Set<Fault>(['kill']);
  const schedule = { seed: 3, nodes: 3, shards: 8, durationUs: 8_000_000, operationsPerSecond: 10, faults };
  const events: TraceEvent[] = [];
  const world = new World(header, {
    actions: drawSchedule(schedule),
    trace: false,
    observe: (event) => events.push(event),
  });
  const judged = () => new Map(world.invariantReports().map(({ name, judged: times }) => [name, times]));
  expect([...judged().values()].every((times) => times === 0)).toBe(true);
  runUntil(world, new InProcessHosts(), schedule.durationUs, false);
  const count = (type: TraceEvent['type'], of: (event: never) => boolean = () => true) =>
    events.filter((event) => event.type === type && of(event as never)).length;
  const reports = judged();
  const elections = count('RoleChanged', ({ role }: { role: string }) => role === 'leader');
  expect(elections).toBeGreaterThan(8);
  expect(reports.get('ElectionSafety')).toBe(elections);
  expect(reports.get('MonotoneTerm')).toBe(count('RoleChanged'));
  expect(reports.get('MonotoneCommit')).toBe(count('CommitAdvanced'));
  expect(reports.get('MonotoneApplied')).toBe(count('EntryApplied'));
  // Of what is applied, all but the first of each index has something to be compared with.
  const compared = reports.get('EqualAtIndex') ?? 0;
  expect(compared).toBeGreaterThan(count('EntryApplied') / 3);
  expect(compared).toBeLessThan(count('EntryApplied') + count('ReplicaRecovered'));
  expect(reports.get('Snapshot')).toBe(count('SnapshotInstalled'));
  expect(reports.get('OneVotePerTerm')).toBe(
    count('VoteReceived', ({ granted, preVote }: { granted: boolean; preVote: boolean }) => granted && !preVote),
  );
  expect(reports.get('LeaderCompleteness')).toBeLessThan(elections);
  expect(reports.get('LeaseSafety')).toBeGreaterThan(0);
  expect(world.invariantReports().every(({ broken }) => broken === undefined)).toBe(true);
});

test('a rule that breaks says when it did so first', () => {
  const tally = new InvariantTally();
  const checker = new InvariantChecker(tally);
  const leads = (node: number): TraceEvent =>
    ({
      timeUs: node,
      type: 'RoleChanged',
      node: nodeId(node),
      shard: shardId(0),
      role: 'leader',
      term: 2,
    }) as TraceEvent;
  for (const node of [1, 2, 3]) {
    const violation = checker.check(leads(node));
    if (violation !== undefined) tally.broke(violation, node);
  }
  const election = tally.reports().find(({ name }) => name === 'ElectionSafety');
  expect(election).toEqual({
    name: 'ElectionSafety',
    judged: 3,
    broken: { timeUs: 2, detail: 'n1 and n2 both lead term 2' },
  });
});
