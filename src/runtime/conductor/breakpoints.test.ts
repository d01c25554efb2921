import { describe, expect, test } from 'vitest';
import type { BreakpointCondition } from '../../console/breakpoint.ts';
import { nodeId, shardId } from '../../core/base/ids.ts';
import { encodeUtf8 } from '../../core/base/utf8.ts';
import type { TraceEvent } from '../../core/cluster/trace-event.ts';
import { encodeCommand } from '../../core/node/write-command.ts';
import type { World } from '../../sim/world.ts';
import { Breakpoints } from './breakpoints.ts';

const write = { type: 'Put', key: encodeUtf8('k'), value: encodeUtf8('1') } as const;
const command = encodeCommand({ type: 'Write', session: 1, sequence: 1, write });

/** n1 leads every shard, n2 follows; both hold one write. */
const world = {
  replicaOf: (_: unknown, node: number) => ({
    role: node === 1 ? 'leader' : 'follower',
    entries: [{ index: 4, term: 2, kind: 'command', stampUs: 1, command }],
  }),
} as unknown as World;

const at = (node: number, shard = 3) => ({ timeUs: 9, node: nodeId(node), shard: shardId(shard) });
const committed = (node: number): TraceEvent => ({ ...at(node), type: 'CommitAdvanced', commitIndex: 4, term: 2 });
const applied = (node: number): TraceEvent => ({
  ...at(node),
  ...{ type: 'EntryApplied', index: 4, term: 2, stateHash: 1, keys: 1, duplicate: false },
});
const elected = (node: number, shard: number): TraceEvent => ({
  ...at(node, shard),
  ...{ type: 'RoleChanged', role: 'leader', term: 2, leader: nodeId(node), votedFor: nodeId(node) },
  ...{ reason: 'won the election', from: nodeId(0) },
});

function stopsAt(condition: BreakpointCondition, ...events: readonly TraceEvent[]): string | undefined {
  const breakpoints = new Breakpoints();
  breakpoints.change({ add: condition });
  return breakpoints.observe(world, events);
}

describe('what time stops at', () => {
  test.each<[string, BreakpointCondition, readonly TraceEvent[], string | undefined]>([
    ['a leader of the shard', { when: 'leader', shard: shardId(3) }, [elected(1, 3)], 'n1 became leader of s3, term 2'],
    ['not of another one', { when: 'leader', shard: shardId(3) }, [elected(1, 4)], undefined],
    ['not another node', { when: 'leader', node: nodeId(2) }, [elected(1, 3)], undefined],
    ['a commit of the leader', { when: 'commit' }, [committed(1)], 'n1 committed entry 4 of s3'],
    ['not a follower that learns of it', { when: 'commit' }, [committed(2)], undefined],
    ['a write', { when: 'write' }, [applied(1)], 'k was written: n1 applied entry 4 of s3'],
    ['of that key', { when: 'write', key: encodeUtf8('k') }, [applied(1)], 'k was written: n1 applied entry 4 of s3'],
    ['not of another key', { when: 'write', key: encodeUtf8('other') }, [applied(1)], undefined],
    ['not a follower that applies it', { when: 'write' }, [applied(2)], undefined],
    ['any event by its name', { when: 'EntryApplied' }, [applied(2)], 'EntryApplied happened (n2, s3)'],
  ])('%s', (_, condition, events, text) => {
    expect(stopsAt(condition, ...events)).toBe(text && `breakpoint 1: ${text}`);
  });

  test('the first of several, and how often it was', () => {
    const breakpoints = new Breakpoints();
    for (const when of ['leader', 'commit'] as const) breakpoints.change({ add: { when } });
    expect(breakpoints.observe(world, [committed(1)])).toBe('breakpoint 2: n1 committed entry 4 of s3');
    breakpoints.observe(world, [committed(1)]);
    expect(breakpoints.hit).toMatchObject({ id: 2, timeUs: 9, count: 2 });
    breakpoints.change({ remove: 2 });
    expect(breakpoints.observe(world, [committed(1)])).toBeUndefined();
    breakpoints.change({ remove: 'all' });
    expect([breakpoints.single, breakpoints.list]).toEqual([false, []]);
  });
});

test('where a rule is broken time stands once in each run, also without a breakpoint', () => {
  const breakpoints = new Breakpoints();
  const broken: TraceEvent = {
    ...at(1),
    ...{ type: 'InvariantViolated', invariant: 'CommitRule', detail: 'n1 commits entry 3 of term 1' },
  };
  expect(breakpoints.observe(world, [committed(1)])).toBeUndefined();
  expect(breakpoints.observe(world, [committed(1), broken])).toBe('CommitRule is broken: n1 commits entry 3 of term 1');
  expect(breakpoints.observe(world, [broken])).toBeUndefined();
  breakpoints.renew();
  expect(breakpoints.observe(world, [broken])).toMatch(/^CommitRule/);
  expect(breakpoints.single).toBe(false);
  breakpoints.renew();
  expect(breakpoints.observe(world, [broken], true)).toBeUndefined();
  expect(breakpoints.observe(world, [broken])).toBeUndefined();
});
