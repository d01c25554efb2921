import { describe, expect, test } from 'vitest';
import { must } from '../base/assert.ts';
import { NO_NODE, nodeId } from '../base/ids.ts';
import { simpleConfiguration, votesNeeded } from '../raft/configuration.ts';
import { isBlank, replicaOn } from './meta-state.ts';
import { Script } from './testing/script.ts';

const N5 = nodeId(5);

/** A move to n5 at the stage after which its name is asked. */
function moving() {
  const script = new Script({ nodes: 4 });
  const { shard, from } = script.catchingUp();
  const token = script.group(shard).token;
  const other = must(
    script.group(shard).report.configuration.voters.find((node) => node !== from),
    'three voters',
  );
  return { script, shard, from: nodeId(from), other, token, stage: () => script.group(shard).move?.stage };
}

describe('a move', () => {
  test('goes from learner to a committed configuration, and retires whoever went', () => {
    const { script, shard, from, other, stage } = moving();
    const leaving = must(replicaOn(script.group(shard), from), 'a voter has a replica');
    expect(stage()).toBe('catchUp');
    expect(script.verify(shard)).toBeUndefined();
    expect(stage()).toBe('transfer');
    expect(script.handOver(shard, other)).toBeUndefined();
    expect(stage()).toBe('joint');
    expect(script.reportJoint(shard)).toBeUndefined();
    expect(stage()).toBe('leave');
    expect(script.reportNew(shard)).toBeUndefined();
    expect(stage()).toBeUndefined();
    expect(script.group(shard).report.configuration.voters).toContain(5);
    expect(script.state.retired).toEqual([{ shard, node: from, replicaId: leaving.replicaId }]);
    expect(script.say({ type: 'ConfirmDropped', replicaId: leaving.replicaId })).toBeUndefined();
    expect(script.say({ type: 'ConfirmDropped', replicaId: leaving.replicaId })).toBe('UnknownReplica');
  });

  test('needs the leader to be another than the one who goes', () => {
    const { script, shard, from, stage } = moving();
    script.verify(shard);
    expect(script.handOver(shard, from)).toBe('NotSettled');
    expect(script.handOver(shard, NO_NODE)).toBe('NotSettled');
    expect(stage()).toBe('transfer');
  });

  test('membership bug 47: a learner that catches up adds nothing to the votes that are needed', () => {
    const { script, shard } = moving();
    expect(votesNeeded(script.group(shard).report.configuration)).toBe(2);
  });

  test('goes no further where a majority of the voters to come has no data', () => {
    for (const until of ['catchUp', 'transfer'] as const) {
      const { script, shard, from, other, stage } = moving();
      if (until === 'transfer') script.verify(shard);
      for (const node of script.group(shard).report.configuration.voters)
        if (node !== from) script.say({ type: 'ReplaceBlank', node, incarnation: 2, force: true });
      const refusal = until === 'catchUp' ? script.verify(shard) : script.handOver(shard, other);
      expect([refusal, stage()]).toEqual(['WouldLoseShard', until]);
    }
  });

  test('does not begin twice, nor away from where the ring wants the replicas', () => {
    const { script, shard, from, other } = moving();
    expect(script.say({ type: 'StartMove', shard, to: N5, from })).toBe('MoveUnderWay');
    const settled = script.shardWith(({ desired, move }) => move === undefined && !desired.includes(N5));
    const [first = NO_NODE] = script.group(settled).report.configuration.voters;
    expect(script.say({ type: 'StartMove', shard: settled, to: N5, from: first })).toBe('NotDesired');
    expect(script.say({ type: 'StartMove', shard: settled, to: NO_NODE, from: other })).toBe('NotDesired');
    expect(script.say({ type: 'StartMove', shard: settled, to: NO_NODE, from: NO_NODE })).toBe('NotDesired');
  });
});

describe('the way back', () => {
  test('is open until the joint configuration is committed', () => {
    for (const until of ['catchUp', 'transfer', 'joint'] as const) {
      const { script, shard, from, other, stage } = moving();
      if (until !== 'catchUp') script.verify(shard);
      if (until === 'joint') script.handOver(shard, other);
      expect(stage()).toBe(until);
      const { token, report } = script.group(shard);
      const arrived = must(replicaOn(script.group(shard), N5), 'a learner has a replica');
      expect(script.say({ type: 'AbortMove', shard, token })).toBeUndefined();
      expect(stage()).toBe('rollBack');
      const { voters } = report.configuration;
      script.report(shard, simpleConfiguration({ voters, learners: [] }));
      expect(stage()).toBeUndefined();
      expect(script.group(shard).report.configuration.voters).toContain(from);
      expect(script.state.retired.map(({ replicaId }) => replicaId)).toEqual([arrived.replicaId]);
    }
  });

  test('is closed then: forward only', () => {
    const { script, shard, other, stage } = moving();
    script.verify(shard);
    script.handOver(shard, other);
    script.reportJoint(shard);
    expect(script.say({ type: 'AbortMove', shard, token: script.group(shard).token })).toBe('OnlyForward');
    expect(stage()).toBe('leave');
  });

  test('ends where the joint configuration was committed before the roll-back could stop it', () => {
    const { script, shard, other, stage } = moving();
    script.verify(shard);
    script.handOver(shard, other);
    const { token } = script.group(shard);
    script.say({ type: 'AbortMove', shard, token });
    expect(script.reportJoint(shard)).toBeUndefined();
    expect(stage()).toBe('leave');
    script.reportNew(shard);
    expect(script.group(shard).report.configuration.voters).toContain(5);
  });

  test('a move that only takes a blank replica away goes through once it is asked for', () => {
    const script = new Script({ nodes: 3 });
    const shard = script.shardWith(() => true);
    script.say({ type: 'ReplaceBlank', node: nodeId(2), incarnation: 2, force: false });
    expect(script.say({ type: 'StartMove', shard, to: NO_NODE, from: nodeId(2) })).toBeUndefined();
    script.handOver(shard, 1);
    expect(script.say({ type: 'AbortMove', shard, token: script.group(shard).token })).toBe('OnlyForward');
    script.reportJoint(shard);
    script.reportNew(shard);
    // It comes back as another replica, which has to learn everything first.
    expect(script.say({ type: 'StartMove', shard, to: nodeId(2), from: NO_NODE })).toBeUndefined();
    const replica = must(replicaOn(script.group(shard), nodeId(2)), 'it is to come back');
    expect(isBlank(script.state, replica)).toBe(false);
    expect(script.state.retired.map(({ node }) => node)).toEqual([2]);
    expect(replica.replicaId).toBeGreaterThan(must(script.state.retired[0], 'one was retired').replicaId);
  });
});

describe('what comes late', () => {
  test('membership bug 39: under a closed token it is void', () => {
    const { script, shard, token } = moving();
    const evidence = { type: 'Verified', copy: { index: 9, root: Uint8Array.of(9) } } as const;
    script.say({ type: 'AbortMove', shard, token });
    expect(script.say({ type: 'AdvanceMove', shard, token, evidence })).toBe('ClosedToken');
    const { voters } = script.group(shard).report.configuration;
    script.report(shard, simpleConfiguration({ voters, learners: [] }));
    expect(script.say({ type: 'AdvanceMove', shard, token, evidence })).toBe('NoMove');
  });

  test('a learner of an aborted move is taken off before its node is asked again', () => {
    const script = new Script({ nodes: 4 });
    const { shard, from } = script.catchingUp();
    const closed = script.group(shard).report.token;
    script.say({ type: 'AbortMove', shard, token: script.group(shard).token });
    const { voters } = script.group(shard).report.configuration;
    script.report(shard, simpleConfiguration({ voters, learners: [] }));
    const withLearner = simpleConfiguration({ voters, learners: [N5] });
    script.report(shard, withLearner, closed);
    expect(script.say({ type: 'StartMove', shard, to: N5, from: nodeId(from) })).toBe('MoveUnderWay');
    script.report(shard, simpleConfiguration({ voters, learners: [] }));
    expect(script.say({ type: 'StartMove', shard, to: N5, from: nodeId(from) })).toBeUndefined();
    // Its own request is not the one that made n5 a learner.
    script.report(shard, withLearner, closed);
    expect(script.group(shard).move?.stage).toBe('rollBack');
  });

  test('membership bug 46: an older report never takes the place of a later one, and one of the same age says the same', () => {
    const { script, shard } = moving();
    const { report } = script.group(shard);
    const say = (change: object) => script.say({ type: 'ReportGroup', shard, report: { ...report, ...change } });
    expect(say({ confVer: report.confVer - 1, term: 99 })).toBe('StaleReport');
    expect(say({ term: report.term - 1 })).toBe('StaleReport');
    expect(say({})).toBe('StaleReport');
    expect(say({ term: 99, configuration: simpleConfiguration({ voters: [N5], learners: [] }) })).toBe('StaleReport');
    expect(say({ term: report.term + 1 })).toBeUndefined();
  });
});

test('membership bug 36: only a replica that a committed configuration leaves out is retired', () => {
  const { script, shard, from, other } = moving();
  script.verify(shard);
  script.handOver(shard, other);
  script.reportJoint(shard);
  // While joint, whoever goes votes still.
  expect(replicaOn(script.group(shard), from)).toBeDefined();
  expect(script.state.retired).toEqual([]);
});
