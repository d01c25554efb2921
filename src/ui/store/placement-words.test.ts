import { expect, test } from 'vitest';
import { NO_NODE, nodeId } from '../../core/base/ids.ts';
import type { TraceEvent, WorldEvent } from '../../core/cluster/trace-event.ts';
import { META_GROUP } from '../../core/meta/meta-state.ts';
import { N1, N2, S0 } from '../testing/trace-events.ts';
import { reduceAll } from './reduce.ts';
import { EMPTY_MODEL } from './view-model.ts';

const N4 = nodeId(4);

const told = (...events: readonly TraceEvent[]): readonly string[] =>
  reduceAll(EMPTY_MODEL, events).feed.map(({ actor, text, why }) => `${actor}: ${text} (${why})`);
const move = (change: Partial<Extract<WorldEvent, { type: 'MoveStageChanged' }>>): TraceEvent => ({
  timeUs: 20,
  type: 'MoveStageChanged',
  shard: S0,
  to: N4,
  from: N2,
  stage: 'learner',
  token: 1,
  ...change,
});
const state = (change: Partial<Extract<WorldEvent, { type: 'NodeStateChanged' }>>): TraceEvent => ({
  timeUs: 20,
  type: 'NodeStateChanged',
  subject: N4,
  from: 'normal',
  to: 'normal',
  incarnation: 1,
  ...change,
});

test('a move is told where it begins, where it is compared and where it ends, and not at each stage', () => {
  const words = told(
    move({}),
    move({ stage: 'catchUp' }),
    { timeUs: 30, type: 'CopyCompared', node: N1, shard: S0, learner: N4, index: 7, isEqual: true },
    move({ stage: 'joint' }),
    { timeUs: 50, type: 'MoveEnded', shard: S0, to: N4, from: N2, outcome: 'finished' },
    { timeUs: 60, type: 'ReplicaDropped', node: N2, shard: S0, replicaId: 3 },
  );
  expect(words).toEqual([
    '4: is to have s0 (in place of n2)',
    '1: compared its s0 with n4’s (the Merkle roots behind entry 7 are equal: it may vote)',
    '4: votes in s0 (in place of n2: that is committed)',
    '2: deleted its replica of s0 (because no configuration has it any more)',
  ]);
});

test('one that only takes away is told of whoever goes; one that is undone says so', () => {
  expect(told(move({ to: NO_NODE, stage: 'joint' }))).toEqual([
    '2: is to give s0 up (it is one replica more than the ring wants)',
  ]);
  expect(told(move({}), move({ stage: 'rollBack' })).at(-1)).toBe(
    '4: is not to have s0 after all (the move is being undone)',
  );
});

test('what was agreed on before a reload is not told again', () => {
  const events = [state({ from: 'unknown', to: 'joining' }), move({})];
  expect(told(...events)).toHaveLength(2);
  expect(told(...events.map((event) => ({ ...event, isEarlier: true }) as TraceEvent))).toEqual([]);
});

test('who comes and goes, and what the ring is then', () => {
  const ring = { timeUs: 20, type: 'RingChanged', epoch: 2, vnodes: 150 } as const;
  expect(told({ ...ring, moving: [S0, META_GROUP] })).toEqual([
    '0: The ring has epoch 2 (1 shard is meant to have other replicas now)',
  ]);
  const of = (event: TraceEvent) => told(event)[0]?.split(' (')[0];
  expect(of(state({ from: 'unknown', to: 'joining' }))).toBe('4: joins the ring');
  expect(of(state({ from: 'joining' }))).toBe('4: is a normal node');
  expect(of(state({ from: 'down' }))).toBe('4: is on the ring again');
  expect(of(state({ to: 'left' }))).toBe('4: has left for ever');
  expect(of(state({ from: 'blank', to: 'blank', incarnation: 3 }))).toBe('4: is known to have its 3rd disk');
  expect(of(state({ to: 'blank', incarnation: 2 }))).toBe('4: is blank');
  expect(of(state({ from: 'blank', incarnation: 2 }))).toBe('4: is a normal node');
  expect(of({ timeUs: 1, type: 'DiskWiped', node: N1, incarnation: 3 })).toBe('1: has an empty disk, its 3rd');
});

test('a refusal of the meta group keeps its words', () => {
  const text = 'REMOVE n2: 3 nodes are the minimum for RF 3';
  expect(told({ timeUs: 1, type: 'MetaRefused', command: 'RemoveNode', code: 'TooFewNodes', text })).toEqual([
    `0: Refused: ${text} (by the meta group, which places all replicas)`,
  ]);
});

test('whoever has left suspects everybody, and that is no news', () => {
  const suspects: TraceEvent = {
    timeUs: 30,
    type: 'NodeSuspected',
    node: N4,
    subject: N1,
    silentUs: 5_000_000,
    phi: 8.2,
  };
  expect(told(suspects)).toHaveLength(1);
  const left = state({ from: 'leaving', to: 'left' });
  expect(told(left, suspects)).toHaveLength(1);
  expect(told(left, { ...suspects, node: N1, subject: N4 })).toHaveLength(1);
  const { silentUs, phi } = suspects;
  const unsuspects: TraceEvent = { timeUs: 40, type: 'NodeUnsuspected', node: N4, subject: N1, silentUs, phi };
  expect(told(left, unsuspects)).toHaveLength(1);
});
