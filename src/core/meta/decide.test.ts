import { describe, expect, test } from 'vitest';
import { nodeId } from '../base/ids.ts';
import { decide } from './driver.ts';
import { DRIVER_LIMITS, type DriverInput, type GroupObservation } from './driver-input.ts';
import type { GroupRecord, MetaState } from './meta-state.ts';
import { Script } from './testing/script.ts';

const N5 = nodeId(5);

const hearing = (state: MetaState, observations: readonly GroupObservation[], change: Partial<DriverInput> = {}) => ({
  observations,
  seen: new Map(state.nodes.map(({ node, incarnation }) => [node, incarnation])),
  ...{ dead: new Set<never>(), dropped: new Set<never>(), ...change },
});

const observing = ({ shard, report }: GroupRecord, change: Partial<GroupObservation> = {}): GroupObservation => ({
  ...{ shard, report, caughtUp: [], verified: undefined, ...change },
});

/** A move to n5 that catches up, and what is decided of its group when it looks like that. */
function deciding(change: Partial<GroupObservation>, advance: (script: Script, shard: GroupRecord['shard']) => void) {
  const script = new Script();
  const { shard, from } = script.catchingUp();
  advance(script, shard);
  const group = script.group(shard);
  const observation = observing(group, change);
  const { commands, effects } = decide(script.state, hearing(script.state, [observation]), DRIVER_LIMITS);
  const ofShard = (each: object): boolean => 'shard' in each && each.shard === shard;
  return { script, from: nodeId(from), group, commands: commands.filter(ofShard), effects: effects.filter(ofShard) };
}

const nothing = (): void => {};
const copy = { index: 12, root: Uint8Array.of(1) };

describe('a learner', () => {
  test('is compared only when it has caught up', () => {
    expect(deciding({}, nothing).effects.map(({ type }) => type)).toEqual(['CreateReplica']);
    const { effects } = deciding({ caughtUp: [N5] }, nothing);
    expect(effects.map(({ type }) => type)).toEqual(['CreateReplica', 'CompareCopy']);
  });

  test('is not let in by a comparison that was made for an earlier stage', () => {
    const { group } = deciding({}, nothing);
    expect(deciding({ verified: { token: group.token - 1, copy } }, nothing).commands).toEqual([]);
    expect(deciding({ verified: { token: group.token, copy } }, nothing).commands).toEqual([
      { type: 'AdvanceMove', shard: group.shard, token: group.token, evidence: { type: 'Verified', copy } },
    ]);
  });
});

describe('whoever goes', () => {
  const toTransfer = (script: Script, shard: GroupRecord['shard']): void => void script.verify(shard);

  test('hands its leadership over before the voters change', () => {
    const { group, from } = deciding({}, toTransfer);
    const led = { ...group.report, leader: from };
    const { commands, effects } = deciding({ report: led }, toTransfer);
    expect(commands).toEqual([]);
    expect(effects.map(({ type }) => type)).toEqual(['TransferLeadership']);
  });

  test('hands it over again where it was elected once more meanwhile', () => {
    const toJoint = (script: Script, shard: GroupRecord['shard']): void => {
      script.verify(shard);
      const other = script
        .group(shard)
        .report.configuration.voters.find((node) => node !== script.group(shard).move?.from);
      script.handOver(shard, other ?? 0);
    };
    const { group, from } = deciding({}, toJoint);
    const { effects } = deciding({ report: { ...group.report, leader: from } }, toJoint);
    expect(effects.map(({ type }) => type)).toEqual(['TransferLeadership']);
    const other = { ...group.report, leader: group.report.configuration.voters.find((node) => node !== from) ?? from };
    expect(deciding({ report: other }, toJoint).effects).toMatchObject([
      { type: 'ChangeConfiguration', confVer: group.report.confVer, token: group.token },
    ]);
  });
});

test('a move goes back, and is not asked for any more, where a majority of the voters to come has no data', () => {
  const { group, commands, effects } = deciding({}, (script, shard) => {
    const { report, move } = script.group(shard);
    const staying = report.configuration.voters.filter((node) => node !== move?.from);
    script.verify(shard);
    script.handOver(shard, staying[0] ?? 0);
    for (const node of staying) script.say({ type: 'ReplaceBlank', node, incarnation: 2, force: true });
  });
  expect(group.move?.stage).toBe('joint');
  expect(commands).toEqual([{ type: 'AbortMove', shard: group.shard, token: group.token }]);
  expect(effects).toEqual([]);
});

test('a group that knows more than the meta group is asked for nothing until that is known', () => {
  const { group } = deciding({}, nothing);
  const report = { ...group.report, confVer: group.report.confVer + 1 };
  const { commands, effects } = deciding({ report, caughtUp: [N5] }, nothing);
  expect(commands).toEqual([{ type: 'ReportGroup', shard: group.shard, report }]);
  expect(effects).toEqual([]);
});

test('what the log would refuse is not proposed', () => {
  const { state } = new Script({ nodes: 3 });
  const silent = new Map([1, 3].map((node) => [nodeId(node), 1]));
  const input = hearing(
    state,
    state.groups.map((group) => observing(group)),
    {
      seen: silent,
      dead: new Set([nodeId(2)]),
    },
  );
  // Three nodes: nobody could take its replicas.
  expect(decide(state, input, DRIVER_LIMITS).commands).toEqual([]);
});

test('a node with another disk is replaced as blank, and asked to be removed before anything else of the group moves', () => {
  const script = new Script();
  const blank = script.state.groups[0]?.report.configuration.voters[0] ?? nodeId(1);
  const seen = new Map(script.state.nodes.map(({ node }) => [node, node === blank ? 2 : 1]));
  const observations = script.state.groups.map((group) => observing(group));
  const first = decide(script.state, hearing(script.state, observations, { seen }), DRIVER_LIMITS);
  expect(first.commands[0]).toEqual({ type: 'ReplaceBlank', node: blank, incarnation: 2, force: true });
  const starts = first.commands.filter(({ type }) => type === 'StartMove');
  expect(starts.length).toBeGreaterThan(0);
  for (const start of starts) expect(start).toMatchObject({ from: blank });
});
