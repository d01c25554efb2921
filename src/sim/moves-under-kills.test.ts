import { describe, expect, test } from 'vitest';
import { must } from '../core/base/assert.ts';
import { type Micros, type NodeId, nodeId, type ShardId } from '../core/base/ids.ts';
import { encodeUtf8 } from '../core/base/utf8.ts';
import type { Action, TimedAction } from '../core/cluster/action.ts';
import { CLASSROOM, createHeader } from '../core/cluster/presets.ts';
import type { RunConfig } from '../core/cluster/run.ts';
import type { TraceEvent } from '../core/cluster/trace-event.ts';
import { META_GROUP, MOVE_STAGES, type MoveStage } from '../core/meta/meta-state.ts';
import { runInProcess } from './run.ts';

const LONG = process.env.RINGSIDE_LONG === '1';
const MS = 1000;
const SECOND = 1_000_000;
/** So long after a stage began. A message takes 10 ms. */
const DELAYS_US: readonly Micros[] = LONG ? [1, 12 * MS, 25 * MS, 60 * MS] : [1];
const DOWN_AFTER_US = 2 * SECOND;
/** For a moment, or until it is given up and replaced. */
const DEAD_US: readonly Micros[] = [600 * MS, DOWN_AFTER_US + 2 * SECOND];
const BEGIN_US = 1.2 * SECOND;

interface Scenario {
  readonly nodes: number;
  /** Taken when all groups have their leaders. */
  readonly change: Action;
  /** Whose moves are looked at. */
  readonly isWatched: (shard: ShardId) => boolean;
  /** All that its moves go through and the meta group comes to know. */
  readonly stages: readonly MoveStage[];
}

const isData = (shard: ShardId): boolean => shard !== META_GROUP;
const ALL_BUT_BACK = MOVE_STAGES.filter((stage) => stage !== 'rollBack');

const SCENARIOS: Readonly<Record<string, Scenario>> = {
  'a replica of a shard that goes to a node that joins': {
    ...{ nodes: 3, change: { type: 'Add' }, isWatched: isData, stages: ALL_BUT_BACK },
  },
  // Its leader commits and leaves the joint configuration before it gets to report it.
  'a replica of the meta group itself': {
    ...{ nodes: 4, change: { type: 'Add' }, isWatched: (shard) => !isData(shard) },
    stages: ALL_BUT_BACK.filter((stage) => stage !== 'leave'),
  },
  ...(LONG && {
    'a replica of a shard that goes away from a node that leaves': {
      ...{ nodes: 4, change: { type: 'Remove', node: nodeId(1) }, isWatched: isData, stages: ALL_BUT_BACK },
    },
    'a blank replica, which goes and comes again': {
      ...{ nodes: 3, change: { type: 'Wipe', node: nodeId(3), force: false }, isWatched: isData, stages: ALL_BUT_BACK },
    },
  }),
};

/** When a stage of a move was entered, and who was what then. */
interface Moment {
  readonly stage: MoveStage;
  readonly shard: ShardId;
  readonly timeUs: Micros;
  readonly roles: ReadonlyMap<NodeId, string>;
}

const at = (timeUs: Micros, action: Action): TimedAction => ({ timeUs, action });

const writesUntil = (endUs: Micros): readonly TimedAction[] =>
  Array.from({ length: Math.floor((endUs - SECOND) / (50 * MS)) }, (_, i) =>
    at(SECOND + i * 50 * MS, {
      type: 'Operate',
      client: 'client',
      operation: { type: 'Put', key: encodeUtf8(`k${i % 20}`), value: encodeUtf8(`v${i}`) },
      options: { timeoutUs: 2 * SECOND, via: undefined },
    }),
  );

function run({ nodes, change }: Scenario, more: readonly TimedAction[], endUs: Micros) {
  const events: TraceEvent[] = [];
  const limits = { ...CLASSROOM.limits, downAfterUs: DOWN_AFTER_US };
  const config: RunConfig = { ...CLASSROOM, nodes, shards: 3, limits };
  const actions = [...writesUntil(endUs), at(BEGIN_US, change), ...more].sort((a, b) => a.timeUs - b.timeUs);
  const observe = (event: TraceEvent) => void events.push(event);
  const report = runInProcess(createHeader('kills', 1, config), actions, endUs, { observe, settleUs: 60 * SECOND });
  return { report, events };
}

/** The first time that each stage is entered by a watched move, up to the moment at which nothing moves any more. */
function momentsOf(scenario: Scenario, violations: unknown[], more: readonly TimedAction[] = []): readonly Moment[] {
  const { events, report } = run(scenario, more, 4 * SECOND);
  violations.push(...report.violations);
  const leaders = new Map<ShardId, NodeId>();
  const moments = new Map<MoveStage, Moment>();
  for (const event of events) {
    if (event.type === 'RoleChanged' && event.role === 'leader') leaders.set(event.shard, event.node);
    if (event.type !== 'MoveStageChanged' || !scenario.isWatched(event.shard) || moments.has(event.stage)) continue;
    const { stage, shard, timeUs, to, from } = event;
    const named: readonly (readonly [NodeId | undefined, string])[] = [
      ...([
        [leaders.get(META_GROUP), 'the meta leader'],
        [leaders.get(shard), 'the leader of the group'],
      ] as const),
      ...([
        [to, 'the learner'],
        [from, 'the one that goes'],
      ] as const),
    ];
    const roles = new Map<NodeId, string>();
    for (const [node, role] of named)
      if (node !== undefined && node > 0)
        roles.set(node, [roles.get(node), role].flatMap((each) => each ?? []).join(', '));
    moments.set(stage, { stage, shard, timeUs, roles });
  }
  return [...moments.values()];
}

const allNodes = ({ nodes, change }: Scenario): readonly NodeId[] =>
  Array.from({ length: nodes + (change.type === 'Add' ? 1 : 0) }, (_, i) => nodeId(i + 1));

/** Whatever was lost with the victim: the move is finished or rolled back, and nothing else is wrong either. */
function expectEnded(scenario: Scenario, before: readonly TimedAction[], moment: Moment, victim: NodeId): void {
  for (const delayUs of DELAYS_US)
    for (const deadUs of LONG ? DEAD_US : DEAD_US.filter((_, i) => i === victim % 2)) {
      const killUs = moment.timeUs + delayUs;
      const killed = [
        at(killUs, { type: 'Kill', node: victim }),
        at(killUs + deadUs, { type: 'Revive', node: victim }),
      ];
      const { report, events } = run(scenario, [...before, ...killed], killUs + deadUs + SECOND / 2);
      const who = moment.roles.get(victim) ?? 'a bystander';
      const what = `n${victim} (${who}) dies ${delayUs} us into ${moment.stage}, for ${deadUs} us`;
      expect(report.violations, what).toEqual([]);
      expect(
        events.some(({ type, timeUs }) => type === 'NodeKilled' && timeUs === killUs),
        what,
      ).toBe(true);
      expect(
        events.some((event) => event.type === 'MoveEnded' && event.shard === moment.shard),
        what,
      ).toBe(true);
    }
}

describe.each(Object.entries(SCENARIOS))('%s', (_, scenario) => {
  const violations: unknown[] = [];
  const forward = momentsOf(scenario, violations);
  const toCancel = must(
    forward.find(({ stage }) => stage === 'catchUp'),
    'a copy is made',
  );
  const cancelled = [at(toCancel.timeUs + 1, { type: 'CancelMove', shard: toCancel.shard })];
  const back = momentsOf(scenario, violations, cancelled).filter(({ stage }) => stage === 'rollBack');
  const moments = [
    ...forward.map((moment) => ({ moment, before: [] })),
    ...back.map((moment) => ({ moment, before: cancelled })),
  ];

  test('goes through every stage, and back; whoever dies has any part in it, or none', () => {
    expect(violations).toEqual([]);
    expect(moments.map(({ moment }) => moment.stage).sort()).toEqual([...scenario.stages, 'rollBack'].sort());
    const roles = moments.flatMap(({ moment }) =>
      allNodes(scenario).map((node) => moment.roles.get(node) ?? 'a bystander'),
    );
    for (const role of ['the meta leader', 'the leader of the group', 'the learner', 'a bystander'])
      expect(
        roles.some((each) => each.includes(role)),
        role,
      ).toBe(true);
  });

  test.each(moments.map((each) => [each.moment.stage, each] as const))(
    'ends, whoever dies at %s',
    (_stage, { moment, before }) => {
      for (const victim of allNodes(scenario)) expectEnded(scenario, before, moment, victim);
    },
  );
});
